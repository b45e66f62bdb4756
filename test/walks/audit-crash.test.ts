// What was acknowledged is on disk, whenever and however the writer dies. A real process, under the permission model as in
// production, killed with SIGKILL in the middle of its work; and the order of system calls, as strace sees them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import { verifyLogs } from '../../src/audit/index.ts';
import { logFolder, openLog, readRecords, segmentFiles } from '../../src/audit/log.fixture.ts';

const WRITER = join(import.meta.dirname, 'audit-writer.fixture.ts');
const SOURCES = join(import.meta.dirname, '..', '..', 'src');
const ROUNDS = 10;

/** The writer, allowed to read the program and to write its own log folder, and nothing else. */
function writerCommand(folder: string, round: string, flights: number, calls: number): readonly string[] {
  const granted = [
    '--permission',
    `--allow-fs-read=${SOURCES}`,
    `--allow-fs-read=${WRITER}`,
    `--allow-fs-read=${folder}`,
    `--allow-fs-write=${folder}`,
  ];
  return ['--disable-warning=SecurityWarning', ...granted, WRITER, folder, round, String(flights), String(calls)];
}

/** Runs the writer until it has acknowledged so many calls, then kills it. Returns all that it acknowledged. */
async function killAfter(folder: string, round: string, acknowledgements: number): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, writerCommand(folder, round, 48, 0), { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('latin1').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > acknowledgements) child.kill('SIGKILL');
  });
  // 'close' comes after the last byte of stdout has been read.
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL');
  // The last line may be torn by the kill, but a line is one write.
  return said
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('ack '))
    .map((line) => line.slice(4));
}

it('kill -9 under load: no acknowledged record is missing, no call stays open, the log verifies', async (t) => {
  const folder = logFolder(t);
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const heard = await killAfter(folder, `r${round}`, 50 + 173 * round);
    assert.ok(heard.length > 0);
    acknowledged.push(...heard);
    const onDisk = new Set(
      readRecords(folder)
        .filter(({ kind }) => kind === 'decision')
        .map(({ id }) => id),
    );
    assert.deepEqual(
      acknowledged.filter((id) => !onDisk.has(id)),
      [],
      `missing after round ${round}`,
    );
  }
  await (await openLog(folder, { takeOver: true, segmentBytes: 65_536 })).close();
  const records = readRecords(folder);
  const outcomes = new Set(records.filter(({ kind }) => kind === 'outcome').map(({ id }) => id));
  assert.deepEqual(
    records.filter(({ kind, id }) => kind === 'decision' && !outcomes.has(id)),
    [],
  );
  const report = await verifyLogs(folder);
  assert.deepEqual(report.logs[0]?.findings, []);
  t.diagnostic(
    `${acknowledged.length} acknowledged over ${ROUNDS} kills, 0 missing, ${report.records} records in ${segmentFiles(folder).length} segments`,
  );
});

/** One traced call: its process, name, and the text of its arguments; ended when its result is known. */
interface TracedCall {
  readonly name: string;
  readonly text: string;
  /** Line of the trace at which it began and returned. */
  readonly began: number;
  ended: number;
  result: string;
}

/** The calls of a `strace -f` output, with those that were interrupted put together again. */
function parseTrace(trace: string): readonly TracedCall[] {
  const calls: TracedCall[] = [];
  const pending = new Map<string, TracedCall>();
  for (const [at, line] of trace.split('\n').entries()) {
    const whole = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)/.exec(line);
    const begun = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    const resumed = /^(\d+)\s+<\.\.\. (\w+) resumed>.*\)\s+= (-?\d+)/.exec(line);
    if (whole !== null) calls.push({ name: whole[2] ?? '', text: whole[3] ?? '', began: at, ended: at, result: whole[4] ?? '' });
    if (begun !== null) {
      const call: TracedCall = { name: begun[2] ?? '', text: begun[3] ?? '', began: at, ended: Infinity, result: '' };
      pending.set(begun[1] ?? '', call);
      calls.push(call);
    }
    const call = resumed === null ? undefined : pending.get(resumed[1] ?? '');
    if (call !== undefined && resumed !== null) {
      call.ended = at;
      call.result = resumed[3] ?? '';
    }
  }
  return calls;
}

it('the write to the O_DSYNC file has returned before the acknowledgement is sent', (t) => {
  const folder = logFolder(t);
  const output = join(folder, 'strace.txt');
  if (spawnSync('strace', ['-V']).error !== undefined) return t.skip('strace is not installed: apt-get install strace');
  if (spawnSync('strace', ['-o', output, 'true']).status !== 0) return t.skip('strace may not trace here: allow ptrace');
  const strace = ['-f', '-s', '100000', '-e', 'trace=openat,close,pwrite64,pwritev,write', '-o', output, process.execPath];
  const run = spawnSync('strace', [...strace, ...writerCommand(folder, 's', 8, 200)], { encoding: 'latin1', maxBuffer: 100_000_000 });
  assert.equal(run.status, 0, run.stderr);

  const calls = parseTrace(readFileSync(output, 'latin1'));
  const acknowledgements = calls.filter(({ name, text }) => name === 'write' && text.startsWith('1, "ack '));
  assert.equal(acknowledgements.length, 200);
  for (const ack of acknowledgements) {
    const id = /^1, "ack ([\w-]+)\\n"/.exec(ack.text)?.[1] ?? '';
    const write = calls.find(
      ({ name, text }) => name.startsWith('pwrite') && text.includes(`\\"kind\\":\\"decision\\",\\"id\\":\\"${id}\\"`),
    );
    assert.ok(write !== undefined, `${id} was acknowledged and never written`);
    assert.ok(write.ended < ack.began && Number(write.result) > 0, `${id} was acknowledged before its write had returned`);
    const fd = /^\d+/.exec(write.text)?.[0] ?? '';
    const opened = calls.findLast(({ name, result, ended }) => name === 'openat' && result === fd && ended < write.began);
    assert.match(opened?.text ?? '', /\.log", O_RDWR\|.*O_DSYNC/, `${id} was written to a file that was not opened O_DSYNC`);
  }
});
