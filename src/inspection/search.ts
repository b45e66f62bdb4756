// One passage, looked through: the pass over its bytes, windows around the anchors, patterns and validators in those and nowhere else; then the same on the
// text as it reads, and what looks byte by byte. A text that is all anchors ends with the budget, not with the patience of whoever waits.

import { createAnchorPass } from './anchors.ts';
import type { Anchored, Around } from './anchors.ts';
import { CONTROL, WIDE } from './literals.ts';
import { lookAtBeginning, lookInto } from './look-into.ts';
import type { Emit } from './look-into.ts';
import { mergeHits } from './merge-hits.ts';
import { surfaceBit } from './plan.ts';
import type { Plan, Probe } from './plan.ts';
import { SHAPED, SIFTED } from './sift.ts';
import { contain, isSpent, spend, STEPS_PER_FOLDED_BYTE, STEPS_PER_FOLDED_WIDE_BYTE, STEPS_PER_HIT } from './spend.ts';
import type { Budget, ByteKind, Engine, Fold, Folded, Hit, Layer, Noticed, Passage, Sought, Surface, Sweep } from './types.ts';
import { createPlainView, endInPassage, foldedView, startInPassage } from './view.ts';
import type { View } from './view.ts';

/** What a search is made of. */
export interface SearchParts {
  readonly plan: Plan;
  /** Everything that a hit may name: what the probes look for, then what the sweeps find. */
  readonly sought: readonly Sought[];
  /** Sweeps, and where in `sought` what each of them finds begins. */
  readonly sweeps: readonly { readonly sweep: Sweep; readonly first: number }[];
  readonly fold: Fold;
  /** It reads texts of ASCII only where their shape is odd (shape.ts), and need not be asked of others. */
  readonly goesByShape: boolean;
}

const KIND_BITS: Readonly<Record<ByteKind, number>> = { wide: WIDE, control: CONTROL };
const NEEDED = WIDE | CONTROL;
const NOTHING: readonly Hit[] = Object.freeze([]);
const PLAIN: readonly Layer[] = Object.freeze([]);
const NO_READINGS: readonly Folded[] = Object.freeze([]);

/** Shorter texts of ASCII read no other way: what would be found in one is longer. */
const MIN_FOLDED_BYTES = 9;
/** And nothing is one or two characters, whatever they are. */
const MIN_FOLDED_WIDE_BYTES = 4;

/** The search of an engine. One at a time: what it holds meanwhile is its own, so that a short text, of which messages are full, costs no more than looking at it. */
export function createSearch({ plan, sought, sweeps, fold, goesByShape }: SearchParts): Engine['search'] {
  const probesNamed = createNameIndex(plan);
  const needing = sweeps.map((one) => ({ ...one, needs: one.sweep.needs.reduce((bits, kind) => bits | KIND_BITS[kind], 0) }));
  const plainView = createPlainView();
  let view: View | undefined;
  let budget: Budget = { left: 0, failures: 0 };
  let hits: Hit[] = [];
  let windows: Around[] = [];

  const hit: Emit = (detector, start, end) => {
    if (view === undefined) return;
    const { passage } = view;
    const begins = startInPassage(view, start);
    if (begins < passage.from || begins >= passage.to || !isSoughtOn(detector, passage.surface) || !spend(budget, STEPS_PER_HIT)) return;
    hits.push({ detector, start: begins, end: endInPassage(view, end), layers: view.layers });
  };
  const anchored: Anchored = {
    hit,
    open: (around) => {
      windows.push(around);
    },
  };

  const findAnchors = createAnchorPass(plan, anchored);

  return function search(passage: Passage, newBudget: Budget, noticed?: Noticed): readonly Hit[] {
    budget = newBudget;
    const traits = searchView(plainView(passage));
    if (noticed !== undefined) noticed.traits = traits;
    if ((traits & NEEDED) !== 0) for (const { sweep, first, needs } of needing) if ((traits & needs) !== 0) runSweep(sweep, first, passage);
    searchFolded(passage, traits);
    view = undefined;
    if (hits.length === 0) return NOTHING;
    const found = hits;
    hits = [];
    return mergeHits(found, sought);
  };

  function isSoughtOn(detector: number, surface: Surface): boolean {
    return sought[detector]?.surfaces?.includes(surface) !== false;
  }

  /** Gives the kinds of bytes there are in the view, and of a short text all its traits. */
  function searchView(next: View): number {
    view = next;
    const { passage, folded } = next;
    const traits = findAnchors(next, budget);
    if (windows.length > 0) {
      const opened = windows;
      windows = [];
      for (const around of opened) if (!isSpent(budget)) contain(budget, () => lookInto(next, around, budget, hit));
    }
    if (folded !== undefined || passage.from !== passage.begin || passage.key === '') return traits;
    const named = probesNamed(passage.key);
    if (named.length === 0) return traits;
    const surface = surfaceBit(passage.surface);
    for (const probe of named) {
      if ((probe.surfaces & surface) !== 0 && !isSpent(budget)) contain(budget, () => lookAtBeginning(next, probe, budget, hit));
    }
    return traits;
  }

  function searchFolded(passage: Passage, traits: number): void {
    const length = passage.end - passage.begin;
    const isWide = (traits & WIDE) !== 0;
    if ((plan.foldedSurfaces & surfaceBit(passage.surface)) === 0 || length < (isWide ? MIN_FOLDED_WIDE_BYTES : MIN_FOLDED_BYTES)) return;
    if (!spend(budget, length * (isWide ? STEPS_PER_FOLDED_WIDE_BYTE : STEPS_PER_FOLDED_BYTE))) return;
    if (goesByShape && !isWide && (traits & (SIFTED | SHAPED)) === SIFTED) return;
    for (const folded of contain(budget, () => fold(passage)) ?? NO_READINGS) searchView(foldedView(passage, folded));
  }

  function runSweep(sweep: Sweep, first: number, passage: Passage): void {
    const { surface, from, to } = passage;
    if (!spend(budget, to - from)) return;
    contain(budget, () =>
      sweep.run(passage, (find, start, end) => {
        if (start < from || start >= to || !isSoughtOn(first + find, surface) || !spend(budget, STEPS_PER_HIT)) return;
        hits.push({ detector: first + find, start, end, layers: PLAIN });
      }),
    );
  }
}

/** Names that are remembered; there are few in what one tool says, and whoever invents many gains nothing. */
const MAX_NAMES = 512;
const MAX_NAME_CHARS = 64;
const NOBODY: readonly Probe[] = Object.freeze([]);

/** Which probes the name of a member is an anchor of. */
function createNameIndex({ nameAutomaton, namesOf }: Plan): (name: string) => readonly Probe[] {
  if (namesOf.length === 0) return () => NOBODY;
  const remembered = new Map<string, readonly Probe[]>();

  function probesOf(name: string): readonly Probe[] {
    const bytes = Buffer.from(name);
    const probes = new Set<Probe>();
    nameAutomaton.scan(bytes, 0, bytes.length, (literal) => {
      for (const { probe } of namesOf[literal] ?? []) probes.add(probe);
    });
    return probes.size === 0 ? NOBODY : [...probes];
  }

  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const probes = probesOf(name);
    if (name.length > MAX_NAME_CHARS) return probes;
    if (remembered.size === MAX_NAMES) remembered.clear();
    remembered.set(name, probes);
    return probes;
  };
}
