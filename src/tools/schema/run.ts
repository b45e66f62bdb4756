// One run of a schema over a value: what it may still spend, where it is, what it found wrong.

import type { JsonValue } from '../../mcp/index.ts';
import type { SchemaResource } from './schema-document.ts';

/** The way to a part of the value. A name that the schema does not know was chosen by the caller: it is kept apart from those that it does. */
export type Step = string | number | { readonly undeclared: string };

/** What is wrong, and where: the steps to it, and a predicate (`should be an integer`) that repeats nothing of the value. */
export interface Fault {
  readonly steps: readonly Step[];
  readonly say: string;
}

export interface Run {
  stepsLeft: number;
  depth: number;
  /** The budget or the depth was used up: nothing that this run says counts. */
  spent: boolean;
  readonly steps: Step[];
  fault: Fault | undefined;
  /** Resources entered on the way, outermost first: where a `$dynamicRef` looks. */
  readonly scope: SchemaResource[];
}

/** What the keywords for one value have seen of its members and elements: the ground on which `unevaluated*` stands. */
export interface Seen {
  readonly names: Set<string>;
  /** Elements before this one have been seen; Infinity: all of them. */
  items: number;
  readonly contained: Set<number>;
  /** `properties` has been met: the schema says which members there are. */
  declares: boolean;
}

/** One keyword, or several that belong together, over one value. False: the run has the fault. */
export type Check = (value: JsonValue, run: Run, seen: Seen | undefined) => boolean;

/** Schemas nested in one another while they run; beyond that the stack is at stake. */
const MAX_DEPTH = 400;

export function createRun(stepsLeft: number): Run {
  return { stepsLeft, depth: 0, spent: false, steps: [], fault: undefined, scope: [] };
}

export function createSeen(): Seen {
  return { names: new Set(), items: 0, contained: new Set(), declares: false };
}

/** Adds what a branch has seen that turned out to hold. */
export function addSeen(to: Seen, from: Seen): void {
  for (const name of from.names) to.names.add(name);
  for (const at of from.contained) to.contained.add(at);
  to.items = Math.max(to.items, from.items);
  to.declares ||= from.declares;
}

/** Pays for work. False: there is nothing left, and everything ends. */
export function spend(run: Run, steps: number): boolean {
  run.stepsLeft -= steps;
  if (run.stepsLeft >= 0 && run.depth <= MAX_DEPTH) return true;
  run.spent = true;
  run.stepsLeft = -1;
  return false;
}

/** Notes a fault at the present place. */
export function refuse(run: Run, say: string): false {
  run.fault = { steps: run.steps.slice(), say };
  return false;
}

/** Runs a check over a part of the value. */
export function below(run: Run, step: Step, check: Check, value: JsonValue): boolean {
  run.steps.push(step);
  const holds = check(value, run, undefined);
  run.steps.pop();
  return holds;
}
