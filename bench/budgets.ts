// Compares what was measured with bench/budgets.json. A miss is reported and fails the run; a budget that could not be
// measured is a miss too, since a figure that nobody sees cannot be kept. Nothing here ever changes a budget.

import type { Comparison } from './results.ts';

/** One line of budgets.json: a figure of a row, or its ratio to the same figure of another row (`against`), or what it has more (`minus`). */
export interface Budget extends Comparison {
  readonly name: string;
  readonly row: string;
  readonly figure: string;
  readonly atMost: number;
  /** The limit of a --quick run, whose windows are too short for a fine judgement. */
  readonly quickAtMost: number;
}

/** What became of one budget. */
export interface Verdict {
  readonly kind: 'kept' | 'missed' | 'unmeasured' | 'not asked';
  readonly name: string;
  readonly limit: number;
  /** Median over the rounds. */
  readonly measured: number | undefined;
}

/** The median over rounds of what a budget is about; undefined when there is none. */
export type Lookup = (budget: Budget) => number | undefined;

/** Reads budgets.json; anything unexpected is refused, since a misspelt budget would never be missed. */
export function parseBudgets(text: string): readonly Budget[] {
  const document: unknown = JSON.parse(text);
  const budgets = isRecord(document) ? document['budgets'] : undefined;
  if (!Array.isArray(budgets) || budgets.length === 0) throw new Error('budgets.json has no list "budgets"');
  return budgets.map((entry: unknown, index) => {
    if (!isBudget(entry))
      throw new Error(
        `budgets.json: entry ${index} must have name, row, figure, atMost, quickAtMost and nothing else but against or minus`,
      );
    return entry;
  });
}

/** Holds every budget against what was measured. `rows` are those that this run was asked for. */
export function compareBudgets(budgets: readonly Budget[], rows: ReadonlySet<string>, quick: boolean, lookup: Lookup): readonly Verdict[] {
  return budgets.map((budget) => {
    const limit = quick ? budget.quickAtMost : budget.atMost;
    const measured = lookup(budget);
    const asked = [budget.row, budget.against, budget.minus].every((row) => row === undefined || rows.has(row));
    return { kind: judge(measured, limit, asked), name: budget.name, limit, measured };
  });
}

/** Whether a run may end with exit code 0. */
export function isPassed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ kind }) => kind === 'kept' || kind === 'not asked');
}

function judge(measured: number | undefined, limit: number, asked: boolean): Verdict['kind'] {
  if (!asked) return 'not asked';
  if (measured === undefined || Number.isNaN(measured)) return 'unmeasured';
  return measured <= limit ? 'kept' : 'missed';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REQUIRED = { name: 'string', row: 'string', figure: 'string', atMost: 'number', quickAtMost: 'number' } as const;

function isBudget(value: unknown): value is Budget {
  if (!isRecord(value)) return false;
  const { against, minus, ...rest } = value;
  if (![against, minus].every((row) => row === undefined || typeof row === 'string')) return false;
  const expected = Object.entries(REQUIRED);
  return expected.every(([member, type]) => typeof rest[member] === type) && Object.keys(rest).length === expected.length;
}
