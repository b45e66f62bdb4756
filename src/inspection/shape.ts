// Whether a text has a shape that no ordinary text has: letters apart, words of letters and digits, words divided by markup or terminal commands, English with
// its alphabet moved.
// One pass over the bytes, since every text is asked.

/** What a text looks like from afar. */
export interface Shape {
  readonly isAscii: boolean;
  /** It has what would read otherwise if it were written plainly. */
  readonly isOdd: boolean;
  /** Words of a sentence have more between them than one space: ends of lines, indentation. */
  readonly isSpread: boolean;
  /** Common words of English stand in it, moved by half the alphabet. */
  readonly isRotated: boolean;
}

/** Letters apart, one behind the other: initials are fewer. */
export const LEAST_APART = 6;
const LEAST_LEET_WORDS = 3;
/** One word in so many has digits for letters. */
const LEET_SHARE = 6;
const LEAST_ROTATED = 3;
const ROTATED_SHARE = 16;

/** What a byte adds to the counts of its word: letters, signs that stand for letters, other digits. Nothing: it is no part of a word. */
const LETTER = 1;
const SIGN = 1 << 10;
const DIGIT = 1 << 20;
const COUNT = SIGN - 1;
/** Words are counted as far as the counts go. */
const MAX_WORD = COUNT;
const ADDS = new Uint32Array(256);
for (let byte = 0; byte < 26; byte += 1) ADDS[0x41 + byte] = ADDS[0x61 + byte] = LETTER;
for (const sign of '0134578@$') ADDS[sign.charCodeAt(0)] = SIGN;
for (const sign of '269') ADDS[sign.charCodeAt(0)] = DIGIT;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const LESS = 0x3c;
const GREATER = 0x3e;
/** Emphasis, as marks: `*`, `~` and the backtick. */
const MARKS: ReadonlySet<number> = new Set([0x2a, 0x7e, 0x60]);
/** Between letters that stand apart. */
const MAX_GAP = 4;
/** Identifiers are longer than most words. */
const MAX_LEET = 16;

/** "the", "and", "you", "your", "that", "this", "with", "from", "all", "for", "not", "into", "user", "to", "of", "in", "is", moved; what short ones weigh. */
const ROTATED: ReadonlyMap<number, number> = new Map(
  ['gur', 'naq', 'lbh', 'lbhe', 'gung', 'guvf', 'jvgu', 'sebz', 'nyy', 'sbe', 'abg', 'vagb', 'hfre', 'gb', 'bs', 'va', 'vf'].map((word) => [
    packed(word),
    word.length > 2 ? 2 : 1,
  ]),
);

export function shapeOf(bytes: Uint8Array): Shape {
  const { length } = bytes;
  let [wide, words, leet, rotated, apart, mostApart, wordEnd] = [0, 0, 0, 0, 0, 0, -1];
  let [isDivided, isInTag, isSpread, isBlank] = [false, false, false, false];
  for (let at = 0; at < length;) {
    const byte = bytes[at] ?? 0;
    if (ADDS[byte] === 0) {
      wide |= byte;
      isDivided ||= byte === ESCAPE;
      isBlank = isBlank && byte <= 0x20;
      // Markup right behind a word, and another word right behind that.
      if (byte === LESS) isInTag = wordEnd === at;
      else if (byte === GREATER && isInTag) {
        isDivided ||= isLetter(bytes[at + 1]);
        isInTag = false;
      } else if (MARKS.has(byte) && wordEnd === at) {
        while (MARKS.has(bytes[at + 1] ?? 0)) at += 1;
        isDivided ||= isLetter(bytes[at + 1]);
      }
      at += 1;
      continue;
    }
    const start = at;
    const most = Math.min(length, at + MAX_WORD);
    let sum = 0;
    let adds = ADDS[byte] ?? 0;
    while (adds !== 0 && at < most) {
      sum += adds;
      at += 1;
      adds = ADDS[bytes[at] ?? 0] ?? 0;
    }
    isSpread ||= isBlank && (bytes[start] ?? 0) >= 0x61 && (start - wordEnd > 1 || bytes[wordEnd] !== SPACE);
    isBlank = true;
    words += 1;
    const size = at - start;
    if (sum === LETTER) {
      apart = start - wordEnd <= MAX_GAP ? apart + 1 : 1;
      if (apart > mostApart) mostApart = apart;
    } else {
      apart = 0;
      if (sum === size) {
        if (size < 5) rotated += ROTATED.get(packedAt(bytes, start, at)) ?? 0;
      } else if (sum < DIGIT && (sum & COUNT) > 0 && size < MAX_LEET) leet += 1;
    }
    wordEnd = at;
  }
  const isLeet = leet >= LEAST_LEET_WORDS && leet * LEET_SHARE >= words;
  return {
    isAscii: wide < 0x80,
    isSpread,
    isOdd: isDivided || isLeet || mostApart >= LEAST_APART,
    isRotated: rotated >= LEAST_ROTATED && rotated * ROTATED_SHARE >= words,
  };
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ADDS[byte] === LETTER;
}

function packed(word: string): number {
  return packedAt(Buffer.from(word), 0, word.length);
}

function packedAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = (value << 8) | ((bytes[at] ?? 0) | 0x20);
  return value;
}
