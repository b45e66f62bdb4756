// How many system calls a call takes, and which, as `strace -c` counts them in a short pass of its own: what of the cost is the kernel's, and what
// workers have to share. Tracing slows what it traces, so no other figure comes from it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Children } from './children.ts';
import { measure, type Target } from './measure.ts';
import { readTreeWithout } from './procfs.ts';
import type { Row } from './rows.ts';

const TIMING = { warmupMs: 300, measureMs: 1000 };
/** Of these, what is made most. */
const NAMED = 12;

/** System calls per answered call. */
export interface CallCounts {
  readonly all: number;
  /** The most frequent, by name. */
  readonly byName: Readonly<Record<string, number>>;
}

/** Those of one row, with 50 connections. */
export interface RowCalls extends CallCounts {
  readonly row: Row;
}

/** Counts under a load of 50 connections. */
export async function countCalls(children: Children, strace: string, folder: string, target: Target): Promise<CallCounts> {
  if (target.proxyPid === undefined) throw new Error('nothing stands in the path');
  const file = join(folder, 'strace.counts');
  const attach = readTreeWithout(target.proxyPid, target.standIn).flatMap(({ pid }) => ['-p', String(pid)]);
  const tracer = children.start({ name: 'strace', command: strace, args: ['-f', '-c', '-o', file, ...attach], cores: undefined });
  try {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { generator } = await measure(children, target, 'saturation', TIMING);
    await children.stop(tracer);
    return perCall(parseCounts(readFileSync(file, 'utf8')), generator.answeredInAll);
  } finally {
    await children.stop(tracer);
  }
}

/** Reads the table of `strace -c`: share, seconds, µs a call, calls, errors (if any), name. */
export function parseCounts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, calls, name = ''] = /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?([a-z]\w*)$/.exec(line) ?? [];
    if (calls !== undefined && name !== 'total') counts.set(name, Number(calls));
  }
  return counts;
}

function perCall(counts: ReadonlyMap<string, number>, answered: number): CallCounts {
  const most = [...counts].toSorted(([, a], [, b]) => b - a);
  const all = most.reduce((sum, [, count]) => sum + count, 0);
  return { all: all / answered, byName: Object.fromEntries(most.slice(0, NAMED).map(([name, count]) => [name, count / answered])) };
}
