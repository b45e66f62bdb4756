// Words put together again: letters that stand apart, digits and signs that stand for letters, words that tags, comments, or emphasis divide.

import type { Draft } from './fold.ts';
import { LEAST_APART } from './shape.ts';

const SPACE = 0x20;
const LINE_FEED = 0x0a;
/** Between two words whose letters stand apart, at most so many characters. */
const MAX_GAP = 4;
/** Markup inside of a word is no longer than this. */
const MAX_MARKUP = 200;
const LEET: ReadonlyMap<number, number> = new Map(
  Object.entries({ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', $: 's' }).map(([sign, letter]) => [
    sign.charCodeAt(0),
    letter.charCodeAt(0),
  ]),
);
/** `70` for `to`, and `808`, a name. */
const SMALL_WORD = 3;
const MARKS: ReadonlySet<number> = new Set(Array.from('*`~', (mark) => mark.charCodeAt(0)));

/** The draft with its words put together. */
export function rewriteAscii(draft: Draft): Draft {
  return withoutLeet(withoutSpread(withoutGaps(withoutMarkup(draft))));
}

/** Without what stands between two letters and is not seen when the text is shown. */
function withoutMarkup(draft: Draft): Draft {
  const kept = emptyLike(draft);
  for (let at = 0; at < draft.length; at += 1) {
    const end = isLetter(draft.points[at - 1]) ? endOfMarkup(draft, at) : at;
    if (end > at && isLetter(draft.points[end])) at = end;
    keep(kept, draft, at);
  }
  return kept;
}

/** Behind tags, comments and marks that begin here; here, if none do. */
function endOfMarkup({ points, length }: Draft, from: number): number {
  const most = Math.min(length, from + MAX_MARKUP);
  let at = from;
  while (at < most) {
    if (MARKS.has(points[at] ?? 0)) at += 1;
    else if (points[at] === 0x3c) {
      let end = at + 1;
      while (end < most && points[end] !== 0x3e && points[end] !== 0x3c) end += 1;
      if (points[end] !== 0x3e) return from;
      at = end + 1;
    } else return at;
  }
  return from;
}

/** Letters that stand apart, as words. What stands between two of them is dropped; what is wider than that, or a space among other signs, divides words. */
function withoutGaps(draft: Draft): Draft {
  const kept = emptyLike(draft);
  let at = 0;
  while (at < draft.length) {
    const end = isLetter(draft.points[at]) && !isLetter(draft.points[at - 1]) ? endOfApart(draft, at) : at;
    if (end === at) {
      keep(kept, draft, at);
      at += 1;
    } else {
      join(kept, draft, at, end);
      at = end;
    }
  }
  return kept;
}

/** Behind the last of the single letters that begin here; here, if they are too few. */
function endOfApart({ points, length }: Draft, from: number): number {
  let letters = 0;
  let end = from;
  for (let at = from; at < length && isLetter(points[at]) && !isWordCharacter(points[at + 1]);) {
    letters += 1;
    end = at + 1;
    let next = end;
    while (next < length && next - end < MAX_GAP && !isWordCharacter(points[next])) next += 1;
    at = next;
  }
  return letters >= LEAST_APART ? end : from;
}

function join(kept: Draft, draft: Draft, from: number, end: number): void {
  let gap = 0;
  let narrowest = MAX_GAP;
  for (let at = from + 1; at < end; at += 1) {
    if (isLetter(draft.points[at])) {
      narrowest = Math.min(narrowest, gap);
      gap = 0;
    } else gap += 1;
  }
  gap = 0;
  for (let at = from; at < end; at += 1) {
    if (!isLetter(draft.points[at])) {
      gap += 1;
      continue;
    }
    if (gap > narrowest) {
      keep(kept, draft, at - 1);
      kept.points[kept.length - 1] = SPACE;
    }
    keep(kept, draft, at);
    gap = 0;
  }
}

/** One space between words, whatever stood there. */
function withoutSpread(draft: Draft): Draft {
  const kept = emptyLike(draft);
  for (let at = 0; at < draft.length; at += 1) {
    const isBlank = (draft.points[at] ?? 0) <= SPACE;
    if (isBlank && at > 0 && (draft.points[at - 1] ?? 0) <= SPACE) continue;
    keep(kept, draft, at);
    if (isBlank) kept.points[kept.length - 1] = SPACE;
  }
  return kept;
}

/** Digits and signs as the letters that they stand for; words with other digits, and numbers as they are, but for small ones between words. */
function withoutLeet(draft: Draft): Draft {
  const { points, length } = draft;
  for (let at = 0; at < length;) {
    let end = at;
    let [signs, digits, letters] = [0, 0, 0];
    for (; end < length && isPartOfWord(points[end]); end += 1) {
      if (LEET.has(points[end] ?? 0)) signs += 1;
      else if (isLetter(points[end])) letters += 1;
      else digits += 1;
    }
    const mayBeWord = letters > 0 || (signs <= SMALL_WORD && !isDigit(points[at - 2]) && !isDigit(points[end + 1]));
    if (signs > 0 && digits === 0 && mayBeWord) for (; at < end; at += 1) points[at] = LEET.get(points[at] ?? 0) ?? points[at] ?? 0;
    at = end + 1;
  }
  return draft;
}

function isPartOfWord(point: number | undefined): boolean {
  return isWordCharacter(point) || LEET.has(point ?? 0);
}

function isLetter(point: number | undefined): boolean {
  if (point === undefined) return false;
  return point > 0x7f || ((point | 0x20) >= 0x61 && (point | 0x20) <= 0x7a);
}

function isDigit(point: number | undefined): boolean {
  return point !== undefined && point >= 0x30 && point <= 0x39;
}

function isWordCharacter(point: number | undefined): boolean {
  return isLetter(point) || isDigit(point);
}

function emptyLike({ length }: Draft): Draft {
  return { length: 0, points: new Uint32Array(length), offsets: new Uint32Array(length) };
}

function keep(kept: Draft, draft: Draft, at: number): void {
  kept.points[kept.length] = draft.points[at] ?? LINE_FEED;
  kept.offsets[kept.length] = draft.offsets[at] ?? 0;
  kept.length += 1;
}
