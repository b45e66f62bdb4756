// Detectors as they are searched with: numbers instead of names, defaults filled in, one automaton for all their literals.

import { compileLiterals } from './literals.ts';
import type { Literals } from './literals.ts';
import { createPattern } from './pattern.ts';
import type { Pattern } from './pattern.ts';
import { MAX_RUN_BYTES } from './runs.ts';
import { DEFAULT_COST } from './spend.ts';
import type { Anchors, Cost, Detector, Glance, Reader, RunKind, Surface, Validator, ValidatorName } from './types.ts';

/** One detector, canary or reader. */
export interface Probe {
  /** Index into the engine's detectors; of a reader, of the first thing that it finds. */
  readonly index: number;
  readonly read?: Reader['read'];
  readonly glance?: Glance | undefined;
  readonly pattern: Pattern | undefined;
  readonly validator: Validator | undefined;
  /** What asking the validator or the reader costs. */
  readonly cost: Cost;
  /** Bytes of its window in front of an anchor, and behind it. */
  readonly before: number;
  readonly after: number;
  /** No match of it is longer: a window around one anchor. */
  readonly reach: number;
  /** So far behind the beginning of an anchor a finding may begin. */
  readonly near: number;
  /** Surfaces where it looks, as bits. */
  readonly surfaces: number;
  readonly folded: boolean;
}

/** One literal of one probe. */
export interface Literal {
  readonly probe: Probe;
  readonly bytes: Uint8Array;
  /** Compared with regard to case. */
  readonly exact: boolean;
}

/** The probes that begin at runs of one kind. */
export interface RunPlan {
  readonly kind: RunKind;
  /** The shortest that any of them wants. */
  readonly min: number;
  readonly probes: readonly { readonly probe: Probe; readonly min: number }[];
}

/** Everything that is searched for. */
export interface Plan {
  readonly probes: readonly Probe[];
  /** Literals in the text, of which several may be the same; the automaton knows each once and `literalsOf` says whose it is. */
  readonly automaton: Literals;
  readonly literalsOf: readonly (readonly Literal[])[];
  readonly runs: readonly RunPlan[];
  /** Literals in the names of members. */
  readonly nameAutomaton: Literals;
  readonly namesOf: readonly (readonly Literal[])[];
  /** Anchors that begin so far in front of what is looked at, and behind it, may lead to findings in there. */
  readonly behind: number;
  readonly ahead: number;
  readonly lookBehindBytes: number;
  readonly maxMatchBytes: number;
  /** Surfaces where something is looked for in texts as they read, as bits. */
  readonly foldedSurfaces: number;
}

const DEFAULT_BEFORE = 64;
const DEFAULT_AFTER = 256;
const DEFAULT_AFTER_RUN = 64;
/** Whatever the window holds, a finding begins within so much of its anchor: so few bytes around a passage have to be searched for anchors. */
const MAX_NEAR = 1024;
const SURFACES: readonly Surface[] = ['request', 'answer', 'question', 'definition'];

/** What is searched for, in the order in which hits name it. */
export interface Planned {
  readonly detectors: readonly Detector[];
  readonly canaries: readonly Uint8Array[];
  readonly readers: readonly Reader[];
  readonly validators: ReadonlyMap<ValidatorName, Validator>;
}

/** Makes the plan of detectors that have been checked. */
export function planDetectors({ detectors, canaries, readers, validators }: Planned): Plan {
  const probes = detectors.map((detector, index) => planDetector(detector, index, validators));
  const canaryProbes = canaries.map((value, place) => planCanary(value, detectors.length + place));
  const inText: Literal[] = canaryProbes.map((probe, place) => ({ probe, bytes: canaries[place] ?? new Uint8Array(), exact: true }));
  const inNames: Literal[] = [];
  const runs = new Map<RunKind, { probe: Probe; min: number }[]>();
  const readerProbes = planReaders(readers, probes.length + canaryProbes.length);
  const anchored = [
    ...probes.map((probe, place) => [probe, detectors[place]] as const),
    ...readerProbes.map((probe, place) => [probe, readers[place]] as const),
  ];
  for (const [probe, of] of anchored) {
    if (of === undefined) continue;
    const { anchors } = of;
    if (anchors.kind === 'run') runs.set(anchors.run, [...(runs.get(anchors.run) ?? []), { probe, min: anchors.min }]);
    else {
      const exact = anchors.kind === 'literals' && anchors.exact === true;
      const list = anchors.kind === 'literals' ? inText : inNames;
      for (const literal of anchors.literals) list.push({ probe, bytes: Buffer.from(literal), exact });
    }
  }
  const [automaton, literalsOf] = share(inText);
  const [nameAutomaton, namesOf] = share(inNames);
  const all = [...probes, ...canaryProbes, ...readerProbes];
  const most = (of: (probe: Probe) => number): number => all.reduce((max, probe) => Math.max(max, of(probe)), 0);
  const behind = most(({ near }) => near);
  const before = most((probe) => probe.before);
  return {
    probes: all,
    automaton,
    literalsOf,
    runs: [...runs].map(([kind, of]) => ({ kind, min: of.reduce((least, { min }) => Math.min(least, min), MAX_RUN_BYTES), probes: of })),
    nameAutomaton,
    namesOf,
    behind,
    ahead: before + Math.max(automaton.maxBytes, 1),
    lookBehindBytes: behind + before,
    maxMatchBytes: before + most(({ reach }) => reach),
    foldedSurfaces: all.reduce((bits, { folded, surfaces }) => (folded ? bits | surfaces : bits), 0),
  };
}

function planDetector(detector: Detector, index: number, validators: ReadonlyMap<ValidatorName, Validator>): Probe {
  const { anchors, pattern, validator, surfaces = SURFACES } = detector;
  const before = anchors.kind === 'name' ? 0 : (detector.before ?? DEFAULT_BEFORE);
  const after = detector.after ?? (anchors.kind === 'run' ? DEFAULT_AFTER_RUN : DEFAULT_AFTER);
  return {
    index,
    pattern: pattern === undefined ? undefined : createPattern(pattern),
    validator: validator === undefined ? undefined : validators.get(validator),
    cost: detector.cost ?? DEFAULT_COST,
    ...reachOf(anchors, before, after),
    surfaces: surfaceBits(surfaces),
    folded: detector.folded ?? detector.class === 'directive',
  };
}

function reachOf(anchors: Anchors, before: number, after: number): Pick<Probe, 'before' | 'after' | 'reach' | 'near'> {
  const anchorBytes =
    anchors.kind === 'run'
      ? MAX_RUN_BYTES
      : anchors.kind === 'name'
        ? 0
        : anchors.literals.reduce((most, literal) => Math.max(most, Buffer.byteLength(literal)), 0);
  return { before, after, reach: before + anchorBytes + after, near: Math.min(anchorBytes + after, MAX_NEAR) };
}

/** Of a reader, each thing that it finds has an index of its own. It looks wherever one of them is looked for. */
function planReaders(readers: readonly Reader[], first: number): readonly Probe[] {
  let index = first;
  return readers.map(({ finds, anchors, before, after, read, glance, folded = false, cost = DEFAULT_COST }): Probe => {
    const surfaces = surfaceBits(finds.flatMap((sought) => sought.surfaces ?? SURFACES));
    const probe: Probe = {
      index,
      read,
      glance: glance?.(),
      pattern: undefined,
      validator: undefined,
      cost,
      ...reachOf(anchors, before, after),
      surfaces,
      folded,
    };
    index += finds.length;
    return probe;
  });
}

function planCanary(value: Uint8Array, index: number): Probe {
  return {
    index,
    pattern: undefined,
    validator: undefined,
    cost: DEFAULT_COST,
    before: 0,
    after: 0,
    reach: value.length,
    near: 0,
    surfaces: surfaceBits(SURFACES),
    folded: false,
  };
}

function surfaceBits(surfaces: readonly Surface[]): number {
  return surfaces.reduce((bits, surface) => bits | surfaceBit(surface), 0);
}

/** A surface as a bit. Asked for every text: written out, it costs a comparison or two, as a table by names it costs a search. */
export function surfaceBit(surface: Surface): number {
  switch (surface) {
    case 'request':
      return 1;
    case 'answer':
      return 2;
    case 'question':
      return 4;
    default:
      surface satisfies 'definition';
      return 8;
  }
}

/** Literals that differ in nothing but case are one to the automaton. */
function share(literals: readonly Literal[]): readonly [Literals, readonly (readonly Literal[])[]] {
  const byText = new Map<string, Literal[]>();
  for (const literal of literals) {
    const text = Buffer.from(literal.bytes)
      .toString('latin1')
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    byText.set(text, [...(byText.get(text) ?? []), literal]);
  }
  const groups = [...byText.values()];
  return [compileLiterals(groups.map(([first]) => first?.bytes ?? new Uint8Array())), groups];
}
