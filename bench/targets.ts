// The last table of a run: what was to be reached, and what was. Pure.

import type { Verdict } from './budgets.ts';
import { table } from './tables.ts';

/** One line for each budget; those that the run was not asked for are left out and counted. */
export function targetTable(verdicts: readonly Verdict[]): string {
  const asked = verdicts.filter(({ kind }) => kind !== 'not asked');
  const left = verdicts.length - asked.length;
  const lines = table(
    ['', 'target', 'stretch', 'measured', 'verdict'],
    asked.map((verdict) => [verdict.budget.name, verdict.limit, stretchOf(verdict), measuredOf(verdict), verdict.kind.toUpperCase()]),
  );
  return left === 0 ? lines : `${lines}\n${left} more, about what this run was not asked for, are not judged.`;
}

/** What was measured, in as many digits as it takes. */
export function measuredOf({ measured }: Verdict): string {
  if (measured === undefined || Number.isNaN(measured)) return 'no figure';
  return measured.toFixed(Math.abs(measured) >= 100 ? 0 : Math.abs(measured) >= 10 ? 1 : 2);
}

function stretchOf({ budget: { stretch }, reachesStretch }: Verdict): string {
  return stretch === undefined ? '–' : `${stretch}${reachesStretch ? ' reached' : ''}`;
}
