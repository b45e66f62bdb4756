// One look into a piece of text: what the engine finds there becomes findings of the message, with the place in it, and what it costs is counted.

import type { Budget, Engine, Surface, UnscannedReason } from '../types.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';
import { isContinuation } from './windows.ts';
import type { Look } from './windows.ts';

/** Where the bytes that are looked at stand in the message: for beginnings and for ends, by index. */
export interface Origin {
  rawStart(index: number): number;
  rawEnd(index: number): number;
}

/** What kind of text is read. */
export type TextKind = 'string' | 'name' | 'number';

/** Looks, for one message. */
export interface Looker {
  /** What the texts are, from now on. */
  kind: TextKind;
  /** False: the text has no place in a document. */
  placed: boolean;
  /** A look at bytes that stand in the message as the origin says. */
  at(origin: Origin): Look;
  /** Says that something was not looked into. */
  miss(reason: UnscannedReason, at: number): void;
}

/** What a message's looks need. */
export interface LookerOptions {
  readonly engine: Engine;
  readonly surface: Surface;
  readonly place: Place;
  readonly findings: Findings;
  /** What the whole message may cost. Undefined: as much as its length lets it. */
  readonly budget?: Budget | undefined;
}

/** Numbers with fewer digits are looked at nowhere: they say too little to be something. */
const MIN_DIGITS = 9;
/** Of one reason a message says this many; more would say nothing more. */
const MAX_SAID = 3;
/** Without a budget: what any message may cost, and more for each of its bytes. A byte of clean text costs about one, so this is for what is not clean. */
const BASE_STEPS = 262_144;
const STEPS_PER_BYTE = 8;

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Makes the looks of one message. */
export function createLooker(options: LookerOptions): Looker {
  const { engine, surface, place, findings } = options;
  const own = options.budget === undefined;
  const budget: Budget = options.budget ?? { left: 0, failures: 0 };
  const said = new Map<UnscannedReason, number>();
  let spent = 0;
  /** One object for all looks: most find nothing, and need not be paid for. */
  const passage = {
    bytes: NO_BYTES,
    begin: 0,
    end: 0,
    from: 0,
    to: 0,
    surface,
    get key(): string {
      return looker.kind === 'name' ? '' : place.key();
    },
  };

  const pathOfNow = (): string => (looker.placed ? place.path() : '$');

  /** Runs something against the budget as it is at that offset of the message, wherever the pieces were cut; says what went wrong. */
  const spend = <T>(rawEnd: number, run: () => T): T | undefined => {
    if (own) budget.left = BASE_STEPS + STEPS_PER_BYTE * rawEnd - spent;
    if (budget.left < 0) {
      looker.miss('over-budget', rawEnd);
      return undefined;
    }
    const before = budget.left;
    const failures = budget.failures;
    const result = run();
    spent += before - budget.left;
    if (budget.left < 0) looker.miss('over-budget', rawEnd);
    if (budget.failures > failures) looker.miss('failed', rawEnd);
    return result;
  };

  const lookOnce = (origin: Origin, end: number): void => {
    const hits = spend(end, () => engine.search(passage, budget));
    if (hits === undefined || hits.length === 0) return;
    if (looker.kind === 'name') place.hideName();
    const path = pathOfNow();
    const isNumber = looker.kind === 'number';
    for (const hit of hits) {
      const sought = engine.detectors[hit.detector];
      if (sought === undefined) continue;
      findings.add({
        type: sought.name,
        class: sought.class,
        confidence: sought.confidence,
        kind: looker.kind,
        start: origin.rawStart(isNumber ? passage.begin : alignedStart(passage.bytes, hit.start, passage.begin)),
        end: origin.rawEnd(isNumber ? passage.end : alignedEnd(passage.bytes, hit.end, passage.end)),
        path,
        layers: hit.layers,
      });
    }
  };

  const looker: Looker = {
    kind: 'string',
    placed: true,
    at: (origin) => (bytes, begin, from, to, end) => {
      if (looker.kind === 'name' && from === begin) place.name(bytes, from, to);
      const decided = origin.rawEnd(to);
      if (looker.kind !== 'number' || hasDigits(bytes, from, to)) {
        passage.bytes = bytes;
        passage.begin = begin;
        passage.from = from;
        passage.to = to;
        passage.end = end;
        lookOnce(origin, decided);
      }
      findings.settle(decided);
    },
    miss: (reason, at) => {
      const count = said.get(reason) ?? 0;
      if (count === MAX_SAID) return;
      said.set(reason, count + 1);
      findings.add({
        type: reason,
        class: 'unscanned',
        confidence: 'high',
        kind: 'message',
        start: at,
        end: at,
        path: pathOfNow(),
        layers: [],
      });
    },
  };
  return looker;
}

function hasDigits(bytes: Uint8Array, from: number, to: number): boolean {
  let digits = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) digits++;
  }
  return digits >= MIN_DIGITS;
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
