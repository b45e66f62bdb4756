// Writes ASN.1 values in DER (X.690), as far as certificates need them. Only writes: nothing that comes from outside is ever parsed here,
// certificates of others are read by node:crypto.

const CLASS_CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

/** Tag, length, content. */
export function derValue(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), derLength(content.length), content]);
}

/** SEQUENCE of these, in this order. */
export function derSequence(...members: readonly Uint8Array[]): Buffer {
  return derValue(0x30, ...members);
}

/** SET with one member; more would have to be sorted (X.690 §11.6). */
export function derSetOf(member: Uint8Array): Buffer {
  return derValue(0x31, member);
}

/** BOOLEAN. */
export function derBoolean(value: boolean): Buffer {
  return derValue(0x01, Buffer.from([value ? 0xff : 0x00]));
}

/** INTEGER that is not negative, from its bytes in network order. */
export function derUnsigned(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  // A set top bit would mean a negative number (X.690 §8.3.3).
  return (shortest[0] ?? 0) < 0x80 ? derValue(0x02, shortest) : derValue(0x02, Buffer.from([0]), shortest);
}

/** BIT STRING of whole bytes, or with its last `unusedBits` bits unused. */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return derValue(0x03, Buffer.from([unusedBits]), bytes);
}

/** OCTET STRING. */
export function derOctetString(bytes: Uint8Array): Buffer {
  return derValue(0x04, bytes);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return derValue(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTF8String. */
export function derUtf8(text: string): Buffer {
  return derValue(0x0c, Buffer.from(text, 'utf8'));
}

/** UTCTime or GeneralizedTime, whichever RFC 5280 §4.1.2.5 wants for this year. To the second. */
export function derTime(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  return at.getUTCFullYear() < 2050 ? derValue(0x17, Buffer.from(`${digits.slice(2)}Z`)) : derValue(0x18, Buffer.from(`${digits}Z`));
}

/** [number] around whole values (EXPLICIT). */
export function derExplicit(number: number, ...members: readonly Uint8Array[]): Buffer {
  return derValue(CLASS_CONTEXT | CONSTRUCTED | number, ...members);
}

/** [number] in place of the tag of a primitive value (IMPLICIT). */
export function derImplicit(number: number, content: Uint8Array): Buffer {
  return derValue(CLASS_CONTEXT | number, content);
}

/** Bytes as PEM (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += 64) lines.push(base64.slice(at, at + 64));
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift(0x80 | (left % 128));
  return bytes;
}
