// Which addresses may be connected to (SSRF: MCP security best practices; OWASP). Judges resolved addresses, never names, because a name
// can resolve to anything and to something else a moment later. All parsing is done by node:net: a second address parser is a second opinion.

import { isIP } from 'node:net';
import { parseAddressList } from './address-list.ts';
import type { AddressList } from './address-list.ts';

/**
 * 'any': what an operator wrote by hand may be loopback or private, but is never a cloud's metadata service, link-local, unspecified or multicast.
 * 'public': for URLs learnt from the network, only what is globally reachable. A list of addresses and CIDR ranges: exactly these.
 */
export type AddressPolicy = 'any' | 'public' | readonly string[];

/** Says whether an address, in the textual form that node:net accepts, may be connected to. */
export type AddressFilter = (address: string) => boolean;

// Link-local, "this network" (which connects to loopback), multicast, reserved; and metadata services that live elsewhere:
// Alibaba, Azure, Oracle. https://www.iana.org/assignments/iana-ipv4-special-registry
const NEVER_V4 = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32'];
// Unspecified, link-local, site-local, multicast, discard; and the metadata services of AWS and Google.
const NEVER_V6 = ['::/128', 'fe80::/10', 'fec0::/10', 'ff00::/8', '100::/64', 'fd00:ec2::254/128', 'fd20:ce::254/128'];

const NOT_PUBLIC_V4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
];
// Global unicast is 2000::/3; of it, not: IETF protocols with Teredo, documentation, 6to4 (which can name any IPv4 address).
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '3fff::/20', '2002::/16'];
const PUBLIC_V6 = ['2000::/3', '64:ff9b::/96'];

/** Builds the filter of a policy. Throws a TypeError that names the entry if a list holds something that is no address or range. */
export function createAddressFilter(policy: AddressPolicy): AddressFilter {
  if (policy === 'any') {
    const never = addressList([...NEVER_V4.flatMap(withEmbeddings), ...NEVER_V6]);
    return (address) => contains(never, address) === false;
  }
  if (policy === 'public') {
    const never = addressList([...[...NEVER_V4, ...NOT_PUBLIC_V4].flatMap(withEmbeddings), ...NEVER_V6, ...NOT_PUBLIC_V6]);
    const global = addressList(['0.0.0.0/0', ...PUBLIC_V6]);
    return (address) => contains(never, address) === false && contains(global, address) === true;
  }
  const listed = addressList(policy);
  return (address) => contains(listed, address) === true;
}

/** Whether the list has the address; undefined for what is no address, and for zone ids, which only link-local addresses need. */
function contains(list: AddressList, address: string): boolean | undefined {
  return isIP(address) === 0 || address.includes('%') ? undefined : list.has(address);
}

function addressList(ranges: readonly string[]): AddressList {
  const list = parseAddressList(ranges);
  if (!list.ok) throw new TypeError(list.error);
  return list.value;
}

/**
 * The range itself and every IPv6 spelling under which a router or a kernel may still deliver to it: IPv4-compatible (RFC 4291 §2.5.5.1), NAT64
 * (RFC 6052, RFC 8215) and 6to4 (RFC 3056). IPv4-mapped addresses are matched against IPv4 ranges by node:net itself.
 */
function withEmbeddings(range: string): string[] {
  const [address = '', bits = ''] = range.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const sixToFour = `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`;
  const low = 96 + Number(bits);
  const spellings = [range, `64:ff9b::${address}/${low}`, `64:ff9b:1::${address}/${low}`, `${sixToFour}/${16 + Number(bits)}`];
  // The IPv4-compatible spelling of 0.0.0.0/8 is where ::1 lives, which is judged as what it is.
  return a === 0 ? spellings : [...spellings, `::${address}/${low}`];
}
