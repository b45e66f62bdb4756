// What was found, counted: for conditions, and for people. Types, places and numbers; never what stood there.

import type { ActionOf } from './actions.ts';
import { createScan } from './scan.ts';
import type { Action, Engine, FindingClass, Found, Surface } from './types.ts';

/** Findings of one type in one place, and what is done about them. */
export interface TalliedFinding {
  readonly type: string;
  readonly class: FindingClass;
  readonly confidence: Found['confidence'];
  readonly path: string;
  readonly action: Action;
  readonly count: number;
}

/** How much was found, by class. */
export type FindingCounts = Readonly<Partial<Record<FindingClass, number>>>;

const NOTHING: FindingCounts = Object.freeze({});

/** Looks into a whole message, at once. */
export function lookInto(engine: Engine, bytes: Uint8Array, surface: Surface): readonly Found[] {
  const scan = createScan(engine, { surface });
  const { found } = scan.push(bytes);
  return [...found, ...scan.end().found];
}

/** What conditions count: what a detector is not sure of is only tagged, and no rule decides by it. */
export function countFindings(found: readonly Found[]): FindingCounts {
  if (found.length === 0) return NOTHING;
  const counts: Partial<Record<FindingClass, number>> = {};
  for (const { class: of, confidence } of found) if (confidence !== 'low' || of === 'unscanned') counts[of] = (counts[of] ?? 0) + 1;
  return counts;
}

/** One entry for each type in each place, in the order of their first. */
export function tallyFindings(found: readonly Found[], actionOf: ActionOf): readonly TalliedFinding[] {
  const tallied = new Map<string, { -readonly [Member in keyof TalliedFinding]: TalliedFinding[Member] }>();
  for (const one of found) {
    const { type, class: of, confidence, path } = one;
    const key = `${type} ${path}`;
    const known = tallied.get(key);
    if (known === undefined) tallied.set(key, { type, class: of, confidence, path, action: actionOf(one).action, count: 1 });
    else known.count++;
  }
  return [...tallied.values()];
}
