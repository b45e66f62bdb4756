// Compares what was measured with bench/budgets.json. A miss is reported and fails the run; a budget that could not be
// measured is a miss too, since a figure that nobody sees cannot be kept. Nothing here ever changes a budget.

import type { Comparison } from './results.ts';

/**
 * One line of budgets.json: a figure of a row, or its ratio to the same figure of another row (`against`), or what it has more (`minus`); or a
 * figure of a part that is a program of its own.
 */
export interface Budget extends Comparison {
  readonly name: string;
  /** The row or the part. */
  readonly of: string;
  readonly figure: string;
  /** What it must not be above; a budget has this or `atLeast`. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What it would be good to reach; nothing hangs on it. */
  readonly stretch?: number;
}

/** The file. */
export interface Budgets {
  /** How many times as wide the limits of a --quick run are, whose windows are too short for a fine judgement. */
  readonly quickWidth: number;
  readonly budgets: readonly Budget[];
}

/** What became of one budget. */
export interface Verdict {
  readonly kind: 'kept' | 'missed' | 'unmeasured' | 'not asked';
  readonly budget: Budget;
  /** In words, such as `≤ 2.5`. */
  readonly limit: string;
  /** Median over the rounds. */
  readonly measured: number | undefined;
  readonly reachesStretch: boolean;
}

/** The median over rounds of what a budget is about; undefined when there is none. */
export type Lookup = (budget: Budget) => number | undefined;

/** Reads budgets.json; anything unexpected is refused, since a misspelt budget would never be missed. */
export function parseBudgets(text: string): Budgets {
  const document: unknown = JSON.parse(text);
  const { budgets, quickWidth }: Readonly<Record<string, unknown>> = isRecord(document) ? document : {};
  if (typeof quickWidth !== 'number' || quickWidth < 1) throw new Error('budgets.json has no number "quickWidth" from 1');
  if (!Array.isArray(budgets) || budgets.length === 0) throw new Error('budgets.json has no list "budgets"');
  return {
    quickWidth,
    budgets: budgets.map((entry: unknown, index) => {
      if (isBudget(entry)) return entry;
      throw new Error(
        `budgets.json: entry ${index} must have name, of, figure, one of atMost and atLeast, and nothing else but against, minus, stretch`,
      );
    }),
  };
}

/** Holds every budget against what was measured. `asked` are the rows and parts of this run; `width` makes the limits wider. */
export function compareBudgets(budgets: readonly Budget[], asked: ReadonlySet<string>, width: number, lookup: Lookup): readonly Verdict[] {
  return budgets.map((budget) => {
    const { of, against, minus, atMost, atLeast, stretch } = budget;
    const isAsked = [of, against, minus].every((name) => name === undefined || asked.has(name));
    const measured = isAsked ? lookup(budget) : undefined;
    const limit = atMost === undefined ? `≥ ${trimmed((atLeast ?? 0) / width)}` : `≤ ${trimmed(atMost * width)}`;
    const reaches = (most: number | undefined, least: number | undefined): boolean =>
      measured !== undefined && (most === undefined || measured <= most) && (least === undefined || measured >= least);
    const kept = reaches(atMost === undefined ? undefined : atMost * width, atLeast === undefined ? undefined : atLeast / width);
    const isMost = atMost !== undefined;
    return {
      kind: !isAsked ? 'not asked' : measured === undefined || !Number.isFinite(measured) ? 'unmeasured' : kept ? 'kept' : 'missed',
      budget,
      limit,
      measured,
      reachesStretch: stretch !== undefined && reaches(isMost ? stretch : undefined, isMost ? undefined : stretch),
    };
  });
}

/** Whether a run may end with exit code 0. A quick run only has to have measured everything: it says what it missed, and no more. */
export function isPassed(verdicts: readonly Verdict[], quick: boolean): boolean {
  return verdicts.every(({ kind }) => kind === 'kept' || kind === 'not asked' || (quick && kind === 'missed'));
}

function trimmed(limit: number): string {
  return String(Number(limit.toFixed(3)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REQUIRED = ['name', 'of', 'figure'] as const;
const ROWS = ['against', 'minus'] as const;
const LIMITS = ['atMost', 'atLeast'] as const;

function isBudget(value: unknown): value is Budget {
  if (!isRecord(value)) return false;
  const is = (member: string, type: string): boolean => value[member] === undefined || typeof value[member] === type;
  const known: ReadonlySet<string> = new Set([...REQUIRED, ...ROWS, ...LIMITS, 'stretch']);
  return (
    REQUIRED.every((member) => typeof value[member] === 'string') &&
    ROWS.every((member) => is(member, 'string')) &&
    [...LIMITS, 'stretch'].every((member) => is(member, 'number')) &&
    LIMITS.filter((member) => value[member] !== undefined).length === 1 &&
    Object.keys(value).every((member) => known.has(member))
  );
}
