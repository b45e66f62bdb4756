// `node bench/compare.ts before=../before after=.`: one row of the bench with several checkouts of the program, in turn, so that a change is judged by a
// ratio within one run. Every checkout has an upstream and a gateway of its own; while one is measured the others are idle. HAProxy stands beside them.
// A copy needs its own node_modules (`cp -al node_modules COPY`): processes may read their own folders alone.

import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startBed } from './bed.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { findProgram } from './machine.ts';
import { measure, type Phase, PHASES, type Target } from './measure.ts';
import { isRow, type Row, yardstickOf } from './rows.ts';
import { spread } from './statistics.ts';

const FOLDER = fileURLToPath(new URL(`./results/compare-${process.pid}/`, import.meta.url));
const FIGURES = ['cpuPerRequestUs', 'p50Ms', 'p99Ms'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    row: { type: 'string', default: 'sallyport-tls' },
    phase: { type: 'string', default: 'saturation' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const { row, phase } = values;
if (!isRow(row)) throw new Error(`--row: there is no row ${row}`);
if (!isPhase(phase)) throw new Error(`--phase takes ${Object.keys(PHASES).join(', ')}`);
const checkouts = positionals.map((word) => {
  const [name = '', folder] = word.split('=');
  if (folder === undefined) throw new Error(`${word}: NAME=FOLDER was expected`);
  return { name, folder: resolve(folder) };
});
const [openssl, haproxy, taskset] = ['openssl', 'haproxy', 'taskset'].map(findProgram);
if (openssl === undefined || haproxy === undefined) throw new Error('needed: openssl and haproxy (apt-get install openssl haproxy)');

mkdirSync(FOLDER, { recursive: true });
const certificates = createCertificates(openssl, FOLDER);
await using children = new Children(FOLDER, taskset);
const targets = new Map<string, Target>();
await start('HAProxy', yardstickOf(row));
for (const { name, folder } of checkouts) {
  process.env['SALLYPORT_BENCH_PROGRAM'] = join(folder, 'bin', 'sallyport.mjs');
  await start(name, row);
}

const measured = new Map<string, Record<(typeof FIGURES)[number], number>[]>();
const timing = { warmupMs: 1_000, measureMs: Number(values.seconds) * 1_000 };
for (const target of targets.values()) await measure(children, target, phase, { warmupMs: 5_000, measureMs: 200 });
const names = [...targets.keys()];
for (let round = 0; round < Number(values.rounds); round++)
  for (let n = 0; n < names.length; n++) {
    const name = names[(n + round) % names.length] ?? '';
    const target = targets.get(name);
    if (target === undefined) continue;
    const { cpuPerRequestUs = Number.NaN, p50Ms, p99Ms } = await measure(children, target, phase, timing);
    measured.set(name, [...(measured.get(name) ?? []), { cpuPerRequestUs, p50Ms, p99Ms }]);
  }

process.stdout.write(`${row}, ${phase}, ${values.rounds} rounds of ${values.seconds} s; median (smallest–largest)\n`);
for (const [name, rounds] of measured) {
  const figures = FIGURES.map((figure) => {
    const { median, min, max } = spread(rounds.map((one) => one[figure]));
    return `${figure} ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  });
  const ratios = rounds.map(({ cpuPerRequestUs }, n) => cpuPerRequestUs / (measured.get('HAProxy')?.[n]?.cpuPerRequestUs ?? Number.NaN));
  process.stdout.write(`${name.padEnd(12)} ${figures.join('  ')}  ${spread(ratios).median.toFixed(2)}× HAProxy\n`);
}
await children.close();
rmSync(FOLDER, { recursive: true, force: true });

async function start(name: string, which: Row): Promise<void> {
  const folder = join(FOLDER, name);
  mkdirSync(folder);
  const note = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
  const bed = await startBed(children, { rows: [which], folder, certificates, haproxy: haproxy ?? 'haproxy', taskset, note });
  const target = bed.targets.get(which);
  if (target === undefined) throw new Error(`${name}: ${bed.failures.join('; ')}`);
  targets.set(name, target);
}

function isPhase(word: string): word is Phase {
  return Object.hasOwn(PHASES, word);
}
