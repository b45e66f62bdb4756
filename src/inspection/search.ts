// One passage, looked through: the pass over its bytes, windows around the anchors, patterns and validators in those and nowhere else; then the same on the
// text as it reads, and what looks byte by byte. A text that is all anchors ends with the budget, not with the patience of whoever waits.

import { createAnchorPass } from './anchors.ts';
import type { Around } from './anchors.ts';
import { CONTROL, WIDE } from './literals.ts';
import { lookAtBeginning, lookInto } from './look-into.ts';
import type { Emit } from './look-into.ts';
import { mergeHits } from './merge-hits.ts';
import { surfaceBit } from './plan.ts';
import type { Plan, Probe } from './plan.ts';
import { contain, isSpent, spend, STEPS_PER_FOLDED_BYTE, STEPS_PER_FOLDED_WIDE_BYTE, STEPS_PER_HIT } from './spend.ts';
import type { Budget, ByteKind, Engine, Fold, Hit, Layer, Passage, Sought, Surface, Sweep } from './types.ts';
import { endInPassage, foldedView, plainView, startInPassage } from './view.ts';
import type { View } from './view.ts';

/** What a search is made of. */
export interface SearchParts {
  readonly plan: Plan;
  /** Everything that a hit may name: what the probes look for, then what the sweeps find. */
  readonly sought: readonly Sought[];
  /** Sweeps, and where in `sought` what each of them finds begins. */
  readonly sweeps: readonly { readonly sweep: Sweep; readonly first: number }[];
  readonly fold: Fold;
}

const KIND_BITS: Readonly<Record<ByteKind, number>> = { wide: WIDE, control: CONTROL };
const NOTHING: readonly Hit[] = Object.freeze([]);
const PLAIN: readonly Layer[] = Object.freeze([]);

/** The search of an engine. */
export function createSearch({ plan, sought, sweeps, fold }: SearchParts): Engine['search'] {
  const findAnchors = createAnchorPass(plan);
  const probesNamed = createNameIndex(plan);

  return function search(passage: Passage, budget: Budget): readonly Hit[] {
    const hits: Hit[] = [];
    const kinds = searchView(plainView(passage), budget, hits);
    for (const { sweep, first } of sweeps) runSweep(sweep, first, kinds, passage, budget, hits);
    const steps = (passage.end - passage.begin) * ((kinds & WIDE) === 0 ? STEPS_PER_FOLDED_BYTE : STEPS_PER_FOLDED_WIDE_BYTE);
    if ((plan.foldedSurfaces & surfaceBit(passage.surface)) !== 0 && spend(budget, steps)) {
      for (const folded of contain(budget, () => fold(passage)) ?? []) searchView(foldedView(passage, folded), budget, hits);
    }
    return hits.length === 0 ? NOTHING : mergeHits(hits, sought);
  };

  function isSoughtOn(detector: number, surface: Surface): boolean {
    return sought[detector]?.surfaces?.includes(surface) !== false;
  }

  /** Gives the kinds of bytes there are in the view. */
  function searchView(view: View, budget: Budget, hits: Hit[]): number {
    const { passage, folded } = view;
    const hit: Emit = (detector, start, end) => {
      const begins = startInPassage(view, start);
      if (begins < passage.from || begins >= passage.to || !isSoughtOn(detector, passage.surface) || !spend(budget, STEPS_PER_HIT)) return;
      hits.push({ detector, start: begins, end: endInPassage(view, end), layers: view.layers });
    };
    const windows: Around[] = [];
    const kinds = findAnchors(view, budget, { hit, open: (around) => windows.push(around) });
    for (const around of windows) if (!isSpent(budget)) contain(budget, () => lookInto(view, around, budget, hit));
    if (folded !== undefined || passage.from !== passage.begin || passage.key === '') return kinds;
    const surface = surfaceBit(passage.surface);
    for (const probe of probesNamed(passage.key)) {
      if ((probe.surfaces & surface) !== 0 && !isSpent(budget)) contain(budget, () => lookAtBeginning(view, probe, budget, hit));
    }
    return kinds;
  }

  function runSweep(sweep: Sweep, first: number, kinds: number, passage: Passage, budget: Budget, hits: Hit[]): void {
    if (!sweep.needs.some((kind) => (kinds & KIND_BITS[kind]) !== 0)) return;
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
