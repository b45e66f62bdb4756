// Whatever process of the gateway is killed, and whenever: no call was answered without its decision in the log, the log holds, the
// calls in other workers are untouched, and what died is replaced.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import {
  at,
  callOnce,
  decisionAbout,
  endLoads,
  isRunning,
  KeptConnection,
  LegacySession,
  readRecords,
  repositoryRoot,
  servingWorkers,
  numbered,
  startEchoServer,
  startGateway,
  startLoad,
  testConfig,
  textAt,
  until,
  CALLS_OF_A_LOAD,
  LOADED_DELAY_MS,
} from '../harness/index.ts';
import type { EchoServer, Gateway, LoadReport, WorkerRow } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const ROUNDS = 5;
const KEPT = 500;
const ENDS_WITHIN_MS = 10_000;

let echo: EchoServer;
let gateway: Gateway;
let key: string;
let serial = 0;

before(async () => {
  const tools = [
    ...numbered('modern', 2 * CALLS_OF_A_LOAD),
    ...['runner', 'control', 'keeper'].flatMap((prefix) => numbered(prefix)),
    ...['hold', 'after-both', 'after-control'].flatMap((prefix) => numbered(prefix, 10)),
    ...Array.from({ length: ROUNDS }, (_, round) => numbered(`kept-${round}`, KEPT)).flat(),
    ...numbered('pin', 1_000),
    ...numbered('first', 40),
    'hold-orphan',
    'after-removal',
    'after-the-end',
  ];
  echo = await startEchoServer({ tools, delayMs: LOADED_DELAY_MS });
  gateway = await startGateway({
    config: testConfig({ servers: { echo: { url: echo.url }, stdio: { command: process.execPath, args: [STDIO_SERVER] } } }),
  });
  key = await gateway.addAgent('walker');
  // Until a worker knows the server, it hands calls on; then each worker holds its own.
  const first = callOnce(gateway.url('echo'), key);
  await until(async () => (await first('first-0')) === true, 'a list of thousands to be taken in');
  for (const tool of numbered('first', 40).slice(1)) assert.equal(await first(tool), true);
});
after(async () => {
  endLoads();
  await gateway?.stop();
  await echo?.close();
});

test(`workers are killed ${ROUNDS} times under load`, async () => {
  const modern = startLoad('modern', 6, callOnce(gateway.url('echo'), key), 2 * CALLS_OF_A_LOAD);
  const legacy = startLoad('legacy', 2, callInSession);
  const reports: LoadReport[] = [];
  const interrupted: string[] = [];
  const pinned = new Map([await pin(0), await pin(1)].map((one) => [one.slot, one]));

  for (let round = 0; round < ROUNDS; round++) {
    const victim = find(await bothServe(), round % 2);
    const survivor = pinned.get(1 - victim.slot);
    const doomed = pinned.get(victim.slot);
    assert(survivor !== undefined && doomed !== undefined);

    // One call is surely under way in the worker that dies.
    const held = `hold-${round}`;
    const broken = assert.rejects(doomed.connection.call(held), 'a call whose worker died has no answer');
    await echo.called(held);
    interrupted.push(held);
    const kept = startLoad(`kept-${round}`, 1, survivor.connection.call, KEPT);
    await until(() => kept.count > 5, 'calls in the worker that stays');
    process.kill(victim.pid, 'SIGKILL');
    await broken;
    const countThen = kept.count;
    await until(() => kept.count > countThen + 5, 'more calls in the worker that stays');
    await bothServe(victim.pid);

    const report = await kept.stop();
    assert.deepEqual(report.failed, [], 'calls in the other worker are untouched');
    assert.equal(survivor.connection.renewed, 0, 'and so are its connections');
    reports.push(report);
    doomed.connection.close();
    pinned.set(victim.slot, await pin(victim.slot));
  }
  for (const { connection } of pinned.values()) connection.close();
  reports.push(await modern.stop());
  const sessions = await legacy.stop();

  for (const { failed } of [...reports, sessions]) {
    for (const { tool, why } of failed)
      assert.match(why, /socket hang up|ECONNRESET|404/, `${tool} may lose its connection or its session, nothing else`);
  }
  const answered = reports.flatMap((report) => report.answered);
  assert(answered.length > ROUNDS * 20, `only ${answered.length} calls were answered`);
  const records = readRecords(gateway.dataFolder).map((record) => record.value);
  const decided = new Map(
    records.filter((record) => at(record, 'kind') === 'decision').map((record) => [textAt(record, 'tool'), textAt(record, 'id')]),
  );
  assert.deepEqual(
    answered.filter((tool) => !decided.has(tool)),
    [],
    'no call was answered without its decision on record',
  );
  const inSessions = records.filter((record) => at(record, 'kind') === 'decision' && at(record, 'tool') === 'pid');
  assert(inSessions.length >= sessions.answered.length, 'nor was one in a session');

  const outcomes = new Map(
    records.filter((record) => at(record, 'kind') === 'outcome').map((record) => [textAt(record, 'id'), textAt(record, 'status')]),
  );
  for (const tool of interrupted) assert.equal(outcomes.get(decided.get(tool) ?? ''), 'unknown', `how ${tool} ended`);
  const sentTwice = [...echo.calls].filter(([, count]) => count > 1);
  assert.deepEqual(sentTwice, [], 'a call that may have been carried out is never sent again');
  await recordHolds();
});

test('the runner is killed: its servers end, the next session works, modern calls do not notice', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const server = Number(await tell(session, 'pid'));
  const [runner = -1] = gateway.processes('runner');
  const load = startLoad('runner', 2, callOnce(gateway.url('echo'), key));
  const waiting = session.request('tools/call', { name: 'wait', arguments: {} });
  await until(() => decisionAbout(gateway.dataFolder, 'wait') !== undefined, 'the call to be on its way');
  process.kill(runner, 'SIGKILL');

  const { http, error } = await waiting;
  assert.notEqual(error, undefined, 'a call whose server died has no result');
  assert.equal(http.status, 502);
  await until(() => !isRunning(server), 'the end of the server that the dead runner left');
  assert.equal((await session.request('ping')).http.status, 404);
  await until(() => replaced('runner', runner), 'another runner');
  const next = await openSoon();
  const nextServer = Number(await tell(next, 'pid'));
  assert.notEqual(nextServer, server);
  await next.end();
  await until(() => !isRunning(nextServer), 'the end of the session');
  assert.deepEqual((await load.stop()).failed, []);
});

test('control is killed: workers serve on, and its successor can change things', async () => {
  const [control = -1] = gateway.processes('control');
  const load = startLoad('control', 2, callOnce(gateway.url('echo'), key));
  process.kill(control, 'SIGKILL');
  await until(() => replaced('control', control), 'another control');
  await bothServe();

  const newKey = await gateway.addAgent('newcomer');
  const call = callOnce(gateway.url('echo'), newKey);
  for (const tool of ['after-control-1', 'after-control-2', 'after-control-3']) assert.equal(await call(tool), true);
  const reloaded = await gateway.cli('reload');
  assert.equal(reloaded.code, 0, reloaded.stderr);
  assert.equal((await gateway.cli('agents', 'remove', 'newcomer')).code, 0);
  assert.match(String(await call('after-removal')), /^401 /);
  assert.deepEqual((await load.stop()).failed, []);
});

test('control is killed while nobody is looking, and a worker too: the new worker learns what is in force', async () => {
  const [control = -1] = gateway.processes('control');
  const [worker = -1] = gateway.workers();
  process.kill(control, 'SIGKILL');
  process.kill(worker, 'SIGKILL');
  await bothServe(worker);
  const call = callOnce(gateway.url('echo'), key);
  for (let round = 0; round < 6; round++) assert.equal(await call(`after-both-${round}`), true);
});

test('the keeper is killed: workers serve, sessions stay open, new workers start', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const [keeper = -1] = gateway.processes('keeper');
  const load = startLoad('keeper', 2, callOnce(gateway.url('echo'), key));
  process.kill(keeper, 'SIGKILL');
  await until(() => replaced('keeper', keeper), 'another keeper');
  // A session that was sealed before opens in a worker that got its keys from the new keeper.
  const owner = find(
    await bothServe(),
    Number(/worker-(\d+)/.exec(decisionAbout(gateway.dataFolder, await ask(session))?.slot ?? '')?.[1]),
  );
  const other = find(await bothServe(), 1 - owner.slot);
  process.kill(other.pid, 'SIGKILL');
  await bothServe(other.pid);
  for (let round = 0; round < 6; round++) assert.match(await tell(session, 'pid'), /^\d+$/);
  await session.end();
  const { failed } = await load.stop();
  for (const { why } of failed) assert.match(why, /socket hang up|ECONNRESET/);
});

test('the supervisor is killed: everything ends by itself, and the next gateway starts in the same folder', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const server = Number(await tell(session, 'pid'));
  const processes = [...gateway.workers(), ...gateway.processes('runner'), ...gateway.processes('keeper'), ...gateway.processes('control')];
  assert.equal(processes.length, 5);
  const held = callOnce(gateway.url('echo'), key)('hold-orphan');
  await echo.called('hold-orphan');
  process.kill(gateway.pid, 'SIGKILL');
  const closed = until(async () => !(await accepts()), 'no more calls to be accepted');
  // They have noticed by then, and have not given up yet.
  await sleep(1_000);
  echo.release();
  assert.equal(await held, true, 'what is under way is finished');
  await closed;
  await until(() => ![...processes, server].some(isRunning), 'the end of every process', ENDS_WITHIN_MS);
  await recordHolds();

  const next = await startGateway({
    config: testConfig({ servers: { echo: { url: echo.url } }, listener: { address: `127.0.0.1:${gateway.port}` } }),
    folder: gateway.folder,
  });
  try {
    assert.equal(await callOnce(next.url('echo'), key)('after-the-end'), true, 'the same port, and the same key');
  } finally {
    assert.equal(await next.stop(), 0);
  }
});

async function accepts(): Promise<boolean> {
  return callOnce(
    gateway.url('echo'),
    key,
  )('accepted').then(
    () => true,
    () => false,
  );
}

interface Pinned {
  readonly slot: number;
  readonly connection: KeptConnection;
}

/** A connection that ended up in the worker of this slot. The kernel chooses, so it may take some. */
async function pin(slot: number): Promise<Pinned> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const connection = new KeptConnection(gateway.url('echo'), key);
    const tool = `pin-${serial++}`;
    assert.equal(await connection.call(tool), true);
    if (decisionAbout(gateway.dataFolder, tool)?.slot === `worker-${slot}`) return { slot, connection };
    connection.close();
  }
  throw new Error(`no connection came to worker ${slot}`);
}

/** Both workers serve, and none of them is the one that was killed. */
async function bothServe(dead = -1): Promise<readonly WorkerRow[]> {
  let rows: readonly WorkerRow[] = [];
  await until(async () => {
    rows = await servingWorkers(gateway.dataFolder);
    return rows.length === 2 && rows.every((row) => row.pid !== dead);
  }, 'two workers that serve');
  return rows;
}

function find(rows: readonly WorkerRow[], slot: number): WorkerRow {
  const row = rows.find((one) => one.slot === slot);
  assert(row !== undefined, `no worker has slot ${slot}`);
  return row;
}

function replaced(role: 'runner' | 'control' | 'keeper', dead: number): boolean {
  const live = gateway.processes(role);
  return live.length === 1 && live[0] !== dead;
}

/** One legacy session with one call. */
async function callInSession(): Promise<boolean | string> {
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const { http, result } = await session.request('tools/call', { name: 'pid', arguments: {} });
  await session.end();
  return /^\d+$/.test(textAt(result, 'content', 0, 'text')) || `${http.status} ${http.body}`;
}

/** A call that can be found in the log by its name. */
async function ask(session: LegacySession): Promise<string> {
  const tool = `ask-${serial++}`;
  await session.request('tools/call', { name: tool, arguments: {} });
  return tool;
}

async function openSoon(): Promise<LegacySession> {
  let session: LegacySession | undefined;
  await until(async () => {
    session = await LegacySession.open(gateway.url('stdio'), { key }).catch(() => undefined);
    return session !== undefined;
  }, 'a session');
  if (session === undefined) throw new Error('unreachable');
  return session;
}

async function tell(session: LegacySession, tool: string): Promise<string> {
  const { http, result } = await session.request('tools/call', { name: tool, arguments: {} });
  const text = at(result, 'content', 0, 'text');
  if (typeof text !== 'string') throw new Error(`${tool} was answered ${http.status}: ${http.body}`);
  return text;
}

async function recordHolds(): Promise<void> {
  const verified = await gateway.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
}
