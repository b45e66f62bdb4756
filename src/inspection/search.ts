// One passage, looked through: anchors by one pass over its bytes, windows around them, patterns and validators in those and nowhere else. What it costs is
// counted in steps before it is done, so that a text which is all anchors ends with the budget and not with the patience of whoever waits.

import { mergeHits } from './merge-hits.ts';
import { WIDE, CONTROL } from './literals.ts';
import type { Match } from './pattern.ts';
import { surfaceBit } from './plan.ts';
import type { Plan, Probe } from './plan.ts';
import { findRuns, MAX_RUN_BYTES } from './runs.ts';
import type { Budget, ByteKind, Candidate, Engine, Fold, Folded, Hit, Layer, Part, Passage, Sought, Sweep } from './types.ts';
import { openWindow } from './window.ts';
import type { Window } from './window.ts';

/** What a search is made of. */
export interface SearchParts {
  readonly plan: Plan;
  /** Everything that a hit may name: what the probes look for, then what the sweeps find. */
  readonly sought: readonly Sought[];
  readonly sweeps: readonly { readonly sweep: Sweep; readonly first: number }[];
  readonly fold: Fold;
}

/** Steps: what costs about as much as looking at so many bytes once. */
const STEPS_PER_ANCHOR = 8;
const STEPS_PER_WINDOW = 100;
const STEPS_PER_CHARACTER = 4;
const STEPS_PER_FIND = 300;
const STEPS_PER_FOUND_CHARACTER = 16;
/** A window that grows beyond this, for its anchors stand close together, is closed, and another begins. */
const MAX_WINDOW_BYTES = 16 * 1024;

const KIND_BITS: Readonly<Record<ByteKind, number>> = { wide: WIDE, control: CONTROL };
const NOTHING: readonly Hit[] = Object.freeze([]);
const PLAIN: readonly Layer[] = Object.freeze([]);

/** A window that may still grow: where it is, and where its last anchor begins and ends. */
interface Around {
  readonly probe: Probe;
  start: number;
  end: number;
  anchorStart: number;
  anchorEnd: number;
}

/** What is being searched: the passage, or how it reads. */
interface View {
  readonly passage: Passage;
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
  readonly folded: Folded | undefined;
  readonly layers: readonly Layer[];
}

class OverBudget extends Error {}

/** The search of an engine. */
export function createSearch(parts: SearchParts): Engine['search'] {
  const { plan, sought, sweeps, fold } = parts;
  const foldedSurfaces = plan.probes.reduce((bits, { folded, surfaces }) => (folded ? bits | surfaces : bits), 0);

  return function search(passage: Passage, budget: Budget): readonly Hit[] {
    const hits: Hit[] = [];
    try {
      const { bytes, begin, end } = passage;
      const kinds = searchView({ passage, bytes, begin, end, folded: undefined, layers: PLAIN }, budget, hits);
      for (const { sweep, first } of sweeps) runSweep(sweep, first, kinds, passage, budget, hits);
      if ((foldedSurfaces & surfaceBit(passage.surface)) !== 0) searchFolded(passage, budget, hits);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
    }
    return hits.length === 0 ? NOTHING : mergeHits(hits, sought);
  };

  function searchFolded(passage: Passage, budget: Budget, hits: Hit[]): void {
    spend(budget, passage.to - passage.from);
    for (const folded of contain(budget, () => fold(passage)) ?? [])
      searchView({ passage, bytes: folded.bytes, begin: 0, end: folded.bytes.length, folded, layers: folded.layers }, budget, hits);
  }

  function searchView(view: View, budget: Budget, hits: Hit[]): number {
    const { passage, bytes, folded } = view;
    const surface = surfaceBit(passage.surface);
    const from = Math.max(view.begin, toView(view, passage.from) - plan.behind);
    const to = Math.min(view.end, toView(view, passage.to) + plan.ahead);
    spend(budget, to - from);
    const open: (Around | undefined)[] = [];
    const windows: Around[] = [];

    const anchor = (probe: Probe, start: number, end: number): void => {
      if ((probe.surfaces & surface) === 0 || (folded !== undefined && !probe.folded)) return;
      spend(budget, STEPS_PER_ANCHOR);
      if (probe.pattern === undefined && probe.validator === undefined && probe.read === undefined) {
        addHit(view, probe.index, start, end, hits);
        return;
      }
      const windowStart = Math.max(view.begin, start - probe.before);
      const windowEnd = Math.min(view.end, end + probe.after);
      const around = open[probe.index];
      if (
        around !== undefined &&
        probe.pattern !== undefined &&
        windowStart <= around.end &&
        windowEnd - around.start <= MAX_WINDOW_BYTES
      ) {
        around.start = Math.min(around.start, windowStart);
        around.end = Math.max(around.end, windowEnd);
        around.anchorStart = Math.max(around.anchorStart, start);
        return;
      }
      const next: Around = { probe, start: windowStart, end: windowEnd, anchorStart: start, anchorEnd: end };
      open[probe.index] = next;
      windows.push(next);
    };

    const kinds = plan.automaton.scan(bytes, from, to, (literal, end) => {
      for (const { probe, bytes: wanted, exact } of plan.literalsOf[literal] ?? []) {
        if (!exact || equals(bytes, end - wanted.length, wanted)) anchor(probe, end - wanted.length, end);
      }
    });
    for (const { kind, min, probes } of plan.runs) {
      if (kind === 'wide' && (kinds & WIDE) === 0) continue;
      findRuns(kind, min, bytes, from, to, (start, end, length) => {
        const cut = Math.min(end, start + MAX_RUN_BYTES);
        for (const { probe, min: wanted } of probes) if (length >= wanted) anchor(probe, start, cut);
      });
    }
    for (const around of windows) contain(budget, () => lookInto(view, around, budget, hits));
    if (folded === undefined && passage.from === passage.begin && passage.key !== '') lookAtNamed(view, surface, budget, hits);
    return kinds;
  }

  /** What the name of a member tells about its value. */
  function lookAtNamed(view: View, surface: number, budget: Budget, hits: Hit[]): void {
    const key = Buffer.from(view.passage.key);
    spend(budget, key.length);
    const probes = new Set<Probe>();
    plan.nameAutomaton.scan(key, 0, key.length, (literal) => {
      for (const { probe } of plan.namesOf[literal] ?? []) if ((probe.surfaces & surface) !== 0) probes.add(probe);
    });
    for (const probe of probes) {
      contain(budget, () => {
        const window = openWindow(view.bytes, view.begin, Math.min(view.end, view.begin + probe.after));
        spend(budget, STEPS_PER_WINDOW + STEPS_PER_FIND + window.text.length * STEPS_PER_FOUND_CHARACTER);
        const whole = { start: 0, end: window.text.length, valueStart: 0, valueEnd: window.text.length };
        const match = probe.pattern === undefined ? whole : probe.pattern.atStart(window.text);
        if (match !== undefined && match.valueEnd > match.valueStart) judge(view, probe, window, match, hits);
      });
    }
  }

  function lookInto(view: View, around: Around, budget: Budget, hits: Hit[]): void {
    const { probe } = around;
    spend(budget, STEPS_PER_WINDOW + (around.end - around.start) * STEPS_PER_CHARACTER);
    const window = openWindow(view.bytes, around.start, around.end);
    const { text } = window;
    if (probe.pattern === undefined) {
      const start = toText(window, around.anchorStart);
      const end = toText(window, around.anchorEnd);
      if (probe.read === undefined) judge(view, probe, window, { start, end, valueStart: start, valueEnd: end }, hits);
      else readRun(view, probe, window, { start, end }, hits);
      return;
    }
    if (!probe.pattern.test(text)) return;
    const last = around.anchorStart + probe.near;
    let at = 0;
    while (at < text.length) {
      const match = probe.pattern.find(text, at);
      spend(budget, STEPS_PER_FIND + ((match?.end ?? text.length) - at) * STEPS_PER_FOUND_CHARACTER);
      if (match === undefined || window.toByte(match.valueStart) > last) return;
      const isOne = match.valueEnd > match.valueStart && judge(view, probe, window, match, hits);
      at = isOne ? match.end : nextWord(text, match.start + 1, match.end);
      at = Math.max(at, match.start + 1);
    }
  }

  /** Lets a reader tell what a run holds. */
  function readRun(view: View, { index, read }: Probe, window: Window, { start, end }: Part, hits: Hit[]): void {
    const { text } = window;
    const { key, surface } = view.passage;
    const run: Candidate = { value: text.slice(start, end), window: text, at: start, key, surface };
    read?.(run, (find, part) => addPart(view, index + find, window, part, hits));
  }

  /** Whether what matched is a finding, or holds some; and adds those. */
  function judge(view: View, probe: Probe, window: Window, match: Match, hits: Hit[]): boolean {
    const { text } = window;
    const { key, surface } = view.passage;
    const { valueStart: at, valueEnd } = match;
    const candidate: Candidate = { value: text.slice(at, valueEnd), window: text, at, key, surface };
    const verdict = probe.validator === undefined || probe.validator(candidate);
    if (verdict === false) return false;
    const found: readonly Part[] = verdict === true ? [{ start: at, end: valueEnd }] : verdict;
    for (const part of found) addPart(view, probe.index, window, part, hits);
    return found.length > 0;
  }

  function addPart(view: View, detector: number, { text, toByte }: Window, { start, end }: Part, hits: Hit[]): void {
    if (!(start >= 0 && start < end && end <= text.length)) throw new Error('a part was named that is not in the window');
    addHit(view, detector, toByte(start), toByte(end), hits);
  }

  function addHit(view: View, detector: number, start: number, end: number, hits: Hit[]): void {
    const { passage } = view;
    const realStart = fromView(view, start);
    const realEnd = view.folded === undefined ? end : fromViewEnd(view, end);
    if (realStart < passage.from || realStart >= passage.to) return;
    hits.push({ detector, start: realStart, end: realEnd, layers: view.layers });
  }

  function runSweep(sweep: Sweep, first: number, kinds: number, passage: Passage, budget: Budget, hits: Hit[]): void {
    if (!sweep.needs.some((kind) => (kinds & KIND_BITS[kind]) !== 0)) return;
    spend(budget, passage.to - passage.from);
    const { surface, from, to } = passage;
    contain(budget, () =>
      sweep.run(passage, (find, start, end) => {
        const { surfaces } = sweep.finds[find] ?? {};
        if (start < from || start >= to || surfaces?.includes(surface) === false) return;
        spend(budget, STEPS_PER_ANCHOR);
        hits.push({ detector: first + find, start, end, layers: PLAIN });
      }),
    );
  }
}

/** Runs what an operator or we wrote as a detector: when it throws, that is counted, and the others go on. */
function contain<T>(budget: Budget, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof OverBudget) throw error;
    budget.failures += 1;
    return undefined;
  }
}

function spend(budget: Budget, steps: number): void {
  budget.left -= steps;
  if (budget.left < 0) throw new OverBudget();
}

function equals(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

/** The offset in the text of a byte of its window. */
function toText(window: Window, byte: number): number {
  let low = 0;
  let high = window.text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (window.toByte(middle) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a word begins inside of [from, to), or its end. */
function nextWord(text: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) if (isWord(text.charCodeAt(at)) && !isWord(text.charCodeAt(at - 1))) return at;
  return to;
}

function isWord(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

/** The first byte of the view that comes from this offset of the passage, or from behind it. */
function toView({ folded }: View, offset: number): number {
  if (folded === undefined) return offset;
  let low = 0;
  let high = folded.bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((folded.offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fromView({ folded, passage }: View, at: number): number {
  return folded === undefined ? at : (folded.offsets[at] ?? passage.end);
}

/** Behind the character that the last byte stands for: what nobody sees behind it is somebody else's. */
function fromViewEnd({ folded, passage }: View, end: number): number {
  const start = folded?.offsets[end - 1] ?? end;
  let behind = start + 1;
  while (behind < passage.end && ((passage.bytes[behind] ?? 0) & 0xc0) === 0x80) behind += 1;
  return behind;
}
