// `node bench/background.ts`: what a gateway's processes take at rest and beside calls, thread by thread: time on the core, time they waited for it, how
// often each wakes, and how often it is pushed from the core before it is done. In the other measurements all of them share one core with the calls: what
// one of them does in one go, a call waits for.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startBed } from './bed.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { findProgram } from './machine.ts';
import { type Load, measureLoad, type Target } from './measure.ts';
import { parseField, readTree } from './procfs.ts';

/** A thread since it began, or what it did in one second. */
interface Thread {
  readonly role: string;
  readonly name: string;
  readonly onCoreMs: number;
  readonly waitedMs: number;
  readonly wakes: number;
  readonly preempted: number;
}

const FOLDER = fileURLToPath(new URL(`./results/background-${process.pid}/`, import.meta.url));
/** Threads that took less in a second are only in the sums. */
const LEAST_MS = 0.05;
const SETTLE_MS = 2_000;
const HEAT: Load = { connections: 50, pace: { kind: 'closed' }, refusals: 'errors' };

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '8' }, rates: { type: 'string', default: '0,100,1000' } },
});
const seconds = Number(values.seconds);
const [openssl, taskset] = ['openssl', 'taskset'].map(findProgram);
if (openssl === undefined) throw new Error('needed: openssl (apt-get install openssl)');

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
await using children = new Children(FOLDER, taskset);
const bed = await startBed(children, {
  rows: ['sallyport-slow'],
  folder: FOLDER,
  certificates: createCertificates(openssl, FOLDER),
  haproxy: 'haproxy',
  taskset,
  note: (text) => process.stderr.write(`${text}\n`),
});
const target = bed.targets.get('sallyport-slow');
if (target?.proxyPid === undefined) throw new Error(`nothing to look at: ${bed.failures.join('; ')}`);
await measureLoad(children, target, HEAT, { warmupMs: 5_000, measureMs: 1_000 });
for (const rate of values.rates.split(',').map(Number)) await show(target, target.proxyPid, rate);
await bed.close();
rmSync(FOLDER, { recursive: true, force: true });

/** Prints what every thread took in a second, beside so many calls a second. */
async function show(called: Target, root: number, rate: number): Promise<void> {
  await sleep(SETTLE_MS);
  const load: Load = { connections: 50, pace: { kind: 'open', ratePerSecond: rate }, refusals: 'errors' };
  const calls = rate === 0 ? undefined : measureLoad(children, called, load, { warmupMs: 1_000, measureMs: seconds * 1_000 + SETTLE_MS });
  if (calls !== undefined) await sleep(SETTLE_MS);
  const before = readThreads(root);
  await sleep(seconds * 1_000);
  const after = readThreads(root);
  const measured = await calls;
  const latency = measured === undefined ? '' : `: p50 ${measured.p50Ms.toFixed(2)} ms, p99 ${measured.p99Ms.toFixed(2)} ms`;
  process.stdout.write(`\n${rate} calls a second${latency}\n${table(before, after)}`);
}

function table(before: ReadonlyMap<number, Thread>, after: ReadonlyMap<number, Thread>): string {
  const rows = [...after].map(([id, now]) => inOneSecond(before.get(id), now)).toSorted((a, b) => b.onCoreMs - a.onCoreMs);
  const sums = new Map<string, number>();
  for (const { role, onCoreMs } of rows) sums.set(role, (sums.get(role) ?? 0) + onCoreMs);
  const shown = rows.filter(({ onCoreMs }) => onCoreMs >= LEAST_MS);
  const lines = shown.map(
    ({ role, name, onCoreMs, waitedMs, wakes, preempted }) =>
      `${role.padEnd(12)}${name.padEnd(16)}${cell(onCoreMs)}${cell(waitedMs)}${cell(wakes)}${cell(preempted)}\n`,
  );
  const together = [...sums].map(([role, ms]) => `${role} ${ms.toFixed(1)}`).join(', ');
  return `${'process     thread'.padEnd(28)}   ms/s  waited   wakes  pushed\n${lines.join('')}together, ms in a second: ${together}\n`;
}

function inOneSecond(then: Thread | undefined, now: Thread): Thread {
  const rate = (field: 'onCoreMs' | 'waitedMs' | 'wakes' | 'preempted'): number => (now[field] - (then?.[field] ?? 0)) / seconds;
  const { role, name } = now;
  return { role, name, onCoreMs: rate('onCoreMs'), waitedMs: rate('waitedMs'), wakes: rate('wakes'), preempted: rate('preempted') };
}

function cell(value: number): string {
  return value.toFixed(1).padStart(8);
}

/** By thread id: /proc/PID/task/ID/schedstat has both times in nanoseconds. */
function readThreads(root: number): ReadonlyMap<number, Thread> {
  const threads = new Map<number, Thread>();
  for (const { pid } of readTree(root)) {
    const role = /^sallyport (\w+)/.exec(text(`/proc/${pid}/cmdline`))?.[1] ?? 'supervisor';
    for (const id of threadsOf(pid)) {
      const path = `/proc/${pid}/task/${id}`;
      const [onCore = 0, waited = 0] = text(`${path}/schedstat`).split(' ').map(Number);
      const status = text(`${path}/status`);
      threads.set(Number(id), {
        role,
        name: Number(id) === pid ? 'main' : text(`${path}/comm`).trim(),
        onCoreMs: onCore / 1e6,
        waitedMs: waited / 1e6,
        wakes: parseField(status, 'voluntary_ctxt_switches'),
        preempted: parseField(status, 'nonvoluntary_ctxt_switches'),
      });
    }
  }
  return threads;
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** One that ended between two looks is gone, not a fault. */
function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
