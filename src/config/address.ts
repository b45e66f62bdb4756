// Addresses to listen on, and what can be said of them without asking the network.

import { BlockList, isIP } from 'node:net';
import type { Address } from './types.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Reads `host:port` or `[ipv6]:port`; undefined if it is neither. Names other than localhost are not resolved: what they mean may change. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) return undefined;
  const [, six, host = six ?? ''] = match;
  if (six === undefined ? isIP(host) !== 4 && host !== 'localhost' : isIP(six) !== 6) return undefined;
  return { host, port };
}

/** What to write for an address that is none: the loopback address if only a port was given. */
export function addressFor(written: unknown): string | undefined {
  return /^[0-9]{1,5}$/.test(String(written)) ? `127.0.0.1:${String(written)}` : undefined;
}

/** The address as it is written. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach it. IPv4 in IPv6 counts as the IPv4 it is. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' || host.endsWith('.localhost') : LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a text is an IP address or a CIDR block. */
export function isAddressBlock(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}
