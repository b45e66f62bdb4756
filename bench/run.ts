// `npm run bench`: what a call through Sallyport costs, beside the direct call and beside HAProxy that only re-encrypts, in
// one run. Prints the tables, keeps everything as JSON in bench/results/, compares with bench/budgets.json; ends with 1 when
// a budget is missed, a figure is missing or any answer was wrong. It never changes a budget. docs/performance.md has the method.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { compareBudgets, isPassed, parseBudgets } from './budgets.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { haproxyVersion } from './haproxy.ts';
import { describeMachine, findProgram } from './machine.ts';
import { LOAD_CORE, measure, type Phase, type Target, type Timing } from './measure.ts';
import { renderReport } from './report.ts';
import { type RowWrites, type Sample, spreadOf } from './results.ts';
import { allRows, type Row, ROWS, rowsNamed } from './rows.ts';
import { type Bed, startBed } from './bed.ts';
import { countWrites } from './writes.ts';

const FULL = { rounds: 5, warmupMs: 1000, measureMs: 4000, heatMs: 5000 };
const QUICK = { rounds: 1, warmupMs: 300, measureMs: 1000, heatMs: 1500 };

const FOLDER = fileURLToPath(new URL('./results/', import.meta.url));
const BUDGETS = fileURLToPath(new URL('./budgets.json', import.meta.url));

interface Options {
  readonly quick: boolean;
  readonly rounds: number;
  readonly timing: Timing;
  readonly heatMs: number;
  readonly rows: ReadonlySet<Row>;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const budgets = parseBudgets(readFileSync(BUDGETS, 'utf8'));
  const haproxy = required('haproxy', 'haproxy');
  const openssl = required('openssl', 'openssl');
  if (haproxy === undefined || openssl === undefined) return 1;
  const taskset = findProgram('taskset');
  if (taskset !== undefined) pinItself(taskset);
  const temporary = join(FOLDER, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });

  const startedAt = new Date();
  const machine = describeMachine(temporary);
  await using children = new Children(temporary, taskset);
  endOnSignals(children);
  const certificates = createCertificates(openssl, temporary);
  const bed = await startBed(children, { rows: options.rows, folder: temporary, certificates, haproxy, taskset, note });
  const samples = await runRounds(children, bed, options);
  const writes = await countAll(children, bed, temporary);
  await children.close();
  bed.clean();

  const verdicts = compareBudgets(
    budgets,
    options.rows,
    options.quick,
    (budget) => spreadOf(samples, budget.row, budget.figure, budget)?.median,
  );
  const report = {
    machine,
    haproxy: haproxyVersion(haproxy),
    pinned: taskset !== undefined && machine.cores > 1,
    rounds: options.rounds,
    measureMs: options.timing.measureMs,
    samples,
    writes,
    verdicts,
  };
  const file = join(FOLDER, `${startedAt.toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ format: 1, startedAt, quick: options.quick, ...report, failures: bed.failures }, undefined, 1)}\n`,
  );
  process.stdout.write(`\n${renderReport(report)}\n`);
  for (const failure of bed.failures) process.stdout.write(`\nFAILED: ${failure}\n`);
  process.stdout.write(`\nEverything as JSON: ${file}\n`);
  const complete = bed.failures.length === 0 && samples.every(({ failure }) => failure === undefined);
  return complete && isPassed(verdicts) ? 0 : 1;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, only: { type: 'string' } },
  });
  const defaults = values.quick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? defaults.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
  const named = values.only?.split(',').map(rowsNamed) ?? [allRows()];
  if (named.some((few) => few.length === 0))
    throw new Error(`--only takes, separated by commas: proxies, bridges, ${allRows().join(', ')}`);
  const rows = new Set(named.flat());
  return { quick: values.quick, rounds, timing: defaults, heatMs: defaults.heatMs, rows };
}

/** Every row in every round, each round beginning one row further, so that no row always follows the same one. */
async function runRounds(children: Children, bed: Bed, { rounds, timing, heatMs }: Options): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const rows = [...bed.targets.keys()];
  for (const row of rows) {
    note(`warming up ${ROWS[row].label}`);
    await attempt(children, bed, row, 'saturation', { warmupMs: heatMs, measureMs: 200 });
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (let n = 0; n < rows.length; n += 1) {
      const row = rows[(n + round - 1) % rows.length];
      if (row === undefined) continue;
      for (const phase of ROWS[row].phases) {
        note(`round ${round} of ${rounds}: ${ROWS[row].label}, ${phase}`);
        samples.push({ round, row, phase, ...(await attempt(children, bed, row, phase, timing)) });
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
  const target: Target | undefined = bed.targets.get(row);
  if (target === undefined) return { measurement: undefined, failure: 'it is not running' };
  try {
    return { measurement: await measure(children, target, phase, timing), failure: undefined };
  } catch (error) {
    return { measurement: undefined, failure: error instanceof Error ? error.message : String(error) };
  }
}

async function countAll(children: Children, bed: Bed, folder: string): Promise<readonly RowWrites[] | string> {
  const strace = findProgram('strace');
  if (strace === undefined) return 'strace is not installed (apt-get install strace)';
  const counted: RowWrites[] = [];
  for (const [row, target] of bed.targets) {
    if (target.proxyPid === undefined) continue;
    note(`counting the writes of ${ROWS[row].label}`);
    try {
      const saturation = await countWrites(children, strace, folder, target, 'saturation');
      const single = await countWrites(children, strace, folder, target, 'single');
      counted.push({ row, saturation, single });
    } catch (error) {
      return `${ROWS[row].label}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return counted;
}

function required(program: string, debianPackage: string): string | undefined {
  const path = findProgram(program);
  if (path === undefined) process.stderr.write(`bench: ${program} is not installed: apt-get install ${debianPackage}\n`);
  return path;
}

/** The runner must not wake up on the proxy's core; what it starts is pinned anew. */
function pinItself(taskset: string): void {
  execFileSync(taskset, ['-a', '-p', '-c', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
}

/** On Ctrl-C nothing that was started stays behind. */
function endOnSignals(children: Children): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      void children.close().finally(() => process.exit(code));
    });
  }
}

/** Progress goes to the error output, so that the report can be piped. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
