// Characters that nobody sees. Each has a place where it belongs: joiners in Persian, Indic scripts and emoji, breaks in Thai, selectors behind Han
// and emoji, fillers in Hangul, soft hyphens in long words, invisible operators in formulas, tags in three flags. A run of them, or one that stands
// between two letters which need nothing, belongs nowhere. A single stray one at the edge of a word is what copying from web pages leaves behind.

import { isBidiControl } from './bidi.ts';
import type { Characters } from './characters.ts';
import { hasVariants, isComplex, isEmoji, isHan, isHangulLetter, isPlain, KINDS, Kind } from './code-points.ts';
import type { HiddenType, Mark } from './emit.ts';

const SOFT_HYPHEN = 0xad;
const JOINER = 0x200d;
const BYTE_ORDER_MARK = 0xfeff;
const BLACK_FLAG = 0x1f3f4;
const CANCEL_TAG = 0xe007f;
const TEXT_SELECTOR = 0xfe0e;
const EMOJI_SELECTOR = 0xfe0f;
/** Longer runs are no spelling in any script. */
const MOST_IN_A_ROW = 3;
/** So many of several kinds at the edges of words are a code. */
const LEAST_CODE = 16;
/** What fills a place is repeated after at most so many characters, and told by so many that are the same. */
const LONGEST_PERIOD = 6;
const LEAST_REPEATED = 4;
/** A word may be divided by operators this often: a product of a few variables. */
const MOST_FACTORS = 3;

/** Whether nobody sees a character. */
export function isUnseen(point: number): boolean {
  if (point < 0x10000) return KINDS[point] === Kind.unseen;
  return (point >= 0xe0000 && point <= 0xe0fff) || (point >= 0x1d173 && point <= 0x1d17a) || (point >= 0x1bca0 && point <= 0x1bca3);
}

/** What may be one of many, and is judged when all are known. */
interface Doubts {
  /** Between two letters that need nothing. */
  readonly inWords: number[];
  /** At the edges of words. */
  readonly atEdges: number[];
  /** Different characters among those at the edges. */
  readonly kinds: Set<number>;
}

/** Marks what is out of place. `isBegin`: the text begins with the first character. */
export function markUnseen(characters: Characters, isBegin: boolean, mark: Mark): void {
  const doubts: Doubts = { inWords: [], atEdges: [], kinds: new Set() };
  const { points, length } = characters;
  for (let at = 0; at < length; at += 1) {
    if (!isUnseen(points[at] ?? 0)) continue;
    let end = at + 1;
    while (end < length && isUnseen(points[end] ?? 0)) end += 1;
    judgeRun(characters, { start: at, end, isBegin }, mark, doubts);
    at = end;
  }
  settle(characters, doubts, mark);
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly isBegin: boolean;
}

function judgeRun(characters: Characters, run: Run, mark: Mark, doubts: Doubts): void {
  const { points } = characters;
  const before = run.start > 0 ? points[run.start - 1] : undefined;
  let at = run.start;
  if (at === 0 && run.isBegin && points[at] === BYTE_ORDER_MARK) at += 1;
  if (before !== undefined) at = behindSpelling(points, at, run.end, before);
  let loose = 0;
  while (at < run.end) {
    const same = sameFamily(points, at, run.end);
    if (same.type === 'zero-width') {
      loose += same.end - at;
      doubt(characters, { at, end: same.end, run }, doubts, mark);
    } else mark(same.type, at, same.end);
    at = same.end;
  }
  if (loose > MOST_IN_A_ROW) mark('zero-width', run.start, run.end);
}

/** Behind what spells one visible character together with the one in front: a selector, the tags of a flag, the joiner of an emoji. */
function behindSpelling(points: Readonly<Uint32Array>, from: number, end: number, before: number): number {
  let at = from;
  const first = points[at] ?? 0;
  if (isHan(before) && first >= 0xe0100 && first <= 0xe01ef) at += 1;
  else if (before === BLACK_FLAG && isTag(first)) at = behindFlag(points, at, end);
  else if (first >= 0xfe00 && first <= EMOJI_SELECTOR) {
    // Emoji selectors stay behind where an emoji was taken away, and some programs double them.
    if (first >= TEXT_SELECTOR && !isLetterBetween(points, at - 1, end)) at += points[at + 1] === first ? 2 : 1;
    else if (first < TEXT_SELECTOR && hasVariants(before)) at += 1;
  }
  if (isEmoji(before) && points[at] === JOINER && at < end) at += 1;
  return at;
}

/** Two letters of a region, up to four letters or digits of its part, the end: anything longer is a text. */
function behindFlag(points: Readonly<Uint32Array>, from: number, end: number): number {
  let at = from;
  while (at < end && isTagLetter(points[at] ?? 0)) at += 1;
  const letters = at - from;
  return letters >= 3 && letters <= 6 && points[at] === CANCEL_TAG && at < end ? at + 1 : from;
}

function isTag(point: number): boolean {
  return point >= 0xe0000 && point <= 0xe007f;
}

function isTagLetter(point: number): boolean {
  return (point >= 0xe0061 && point <= 0xe007a) || (point >= 0xe0030 && point <= 0xe0039);
}

function isSelector(point: number): boolean {
  return (point >= 0xfe00 && point <= EMOJI_SELECTOR) || (point >= 0xe0100 && point <= 0xe01ef);
}

/** The type of the first character of what is left of a run, and how far it goes on. */
function sameFamily(
  points: Readonly<Uint32Array>,
  from: number,
  to: number,
): {
  readonly type: Extract<HiddenType, 'tag-characters' | 'variation-selectors' | 'format-character' | 'zero-width'>;
  readonly end: number;
} {
  const type = typeOf(points[from] ?? 0);
  let end = from + 1;
  while (end < to && typeOf(points[end] ?? 0) === type) end += 1;
  // A selector alone behind a letter selects nothing, and says nothing either.
  if (type === 'variation-selectors' && end - from === 1 && (points[from] ?? 0) <= EMOJI_SELECTOR) return { type: 'zero-width', end };
  return { type, end };
}

function typeOf(point: number): 'tag-characters' | 'variation-selectors' | 'format-character' | 'zero-width' {
  if (isSelector(point)) return 'variation-selectors';
  if (point >= 0xe0000) return 'tag-characters';
  const isDeprecated = (point >= 0x206a && point <= 0x206f) || (point >= 0xfff0 && point <= 0xfffb) || point >= 0x10000;
  return isDeprecated ? 'format-character' : 'zero-width';
}

/** Notes what has no place of its own; what belongs where it is is forgotten. */
function doubt(
  characters: Characters,
  { at, end, run }: { readonly at: number; readonly end: number; readonly run: Run },
  doubts: Doubts,
  mark: Mark,
): void {
  const { points, length } = characters;
  const before = run.start > 0 ? (points[run.start - 1] ?? 0) : 0;
  const behind = run.end < length ? (points[run.end] ?? 0) : 0;
  const isShort = run.end - run.start <= MOST_IN_A_ROW;
  for (let one = at; one < end; one += 1) {
    const point = points[one] ?? 0;
    if (isBidiControl(point) && !(isPlain(before) && isPlain(behind))) continue;
    if (isShort && belongs(characters, one, { before, behind })) continue;
    if (point >= 0x2061 && point <= 0x2064 && isShort && isFormula(points, one)) continue;
    if (isPlain(before) && isPlain(behind)) doubts.inWords.push(one);
    else {
      doubts.atEdges.push(one);
      doubts.kinds.add(point);
    }
  }
  if (end - at === 2 && points[at] === SOFT_HYPHEN && points[at + 1] === SOFT_HYPHEN) mark('zero-width', at, end);
}

/** Whether the script around needs such a character there. */
function belongs({ points }: Characters, at: number, { before, behind }: { readonly before: number; readonly behind: number }): boolean {
  const point = points[at] ?? 0;
  if (point === SOFT_HYPHEN) return !isLetterAlone(points, at);
  if (point === 0x115f || point === 0x1160 || point === 0x3164 || point === 0xffa0) return isHangulLetter(before) || isHangulLetter(behind);
  if (point >= 0x180b && point <= 0x180f) return before >= 0x1800 && before <= 0x18aa;
  if (point === 0x17b4 || point === 0x17b5) return before >= 0x1780 && before <= 0x17d3;
  return isComplex(before) || isComplex(behind);
}

/** Whether one of the two letters beside has another unseen character on its other side: hyphenation leaves no letter alone. */
function isLetterAlone(points: Readonly<Uint32Array>, at: number): boolean {
  return isUnseen(points[at - 2] ?? 0) || isUnseen(points[at + 2] ?? 0);
}

/** A product of a few factors, or a function and its argument: no word is made of so few parts. */
function isFormula(points: Readonly<Uint32Array>, at: number): boolean {
  let parts = 0;
  for (let next = at; parts <= MOST_FACTORS && isUnseen(points[next] ?? 0); next += 2) parts += 1;
  for (let last = at - 2; parts <= MOST_FACTORS && isUnseen(points[last] ?? 0); last -= 2) parts += 1;
  return parts <= MOST_FACTORS;
}

/** Whether plain letters stand on both sides. */
function isLetterBetween(points: Readonly<Uint32Array>, before: number, behind: number): boolean {
  return isWordLetter(points[before] ?? 0) && isWordLetter(points[behind] ?? 0);
}

/** Digits carry emoji selectors: keycaps. */
function isWordLetter(point: number): boolean {
  return isPlain(point) && !(point >= 0x30 && point <= 0x39);
}

function settle(characters: Characters, { inWords, atEdges, kinds }: Doubts, mark: Mark): void {
  const { points } = characters;
  const isCode = kinds.size > 1 && atEdges.length >= LEAST_CODE && countSaying(points, atEdges) >= LEAST_CODE;
  const isInterleaved = inWords.length > 1;
  for (const at of inWords) if (isInterleaved || isCode) mark('zero-width', at, at + 1);
  if (!isInterleaved && !isCode) for (const at of inWords) if (points[at] !== SOFT_HYPHEN) mark('zero-width-lone', at, at + 1);
  if (isInterleaved || isCode) for (const at of atEdges) mark('zero-width', at, at + 1);
}

/**
 * How many of the characters at edges are more than what was said before. The same few of them over and over say nothing: mail fills its preview with such,
 * so that none of its text is shown there.
 */
function countSaying(points: Readonly<Uint32Array>, places: readonly number[]): number {
  return places.filter((_, at) => !isRepeated(points, places, at)).length;
}

/** Whether what leads to here is what stood a few characters earlier. */
function isRepeated(points: Readonly<Uint32Array>, places: readonly number[], at: number): boolean {
  for (let period = 2; period <= LONGEST_PERIOD; period += 1) {
    const needed = Math.max(period, LEAST_REPEATED);
    if (at - needed - period < -1) continue;
    let same = 0;
    while (same < needed && points[places[at - same] ?? 0] === points[places[at - same - period] ?? 0]) same += 1;
    if (same === needed) return true;
  }
  return false;
}
