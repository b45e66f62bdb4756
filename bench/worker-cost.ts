// What the workers of a gateway cost while something is done, as the scheduler counts it (/proc/<pid>/task/*/schedstat, in nanoseconds): neither the
// load nor the servers nor other programs are in it.

import { readdirSync, readFileSync } from 'node:fs';

import type { Gateway } from '../test/harness/index.ts';
import { monotonicMs } from './clock.ts';
import { percentile } from './statistics.ts';

/** A gateway whose workers are watched. */
export interface Costed {
  readonly gateway: Gateway;
  /** CPU that the workers take by themselves, in µs for each ms: upkeep, and no part of a call. */
  restUs: number;
}

/** CPU that the workers of a gateway used while something was done, less what they use at rest. */
export async function cpuUs(bed: Costed, work: () => Promise<unknown>): Promise<number> {
  const before = usedUs(bed.gateway);
  const began = monotonicMs();
  await work();
  return usedUs(bed.gateway) - before - bed.restUs * (monotonicMs() - began);
}

/** What it costs while little else runs: the first quartile of many rounds. */
export function quiet(costs: readonly number[]): number {
  return percentile(
    costs.toSorted((a, b) => a - b),
    25,
  );
}

function usedUs(gateway: Gateway): number {
  let nanoseconds = 0;
  for (const pid of gateway.workers())
    for (const task of readdirSync(`/proc/${pid}/task`))
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]);
  return nanoseconds / 1_000;
}
