// `node bench/audit-index.ts [RECORDS] [FOLDER]`: how long it takes to make the index of the record, to bring it up to date, and to ask it. Each question is asked once
// and once again. Logs are made in FOLDER and stay there, for the next run; without one they are removed.

import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { CountBy, EntryFilter, RecordIndex } from '../src/audit/index.ts';
import { buildRecordIndex, openRecordIndex } from '../src/cluster/index.ts';
import { SHAPE, writeLogs } from './record-logs.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = SHAPE.fromMs + 15 * DAY_MS;

const QUESTIONS: readonly (readonly [name: string, filter: EntryFilter, limit: number | undefined])[] = [
  ['the newest 50', {}, 50],
  ['one call by its id', { id: '0011223344556601-1jb8l' }, 50],
  ['50 of one busy server', { server: 'server-0' }, 50],
  ['50 of a rare agent', { agent: 'desk-1999' }, 50],
  ['50 denied by one rule', { verdict: 'deny', rule: 'no-3' }, 50],
  ['50 of a rare agent at a rare server', { agent: 'desk-1990', server: 'server-39' }, 50],
  ['50 of a busy agent that a rule denied', { agent: 'desk-0', rule: 'no-3' }, 50],
  ['50 with a secret found', { finding: 'vendor-token' }, 50],
  ['50 that failed in one hour', { status: 'tool_error', fromMs: NOON, toMs: NOON + HOUR_MS }, 50],
  ['everything about one subject', { about: ['s_0000000000000000046zza'.slice(0, 24), 'desk-700'] }, undefined],
  ['one server in one hour, all', { server: 'server-7', fromMs: NOON, toMs: NOON + HOUR_MS }, undefined],
  ['one server in one day, all', { server: 'server-7', fromMs: NOON, toMs: NOON + DAY_MS }, undefined],
];
const COUNTS: readonly (readonly [by: CountBy, filter: EntryFilter, smallestGroup: number])[] = [
  ['server', {}, 1],
  ['server', {}, 5],
  ['tool', { server: 'server-3' }, 5],
  ['rule', { verdict: 'deny' }, 5],
  ['finding', {}, 5],
  ['hour', { fromMs: NOON, toMs: NOON + DAY_MS }, 5],
  ['hour', {}, 5],
];

function seconds(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(2);
}

async function ask(index: RecordIndex): Promise<void> {
  for (const [name, filter, limit] of QUESTIONS) {
    for (const round of ['first', 'again']) {
      const began = performance.now();
      let found = 0;
      for await (const _ of index.find({ ...filter, order: 'newest', limit })) found += 1;
      console.log(`${(performance.now() - began).toFixed(1).padStart(9)} ms  ${name}, ${round} (${found})`);
    }
  }
  for (const [by, filter, smallestGroup] of COUNTS) {
    const began = performance.now();
    const groups = index.count(filter, by, smallestGroup);
    const hidden = groups.filter(({ calls }) => calls === undefined).length;
    const words = Object.entries(filter).map(([key, value]) => `${key} ${String(value)}`);
    console.log(
      `${(performance.now() - began).toFixed(1).padStart(9)} ms  calls by ${by} ${words.join(' ')} (${groups.length} groups, ${hidden} smaller than ${smallestGroup})`,
    );
  }
}

mkdirSync(RESULTS, { recursive: true });
const records = Number(process.argv[2] ?? SHAPE.records);
const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(RESULTS, 'index-'));
try {
  let began = performance.now();
  if (!existsSync(join(folder, 'audit'))) {
    const bytes = writeLogs(join(folder, 'audit'), { ...SHAPE, records });
    console.log(`${records} records, ${(bytes / 1e9).toFixed(2)} GB of log, made in ${seconds(began)} s`);
  }
  began = performance.now();
  const cpu = process.cpuUsage();
  const report = await buildRecordIndex(folder);
  const spent = process.cpuUsage(cpu);
  const size = statSync(join(folder, 'index', 'records-1.db')).size;
  console.log(
    `index made in ${seconds(began)} s (${((spent.user + spent.system) / 1e6).toFixed(1)} s of processor): ${report?.records} lines, ${(size / 1e9).toFixed(2)} GB`,
  );
  const index = await openRecordIndex(folder);
  began = performance.now();
  await index.catchUp();
  console.log(`nothing new: ${(performance.now() - began).toFixed(1)} ms`);
  await ask(index);
  index.close();
} finally {
  rmSync(kept === undefined ? folder : join(folder, 'index'), { recursive: true, force: true });
}
