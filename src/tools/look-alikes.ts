// What could be mistaken for what across servers: names that are equal, look equal or are a slip of the finger apart (T05, T08); texts that
// speak of another server's tools (T06); tools that do the same, one of them asking to be preferred (T07). A report for a person; nothing is
// decided by it.

import type { NamedDefinition } from './definition-texts.ts';
import { describedBy } from './definition-texts.ts';
import { likeness, traceOf } from './similarity.ts';
import { toSkeleton } from './skeleton.ts';

/** One row of the report: what stands out about the first, and which other it concerns. */
export interface LookAlike {
  readonly kind: 'same-name' | 'looks-same' | 'near-name' | 'names-other' | 'same-purpose';
  readonly one: { readonly server: string; readonly name: string };
  readonly other: { readonly server: string; readonly name: string };
  /** The first asks, in its own text, to be used before others. */
  readonly prefersItself: boolean;
}

/** Names shorter than this differ by two letters without being alike. */
const LEAST_NEAR_CHARS = 6;
/** What two tools must share to be taken for the same thing. */
const SAME_PURPOSE = 0.8;
/** Rows beyond this nobody reads; the report says the worst first. */
const MAX_ROWS = 1_000;
const MAX_NAME_CHARS = 128;
const MAX_SLIPS = 2;
/** Pairs compared, by name and by everything: some seconds at most. Beyond that the report is about what comes first. */
const MAX_PAIRS = 2_000_000;
const MAX_FULL_PAIRS = 100_000;

const PREFERS =
  /\b(?:always|must|should|only)\b[^.]{0,40}\b(?:use|call|choose|prefer|invoke)\b|\b(?:prefer|use|choose)\b[^.]{0,30}\b(?:this|me|instead)\b|\b(?:instead of|rather than|before) (?:any|all|every|the) other\b|\b(?:best|superior|official|recommended)\b[^.]{0,20}\btool\b/i;

interface Known extends NamedDefinition {
  readonly look: string;
  readonly text: string;
}

/** Everything of the catalogue that could be mistaken for something of another server. */
export function findLookAlikes(definitions: readonly NamedDefinition[]): readonly LookAlike[] {
  const known = definitions.map((one) => ({ ...one, look: toSkeleton(one.name).toLowerCase(), text: describedBy(one.definition) }));
  const rows = [...sameLooks(known), ...mentions(known), ...nearNames(known), ...samePurposes(known)];
  return rows.slice(0, MAX_ROWS);
}

/** Whether a text asks for its tool to be preferred. Attacks are worded in many other ways: a hint, not a detector. */
export function prefersItself(text: string): boolean {
  return PREFERS.test(text);
}

function row(kind: LookAlike['kind'], one: Known, other: Known): LookAlike {
  const place = ({ server, name }: Known): LookAlike['one'] => ({ server, name });
  return { kind, one: place(one), other: place(other), prefersItself: prefersItself(one.text) };
}

function sameLooks(known: readonly Known[]): readonly LookAlike[] {
  return [...Map.groupBy(known, ({ look }) => look).values()].flatMap((group) =>
    pairs(group).map(([one, other]) => row(one.name === other.name ? 'same-name' : 'looks-same', one, other)),
  );
}

function nearNames(known: readonly Known[]): readonly LookAlike[] {
  const rows: LookAlike[] = [];
  const byLength = Map.groupBy(
    known.filter(({ look }) => look.length >= LEAST_NEAR_CHARS && look.length <= MAX_NAME_CHARS),
    ({ look }) => look.length,
  );
  let compared = 0;
  for (const [length, group] of byLength) {
    for (const [at, one] of group.entries()) {
      const others = [...group.slice(at + 1), ...(byLength.get(length + 1) ?? []), ...(byLength.get(length + 2) ?? [])];
      for (const other of others) {
        if (one.server === other.server || one.look === other.look) continue;
        if (compared >= MAX_PAIRS) return rows;
        compared += 1;
        if (isNear(one.look, other.look)) rows.push(row('near-name', one, other));
      }
    }
  }
  return rows;
}

/** Damerau's distance of two at most: letters that were added, left out, replaced, or swapped with their neighbour. */
function isNear(one: string, other: string): boolean {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const line = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      line.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (line[j - 1] ?? 0) + 1));
    }
    if (Math.min(...line) > MAX_SLIPS) return false;
    before = last;
    last = line;
  }
  return (last[other.length] ?? Infinity) <= MAX_SLIPS;
}

/** Whole words only, and only names that are no everyday words: six characters or more, or with an underscore (T06). */
function mentions(known: readonly Known[]): readonly LookAlike[] {
  const named = Map.groupBy(
    known.filter(({ name }) => name.length >= LEAST_NEAR_CHARS || name.includes('_')),
    ({ name }) => name.toLowerCase(),
  );
  return known.flatMap((one) => {
    const words = new Set(one.text.toLowerCase().match(NAME_IN_TEXT) ?? []);
    return [...words].flatMap((word) => {
      const others = named.get(word) ?? [];
      // A server that has a tool of this name itself means its own.
      if (others.some(({ server }) => server === one.server)) return [];
      return others.map((other) => row('names-other', one, other));
    });
  });
}

const NAME_IN_TEXT = /[a-z0-9_]+(?:[.-][a-z0-9_]+)*/g;

function samePurposes(known: readonly Known[]): readonly LookAlike[] {
  const rows: LookAlike[] = [];
  const traced = known.filter(({ text }) => text !== '').map((one) => [one, traceOf(one.name, one.definition)] as const);
  let compared = 0;
  for (const [at, [one, trace]] of traced.entries()) {
    for (const [other, otherTrace] of traced.slice(at + 1)) {
      if (one.server === other.server) continue;
      if (compared >= MAX_FULL_PAIRS) return rows;
      compared += 1;
      if (likeness(trace, otherTrace) < SAME_PURPOSE) continue;
      rows.push(prefersItself(other.text) ? row('same-purpose', other, one) : row('same-purpose', one, other));
    }
  }
  return rows;
}

function pairs(group: readonly Known[]): readonly (readonly [Known, Known])[] {
  return group.flatMap((one, at) =>
    group.slice(at + 1, at + 1 + MAX_ROWS).flatMap((other) => (one.server === other.server ? [] : [[one, other] as const])),
  );
}
