// Addresses as text, and lists of them: what trusted proxies are named by. One spelling per address, so that a cap or a list
// cannot be dodged by writing an address differently.

import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** A set of addresses and networks. */
export interface AddressList {
  has(address: string): boolean;
}

const MAPPED_PREFIX = '::ffff:';

/** An IPv4 address that a dual-stack socket shows as ::ffff:a.b.c.d is that IPv4 address; all else stays, in lower case. */
export function plainAddress(address: string): string {
  const lower = address.toLowerCase();
  if (!lower.startsWith(MAPPED_PREFIX)) return lower;
  const inner = lower.slice(MAPPED_PREFIX.length);
  return isIPv4(inner) ? inner : lower;
}

/** Reads addresses ('10.0.0.1', '::1') and networks ('10.0.0.0/8', 'fd00::/8'). The error names the entry that is neither. */
export function parseAddressList(entries: readonly string[]): Result<AddressList, string> {
  const list = new BlockList();
  for (const entry of entries) {
    if (!addEntry(list, entry)) return fail(`'${entry}' is neither an IP address nor a network such as 10.0.0.0/8`);
  }
  return ok({ has: (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') });
}

function addEntry(list: BlockList, entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) {
    list.addAddress(address, kind);
    return true;
  }
  const prefix = Number(bits);
  if (String(prefix) !== bits || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32)) return false;
  list.addSubnet(address, prefix, kind);
  return true;
}
