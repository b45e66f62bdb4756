// The one pass over the bytes: where anchors are, and which windows around them have to be looked into.

import type { Pattern } from './pattern.ts';
import { surfaceBit } from './plan.ts';
import type { Plan, Probe } from './plan.ts';
import { findRuns } from './runs.ts';
import { CONTROL, DIGIT, MARK, WIDE } from './literals.ts';
import { createSift, LONG, LONG_RUN, MAX_SIFTED_BYTES, SHAPED, SIFTED } from './sift.ts';
import { isSpent, spend, STEPS_PER_ANCHOR, STEPS_PER_LITERAL } from './spend.ts';
import type { Budget, Glance, RunKind } from './types.ts';
import { toView } from './view.ts';
import type { View } from './view.ts';

/** A part of the view that a probe wants to look into, and the anchor that it stands around: the last, where windows have become one. */
export interface Around {
  readonly probe: Probe;
  /** Undefined: the anchor itself is what the validator, or the reader, is asked about. */
  readonly pattern: Pattern | undefined;
  start: number;
  end: number;
  anchorStart: number;
  anchorEnd: number;
}

/** What is done with what was found. */
export interface Anchored {
  /** An anchor that is a finding by itself. */
  hit(detector: number, start: number, end: number): void;
  /** A window, in the order in which they begin to be. It must not be looked into before the pass is over: it may grow. */
  open(around: Around): void;
}

/** Kinds of bytes without which there is no run; 0: it may be of any. */
const ANY_OF: Readonly<Record<RunKind, number>> = { digits: DIGIT, address: MARK, wide: WIDE, base64: 0, hex: 0 };

/** What is looked into byte by byte wherever one of these is. */
const NEEDED = WIDE | CONTROL;

/** A window that grows beyond this, for its anchors stand close together, is closed, and another begins. */
const MAX_WINDOW_BYTES = 16 * 1024;

/** Makes the pass of a plan; it gives the kinds of bytes there are, and of the view all its other traits (sift.ts). One search at a time: what it remembers meanwhile is its own. */
export function createAnchorPass(plan: Plan, anchored: Anchored): (view: View, budget: Budget) => number {
  let view: View | undefined;
  let surface = 0;
  let budget: Budget = { left: 0, failures: 0 };
  /** The last window of each probe. */
  const open: (Around | undefined)[] = [];
  const touched: number[] = [];

  function add(of: View, probe: Probe, start: number, end: number): void {
    if ((probe.surfaces & surface) === 0 || (of.folded !== undefined && !probe.folded) || !spend(budget, STEPS_PER_ANCHOR)) return;
    const { pattern, validator, read, glance } = probe;
    if (glance?.skips(start, end) === true) return;
    if (pattern === undefined && validator === undefined && read === undefined) {
      anchored.hit(probe.index, start, end);
      return;
    }
    const windowStart = Math.max(of.begin, start - probe.before);
    const windowEnd = Math.min(of.end, end + probe.after);
    const last = open[probe.index];
    if (last !== undefined && pattern !== undefined && windowStart <= last.end && windowEnd - last.start <= MAX_WINDOW_BYTES) {
      last.start = Math.min(last.start, windowStart);
      last.end = Math.max(last.end, windowEnd);
      last.anchorStart = Math.max(last.anchorStart, start);
      return;
    }
    const around = { probe, pattern, start: windowStart, end: windowEnd, anchorStart: start, anchorEnd: end };
    if (last === undefined) touched.push(probe.index);
    open[probe.index] = around;
    anchored.open(around);
  }

  const sift = createSift(plan.automaton);
  const { classes } = plan.automaton.automaton;

  /**
   * Tells of all literals in [from, to); gives what there is. A text is sifted with all that is seen around it, since that is what others ask about:
   * how it is shaped, and what is written in it.
   */
  function pass({ bytes, begin, end, folded }: View, from: number, to: number): number {
    if (folded !== undefined || end - begin > MAX_SIFTED_BYTES) return plan.automaton.scan(bytes, from, to, onLiteral);
    const traits = sift.pass(bytes, begin, end);
    const isWhole = from === begin && to === end;
    if (!sift.tell(isWhole ? onLiteral : onLiteralAround(from, to))) plan.automaton.scan(bytes, from, to, onLiteral);
    if (isWhole || (traits & NEEDED) === 0) return traits;
    // Kinds of bytes are said of what is searched alone. What stands around it makes another text of it all the same.
    return (traits & ~NEEDED) | kindsIn(bytes, from, to, traits & NEEDED) | ((traits & WIDE) === 0 ? 0 : SHAPED);
  }

  /** Literals that stand in [from, to) as a whole. */
  function onLiteralAround(from: number, to: number): typeof onLiteral {
    return (literal, end) => {
      const [first] = plan.literalsOf[literal] ?? [];
      if (first !== undefined && end <= to && end - first.bytes.length >= from) onLiteral(literal, end);
    };
  }

  /** Which of these kinds of bytes there are. */
  function kindsIn(bytes: Uint8Array, from: number, to: number, wanted: number): number {
    let kinds = 0;
    for (let at = from; at < to && (kinds & wanted) !== wanted; at += 1) kinds |= classes[bytes[at] ?? 0] ?? 0;
    return kinds & wanted;
  }

  function onLiteral(literal: number, end: number): void {
    if (view === undefined || isSpent(budget)) return;
    for (const { probe, bytes, exact } of plan.literalsOf[literal] ?? []) {
      if (!spend(budget, STEPS_PER_LITERAL)) return;
      if (!exact || standsAt(view.bytes, end - bytes.length, bytes)) add(view, probe, end - bytes.length, end);
    }
  }

  /** Glances at the runs of now, and whether they know of the text: most texts have no runs. */
  let glances: readonly Glance[] = [];
  let isGlancing = false;

  const runs = plan.runs.map(({ kind, min, probes }) => ({
    kind,
    min,
    anyOf: ANY_OF[kind],
    glances: probes.flatMap(({ probe }) => probe.glance ?? []),
    found: (start: number, end: number, length: number): void => {
      if (view === undefined || isSpent(budget)) return;
      if (!isGlancing) for (const glance of glances) glance.begin(view.bytes, view.begin, view.end, view.passage.key);
      isGlancing = true;
      for (const { probe, min: wanted } of probes) if (length >= wanted) add(view, probe, start, end);
    },
  }));

  function closeAll(): void {
    for (const index of touched) open[index] = undefined;
    touched.length = 0;
  }

  return (nextView, nextBudget) => {
    view = nextView;
    budget = nextBudget;
    surface = surfaceBit(view.passage.surface);
    const { bytes, passage } = view;
    const from = Math.max(view.begin, toView(view, passage.from) - plan.behind);
    const to = Math.min(view.end, toView(view, passage.to) + plan.ahead);
    if (!spend(budget, to - from)) return 0;
    const traits = pass(view, from, to);
    for (const run of runs) {
      if (to - from < run.min || !mayHaveRun(run.anyOf, run.min, traits)) continue;
      glances = run.glances;
      findRuns(run.kind, run.min, bytes, from, to, run.found);
      if (isGlancing) for (const glance of glances) glance.end();
      isGlancing = false;
    }
    if (touched.length > 0) closeAll();
    view = undefined;
    return traits;
  };
}

/** `anyOf`: kinds of bytes without which there is none, if it has any. */
function mayHaveRun(anyOf: number, min: number, traits: number): boolean {
  if (anyOf !== 0) return (traits & anyOf) !== 0;
  return min < LONG_RUN || (traits & (SIFTED | LONG)) !== SIFTED;
}

function standsAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}
