// What could be mistaken for what across servers: names that are equal, look equal or are a slip of the finger apart (T05, T08); texts that
// speak of another server's tools (T06); tools that do the same, one of them asking to be preferred (T07). A report for a person; nothing is
// decided by it. What belongs together is found through what it shares, never by trying all pairs: a catalogue may have 100 000 tools.

import type { NamedDefinition } from './definition-texts.ts';
import { describedBy } from './definition-texts.ts';
import { prefersItself } from './definition-hints.ts';
import { createNearNames } from './near-names.ts';
import type { NearNames } from './near-names.ts';
import { likeness, traceOf } from './similarity.ts';
import { toSkeleton } from '../base/index.ts';
import { likelyPairs, sketchOf } from './word-sketch.ts';
import type { Sketch } from './word-sketch.ts';

/** One row of the report: what stands out about the first, and which other it concerns. */
export interface LookAlike {
  readonly kind: 'same-name' | 'looks-same' | 'near-name' | 'names-other' | 'same-purpose';
  readonly one: { readonly server: string; readonly name: string };
  readonly other: { readonly server: string; readonly name: string };
  /** The first asks, in its own text, to be used before others. */
  readonly prefersItself: boolean;
}

/** Collects a catalogue, a few definitions at a time, and reports on it. */
export interface LookAlikes {
  add(definition: NamedDefinition): void;
  report(): readonly LookAlike[];
}

/** What two tools must share to be taken for the same thing. */
const SAME_PURPOSE = 0.8;
/** Rows of each kind beyond this nobody reads. */
const MAX_ROWS = 250;
/** In a text, names shorter than this are everyday words, unless they have an underscore (T06). */
const LEAST_NAMED_CHARS = 6;
/** What is compared of a name and of a text. */
const MAX_NAME_CHARS = 128;
const MAX_TEXT_CHARS = 8_000;
/** Pairs compared by everything that they say. */
const MAX_FULL_PAIRS = 20_000;

const NAME_IN_TEXT = /[a-z0-9_]+(?:[.-][a-z0-9_]+)*/g;

interface Known {
  readonly server: string;
  readonly name: string;
  readonly look: string;
  readonly prefersItself: boolean;
  /** Words of its text that could be names. */
  readonly words: readonly string[];
  /** Undefined: it says nothing of what it does. */
  readonly sketch: Sketch | undefined;
  readonly definition: NamedDefinition['definition'];
}

/** A report on nothing yet. */
export function createLookAlikes(): LookAlikes {
  const all: Known[] = [];
  const looks = createNearNames();
  return {
    add: ({ server, name, definition }) => {
      const look = lookOf(name);
      looks.add(look);
      const text = describedBy(definition).slice(0, MAX_TEXT_CHARS);
      const words = new Set(text.toLowerCase().match(NAME_IN_TEXT) ?? []);
      all.push({
        server,
        name,
        look,
        prefersItself: prefersItself(text),
        words: [...words].filter(isTelling),
        sketch: text === '' ? undefined : sketchOf(text),
        definition,
      });
    },
    report: () => [...sameLooks(all), ...mentions(all), ...nearNames(all, looks), ...samePurposes(all)],
  };
}

/** Everything of a catalogue that could be mistaken for something of another server. */
export function findLookAlikes(definitions: readonly NamedDefinition[]): readonly LookAlike[] {
  const found = createLookAlikes();
  for (const definition of definitions) found.add(definition);
  return found.report();
}

/** What a name looks like; two with one look cannot be told apart at a glance. */
export function lookOf(name: string): string {
  return toSkeleton(name.slice(0, MAX_NAME_CHARS)).toLowerCase();
}

function row(kind: LookAlike['kind'], one: Known, other: Known): LookAlike {
  const place = ({ server, name }: Known): LookAlike['one'] => ({ server, name });
  return { kind, one: place(one), other: place(other), prefersItself: one.prefersItself };
}

function isTelling(name: string): boolean {
  return name.length >= LEAST_NAMED_CHARS || name.includes('_');
}

function sameLooks(known: readonly Known[]): readonly LookAlike[] {
  const rows: LookAlike[] = [];
  for (const group of Map.groupBy(known, ({ look }) => look).values()) {
    for (const [at, one] of group.entries()) {
      for (const other of group.slice(at + 1)) {
        if (one.server === other.server) continue;
        if (rows.length >= MAX_ROWS) return rows;
        rows.push(row(one.name === other.name ? 'same-name' : 'looks-same', one, other));
      }
    }
  }
  return rows;
}

function nearNames(known: readonly Known[], looks: NearNames): readonly LookAlike[] {
  const byLook = Map.groupBy(known, ({ look }) => look);
  const rows = looks.pairs(MAX_ROWS * 4).flatMap(([one, other]) => {
    const left = byLook.get(one)?.[0];
    const right = byLook.get(other)?.find(({ server }) => server !== left?.server);
    return left === undefined || right === undefined ? [] : [row('near-name', left, right)];
  });
  return rows.slice(0, MAX_ROWS);
}

/** Whole words only. */
function mentions(known: readonly Known[]): readonly LookAlike[] {
  const named = Map.groupBy(
    known.filter(({ name }) => isTelling(name)),
    ({ name }) => name.toLowerCase(),
  );
  const rows: LookAlike[] = [];
  for (const one of known) {
    for (const word of one.words) {
      const others = named.get(word);
      // A server that has a tool of this name itself means its own.
      if (others === undefined || others.some(({ server }) => server === one.server)) continue;
      for (const other of others) {
        if (rows.length >= MAX_ROWS) return rows;
        rows.push(row('names-other', one, other));
      }
    }
  }
  return rows;
}

function samePurposes(known: readonly Known[]): readonly LookAlike[] {
  const rows: LookAlike[] = [];
  const sketches = known.flatMap((one) => (one.sketch === undefined ? [] : [{ one, sketch: one.sketch }]));
  const pairs = likelyPairs(
    sketches.map(({ sketch }) => sketch),
    MAX_FULL_PAIRS,
    (left, right) => sketches[left]?.one.server !== sketches[right]?.one.server,
  );
  for (const [left, right] of pairs) {
    const [one, other] = [sketches[left]?.one, sketches[right]?.one];
    if (one === undefined || other === undefined || rows.length >= MAX_ROWS) continue;
    if (likeness(traceOf(one.name, one.definition), traceOf(other.name, other.definition)) < SAME_PURPOSE) continue;
    rows.push(other.prefersItself ? row('same-purpose', other, one) : row('same-purpose', one, other));
  }
  return rows;
}
