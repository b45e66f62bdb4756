// Characters that nobody sees, or that show another text than a model reads: hidden alphabets, joiners out of place, changes of direction, control of
// terminals, letters that pretend. What a character is for is decided by the script around it, so that no living language and no emoji is an alarm.

import { isBidiControl, markBidi } from './hidden/bidi.ts';
import { toCharacters } from './hidden/characters.ts';
import type { Characters } from './hidden/characters.ts';
import { isStyledBeyond, KINDS, Kind } from './hidden/code-points.ts';
import { HIDDEN_FINDS, indexOfFind } from './hidden/emit.ts';
import type { HiddenType, Mark } from './hidden/emit.ts';
import { markControls } from './hidden/terminal.ts';
import { isUnseen, markUnseen } from './hidden/unseen.ts';
import { markWords } from './hidden/words.ts';
import type { Sweep } from './types.ts';

export type { HiddenType } from './hidden/emit.ts';

/** How far around what is looked at the script of a character is asked for, in bytes. */
const CONTEXT_BYTES = 256;

/** The sweep for all of it. */
export const HIDDEN: Sweep = {
  finds: HIDDEN_FINDS,
  needs: ['wide', 'control'],
  run({ bytes, begin, end, from, to, isDecoded, isWritten }, emit) {
    if (isDecoded === true) return;
    const first = Math.max(begin, characterAt(bytes, from - CONTEXT_BYTES));
    const text = toCharacters(bytes, first, Math.min(end, to + CONTEXT_BYTES));
    markHidden(text, { isBegin: first === begin, isWritten }, (type, start, behind) => {
      // What crosses an edge is cut there: the passage on the other side finds the rest of it.
      const startByte = Math.max(from, first + (text.offsets[start] ?? 0));
      const endByte = Math.min(to, first + (text.offsets[behind] ?? 0));
      if (startByte < endByte) emit(indexOfFind(type), startByte, endByte);
    });
  },
};

/** Something hidden in a text, in UTF-16 units. */
export interface HiddenSpan {
  readonly type: HiddenType;
  readonly start: number;
  readonly end: number;
}

/** Everything hidden in a text, by where it begins. */
export function findHidden(text: string): readonly HiddenSpan[] {
  const characters = toCharacters(new TextEncoder().encode(text));
  const units = new Uint32Array(characters.length + 1);
  for (let at = 0; at < characters.length; at += 1) units[at + 1] = (units[at] ?? 0) + ((characters.points[at] ?? 0) > 0xffff ? 2 : 1);
  const spans: HiddenSpan[] = [];
  markHidden(characters, { isBegin: true }, (type, from, to) => spans.push({ type, start: units[from] ?? 0, end: units[to] ?? 0 }));
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

/**
 * Looks once at what is there at all, so that ordinary text of any language costs no more than that. Of a text with characters written as others, control
 * characters are none: source code, patterns, TeX and paths are full of backslashes that read as such.
 */
function markHidden(
  characters: Characters,
  { isBegin, isWritten = false }: { readonly isBegin: boolean; readonly isWritten?: boolean | undefined },
  mark: Mark,
): void {
  const { points, length } = characters;
  let control = -1;
  let [unseen, bidi, latin, lookAlike, styled] = [false, false, false, false, false];
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    const kind = point < 0x10000 ? KINDS[point] : Kind.surrogate;
    if (kind === Kind.latin) latin = true;
    else if (kind === Kind.control && control < 0) control = at;
    else if (kind === Kind.lookAlike) lookAlike = true;
    else if (kind === Kind.styled) styled = true;
    else if (kind === Kind.unseen) {
      unseen = true;
      bidi ||= isBidiControl(point);
    } else if (kind === Kind.surrogate) {
      if (isUnseen(point)) unseen = true;
      else styled ||= isStyledBeyond(point);
    }
  }
  if (control >= 0 && !isWritten) markControls(characters, control, mark);
  if (unseen) markUnseen(characters, isBegin, mark);
  if (bidi) markBidi(characters, mark);
  if (styled || (latin && lookAlike)) markWords(characters, mark);
}

/** The next beginning of a character. */
function characterAt(bytes: Uint8Array, from: number): number {
  let at = Math.max(0, from);
  while (((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
