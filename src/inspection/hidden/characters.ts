// A passage as characters, each with the byte it begins at. Decoded here and not by TextDecoder, which does not say where anything came from.

/** Code points, and where they stand. */
export interface Characters {
  readonly length: number;
  readonly points: Readonly<Uint32Array>;
  /** Offset of each character's first byte; one more, for the end. */
  readonly offsets: Readonly<Uint32Array>;
}

const REPLACEMENT = 0xfffd;

/** Reads [from, to) as UTF-8 (RFC 3629); offsets count from there. Bytes may be anything, for they may be decoded from anything: one that is none of a character stands as U+FFFD, by itself. */
export function toCharacters(bytes: Uint8Array, from = 0, to = bytes.length): Characters {
  const points = new Uint32Array(to - from);
  const offsets = new Uint32Array(to - from + 1);
  let length = 0;
  let at = from;
  while (at < to) {
    offsets[length] = at - from;
    const lead = bytes[at] ?? 0;
    const sized = lead < 0x80 ? 1 : sizeOf(bytes, at, lead);
    const size = at + sized > to ? 1 : sized;
    points[length] = size === 1 ? (lead < 0x80 ? lead : REPLACEMENT) : pointOf(bytes, at, lead, size);
    length += 1;
    at += size;
  }
  offsets[length] = at - from;
  return { length, points, offsets };
}

/** Bytes of the character that begins here; one where none does. */
function sizeOf(bytes: Uint8Array, at: number, lead: number): number {
  const size = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  if (second < leastBehind(lead) || second > mostBehind(lead)) return 1;
  for (let next = 2; next < size; next += 1) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 1;
  return size;
}

/** What may stand behind a first byte: no longer spelling than needed, no surrogate, nothing beyond U+10FFFF (RFC 3629 §4). */
function leastBehind(lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

function mostBehind(lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}

function pointOf(bytes: Uint8Array, at: number, lead: number, size: number): number {
  let point = lead & (0xff >> (size + 1));
  for (let next = 1; next < size; next += 1) point = (point << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  return point;
}
