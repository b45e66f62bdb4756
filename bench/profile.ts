// `node bench/profile.ts`: where the CPU of a gateway under load goes, process by process and thread by thread, from `perf`. Starts one row
// of the bench, heats it, and records every process of its tree for some seconds. Prints shares by folder, file and function of ours (bench/shares.ts),
// and keeps what perf recorded, so that it can be asked more (`perf report -i FILE`, a flame graph from `perf script -i FILE`).

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { startBed } from './bed.ts';
import { createCertificates } from './certificates.ts';
import { Children } from './children.ts';
import { findProgram } from './machine.ts';
import { measure, type Phase, PHASES } from './measure.ts';
import { readTree } from './procfs.ts';
import { isRow } from './rows.ts';
import { readShares } from './shares.ts';

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = fileURLToPath(new URL(`./results/profile-${process.pid}/`, import.meta.url));

const { values } = parseArgs({
  options: {
    row: { type: 'string', default: 'sallyport-tls' },
    phase: { type: 'string', default: 'saturation' },
    seconds: { type: 'string', default: '8' },
    top: { type: 'string', default: '40' },
  },
});
const { row, phase } = values;
if (!isRow(row)) throw new Error(`--row: there is no row ${row}`);
if (!isPhase(phase)) throw new Error(`--phase takes ${Object.keys(PHASES).join(', ')}`);
const [perf, openssl, haproxy, taskset] = ['perf', 'openssl', 'haproxy', 'taskset'].map(findProgram);
if (perf === undefined || openssl === undefined) throw new Error('needed: perf and openssl (apt-get install linux-perf openssl)');

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
process.env['SALLYPORT_BENCH_PROGRAM'] = programWithNames(join(FOLDER, 'program'));
await using children = new Children(FOLDER, taskset);
const bed = await startBed(children, {
  rows: [row],
  folder: FOLDER,
  certificates: createCertificates(openssl, FOLDER),
  haproxy: haproxy ?? 'haproxy',
  taskset,
  note: (text) => process.stderr.write(`${text}\n`),
});
const target = bed.targets.get(row);
if (target?.proxyPid === undefined) throw new Error(`nothing to look at: ${bed.failures.join('; ') || 'no proxy in that row'}`);

const seconds = Number(values.seconds);
await measure(children, target, phase, { warmupMs: 10_000, measureMs: 1_000 });
const file = join(FOLDER, 'perf.data');
const pids = readTree(target.proxyPid)
  .map(({ pid }) => pid)
  .join(',');
const recorder = spawn(
  perf,
  ['record', '-q', '-F', '1999', '-e', 'cpu-clock', '-g', '-o', file, '-p', pids, '--', 'sleep', String(seconds)],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const recorded = new Promise((resolve) => recorder.once('exit', resolve));
const measured = await measure(children, target, phase, { warmupMs: 500, measureMs: (seconds - 1) * 1000 });
await recorded;
process.stdout.write(
  `${row}, ${phase}: ${measured.requestsPerSecond.toFixed(0)} req/s, ${measured.cpuPerRequestUs?.toFixed(1)} µs CPU per request while watched\n\n`,
);
const script = execFileSync(perf, ['script', '-i', file, '-F', 'comm,tid,ip,sym'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
  maxBuffer: 1 << 30,
});
const shares = readShares(script.split('\n'));
for (const [title, list] of [
  ['by folder', shares.folders],
  ['by file', shares.files],
  ['by function', shares.functions],
] as const) {
  const lines = list.slice(0, Number(values.top)).map(({ name, share }) => `${(share * 100).toFixed(2).padStart(6)} %  ${name}`);
  process.stdout.write(`${title}\n${lines.join('\n')}\n\n`);
}
const kept = join(FOLDER, 'shares.json');
writeFileSync(kept, JSON.stringify({ row, phase, cpuPerRequestUs: measured.cpuPerRequestUs, ...shares }, undefined, 1));
process.stdout.write(`${shares.samples} samples. These as JSON: ${kept}\nEverything: perf report -i ${file}\n`);
await bed.close();

/** A copy of the program whose processes write down for perf where the compiler puts which function. The program itself passes no such flag on. */
function programWithNames(folder: string): string {
  for (const part of ['src', 'bin', 'scripts', 'package.json']) cpSync(join(CHECKOUT, part), join(folder, part), { recursive: true });
  // Workers may read their own folders alone, so a link elsewhere would not do.
  execFileSync('cp', ['-al', join(CHECKOUT, 'node_modules'), folder]);
  const spawnFile = join(folder, 'src', 'processes', 'spawn.ts');
  const source = readFileSync(spawnFile, 'utf8');
  const named = source.replace('const common = [', "const common = ['--perf-basic-prof', '--interpreted-frames-native-stack', ");
  if (named === source) throw new Error(`${spawnFile} has no list of common flags any more`);
  writeFileSync(spawnFile, named);
  return join(folder, 'bin', 'sallyport.mjs');
}

function isPhase(word: string): word is Phase {
  return Object.hasOwn(PHASES, word);
}
