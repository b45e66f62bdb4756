// An approval makes one call, also where processes die around its use: control, which knows what was approved, and the workers, which carry the
// calls. What was used never comes back, what was not used is still there, and where nobody can say, nothing goes through.

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  approvalIn,
  at,
  createApprover,
  lastDecision,
  modernAnswers,
  modernCall,
  servingWorkers,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

// At least so many, and then on until a call went through: how soon it dies is the machine's affair.
const ROUNDS = 5;
const MOST_ROUNDS = 12;
const pay = { name: 'pay', inputSchema: { type: 'object', additionalProperties: true } };
const RULES = [{ name: 'people-decide', effect: 'ask', agents: ['*'], servers: ['*'] }];

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let serial = 0;
const person = createApprover(() => gateway);

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [pay], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'paid' }] },
    }),
  );
  gateway = await begin();
  key = await gateway.addAgent('ann');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const begin = (folder?: string, approvalWaitMs = 4_000): Promise<Gateway> =>
  startGateway({
    config: testConfig({ servers: { bank: { url: server.url } }, rules: RULES, limits: { approvalWaitMs } }),
    ...(folder !== undefined && { folder }),
  });

type Params = Readonly<Record<string, unknown>>;
const fresh = (): Params => ({ name: 'pay', arguments: { serial: ++serial } });
const call = (params: Params, to = gateway, as = key): Promise<RpcAnswer> =>
  modernCall(to.url('bank'), 'tools/call', params, { key: as, headers: { connection: 'close' } });
const said = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;
const executions = (params: Params): number =>
  server.seen.filter(
    ({ method, message }) => method === 'tools/call' && at(message, 'params', 'arguments', 'serial') === at(params, 'arguments', 'serial'),
  ).length;

async function stateOf(id: string): Promise<string> {
  const shown = await gateway.cli('approvals', 'show', id, '--output', 'json');
  return shown.code === 0 ? textAt(JSON.parse(shown.stdout), 'state') : '';
}

/** Kills processes of a kind, and waits until others have taken their place. */
async function kill(role: 'control' | 'worker'): Promise<void> {
  const old = gateway.processes(role);
  for (const pid of old) process.kill(pid, 'SIGKILL');
  await until(() => {
    const now = gateway.processes(role);
    return now.length === old.length && now.every((pid) => !old.includes(pid));
  }, `another ${role}`);
  await until(async () => (await servingWorkers(gateway.dataFolder)).length === 2, 'two workers to serve', 30_000);
}

for (const role of ['control', 'worker'] as const) {
  test(`kill -9 of ${role} around the use of an approval: no call is made twice`, async () => {
    let went = 0;
    for (let round = 0; round < ROUNDS || (went === 0 && round < MOST_ROUNDS); round++) {
      const params = fresh();
      const first = approvalIn(said(await call(params)));
      await person.decide('approve', first);
      // The identical call takes it while the processes die.
      const calls = Array.from({ length: 4 }, () => call(params).catch(() => undefined));
      await sleep(round === 0 ? 0 : 2 ** (round - 1));
      await kill(role);
      await Promise.all(calls);
      // Whoever comes afterwards finds it only where nobody has had it.
      const before = executions(params);
      assert.ok(before <= 1, `${before} calls by one approval`);
      const wasUsed = (await stateOf(first)) === 'used';
      const later = await call(params);
      assert.equal(said(later) === 'paid', !wasUsed, said(later));
      assert.ok(executions(params) <= 1);
      assert.equal(await stateOf(first), 'used');
      went += executions(params);
    }
    assert.ok(went > 0, 'some went through');
  });
}

test('control dies while a call waits: the next one is told what it is about, and what is approved then goes on', async (t) => {
  const short = gateway;
  // Whoever is slow to type must not be too late.
  gateway = await begin(undefined, 45_000);
  t.after(async () => {
    await gateway.stop();
    gateway = short;
  });
  const params = fresh();
  const waits = call(params, gateway, await gateway.addAgent('cy'));
  let id = '';
  await until(async () => (id = (await person.waiting()).at(-1)?.id ?? '') !== '', 'the question');
  await kill('control');
  await until(async () => (await person.waiting()).some((one) => one.id === id && one.canBeShown), 'it to be known again');
  await person.decide('approve', id);
  assert.equal(said(await waits), 'paid');
});

test('nobody waits any more when control dies: what it was about is not known, so it cannot be approved until it is asked again', async () => {
  const params = fresh();
  const id = approvalIn(said(await call(params)));
  await kill('control');
  const blind = await person.tryToDecide('approve', [id]);
  assert.notEqual(blind.code, 0);
  assert.match(blind.stderr, /not known any more/);
  const shown = await gateway.cli('approvals', 'show', id);
  assert.match(shown.stdout, /not known any more/);
  assert.equal(approvalIn(said(await call(params))), id, 'the same question');
  await person.decide('approve', id);
  assert.equal(said(await call(params)), 'paid');
});

test('a restart of the whole gateway: what was approved works once, and what was used does not come back', async () => {
  const [used, unused] = [fresh(), fresh()];
  for (const params of [used, unused]) await person.decide('approve', approvalIn(said(await call(params))));
  assert.equal(said(await call(used)), 'paid');
  process.kill(gateway.pid, 'SIGTERM');
  await until(() => gateway.workers().length === 0 && gateway.processes('control').length === 0, 'the gateway to end');
  const { folder } = gateway;
  gateway = await begin(folder);
  assert.notEqual(said(await call(used)), 'paid');
  assert.equal(said(await call(unused)), 'paid');
  assert.notEqual(said(await call(unused)), 'paid');
  assert.deepEqual([executions(used), executions(unused)], [1, 1]);
});

for (const [what, spoil] of [
  ['locked by another process', lockStore],
  ['spoilt, and control dies over it', spoilStore],
] as const) {
  test(`the store is ${what}: what would have to be asked is refused, and says so`, async () => {
    const own = await begin();
    try {
      const as = await own.addAgent('bob');
      const first = approvalIn(said(await call(fresh(), own, as)));
      assert.notEqual(first, '');
      const restore = spoil(own);
      const params = fresh();
      const refused = await call(params, own, as);
      restore();
      assert.equal(at(refused.result, 'isError'), true);
      assert.match(said(refused), /nobody can be asked now/);
      assert.equal(executions(params), 0);
      assert.equal(textAt(lastDecision(own.dataFolder, 'bob', 'bank')?.value, 'reason'), 'approvals-unavailable');
    } finally {
      await own.stop();
    }
  });
}

/** Nobody else can write it until it is given back. */
function lockStore(running: Gateway): () => void {
  const database = new DatabaseSync(join(running.dataFolder, 'state.sqlite'), { timeout: 10_000 });
  database.exec('BEGIN EXCLUSIVE');
  return () => database.close();
}

function spoilStore(running: Gateway): () => void {
  for (const name of readdirSync(running.dataFolder).filter((one) => one.startsWith('state.sqlite')))
    writeFileSync(join(running.dataFolder, name), 'this is no database any more');
  for (const control of running.processes('control')) process.kill(control, 'SIGKILL');
  return () => {};
}
