// Byte classes of HTTP/1.1 (RFC 9110 §5.6, RFC 9112, RFC 3986) as look-up tables, shared by both codecs.
// Only tables and questions about single bytes here; nothing decides what is done about a wrong byte.

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const PERCENT = 0x25;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const COLON = 0x3a;
export const QUESTION = 0x3f;

/** One entry per byte value: 1 if the byte belongs to the class. */
export type ByteClass = Uint8Array;

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = `${UPPER}abcdefghijklmnopqrstuvwxyz`;

function byteClass(members: string): ByteClass {
  const table = new Uint8Array(256);
  for (const member of members) table[member.charCodeAt(0)] = 1;
  return table;
}

/** `tchar` of RFC 9110 §5.6.2: what names of fields are made of. */
export const TOKEN = byteClass(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`);

/** Methods: capital letters and hyphen. Narrower than a token, because every registered method of use here is that. */
export const METHOD = byteClass(`${UPPER}-`);

/** Field values as agents may send them: visible ASCII, space, tab. Bytes above 0x7F are obs-text (RFC 9110 §5.5), which recipients decode differently. */
export const FIELD_VALUE = asciiValue();

/** Path bytes that stand for themselves: `pchar` of RFC 3986 §3.3 and '/', without ';' ("..;/" is a parent folder to some servers) and '%'. */
export const PATH = byteClass(`/-._~!$&'()*+,=:@${DIGITS}${LETTERS}`);

/** Query bytes that stand for themselves (RFC 3986 §3.4), without '%'. */
export const QUERY = byteClass(`/?-._~!$&'()*+,;=:@${DIGITS}${LETTERS}`);

/** `unreserved` of RFC 3986 §2.3: percent-encoding one of these gives a second spelling of the same path. */
export const UNRESERVED = byteClass(`-._~${DIGITS}${LETTERS}`);

/** Names and IPv4 addresses in Host (RFC 3986 §3.2.2, without percent-encoding and sub-delims). */
export const HOST_NAME = byteClass(`-._${DIGITS}${LETTERS}`);

/** What stands between the brackets of an IPv6 literal in Host; zone ids are refused. */
export const HOST_IPV6 = byteClass(`:.${DIGITS}abcdefABCDEF`);

/** Value of an ASCII hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Whether the byte is an ASCII decimal digit. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function asciiValue(): ByteClass {
  const table = new Uint8Array(256);
  table.fill(1, SP, 0x7f);
  table[HTAB] = 1;
  return table;
}
