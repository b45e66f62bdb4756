// The record is signed while calls go on: a keeper that is away or killed makes it late and nothing else; what nobody writes is signed too; and a log that is
// not the one that was signed is not signed again until a person has said so, on record.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  modernCall,
  readRecords,
  readStatus,
  repositoryRoot,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
  isRunning,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const home = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-checkpoints-'));
let echo: EchoServer;
let gateway: Gateway;
let key: string;

const start = (workers: number): Promise<Gateway> =>
  startGateway({ folder: home, config: { ...testConfig({ servers: { echo: { url: echo.url } } }), workers } });

before(async () => {
  mkdirSync(home, { recursive: true });
  echo = await startEchoServer({ tools: ['a'] });
  gateway = await start(2);
  key = await gateway.addAgent('laptop');
});
after(async () => {
  await gateway[Symbol.asyncDispose]();
  await echo.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

async function call(): Promise<void> {
  const { result } = await modernCall(gateway.url('echo'), 'tools/call', { name: 'a', arguments: {} }, { key });
  assert.ok(result !== undefined);
}

const callsIn = (slot: string): number =>
  readRecords(gateway.dataFolder).filter((record) => record.slot === slot && textAt(record.value, 'kind') === 'decision').length;

/** Calls until each of these workers has carried one more. */
async function callEach(...slots: readonly string[]): Promise<void> {
  const had = slots.map(callsIn);
  await until(
    async () => {
      await call();
      return slots.every((slot, index) => callsIn(slot) > (had[index] ?? 0));
    },
    `a call in each of ${slots.join(', ')}`,
  );
}

const folderOf = (slot: string): string => join(gateway.dataFolder, 'audit', slot);

/** So many records are signed, by the note beside the log. */
function signedIn(slot: string): number {
  return Number(readFileSync(join(folderOf(slot), 'checkpoint'), 'utf8').split('\n')[1]);
}

const lastCall = (slot: string): number =>
  Math.max(
    ...readRecords(gateway.dataFolder).map(({ slot: its, value }) =>
      its === slot && textAt(value, 'kind') === 'outcome' ? Number(at(value, 'seq')) : 0,
    ),
  );

/** Every call so far is signed. */
async function allSigned(...slots: readonly string[]): Promise<void> {
  await until(() => slots.every((slot) => signedIn(slot) >= lastCall(slot)), 'checkpoints over all calls');
}

async function faults(): Promise<readonly string[]> {
  const said = at(await readStatus(gateway.dataFolder), 'faults');
  return Array.isArray(said) ? said.map(String) : ['nobody answers'];
}

const faultOf = (about: RegExp): Promise<void> =>
  until(async () => (await faults()).some((fault) => about.test(fault)), `the fault ${about.source}`);
const noFaults = (): Promise<void> => until(async () => (await faults()).length === 0, 'no fault');

async function verify(): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stdout, stderr } = await gateway.cli('audit', 'verify');
  return { code, text: stdout + stderr };
}

test('a keeper that does not answer: calls go on, and it is said since when nothing is signed', async () => {
  await callEach('worker-0', 'worker-1');
  await allSigned('worker-0', 'worker-1');
  const [keeper] = gateway.processes('keeper');
  assert.ok(keeper !== undefined);
  process.kill(keeper, 'SIGSTOP');
  const signed = signedIn('worker-0');
  await callEach('worker-0', 'worker-1');
  await faultOf(/^The keeper signs no checkpoints since \d{4}-/);
  await faultOf(/^The record of worker-0 has had no checkpoint since \d{4}-/);
  await call();
  assert.equal(signedIn('worker-0'), signed);
  process.kill(keeper, 'SIGCONT');
  await noFaults();
  await allSigned('worker-0', 'worker-1');
});

test('the keeper is told which logs are where logs are kept, so that they give way to none that a worker makes up', async () => {
  const folder = join(gateway.dataFolder, 'keys', 'checkpoints');
  const seen = (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8')))
      .flatMap((state) => (at(state, 'seen') === true ? [textAt(state, 'slot')] : []));
  await until(() => ['control', 'worker-0', 'worker-1'].every((slot) => seen().includes(slot)), 'the logs to be known');
});

test('a keeper that is killed again and again loses nothing that it has signed', async () => {
  for (let i = 0; i < 3; i++) {
    const [keeper] = gateway.processes('keeper');
    if (keeper !== undefined) process.kill(keeper, 'SIGKILL');
    await callEach('worker-0', 'worker-1');
    await until(() => gateway.processes('keeper').some((pid) => pid !== keeper), 'another keeper');
  }
  await allSigned('worker-0', 'worker-1');
  await noFaults();
  const { code, text } = await verify();
  assert.equal(code, 0, text);
});

test('what a worker leaves behind that was killed and does not come back is signed all the same', async () => {
  await callEach('worker-0', 'worker-1');
  const left = (['worker', 'inspector', 'runner', 'keeper', 'control'] as const).flatMap((role) => gateway.processes(role));
  await gateway.stop('SIGKILL');
  // What has lost its supervisor finishes what it is at, and writes until it has.
  await until(() => !left.some(isRunning), 'the processes to be gone');
  cpSync(folderOf('worker-0'), join(home, 'copy'), { recursive: true });
  gateway = await start(1);
  await callEach('worker-0');
  await allSigned('worker-0');
  await until(() => signedIn('worker-1') >= lastCall('worker-1'), 'a checkpoint over the log that nobody writes');
  const { code, text } = await verify();
  assert.equal(code, 0, text);
});

test('an old copy of a log is not signed, says so itself, and is named by verify; a log that is gone is missed; calls go on', async () => {
  await gateway.stop();
  rmSync(folderOf('worker-0'), { recursive: true });
  cpSync(join(home, 'copy'), folderOf('worker-0'), { recursive: true });
  rmSync(folderOf('worker-1'), { recursive: true });

  gateway = await start(1);
  await faultOf(/^The record of worker-0 (lacks some of|differs from) the \d+ records/);
  await faultOf(/^The record of worker-1 is gone: \d+ records of log [0-9a-f]{16} were signed/);
  await callEach('worker-0');
  const records = readRecords(gateway.dataFolder);
  assert.ok(records.some(({ slot, value }) => slot === 'worker-0' && textAt(value, 'event') === 'disputed'));
  assert.ok(records.some(({ value }) => textAt(value, 'action') === 'checkpoint.sign' && textAt(value, 'target') === 'worker-1'));
  const { code, text } = await verify();
  assert.notEqual(code, 0);
  assert.match(text, /worker-0/);
});

test('a person lets go of what was signed, on record, and what is there is signed from then on', async () => {
  const listed: unknown = JSON.parse((await gateway.cli('audit', 'checkpoints', '--output', 'json')).stdout);
  const logs = at(listed, 'logs');
  assert.ok(Array.isArray(logs));
  const [cut = '', gone = ''] = ['worker-0', 'worker-1'].map((slot) =>
    textAt(
      logs.find((one: unknown) => textAt(one, 'slot') === slot),
      'log',
    ),
  );
  assert.notEqual((await gateway.cli('audit', 'accept', cut)).code, 0, 'a reason is needed');
  for (const [log, reason] of [
    [cut, 'restored after a disk died'],
    [gone, 'moved to the archive'],
  ] as const) {
    const { code, stderr } = await gateway.cli('audit', 'accept', log, '--reason', reason);
    assert.equal(code, 0, stderr);
    const acts = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'action') === 'checkpoints.accept');
    assert.ok(acts.some(({ value }) => textAt(value, 'target') === log && textAt(value, 'reason') === reason));
  }
  assert.notEqual((await gateway.cli('audit', 'accept', '0123456789abcdef', '--reason', 'no such log')).code, 0);
  await callEach('worker-0');
  await allSigned('worker-0');
  await noFaults();
});
