// One look into a piece of text: what the engine finds there becomes findings of the message, with the place in it, and what it costs is counted.

import { createJoins, MAX_PIECE_BYTES } from '../joins.ts';
import type { Joins } from '../joins.ts';
import { createLayers } from '../layers.ts';
import type { Outlet } from '../layers.ts';
import { surfaceBit } from '../plan.ts';
import { STEPS_PER_FINDING, STEPS_PER_LOOK } from '../spend.ts';
import type { Budget, Engine, Hit, Layer, Noticed, Passage, Sought, Surface, UnscannedReason } from '../types.ts';
import type { Findings } from './findings.ts';
import { namesOf } from './names.ts';
import type { Name } from './names.ts';
import type { Place } from './place.ts';
import { wholeDigits } from './whole-number.ts';
import { boundary, isContinuation } from './windows.ts';
import type { Look } from './windows.ts';

/** Where the bytes that are looked at stand in the message: for beginnings and for ends, by index. */
export interface Origin {
  rawStart(index: number): number;
  rawEnd(index: number): number;
}

/** What kind of text is read. */
export type TextKind = 'string' | 'name' | 'number';

/** Looks, for one message after the other. */
export interface Looker {
  /** A message begins. */
  begin(options: LookOptions): void;
  /** The message is over: nothing of it is kept. */
  end(): void;
  /** What the texts are, from now on. */
  kind: TextKind;
  /** False: the text has no place in a document. */
  placed: boolean;
  /** A look at bytes that stand in the message as the origin says. */
  at(origin: Origin): Look;
  /** What stands beside each other. */
  readonly joins: Joins;
  /** Says that something was not looked into. */
  miss(reason: UnscannedReason, at: number): void;
}

/** What looks need. */
export interface LookerOptions {
  readonly engine: Engine;
  readonly place: Place;
  readonly findings: Findings;
}

/** How one message is looked into. */
export interface LookOptions {
  readonly surface: Surface;
  /** What the whole message may cost. Undefined: as much as its length lets it. */
  readonly budget?: Budget | undefined;
  /** Without a budget: the most that it may cost, however long it is. */
  readonly maxSteps?: number | undefined;
}

/** Numbers with fewer digits say too little to be something, but under some names. */
const MIN_DIGITS = 9;
const MIN_TOLD_DIGITS = 3;
/** What making one of another spelling costs, and more for each of its bytes. */
const RESPELLING_STEPS = 64;
/** Shorter texts are not written as others. */
const MIN_LAYERED_BYTES = 3;
/** Of one reason a message says this many; more would say nothing more. */
const MAX_MISSED = 3;
/**
 * Without a budget: what any message may cost, and more for each of its bytes. A byte of clean prose costs about three. Texts that are nothing but numbers,
 * addresses or settings cost ten to twenty, manuals and sources that are full of what is looked for up to fifty, and they are no attack.
 */
const BASE_STEPS = 262_144;
const STEPS_PER_BYTE = 40;
/**
 * How much any message may have found in it, and one more for so many bytes. Each is kept, sent on, and acted upon, here and in the worker: a message that is
 * nothing but findings takes more memory than any that is meant to be read.
 */
const BASE_FINDINGS = 4_096;
const BYTES_PER_FINDING = 16;

/** Characters written as others. */
const WRITTEN: ReadonlySet<Layer> = new Set<Layer>(['url', 'html', 'escaped']);
const NO_BYTES: Uint8Array = new Uint8Array(0);
const NO_HITS: readonly Hit[] = [];

/** Makes looks. */
export function createLooker({ engine, place, findings }: LookerOptions): Looker {
  const names = namesOf(engine);
  const missed = new Map<UnscannedReason, Set<string>>();
  const ownBudget: Budget = { left: 0, failures: 0 };
  let surface: Surface = 'answer';
  let onSurface = 0;
  let maxSteps = Number.POSITIVE_INFINITY;
  let isPaced = true;
  let budget = ownBudget;
  let spent = 0;
  /** One object for all looks: most find nothing, and need not be paid for. */
  const passage: { -readonly [Member in keyof Passage]: Passage[Member] } = {
    bytes: NO_BYTES,
    begin: 0,
    end: 0,
    from: 0,
    to: 0,
    key: '',
    surface,
  };

  /** What is written otherwise may be seen beyond the end of the passage, as far as this. */
  let seenTo = 0;
  /** Where the look of now ends in the message. */
  let nowAt = 0;
  /** What was found or missed so far. */
  let said = 0;
  /** What was found, and may be said of it. */
  let told = 0;

  const pathOfNow = (): string => (looker.placed ? place.path() : '$');

  /** Sets the budget to what may be spent up to that offset of the message, wherever the pieces were cut. False: nothing. */
  const mayLook = (): boolean => {
    if (isPaced) budget.left = Math.min(maxSteps, BASE_STEPS + STEPS_PER_BYTE * nowAt) - spent;
    return isWithin();
  };

  const isWithin = (): boolean => {
    if (budget.left >= 0) return true;
    looker.miss('over-budget', nowAt);
    return false;
  };

  const spend = (steps: number): boolean => {
    if (budget.left < 0) return false;
    budget.left -= steps;
    spent += steps;
    return isWithin();
  };

  /** Of the last text that was searched. */
  const noticed: Noticed = { traits: 0 };

  const search = (text: Passage): readonly Hit[] => {
    noticed.traits = 0;
    if (!spend(STEPS_PER_LOOK)) return NO_HITS;
    const { left, failures } = budget;
    const hits = engine.search(text, budget, noticed);
    spent += left - budget.left;
    if (budget.failures > failures) looker.miss('failed', nowAt);
    isWithin();
    return hits;
  };

  const isHidden = (detector: number): boolean => engine.detectors[detector]?.class === 'hidden';
  const layers = createLayers({ search, spend, isHidden, aheadBytes: engine.maxMatchBytes });

  /** Whether one more may be said of the message. What was found is paid for, and not dropped for what it costs. */
  const mayTell = (): boolean => {
    spend(STEPS_PER_FINDING);
    told++;
    if (told <= BASE_FINDINGS + nowAt / BYTES_PER_FINDING) return true;
    looker.miss('over-budget', nowAt);
    return false;
  };

  const outletAt = (origin: Origin): Outlet => ({
    found: (detector, start, end, ways) => {
      const sought = engine.detectors[detector];
      if (sought === undefined) return;
      said++;
      if (looker.kind === 'name') place.hideName();
      if (!mayTell()) return;
      const { bytes, begin } = passage;
      const isNumber = looker.kind === 'number';
      findings.add({
        type: sought.name,
        class: sought.class,
        confidence: confidenceOf(sought, ways),
        kind: looker.kind,
        start: origin.rawStart(isNumber ? begin : alignedStart(bytes, start, begin)),
        end: origin.rawEnd(isNumber ? seenTo : alignedEnd(bytes, end, seenTo)),
        path: pathOfNow(),
        layers: ways,
      });
    },
    miss: (reason, at) => looker.miss(reason, origin.rawStart(at)),
  });

  /** Looks at the passage, and under it. */
  const lookNow = (outlet: Outlet): void => {
    if (!mayLook()) return;
    const hits = search(passage);
    const { traits } = noticed;
    if (hits.length > 0) for (const hit of hits) outlet.found(hit.detector, hit.start, hit.end, hit.layers);
    if (looker.kind !== 'number' && passage.end - passage.begin >= MIN_LAYERED_BYTES) layers.look(passage, outlet, seenTo, traits);
  };

  // A word beside letters would be taken for some of them: what is found under these counts where it stands, and is taken out there.
  const joined = createLayers({ search, spend, isHidden, aheadBytes: engine.maxMatchBytes, isExact: true });
  const joins = createJoins({
    detectors: engine.detectors,
    place,
    look: (text, rawEnd, found) => {
      const end = nowAt;
      // What stood between the pieces and here was paid for, and so it counts for what may be spent.
      nowAt = Math.max(end, rawEnd);
      if (mayLook()) {
        const hits = search(text);
        const { traits } = noticed;
        if (hits.length > 0) for (const hit of hits) found(hit.detector, hit.start, hit.end, hit.layers);
        // What cannot be looked under in pieces was said of the pieces, or is by chance.
        joined.look(text, { found, miss: () => undefined }, text.end, traits);
      }
      nowAt = end;
    },
    report: ({ detector, start, end, path, layers: ways }) => {
      const sought = engine.detectors[detector];
      if (sought === undefined || !mayTell()) return;
      const { name, class: group } = sought;
      findings.add({ type: name, class: group, confidence: confidenceOf(sought, ways), kind: 'string', start, end, path, layers: ways });
    },
  });

  /** A string that was looked at may be a piece of something. */
  const joinNow = (origin: Origin): void => {
    const { bytes, from, to, end } = passage;
    if (to !== end || to - from > MAX_PIECE_BYTES) joins.apart();
    else joins.piece({ bytes, from, to, rawStart: origin.rawStart(from), rawEnd: origin.rawEnd(to) });
  };

  /** Looks at a number as it is written, and as it is read. */
  const lookAtNumber = (name: Name, outlet: Outlet): void => {
    const { bytes, from, to, key } = passage;
    const least = name.isTelling ? MIN_TOLD_DIGITS : MIN_DIGITS;
    if (digits(bytes, from, to) >= least) lookNow(outlet);
    const whole = wholeDigits(bytes, from, to, least);
    if (whole === undefined || !mayLook() || !spend(RESPELLING_STEPS + to - from)) return;
    const read = new Uint8Array(Buffer.from(whole, 'latin1'));
    const text: Passage = { bytes: read, begin: 0, from: 0, to: read.length, end: read.length, key, surface };
    for (const hit of search(text)) outlet.found(hit.detector, from, to, hit.layers);
  };

  /** The name of a member, by its first look; in most the engine found nothing before. */
  const lookAtName = (name: Name, outlet: Outlet): void => {
    place.member(name);
    if ((name.clean & onSurface) !== 0) {
      // It costs what it cost: what a message may cost must not depend on what others held.
      if (mayLook()) spend(name.steps);
      return;
    }
    const before = { spent, said };
    lookNow(outlet);
    if (said > before.said) return;
    name.steps = spent - before.spent;
    name.clean |= onSurface;
  };

  const looker: Looker = {
    kind: 'string',
    placed: true,
    joins,
    begin: (options) => {
      ({ surface } = options);
      onSurface = surfaceBit(surface);
      maxSteps = options.maxSteps ?? Number.POSITIVE_INFINITY;
      isPaced = options.budget === undefined;
      ownBudget.left = ownBudget.failures = 0;
      budget = options.budget ?? ownBudget;
      passage.surface = surface;
      spent = nowAt = said = told = 0;
      if (missed.size > 0) missed.clear();
      looker.kind = 'string';
      looker.placed = true;
      joins.begin(surface);
    },
    end: () => {
      passage.bytes = NO_BYTES;
      passage.key = '';
      budget = ownBudget;
    },
    at: (origin) => {
      const outlet = outletAt(origin);
      return (bytes, begin, from, to, end) => {
        // To write down where something new is costs more than to see that it is known.
        if (passage.bytes !== bytes) passage.bytes = bytes;
        passage.begin = begin;
        passage.from = from;
        passage.to = to;
        passage.end = nearEnd(bytes, to, end, engine.maxMatchBytes);
        seenTo = end;
        passage.key = '';
        nowAt = origin.rawEnd(to);
        if (looker.kind === 'name' && from === begin) {
          lookAtName(names.of(bytes, from, to), outlet);
        } else if (looker.kind === 'name' || !looker.placed) {
          lookNow(outlet);
        } else {
          const name = place.name();
          passage.key = name.text;
          joins.advance(origin.rawStart(from));
          if (looker.kind === 'number') {
            lookAtNumber(name, outlet);
          } else {
            lookNow(outlet);
            if (from === begin) joinNow(origin);
          }
        }
        findings.settle(Math.min(nowAt, joins.heldFrom()));
      };
    },
    miss: (reason, at) => {
      said++;
      const places = missed.get(reason) ?? new Set();
      if (places.size === MAX_MISSED) return;
      const path = pathOfNow();
      // Once for each place, so that no place can use up what is to be said of the others.
      if (places.has(path)) return;
      missed.set(reason, places.add(path));
      findings.add({
        type: reason,
        class: 'unscanned',
        confidence: 'high',
        kind: 'message',
        start: at,
        end: at,
        path,
        layers: [],
      });
    },
  };
  return looker;
}

/** What is written out is seen by whoever reads it, so it hides nothing: it is said, and left as it is. */
function confidenceOf({ class: of, confidence }: Sought, ways: readonly Layer[]): Sought['confidence'] {
  return of === 'hidden' && ways.some((way) => WRITTEN.has(way)) ? 'low' : confidence;
}

function digits(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) count++;
  }
  return count;
}

/** So many bytes behind a window, but no part of a character. */
function nearEnd(bytes: Uint8Array, to: number, end: number, ahead: number): number {
  return to + ahead >= end ? end : boundary(bytes, to, ahead);
}

/** An edit must not cut a character in two. */
function alignedStart(bytes: Uint8Array, at: number, begin: number): number {
  let start = at;
  while (start > begin && at - start < 3 && isContinuation(bytes, start)) start--;
  return start;
}

function alignedEnd(bytes: Uint8Array, at: number, end: number): number {
  let stop = at;
  while (stop < end && stop - at < 3 && isContinuation(bytes, stop)) stop++;
  return stop;
}
