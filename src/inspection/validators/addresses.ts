// Network addresses, read as the programs of the other side may read them, and what they lead to.

/** An IPv4 address as four bytes in one number, or undefined. Strict: four decimal numbers without leading zeros. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

/**
 * As inet_aton of C libraries reads it, and the URL standard: one to four numbers, decimal, octal (`0251`) or hexadecimal (`0xa9`), of which the last fills
 * what is left.
 */
export function parseLooseIpv4(text: string): number | undefined {
  const parts = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  if (parts.length > 4) return undefined;
  let address = 0;
  for (const [index, part] of parts.entries()) {
    const number = parseLooseNumber(part);
    const isLast = index === parts.length - 1;
    const room = isLast ? 256 ** (4 - index) : 256;
    if (number === undefined || number >= room) return undefined;
    address = address * room + number;
  }
  return address;
}

function parseLooseNumber(text: string): number | undefined {
  if (/^0x[0-9a-f]{0,16}$/i.test(text)) return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]{1,20}$/.test(text)) return Number.parseInt(text, 8);
  return /^[0-9]{1,12}$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** An IPv6 address as eight groups of 16 bits, or undefined (RFC 4291 §2.2). A zone behind `%` is left out. */
export function parseIpv6(text: string): readonly number[] | undefined {
  const address = text.replace(/%.*$/, '');
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups of one side of `::`; the last may be an IPv4 address where the text ends there. */
function parseGroups(text: string, isEnd: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const embedded = isEnd && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    groups.push(Math.floor(embedded / 65_536), embedded % 65_536);
  }
  return groups.length > 8 ? undefined : groups;
}

/** What an address leads to, for a server that is asked to fetch it. */
export type Reach = 'metadata' | 'link-local' | 'loopback' | 'private' | 'public';

type Ipv4Range = readonly [first: string, bits: number, reach: Reach];

// IANA's special-purpose registry (RFC 6890), and where clouds keep the credentials of a machine.
const IPV4_RANGES: readonly Ipv4Range[] = [
  ['169.254.169.254', 32, 'metadata'],
  ['169.254.170.2', 32, 'metadata'],
  ['169.254.170.23', 32, 'metadata'],
  ['169.254.169.253', 32, 'metadata'],
  ['169.254.169.123', 32, 'metadata'],
  ['169.254.0.23', 32, 'metadata'],
  ['169.254.10.10', 32, 'metadata'],
  ['100.100.100.200', 32, 'metadata'],
  ['192.0.0.192', 32, 'metadata'],
  ['168.63.129.16', 32, 'metadata'],
  ['169.254.0.0', 16, 'link-local'],
  ['127.0.0.0', 8, 'loopback'],
  ['0.0.0.0', 8, 'loopback'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['192.0.0.0', 24, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['224.0.0.0', 3, 'private'],
];
const RANGES = IPV4_RANGES.map(([first, bits, reach]) => ({ first: parseIpv4(first) ?? 0, size: 2 ** (32 - bits), reach }));

/** What an IPv4 address leads to. */
export function reachOfIpv4(address: number): Reach {
  return RANGES.find(({ first, size }) => address >= first && address < first + size)?.reach ?? 'public';
}

/** What an IPv6 address leads to; one that carries an IPv4 address leads where that does. */
export function reachOfIpv6(groups: readonly number[]): Reach {
  const [first = 0, second = 0] = groups;
  const carried = carriedIpv4(groups);
  if (carried !== undefined) return reachOfIpv4(carried);
  const text = groups.map((group) => group.toString(16)).join(':');
  if (METADATA_IPV6.has(text)) return 'metadata';
  if (text === '0:0:0:0:0:0:0:1' || text === '0:0:0:0:0:0:0:0') return 'loopback';
  if ((first & 0xff_c0) === 0xfe_80) return 'link-local';
  // Unique local (RFC 4193), site-local (RFC 3879), multicast, and the prefix for NAT64 in one's own network (RFC 8215).
  const isInner =
    (first & 0xfe_00) === 0xfc_00 ||
    (first & 0xff_c0) === 0xfe_c0 ||
    (first & 0xff_00) === 0xff_00 ||
    (first === 0x64 && second === 0xff_9b);
  return isInner ? 'private' : 'public';
}

const METADATA_IPV6: ReadonlySet<string> = new Set([
  'fd00:ec2:0:0:0:0:0:254',
  'fd00:ec2:0:0:0:0:0:23',
  'fd20:ce:0:0:0:0:0:254',
  'fd00:42:0:0:0:0:0:42',
]);

/** ::a.b.c.d and ::ffff:a.b.c.d (RFC 4291), ::ffff:0:a.b.c.d (RFC 2765), 64:ff9b::a.b.c.d (RFC 6052), 2002:aabb:ccdd:: (RFC 3056). */
function carriedIpv4(groups: readonly number[]): number | undefined {
  const [a = 0, b = 0, c = 0, , , , g = 0, h = 0] = groups;
  if (a === 0x20_02) return b * 65_536 + c;
  const head = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':');
  const isCarrier =
    head === '0:0:0:0:0:ffff' || head === '0:0:0:0:ffff:0' || head === '64:ff9b:0:0:0:0' || (head === '0:0:0:0:0:0' && g !== 0);
  return isCarrier ? g * 65_536 + h : undefined;
}
