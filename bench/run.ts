// `npm run bench`: what a call through Sallyport costs, beside the direct call and beside HAProxy that only re-encrypts, in
// one run. Prints the tables, keeps everything as JSON in bench/results/, compares with bench/budgets.json; ends with 1 when
// a budget is missed, a figure is missing or any answer was wrong. It never changes a budget. docs/performance.md has the method.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Budget, compareBudgets, isPassed, parseBudgets } from './budgets.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { haproxyVersion } from './haproxy.ts';
import { describeMachine, findProgram } from './machine.ts';
import { LOAD_CORE } from './measure.ts';
import { readOptions } from './options.ts';
import { allParts, type PartResult, PARTS, runPart } from './parts.ts';
import { renderReport, type Report } from './report.ts';
import { type Sample, spreadOf } from './results.ts';
import { rivalVersions } from './rivals.ts';
import { measureGroups } from './rounds.ts';

const FOLDER = fileURLToPath(new URL('./results/', import.meta.url));
const BUDGETS = fileURLToPath(new URL('./budgets.json', import.meta.url));

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const { budgets, quickWidth } = parseBudgets(readFileSync(BUDGETS, 'utf8'));
  const haproxy = required('haproxy', 'haproxy');
  const openssl = required('openssl', 'openssl');
  if (haproxy === undefined || openssl === undefined) return 1;
  const taskset = findProgram('taskset');
  if (taskset !== undefined) pinItself(taskset);
  // Of its own, so that two runs do not take each other's files away.
  const folder = join(FOLDER, `run-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const startedAt = new Date();
  const machine = describeMachine(folder);
  await using children = new Children(folder, taskset);
  endOnSignals(children);
  const certificates = createCertificates(openssl, folder);
  const { samples, writes, calls, failures } = await measureGroups(children, options, { folder, certificates, haproxy, taskset, note });
  const parts: PartResult[] = [];
  for (const part of allParts().filter((each) => options.parts.has(each))) {
    note(`measuring ${PARTS[part].label}`);
    parts.push(await runPart(children, part, folder, options.quick));
  }

  const asked = new Set<string>([...options.rows, ...options.parts]);
  const verdicts = compareBudgets(budgets, asked, options.quick ? quickWidth : 1, (budget) => figureOf(budget, samples, parts));
  const report: Report = {
    machine,
    haproxy: haproxyVersion(haproxy),
    rivals: rivalVersions(),
    pinned: taskset !== undefined && machine.cores > 1,
    rounds: options.rounds,
    measureMs: options.timing.measureMs,
    quick: options.quick,
    samples,
    writes: findProgram('strace') === undefined ? 'strace is not installed (apt-get install strace)' : writes,
    calls,
    parts,
    failures,
    verdicts,
  };
  const file = join(FOLDER, `${startedAt.toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ format: 2, startedAt, ...report }, undefined, 1)}\n`);
  process.stdout.write(`\n${renderReport(report)}\n\nEverything as JSON: ${file}\n`);
  const complete = [...failures, ...samples, ...parts].every((each) => typeof each !== 'string' && each.failure === undefined);
  if (complete) rmSync(folder, { recursive: true, force: true });
  return complete && isPassed(verdicts, options.quick) ? 0 : 1;
}

function figureOf(budget: Budget, samples: readonly Sample[], parts: readonly PartResult[]): number | undefined {
  const part = parts.find((each) => each.part === budget.of);
  return part === undefined ? spreadOf(samples, budget.of, budget.figure, budget)?.median : part.figures[budget.figure];
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

/** On Ctrl-C nothing that was started stays behind; the same signal may come twice, from the terminal and from npm. */
function endOnSignals(children: Children): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
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
