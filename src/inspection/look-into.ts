// A window, looked into: does the pattern match, where, and does the validator say that it is one. Only here do bytes become text.

import type { Around } from './anchors.ts';
import type { Probe } from './plan.ts';
import type { Match } from './run-program.ts';
import { CHARACTERS_OPENED_PER_STEP, spend, STEPS_PER_WINDOW } from './spend.ts';
import type { Budget, Candidate, Part } from './types.ts';
import type { View } from './view.ts';
import { openWindow } from './window.ts';
import type { Window } from './window.ts';

/** Takes what was found: index of what it is, and offsets of the view. */
export type Emit = (detector: number, start: number, end: number) => void;

/** Looks into a window around anchors. Throws what a validator throws. */
export function lookInto(view: View, around: Around, budget: Budget, emit: Emit): void {
  const { probe, pattern } = around;
  const window = open(view, around.start, around.end, budget);
  if (window === undefined) return;
  const { text } = window;
  if (pattern === undefined) {
    const start = window.toText(around.anchorStart);
    const end = window.toText(around.anchorEnd);
    if (!spendOnAsking(budget, probe, end - start)) return;
    if (probe.read === undefined) judge(view, probe, window, { start, end, valueStart: start, valueEnd: end }, emit);
    else probe.read(candidateOf(view, window, start, end), (find, part) => emitPart(probe.index + find, window, part, emit));
    return;
  }
  const last = around.anchorStart + probe.near;
  for (let at = 0; at < text.length;) {
    const match = pattern.find(text, at, budget);
    if (match === undefined || window.toByte(match.valueStart) > last || !spendOnAsking(budget, probe, match.valueEnd - match.valueStart))
      return;
    at = next(text, match, judge(view, probe, window, shorten(window, match, probe.reach), emit));
  }
}

/** Looks at the beginning of a value, for which the name of its member is the anchor. Throws what a validator throws. */
export function lookAtBeginning(view: View, probe: Probe, budget: Budget, emit: Emit): void {
  const end = Math.min(view.end, view.begin + probe.after);
  const window = open(view, view.begin, end, budget);
  if (window === undefined) return;
  const { length } = window.text;
  const whole = { start: 0, end: length, valueStart: 0, valueEnd: length };
  const match = probe.pattern === undefined ? whole : probe.pattern.atStart(window.text, budget);
  if (match !== undefined && spendOnAsking(budget, probe, match.valueEnd - match.valueStart)) judge(view, probe, window, match, emit);
}

/** Undefined: there is no budget for it. */
function open(view: View, from: number, to: number, budget: Budget): Window | undefined {
  if (!spend(budget, STEPS_PER_WINDOW + Math.ceil((to - from) / CHARACTERS_OPENED_PER_STEP))) return undefined;
  const window = openWindow(view.bytes, from, to, view.end);
  // Characters of several bytes are read one by one.
  return window.text.length === to - from || spend(budget, to - from) ? window : undefined;
}

function spendOnAsking(budget: Budget, { cost }: Probe, characters: number): boolean {
  return spend(budget, cost.look + cost.character * characters);
}

/** Where the end of what was found was, or else the next word inside of what was refused: that it is none says nothing about what it holds. */
function next(text: string, match: Match, isOne: number): number {
  if (isOne > match.start) return isOne;
  for (let at = match.start + 1; at < match.end; at += 1) {
    if (isWord(text.charCodeAt(at)) && !isWord(text.charCodeAt(at - 1))) return at;
  }
  return Math.max(match.end, match.start + 1);
}

function isWord(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

/** Windows that have become one hold matches longer than any of them would. Nothing waits for the end of those. */
function shorten(window: Window, match: Match, reach: number): Match {
  const most = window.toByte(match.valueStart) + reach;
  if (window.toByte(match.valueEnd) <= most) return match;
  const end = window.toText(most);
  return { start: match.start, end, valueStart: match.valueStart, valueEnd: end };
}

const REFUSED = -1;

/** Asks the validator and emits what is found; gives the offset where looking goes on, or `REFUSED`. */
function judge(view: View, probe: Probe, window: Window, match: Match, emit: Emit): number {
  const { valueStart: start, valueEnd: end } = match;
  if (end <= start) return REFUSED;
  const verdict = probe.validator === undefined || probe.validator(candidateOf(view, window, start, end));
  if (verdict === false) return REFUSED;
  const parts: readonly Part[] = verdict === true ? [{ start, end }] : verdict;
  for (const part of parts) emitPart(probe.index, window, part, emit);
  return parts.length === 0 ? REFUSED : match.end;
}

function candidateOf({ passage }: View, { text }: Window, start: number, end: number): Candidate {
  return { value: text.slice(start, end), window: text, at: start, key: passage.key, surface: passage.surface };
}

function emitPart(detector: number, window: Window, { start, end }: Part, emit: Emit): void {
  if (!(start >= 0 && start < end && end <= window.text.length)) throw new RangeError('a part was named that is not in the window');
  emit(detector, window.toByte(start), window.toByte(end));
}
