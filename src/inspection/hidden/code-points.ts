// What a character is good for, as far as hiding goes: which letters are plain, whose scripts need joiners and breaks that nobody sees, what is an
// emoji. Ranges of blocks rather than property tables: a block says which script a character belongs to, which is all that is asked here.

type Range = readonly [from: number, to: number];

/** Kinds of the characters of the Basic Multilingual Plane; everything beyond it is looked at by its code point. */
export const Kind = {
  /** Ends a word. */
  break: 0,
  /** Part of a word, of no script that is told apart. */
  neutral: 1,
  latin: 2,
  /** A letter of a script that has letters which look Latin. */
  lookAlike: 3,
  /** A letter or a digit in fancy dress: full-width, circled, small capitals. */
  styled: 4,
  /** Seen by nobody. */
  unseen: 5,
  control: 6,
  surrogate: 7,
} as const;

const LATIN: readonly Range[] = [
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xaa, 0xaa],
  [0xba, 0xba],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2af],
  [0x1d6b, 0x1dbf],
  [0x1e00, 0x1eff],
  [0x2c60, 0x2c7f],
  [0xa722, 0xa7ff],
  [0xab30, 0xab6f],
  [0xfb00, 0xfb06],
];
/** Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu. */
const LOOK_ALIKE: readonly Range[] = [
  [0x370, 0x373],
  [0x376, 0x37d],
  [0x37f, 0x37f],
  [0x386, 0x386],
  [0x388, 0x482],
  [0x48a, 0x556],
  [0x561, 0x587],
  [0x13a0, 0x13fd],
  [0x1c80, 0x1c8f],
  [0x1d26, 0x1d2b],
  [0x1f00, 0x1fff],
  [0x2c80, 0x2cff],
  [0x2de0, 0x2dff],
  [0xa4d0, 0xa4ff],
  [0xa640, 0xa69f],
  [0xab70, 0xabbf],
];
const STYLED: readonly Range[] = [
  [0x2b0, 0x2b8],
  [0x1d00, 0x1d25],
  [0x1d2c, 0x1d6a],
  [0x2071, 0x2071],
  [0x207f, 0x207f],
  [0x2090, 0x209c],
  [0x2102, 0x2102],
  [0x210a, 0x2115],
  [0x2119, 0x211d],
  [0x2124, 0x2124],
  [0x2128, 0x2128],
  [0x212c, 0x212d],
  [0x212f, 0x2134],
  [0x2139, 0x2139],
  [0x2145, 0x2149],
  [0x249c, 0x24e9],
  [0xff10, 0xff19],
  [0xff21, 0xff3a],
  [0xff41, 0xff5a],
];
const SMALL_CAPITALS = '\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\ua730\ua731\ua7af';
const UNSEEN: readonly Range[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
];
const CONTROL: readonly Range[] = [
  [0x00, 0x08],
  [0x0d, 0x1f],
  [0x7f, 0x84],
  [0x86, 0x9f],
];
/** Punctuation, symbols and spaces. */
const BREAK: readonly Range[] = [
  [0x00, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x5e],
  [0x60, 0x60],
  [0x7b, 0xa9],
  [0xab, 0xb4],
  [0xb6, 0xb9],
  [0xbb, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  [0x2000, 0x206f],
  [0x20a0, 0x20cf],
  [0x2190, 0x245f],
  [0x2500, 0x2bff],
  [0x2e00, 0x2e7f],
  [0x3000, 0x3004],
  [0x3008, 0x3020],
  [0xff01, 0xff0f],
  [0xff1a, 0xff20],
  [0xff3b, 0xff40],
  [0xff5b, 0xff65],
];

/** The kind of each UTF-16 unit. */
export const KINDS: Readonly<Uint8Array> = tableOf([
  [Kind.break, BREAK],
  [Kind.latin, LATIN],
  [Kind.lookAlike, LOOK_ALIKE],
  [Kind.styled, [...STYLED, ...Array.from(SMALL_CAPITALS, (one): Range => [one.charCodeAt(0), one.charCodeAt(0)])]],
  [Kind.unseen, UNSEEN],
  [Kind.control, CONTROL],
  [Kind.surrogate, [[0xd800, 0xdfff]]],
]);

/** Scripts whose spelling needs joiners, breaks or marks of direction that nobody sees: Hebrew to Tibetan, South-East Asia, East Asia. */
const COMPLEX: readonly Range[] = [
  [0x590, 0x109f],
  [0x1100, 0x11ff],
  [0x1700, 0x18af],
  [0x1900, 0x1cff],
  [0x2e80, 0x2fdf],
  [0x3003, 0x3007],
  [0x3021, 0xa4cf],
  [0xa800, 0xaaff],
  [0xabc0, 0xd7ff],
  [0xf900, 0xfaff],
  [0xfb1d, 0xfdff],
  [0xfe70, 0xfefc],
  [0xff66, 0xffdc],
  [0x10800, 0x10fff],
  [0x11000, 0x11fff],
  [0x13000, 0x1343f],
  [0x1e800, 0x1eeff],
  [0x20000, 0x3ffff],
];
const RIGHT_TO_LEFT: readonly Range[] = [
  [0x590, 0x8ff],
  [0xfb1d, 0xfdff],
  [0xfe70, 0xfefc],
  [0x10800, 0x10fff],
  [0x1e800, 0x1eeff],
];
const HAN: readonly Range[] = [
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3021, 0x3029],
  [0x3400, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x3ffff],
];
const EAST_ASIAN: readonly Range[] = [
  [0x1100, 0x11ff],
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3021, 0x3029],
  [0x3041, 0x318f],
  [0x31a0, 0x31ff],
  [0x3400, 0x9fff],
  [0xac00, 0xd7ff],
  [0xf900, 0xfaff],
  [0xff66, 0xffdc],
  [0x20000, 0x3ffff],
];
const HANGUL_LETTERS: readonly Range[] = [
  [0x1100, 0x11ff],
  [0x3131, 0x318e],
  [0xa960, 0xa97c],
  [0xac00, 0xd7fb],
  [0xffa1, 0xffdc],
];
const EMOJI: readonly Range[] = [
  [0xa9, 0xa9],
  [0xae, 0xae],
  [0x203c, 0x203c],
  [0x2049, 0x2049],
  [0x20e3, 0x20e3],
  [0x2122, 0x2122],
  [0x2139, 0x2139],
  [0x2190, 0x2bff],
  [0x3030, 0x3030],
  [0x303d, 0x303d],
  [0x3297, 0x3299],
  [0x1f000, 0x1f0ff],
  [0x1f170, 0x1faff],
];
/** Characters that have variants by the first selectors: East Asian punctuation, quotation marks, symbols, Myanmar, Phags-pa, old scripts. */
const HAS_VARIANTS: readonly Range[] = [
  [0x30, 0x30],
  [0x1000, 0x109f],
  [0x1820, 0x18aa],
  [0x2018, 0x201d],
  [0x2200, 0x2aff],
  [0x3000, 0x30ff],
  [0xa840, 0xa877],
  [0xff01, 0xff60],
  [0x10ac0, 0x10aff],
  [0x13000, 0x1345f],
];

export function isComplex(codePoint: number): boolean {
  return codePoint >= 0x590 && isIn(COMPLEX, codePoint);
}

export function isRightToLeft(codePoint: number): boolean {
  return codePoint >= 0x590 && isIn(RIGHT_TO_LEFT, codePoint);
}

export function isHan(codePoint: number): boolean {
  return codePoint >= 0x2e80 && isIn(HAN, codePoint);
}

export function isEastAsian(codePoint: number): boolean {
  return codePoint >= 0x1100 && isIn(EAST_ASIAN, codePoint);
}

export function isHangulLetter(codePoint: number): boolean {
  return codePoint >= 0x1100 && isIn(HANGUL_LETTERS, codePoint);
}

export function isEmoji(codePoint: number): boolean {
  return isIn(EMOJI, codePoint);
}

export function hasVariants(codePoint: number): boolean {
  return isHan(codePoint) || isEmoji(codePoint) || isIn(HAS_VARIANTS, codePoint);
}

/** A letter or a digit of a script that never needs anything unseen between two of them. */
export function isPlain(codePoint: number): boolean {
  if (codePoint > 0xffff) return isStyledBeyond(codePoint);
  const kind = KINDS[codePoint];
  return kind === Kind.latin || kind === Kind.lookAlike || kind === Kind.styled || (codePoint >= 0x30 && codePoint <= 0x39);
}

/** Mathematical, enclosed and squared letters beyond the Basic Multilingual Plane; regional indicators are flags, two by two. */
export function isStyledBeyond(codePoint: number): boolean {
  return (codePoint >= 0x1d400 && codePoint <= 0x1d7ff) || (codePoint >= 0x1f110 && codePoint <= 0x1f189);
}

function isIn(ranges: readonly Range[], codePoint: number): boolean {
  for (const [from, to] of ranges) if (codePoint >= from && codePoint <= to) return true;
  return false;
}

function tableOf(kinds: readonly (readonly [kind: number, ranges: readonly Range[]])[]): Uint8Array {
  const table = new Uint8Array(0x10000).fill(Kind.neutral);
  for (const [kind, ranges] of kinds) for (const [from, to] of ranges) table.fill(kind, from, to + 1);
  return table;
}
