// The rounds of one group of rows: everything of it is started, heated, and measured in turn; nothing of another group runs beside it.

import { type Bed, type BedOptions, startBed } from './bed.ts';
import type { Children } from './children.ts';
import { findProgram } from './machine.ts';
import { measure, type Phase, type Timing } from './measure.ts';
import type { Options } from './options.ts';
import type { RowWrites, Sample } from './results.ts';
import { GROUPS, type Row, ROWS, rowsOf } from './rows.ts';
import { countCalls, type RowCalls } from './system-calls.ts';
import { countWrites } from './writes.ts';

/** What all groups of a run gave. */
export interface Measured {
  readonly samples: readonly Sample[];
  readonly writes: readonly RowWrites[];
  readonly calls: readonly RowCalls[];
  readonly failures: readonly string[];
}

/** Measures every group that has a row in this run. */
export async function measureGroups(children: Children, options: Options, shared: Omit<BedOptions, 'rows'>): Promise<Measured> {
  const samples: Sample[] = [];
  const writes: RowWrites[] = [];
  const calls: RowCalls[] = [];
  const failures: string[] = [];
  for (const group of GROUPS) {
    const rows = rowsOf(group, options.rows);
    if (rows.length === 0) continue;
    const bed = await startBed(children, { ...shared, rows });
    // Rounds are counted on from group to group, so that a row which stands in two of them is compared within its own.
    const before = Math.max(0, ...samples.map(({ round }) => round));
    samples.push(...(await runRounds(children, bed, options, { before, note: shared.note })));
    failures.push(...bed.failures, ...(await trace(children, bed, options.quick, { ...shared, writes, calls })));
    await bed.close();
  }
  return { samples, writes, calls, failures };
}

interface Counting {
  readonly before: number;
  readonly note: (text: string) => void;
}

/** Every row in every round, each round beginning one row further, so that no row always follows the same one. */
async function runRounds(
  children: Children,
  bed: Bed,
  { rounds, timing, heatMs }: Options,
  { before, note }: Counting,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const rows = [...bed.targets.keys()];
  for (const row of rows) {
    const phase = ROWS[row].phases[0] ?? 'saturation';
    note(`warming up ${ROWS[row].label}`);
    await attempt(children, bed, row, phase, { warmupMs: heatMs, measureMs: 200 });
  }
  for (let turn = 0; turn < rounds; turn += 1) {
    for (let n = 0; n < rows.length; n += 1) {
      const row = rows[(n + turn) % rows.length];
      if (row === undefined) continue;
      for (const phase of ROWS[row].phases) {
        note(`round ${turn + 1} of ${rounds}: ${ROWS[row].label}, ${phase}`);
        samples.push({ round: before + turn + 1, row, phase, ...(await attempt(children, bed, row, phase, timing)) });
      }
    }
  }
  return samples;
}

async function attempt(
  children: Children,
  bed: Bed,
  row: Row,
  phase: Phase,
  timing: Timing,
): Promise<Pick<Sample, 'measurement' | 'failure'>> {
  const target = bed.targets.get(row);
  if (target === undefined) return { measurement: undefined, failure: 'it is not running' };
  try {
    return { measurement: await measure(children, target, phase, timing), failure: undefined };
  } catch (error) {
    return { measurement: undefined, failure: error instanceof Error ? error.message : String(error) };
  }
}

interface Tracing {
  readonly folder: string;
  readonly note: (text: string) => void;
  readonly writes: RowWrites[];
  readonly calls: RowCalls[];
}

/** What reaches the disk and the kernel; left out of a quick run, where it is the same count at the same price. Returns what went wrong. */
async function trace(children: Children, bed: Bed, quick: boolean, { folder, note, writes, calls }: Tracing): Promise<readonly string[]> {
  const strace = findProgram('strace');
  if (strace === undefined || quick) return [];
  const failures: string[] = [];
  for (const [row, target] of bed.targets) {
    const { group, phases, label } = ROWS[row];
    if (target.proxyPid === undefined || !phases.includes('saturation') || group === 'alike') continue;
    try {
      note(`counting the system calls of ${label}`);
      calls.push({ row, ...(await countCalls(children, strace, folder, target)) });
      if (group === 'workers') continue;
      note(`counting the writes of ${label}`);
      const saturation = await countWrites(children, strace, folder, target, 'saturation');
      const single = await countWrites(children, strace, folder, target, 'single');
      writes.push({ row, saturation, single });
    } catch (error) {
      failures.push(`${label} under strace: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}
