// How records end, with real processes: what is old enough goes, by whole segments, under a signature of the keeper, and the rest still verifies; what is
// held stays until somebody else than who wanted it lets go of it; and a clock that leapt removes nothing until a person has said that it is right.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  openAuditLog,
  planRetention,
  proveRemoval,
  rootOf,
  signCheckpoint,
  signTombstone,
  toOrigin,
  toSignerName,
  toVerifierKey,
} from '../../src/audit/index.ts';
import { at, modernCall, readRecords, repositoryRoot, startEchoServer, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { CommandResult, EchoServer, Gateway } from '../harness/index.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const NODE = 'node-of-the-walk';
const HELD = 'held-server';
/** Days before now on which something was called; the held server only on the first of them. */
const OLD_DAYS = [100, 90, 80, 70, 60, 50, 40];
const YOUNG_DAYS = [20, 10];

let echo: EchoServer;
let gateway: Gateway;
let folder: string;
let agentKey: string;

before(async () => {
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'walk-retention-'));
  await writePast(join(folder, '.sallyport'));
  echo = await startEchoServer({ tools: ['plain'] });
  gateway = await startGateway({
    folder,
    config: testConfig({ servers: { echo: { url: echo.url } }, extra: { audit: { retentionDays: KEPT_DAYS } } }),
  });
  for (const name of ['counsel', 'officer']) keepKey(name, await gateway.addAgent(name));
  agentKey = await gateway.addAgent('desk-7');
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a removal that was cut short is finished before anybody can ask for anything', async () => {
  const files = readdirSync(logFolder('worker-7'));
  assert.ok(files.includes('00000001.tombstone') && !files.includes('00000002.log'), files.join());
  assert.deepEqual(
    actsOf('audit.remove').map((act) => textAt(act, 'target')),
    ['worker-7'],
  );
});

test('a clock that has leapt removes nothing, and the status says so, until a person has said that it is right', async () => {
  const before = segments();
  const refused = await retain();
  assert.equal(refused.code, 1);
  assert.deepEqual([at(refused.value, 'clock', 'state'), at(refused.value, 'envelopes')], ['leapt', 0]);
  assert.deepEqual(segments(), before);
  assert.match((await gateway.cli('status')).stdout, /The clock went from .* no record is removed/);
  assert.equal((await gateway.cli('audit', 'retain', '--clock-is-right')).code, 2);

  const tried = await retain('--clock-is-right', '--reason', 'compared with a watch', '--dry-run');
  assert.equal(at(tried.value, 'clock', 'state'), 'leapt', 'trying it out changes nothing');
});

test('a hold is set by a person with a key of their own, and lifted by another', async () => {
  const scope = ['--server', HELD, '--reason', 'case 7'];
  const nobody = await gateway.cli('audit', 'hold', 'add', ...scope);
  assert.notEqual(nobody.code, 0);
  assert.match(nobody.stderr, /key of their own/);
  assert.equal((await gateway.cli('audit', 'hold', 'add', '--reason', 'x', ...as('counsel'))).code, 2);
  const added = await gateway.cli('audit', 'hold', 'add', ...scope, ...as('counsel'), '--output', 'json');
  assert.equal(added.code, 0, added.stderr);
  assert.deepEqual([at(JSON.parse(added.stdout), 'by'), at(JSON.parse(added.stdout), 'about')], ['key:counsel', `server ${HELD}`]);

  for (const who of [as('counsel'), []]) {
    const own = await gateway.cli('audit', 'hold', 'lift', String(at(JSON.parse(added.stdout), 'id')), '--reason', 'x', ...who);
    assert.equal(own.code, 1);
  }
  assert.match((await gateway.cli('audit', 'hold', 'list')).stdout, /case 7/);
});

test('what is old enough goes, what is held stays, and the record still verifies', async () => {
  const before = callsOnRecord();
  const done = await retain('--clock-is-right', '--reason', 'compared with a watch');
  assert.equal(done.code, 0, done.text);
  assert.equal(at(done.value, 'clock', 'state'), 'steady');
  const calls = callsOnRecord();
  assert.ok(calls.size < before.size);
  for (const id of before) {
    const [day = 0] = /\d+/.exec(id) ?? [];
    if (YOUNG_DAYS.includes(Number(day)) || id.endsWith('held')) assert.ok(calls.has(id), `${id} is gone`);
    else if (Number(day) < 90 && Number(day) >= 50) assert.ok(!calls.has(id), `${id} is still there`);
  }
  assert.ok(readdirSync(logFolder()).some((name) => name.endsWith('.tombstone')));
  await assertVerified();
  const [begun, ended] = actsOf('audit.remove').filter((act) => textAt(act, 'target') === 'worker-0');
  assert.deepEqual([textAt(begun, 'outcome'), textAt(ended, 'outcome'), textAt(begun, 'act')], ['begun', 'done', textAt(ended, 'act')]);
  assert.match(textAt(begun, 'details', 'tombstone'), /^[0-9a-f]{64}$/);
});

test('a hold that is about somebody keeps them from being erased', async () => {
  await callOnce();
  const added = await hold('--agent', 'desk-7');
  const refused = await gateway.cli('audit', 'erase', 'desk-7', '--reason', 'asked for it');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /hold/);
  await lift(added);
});

test('what nobody wants kept any more goes with the next removal', async () => {
  const [standing] = holdsOf(await gateway.cli('audit', 'hold', 'list', '--output', 'json'));
  await lift(textAt(standing, 'id'));
  const done = await retain();
  assert.equal(done.code, 0, done.text);
  for (const id of callsOnRecord()) assert.ok(!id.endsWith('held'), `${id} is still there`);
  await assertVerified();
  assert.match((await gateway.cli('audit', 'hold', 'list', '--all')).stdout, /key:officer/);
});

test('a tombstone is missed when it is gone, and of no use when it says something else', async () => {
  await gateway.stop();
  const [name = ''] = readdirSync(logFolder()).filter((one) => one.endsWith('.tombstone'));
  const path = join(logFolder(), name);
  const note = readFileSync(path, 'utf8');
  renameSync(path, `${path}.away`);
  assert.equal((await verify()).code, 1);
  writeFileSync(
    path,
    note.replace(/segments (\d+) (\d+)/, (_, first: string, last: string) => `segments ${first} ${Number(last) + 1}`),
  );
  assert.equal((await verify()).code, 1);
  renameSync(`${path}.away`, path);
  await assertVerified();
});

/** A data folder as a gateway leaves it that has run for a hundred days, on a machine whose clock then went ahead by a year. */
async function writePast(dataFolder: string): Promise<void> {
  const keys = join(dataFolder, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(dataFolder, 'node-name'), `${NODE}\n`);
  writeFileSync(join(keys, 'checkpoint-key.json'), JSON.stringify({ format: 1, node: NODE, key }), { mode: 0o600 });
  const seenMs = Date.now() - 365 * DAY_MS;
  writeFileSync(join(keys, 'clock.json'), JSON.stringify({ format: 1, seenMs, evenSinceMs: seenMs - 100 * DAY_MS, leap: null }));

  await writeLog(dataFolder, 'worker-0', privateKey);
  await writeLog(dataFolder, 'worker-7', privateKey);
  await beginRemoval(dataFolder, 'worker-7', privateKey);
}

/** As a gateway does, and is killed behind the first file. */
async function beginRemoval(dataFolder: string, slot: string, key: KeyObject): Promise<void> {
  const plans = await planRetention(join(dataFolder, 'audit'), { cutoffMs: Date.now() - 2 * KEPT_DAYS * DAY_MS, holds: [] });
  const removal = plans.find((plan) => plan.slot === slot)?.removals[0];
  assert.ok(removal !== undefined && removal.last > 1);
  const proved = proveRemoval(removal, [toVerifierKey(toSignerName(NODE), createPublicKey(key))]);
  assert.ok(proved.ok);
  const note = signTombstone({ ...proved.value, time: Date.now(), reason: 'kept for 60 days' }, toSignerName(NODE), key);
  writeFileSync(join(dataFolder, 'audit', slot, '00000001.tombstone'), note);
  rmSync(join(dataFolder, 'audit', slot, '00000001.log'));
}

async function writeLog(dataFolder: string, slot: string, privateKey: KeyObject): Promise<void> {
  const directory = join(dataFolder, 'audit', slot);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let now = 0;
  const onFault = (error: Error): void => assert.fail(error);
  const log = await openAuditLog({
    directory,
    slot,
    node: NODE,
    clock: () => now,
    onFault,
    segmentBytes: 16_384,
    takeOver: true,
  });
  for (const day of [...OLD_DAYS, ...YOUNG_DAYS]) {
    now = Date.now() - day * DAY_MS;
    for (let call = 0; call < 20; call++) {
      const isHeld = day === OLD_DAYS[0] && call === 7;
      const id = `day-${day}-${call}${isHeld ? '-held' : ''}`;
      log.append({
        kind: 'decision',
        id,
        time: now,
        verdict: 'allow',
        rule: 'everything',
        reason: undefined,
        tenant: 'default',
        agent: 'desk-1',
        user: undefined,
        keyId: 'k1',
        listener: 'main',
        server: isHeld ? HELD : 'echo',
        era: 'modern',
        revision: '2026-07-28',
        method: 'tools/call',
        tool: 'plain',
        prompt: undefined,
        resource: undefined,
        snapshot: 1,
        requestBytes: 100,
      });
      log.append({
        kind: 'outcome',
        id,
        time: now,
        status: 'ok',
        code: undefined,
        rpcCode: undefined,
        answerBytes: 1,
        gatewayUs: 1,
        serverUs: 1,
      });
    }
    const cut = await log.cutTree();
    assert.ok(cut !== undefined);
    const origin = toOrigin(NODE, log.name ?? '');
    const checkpoint = { origin, size: cut.whole.to, root: rootOf(cut.whole), time: now, chain: cut.chain };
    log.note({ kind: 'checkpoint', time: now, note: signCheckpoint(checkpoint, toSignerName(NODE), privateKey) });
  }
  await log.close();
}

async function callOnce(): Promise<void> {
  const call = { name: 'plain', arguments: { text: 'x' } };
  await until(async () => {
    const answered = await modernCall(gateway.url('echo'), 'tools/call', call, { key: agentKey });
    return at(answered.result, 'content') !== undefined;
  }, 'a call to be answered');
}

function keepKey(name: string, key: string): void {
  writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
}

function as(name: string): readonly string[] {
  return ['--key-file', join(folder, `${name}.key`)];
}

async function retain(...options: readonly string[]): Promise<{ readonly code: number; readonly value: unknown; readonly text: string }> {
  const { code, stdout, stderr } = await gateway.cli('audit', 'retain', ...options, '--output', 'json');
  return { code, value: stdout === '' ? undefined : JSON.parse(stdout), text: stdout + stderr };
}

async function hold(...scope: readonly string[]): Promise<string> {
  const added = await gateway.cli('audit', 'hold', 'add', ...scope, '--reason', 'case 8', ...as('counsel'), '--output', 'json');
  assert.equal(added.code, 0, added.stderr);
  return textAt(JSON.parse(added.stdout), 'id');
}

async function lift(id: string): Promise<void> {
  const lifted = await gateway.cli('audit', 'hold', 'lift', id, '--reason', 'closed', ...as('officer'));
  assert.equal(lifted.code, 0, lifted.stderr);
}

function holdsOf({ stdout }: CommandResult): readonly unknown[] {
  const holds = at(JSON.parse(stdout), 'holds');
  return Array.isArray(holds) ? holds : [];
}

function logFolder(slot = 'worker-0'): string {
  return join(folder, '.sallyport', 'audit', slot);
}

function segments(): readonly string[] {
  return readdirSync(logFolder()).filter((name) => name.endsWith('.log'));
}

/** Ids of the old calls of which a decision is on record. */
function callsOnRecord(): ReadonlySet<string> {
  const ids = readRecords(join(folder, '.sallyport')).filter(({ slot, value }) => slot === 'worker-0' && at(value, 'kind') === 'decision');
  return new Set(ids.map(({ value }) => textAt(value, 'id')).filter((id) => id.startsWith('day-')));
}

function actsOf(action: string): readonly unknown[] {
  return readRecords(join(folder, '.sallyport'))
    .map(({ value }) => value)
    .filter((value) => at(value, 'kind') === 'act' && at(value, 'action') === action);
}

function verify(): Promise<CommandResult> {
  return gateway.cli('audit', 'verify');
}

async function assertVerified(): Promise<void> {
  const verified = await verify();
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
}
