// What was measured, as a table. Rows are named by their ids; what stands in them is never shown.

import type { Evaluation } from './measure.ts';
import { shareOf } from './rates.ts';
import type { Aim, Rate } from './rates.ts';

/** More ids than this are only counted; the JSON file has all. */
const SHOWN_IDS = 8;

/** The table. */
export function reportOf({ corpus, sections, aims }: Evaluation): string {
  const lines = [`inspection on ${corpus}`];
  for (const { title, rates } of sections) {
    const shown = rates.filter(({ of }) => of > 0);
    if (shown.length === 0) continue;
    lines.push('', title, ...shown.map(rateLine));
  }
  lines.push('', 'aims', ...aims.map(aimLine));
  return `${lines.join('\n')}\n`;
}

/** Whether everything that was measured is as it should be, and something was. */
export function isGood({ aims }: Evaluation): boolean {
  return aims.every(({ verdict }) => verdict !== 'missed') && aims.some(({ verdict }) => verdict === 'kept');
}

function rateLine(rate: Rate): string {
  const percent = `${((shareOf(rate) ?? 0) * 100).toFixed(1)} %`;
  const ids = rate.ids.length === 0 ? '' : `  ${rate.kind === 'recall' ? 'missed' : 'wrong'}: ${listed(rate.ids)}`;
  return `  ${rate.name.padEnd(52)} ${rate.kind.padEnd(9)} ${`${rate.count}/${rate.of}`.padStart(11)} ${percent.padStart(8)}${ids}`;
}

function listed(ids: readonly string[]): string {
  const rest = ids.length - SHOWN_IDS;
  return `${ids.slice(0, SHOWN_IDS).join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function aimLine({ name, measured, atLeast, atMost, verdict }: Aim): string {
  const share = measured === undefined ? '–' : `${(measured * 100).toFixed(2)} %`;
  const limit = atLeast === undefined ? `at most ${((atMost ?? 0) * 100).toFixed(2)} %` : `at least ${(atLeast * 100).toFixed(2)} %`;
  return `  ${verdict.padEnd(12)} ${name.padEnd(52)} ${share.padStart(9)}  (${limit})`;
}
