// Numbers as people write them: in groups, with one mark between. A run of digits may hold several numbers beside each other, like a card and its
// expiry; a number may be inside of something longer, like a version, an id or a sum, and then it is none.

import type { Candidate, Part } from '../types.ts';
import { hasContext } from './context.ts';
import type { Words } from './context.ts';

/** How a number is written: the lengths of its groups, and the marks between. Read from texts like `16`, `3-2-4`, `3.3.3-2` or `4_4_4_4`. */
export interface Shape {
  readonly lengths: readonly number[];
  /** Between group n and n + 1: a mark, or `_` for any, the same throughout. */
  readonly marks: readonly string[];
}

/** What a kind of number looks like, and what says that digits are one. */
export interface NumberKind {
  /** How it is written. */
  readonly shapes: readonly Shape[];
  /** How it is also written, but so are other numbers: a word of the context must be near. */
  readonly loose?: readonly Shape[];
  readonly check: (digits: string) => boolean;
  /** By its first four digits and how many there are: `check` would refuse all that it does. */
  readonly mayBegin?: (prefix: number, digits: number) => boolean;
  /** Words that speak of such a number. */
  readonly context?: Words;
  /** It may stand among other groups with the same marks, as a card does in front of its expiry; otherwise that asks for a word of the context. */
  readonly crowded?: boolean;
  /** What stands around it says that it is something else. */
  readonly isOther?: (candidate: Candidate, part: Part) => boolean;
}

/** Shapes from their texts. */
export function shapes(...texts: readonly string[]): readonly Shape[] {
  return texts.map((text) => ({ lengths: text.split(/[^0-9]/).map(Number), marks: text.split(/[0-9]+/).slice(1, -1) }));
}

interface Groups {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  readonly marks: readonly string[];
  /** All digits, and how many of them stand in front of each group. */
  readonly digits: string;
  readonly before: readonly number[];
}

/** One way of writing one kind. */
interface Form {
  readonly kind: number;
  readonly shape: Shape;
  readonly loose: boolean;
}

/** Calls `found` for each number in a run of digits, with the index of its kind. What has the form and check digits of several kinds is all of them. */
export type ReadNumbers = (candidate: Candidate, found: (kind: number, part: Part) => void) => void;

/** Reads runs for all of these kinds at once: most ways of writing are out after the length of their first group. */
export function createNumberReader(kinds: readonly NumberKind[]): ReadNumbers {
  const formsOf = new Map<number, Form[]>();
  for (const [kind, { shapes: strict, loose = [] }] of kinds.entries()) {
    for (const form of [
      ...strict.map((shape) => ({ kind, shape, loose: false })),
      ...loose.map((shape) => ({ kind, shape, loose: true })),
    ]) {
      const first = form.shape.lengths[0] ?? 0;
      formsOf.set(first, [...(formsOf.get(first) ?? []), form]);
    }
  }
  return (candidate, found) => {
    const groups = toGroups(candidate.value);
    // Behind a number of several groups, its middle is no other number of the same kind.
    const behind = new Map<number, number>();
    for (let first = 0; first < groups.lengths.length; first += 1) {
      for (const { kind, shape, loose } of formsOf.get(groups.lengths[first] ?? 0) ?? []) {
        const wanted = kinds[kind];
        const last = wanted === undefined || first < (behind.get(kind) ?? 0) ? undefined : fit(groups, first, shape);
        if (wanted === undefined || last === undefined || !isOne(candidate, groups, first, last, wanted, loose)) continue;
        behind.set(kind, last + 1);
        found(kind, { start: candidate.at + startOf(groups, first), end: candidate.at + endOf(groups, last) });
      }
    }
  };
}

function isOne(candidate: Candidate, groups: Groups, first: number, last: number, kind: NumberKind, needsContext: boolean): boolean {
  const start = startOf(groups, first);
  const end = endOf(groups, last);
  const digits = groups.digits.slice(groups.before[first], (groups.before[last] ?? 0) + (groups.lengths[last] ?? 0));
  if (!kind.check(digits)) return false;
  const edge = edgesOf(candidate, groups, first, last, kind.crowded === true);
  if (edge === 'inside') return false;
  const part = { start: candidate.at + start, end: candidate.at + end };
  if (kind.isOther?.(candidate, part) === true) return false;
  if (!needsContext && edge === 'free') return true;
  return kind.context !== undefined && hasContext(candidate, part.start, part.end, kind.context);
}

function fit(groups: Groups, first: number, shape: Shape): number | undefined {
  if (groups.lengths[first] !== shape.lengths[0]) return undefined;
  const last = first + shape.lengths.length - 1;
  const common = groups.marks[first];
  for (let index = first; index <= last; index += 1) {
    if (groups.lengths[index] !== shape.lengths[index - first]) return undefined;
    if (index === last) break;
    const mark = shape.marks[index - first];
    if (groups.marks[index] !== (mark === '_' ? common : mark)) return undefined;
  }
  return last;
}

function toGroups(run: string): Groups {
  const starts: number[] = [];
  const lengths: number[] = [];
  const marks: string[] = [];
  const before: number[] = [];
  let digits = '';
  let start = 0;
  for (let index = 0; index <= run.length; index += 1) {
    const code = index < run.length ? run.charCodeAt(index) : 0;
    if (code >= 48 && code <= 57) continue;
    if (index > start) {
      starts.push(start);
      lengths.push(index - start);
      marks.push(run.charAt(index));
      before.push(digits.length);
      digits += run.slice(start, index);
    }
    start = index + 1;
  }
  return { starts, lengths, marks, digits, before };
}

function startOf(groups: Groups, index: number): number {
  return groups.starts[index] ?? 0;
}

function endOf(groups: Groups, index: number): number {
  return (groups.starts[index] ?? 0) + (groups.lengths[index] ?? 0);
}

/**
 * What stands beside a number: nothing of its own (`free`), what joins it to something and so asks for more proof, as in a path or a slug (`joined`), or
 * more of the same thing, as of a decimal or an identifier (`inside`).
 */
function edgesOf(candidate: Candidate, groups: Groups, first: number, last: number, crowded: boolean): Edge {
  const mark = first < last && !crowded ? groups.marks[first] : undefined;
  const before = first > 0 ? edgeAt(groups.marks[first - 1], mark) : edgeBefore(candidate);
  if (before === 'inside') return before;
  const after = last < groups.lengths.length - 1 ? edgeAt(groups.marks[last], mark) : edgeAfter(candidate);
  if (after === 'inside') return after;
  return before === 'free' && after === 'free' ? 'free' : 'joined';
}

/** Between two groups of a run only a space parts two numbers; one that is also within the number may be within a longer one. */
function edgeAt(mark: string | undefined, own: string | undefined): Edge {
  if (mark !== ' ') return 'inside';
  return own === ' ' ? 'joined' : 'free';
}

type Edge = 'free' | 'joined' | 'inside';

const WORD = /[A-Za-z0-9_]/;
const JOINS = /[-/#.:&~*+$€£¥@\\]/;

function edgeBefore({ window, at }: Candidate): Edge {
  const before = window.charAt(at - 1);
  if (before === '') return 'free';
  if (WORD.test(before)) return isEscape(window, at) ? 'free' : 'inside';
  if (/[+$€£¥@]/.test(before)) return 'inside';
  if (before === ':' && !WORD.test(window.charAt(at - 2))) return 'joined';
  if (before === '#' || before === '/') return 'joined';
  return JOINS.test(before) && before !== ':' && WORD.test(window.charAt(at - 2)) ? 'joined' : 'free';
}

/** Text that was escaped twice: in `\n4111…` and `%3D4111…` the letter is not the number's neighbour. */
function isEscape(window: string, at: number): boolean {
  return /(?:\\[nrt]|%(?:20|3[aAdD]|2[cC]|0[aAdD]|22|27))$/.test(window.slice(Math.max(0, at - 3), at));
}

function edgeAfter({ window, at, value }: Candidate): Edge {
  const end = at + value.length;
  const after = window.charAt(end);
  if (after === '') return 'free';
  if (WORD.test(after)) return 'inside';
  if (after === '@' || after === '%') return 'joined';
  return (after === '-' || after === '/' || after === ':') && WORD.test(window.charAt(end + 1)) ? 'joined' : 'free';
}
