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
export const LEAST_LEET_WORDS = 3;
/** One word in so many has digits for letters. */
const LEET_SHARE = 6;
export const LEAST_ROTATED = 3;
const ROTATED_SHARE = 16;

/** What a byte adds to the counts of its word: letters, signs that stand for letters, other digits. Nothing: it is no part of a word. */
const LETTER = 1;
const SIGN = 1 << 10;
const DIGIT = 1 << 20;
const COUNT = SIGN - 1;
/** Words are counted as far as the counts go. */
export const MAX_WORD = COUNT;
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
/** All that may divide a word. */
const DIVIDES = new Uint8Array(256);
for (const byte of [ESCAPE, LESS, GREATER, ...MARKS]) DIVIDES[byte] = 1;
/** Between letters that stand apart. */
const MAX_GAP = 4;
/** Identifiers are longer than most words. */
const MAX_LEET = 16;

/** "the", "and", "you", "your", "that", "this", "with", "from", "all", "for", "not", "into", "user", "to", "of", "in", "is", moved; what short ones weigh. */
export const ROTATED_WORDS: readonly string[] = 'gur naq lbh lbhe gung guvf jvgu sebz nyy sbe abg vagb hfre gb bs va vf'.split(' ');
const ROTATED: ReadonlyMap<number, number> = new Map(ROTATED_WORDS.map((word) => [packed(word), word.length > 2 ? 2 : 1]));

/** Two letters that such a word begins with: of all others it is known at once that they are none. */
const BEGINS_ROTATED = new Uint8Array(2 ** 10);
for (const word of ROTATED_WORDS) BEGINS_ROTATED[pairAt(Buffer.from(word), 0)] = 1;

/** What a byte is in a word; undefined where it is no part of one. */
export function partOfWord(byte: number): 'letter' | 'sign' | 'digit' | undefined {
  const adds = ADDS[byte];
  return adds === LETTER ? 'letter' : adds === SIGN ? 'sign' : adds === DIGIT ? 'digit' : undefined;
}

/** Whether a byte may stand in the middle of what reads as one word. */
export function dividesWords(byte: number): boolean {
  return DIVIDES[byte] === 1;
}

/** How much a word counts as one that is moved. */
export function weightOfRotated(word: string): number {
  return ROTATED_WORDS.includes(word) ? (ROTATED.get(packed(word)) ?? 0) : 0;
}

/** The shape of [begin, end) of the bytes. */
export function shapeOf(bytes: Uint8Array, begin: number, end: number): Shape {
  let wide = 0;
  let words = 0;
  let leet = 0;
  let rotated = 0;
  let apart = 0;
  let mostApart = 0;
  let wordEnd = begin - 1;
  let isDivided = false;
  let isInTag = false;
  let isSpread = false;
  let isBlank = false;
  for (let at = begin; at < end;) {
    const byte = bytes[at] ?? 0;
    if (ADDS[byte] === 0) {
      wide |= byte;
      isBlank = isBlank && byte <= SPACE;
      if (DIVIDES[byte] === 1) {
        if (byte === ESCAPE) isDivided = true;
        // Markup right behind a word, and another word right behind that.
        else if (byte === LESS) isInTag = wordEnd === at;
        else if (byte === GREATER) {
          isDivided ||= isInTag && isLetter(bytes, at + 1, end);
          isInTag = false;
        } else if (wordEnd === at) {
          while (at + 1 < end && MARKS.has(bytes[at + 1] ?? 0)) at += 1;
          isDivided ||= isLetter(bytes, at + 1, end);
        }
      }
      at += 1;
      continue;
    }
    const start = at;
    const most = Math.min(end, at + MAX_WORD);
    let sum = 0;
    let adds = ADDS[byte] ?? 0;
    while (adds !== 0 && at < most) {
      sum += adds;
      at += 1;
      adds = ADDS[bytes[at] ?? 0] ?? 0;
    }
    isSpread ||= isBlank && byte >= 0x61 && (start - wordEnd > 1 || bytes[wordEnd] !== SPACE);
    isBlank = true;
    words += 1;
    const size = at - start;
    if (sum === LETTER) {
      apart = start - wordEnd <= MAX_GAP ? apart + 1 : 1;
      if (apart > mostApart) mostApart = apart;
    } else {
      apart = 0;
      if (sum === size) {
        if (size < 5 && BEGINS_ROTATED[pairAt(bytes, start)] === 1) rotated += ROTATED.get(packedAt(bytes, start, at)) ?? 0;
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

function isLetter(bytes: Uint8Array, at: number, end: number): boolean {
  return at < end && ADDS[bytes[at] ?? 0] === LETTER;
}

function packed(word: string): number {
  return packedAt(Buffer.from(word), 0, word.length);
}

function packedAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = (value << 8) | ((bytes[at] ?? 0) | 0x20);
  return value;
}

/** The first two letters as a number, whatever their case. */
function pairAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x1f) << 5) | ((bytes[at + 1] ?? 0) & 0x1f);
}
