// A program behind the gateway that talks out of turn on its pipe: other ids, requests, floods, lines without end, nonsense. The call that
// it was asked for goes on where it can; what was smuggled is not shown; other sessions, other agents and the workers do not notice.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ALLOW_ALL,
  at,
  isRunning,
  LegacySession,
  modernCall,
  modernRequest,
  openStream,
  repositoryRoot,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer } from '../harness/index.ts';
import { residentMiB } from './gateway-target.fixture.ts';

const CANARY = 'SMUGGLED-7f3a';

let gateway: Gateway;
let key: string;
let other: string;
let processes: readonly number[];

before(async () => {
  const hostile = { command: process.execPath, args: [join(repositoryRoot, 'test', 'attacks', 'hostile-stdio.fixture.ts')] };
  gateway = await startGateway({
    config: testConfig({
      servers: { hostile, quiet: hostile },
      rules: [
        ALLOW_ALL,
        { name: 'nothing-hidden', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['hidden*'], resources: ['file:///hidden/*'] },
      ],
    }),
  });
  [key, other] = [await gateway.addAgent('known'), await gateway.addAgent('other')];
  processes = [...gateway.workers(), ...gateway.processes('runner')];
});
after(() => gateway?.stop());

type Params = Readonly<Record<string, unknown>>;
type Say = (method: string, params: Params) => Promise<RpcAnswer>;

/** Says something to the hostile server: as a modern agent, or in a legacy session of its own. */
const roads: Readonly<Record<string, () => Promise<Say>>> = {
  modern: () =>
    Promise.resolve((method, params) => modernCall(gateway.url('hostile'), method, params, { key, capabilities: { elicitation: {} } })),
  legacy: async () => {
    const session = await LegacySession.open(gateway.url('hostile'), { key });
    return (method, params) => session.request(method, params);
  },
};

const HARMLESS = [
  'another id',
  'no id',
  'a null id',
  'a key twice',
  'a prototype',
  'a batch',
  'no JSON',
  'bytes that are no UTF-8',
  'two messages on a line',
  'an answer in the middle of noise',
  'a request that no server may send',
  'notifications that no server may send',
  'news of what is hidden',
  'nothing but empty lines',
  'carriage returns',
] as const;

for (const [era, open] of Object.entries(roads)) {
  describe(`a server that speaks ${era} over stdio`, () => {
    for (const trick of HARMLESS) {
      test(`says ${trick}: it is dropped, and the call is answered`, async () => {
        const say = await open();
        const { http, result, notifications } = await say('tools/call', { name: trick, arguments: {} });
        assert.equal(textAt(result, 'content', 0, 'text'), 'honest', `${http.status} ${http.body}`);
        assert(!http.body.includes(CANARY), http.body);
        assert.deepEqual(notifications, []);
      });
    }

    for (const lie of [
      'a list as result',
      'text as result',
      ...(era === 'modern' ? ['an unknown type of result', 'a question nobody takes'] : []),
    ]) {
      test(`answers ${lie}: an error, and nothing of it is shown`, async () =>
        assertError(await (await open())('tools/call', { name: lie, arguments: {} })));
    }

    for (const death of ['death', 'death with words']) {
      test(`answers by its ${death}: the outcome is unknown, and the agent is told so`, async () => {
        const answer = await (await open())('tools/call', { name: death, arguments: {} });
        assertError(answer);
        assert.equal(at(answer.error, 'code'), 1506);
      });
    }

    test('sends a line without end: the program is ended, and nobody else', async () => {
      const answer = await (await open())('tools/call', { name: 'a line without end', arguments: {} });
      assertError(answer);
    });

    test('lists what is hidden: it is taken out', async () => {
      const say = await open();
      const { http, result } = await say('tools/list', {});
      const tools = at(result, 'tools');
      assert(Array.isArray(tools) && tools.length > 0 && tools.every((one) => !['hidden', ''].includes(textAt(one, 'name'))));
      assert(!http.body.includes(CANARY));
      assertError(await say('tools/list', { cursor: 'no list' }));
    });
  });
}

test('what a server said before anybody listened is judged when somebody does', async () => {
  const session = await LegacySession.open(gateway.url('hostile'), { key });
  // An answer that comes after what was said early: by then that has arrived.
  assert.equal(textAt((await session.request('tools/call', { name: 'pid' })).result, 'content', 0, 'text').length > 0, true);
  const stream = await session.listen();
  assert.equal(stream.status, 200);
  const first = await stream.next();
  assert.equal(at(first?.json, 'method'), 'notifications/tools/list_changed');
  stream.close();
  await session.end();
});

test('two agents never share a program', async () => {
  const pids = new Map<string, Set<string>>([
    [key, new Set()],
    [other, new Set()],
  ]);
  // On connections of their own, so that both workers carry calls of both agents.
  await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const who = index % 2 === 0 ? key : other;
      const { result } = await modernCall(gateway.url('quiet'), 'tools/call', { name: 'pid', arguments: {} }, { key: who });
      pids.get(who)?.add(textAt(result, 'content', 0, 'text'));
    }),
  );
  const [mine, theirs] = [...pids.values()];
  assert(mine !== undefined && theirs !== undefined && mine.size > 0 && theirs.size > 0);
  assert.deepEqual(mine.intersection(theirs), new Set());
});

for (const flood of ['a flood of notifications', 'a flood of noise'] as const) {
  test(`${flood} at an agent that does not read: the memory is not filled, and others are served`, async () => {
    const before = processes.map(residentMiB);
    const session = await LegacySession.open(gateway.url('hostile'), { key });
    const pid = Number(textAt((await session.request('tools/call', { name: 'pid', arguments: {} })).result, 'content', 0, 'text'));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 77, method: 'tools/call', params: { name: flood, arguments: {} } });
    const lazy = openStream(gateway.url('hostile'), { headers: session.headers({ 'content-type': 'application/json' }), body });
    if (flood === 'a flood of noise') {
      await until(() => !isRunning(pid), 'the end of a program that says nothing but noise');
      // As an answer, or on the stream that it has become meanwhile.
      assert.match((await (await lazy).whole()).body, /"code":1506/);
    } else {
      // It goes on until every buffer on the way is full; from then on its processor time stands still.
      await lazy;
      let last = -1;
      await until(async () => {
        await sleep(200);
        const now = processorTicks(pid);
        const stands = now === last;
        last = now;
        return stands;
      }, 'the program to be made to wait');
      assert(isRunning(pid));
    }
    const grown = processes.map((id, index) => residentMiB(id) - (before[index] ?? 0));
    assert(Math.max(...grown) < 150, `the processes grew by ${grown.map(Math.round).join(', ')} MiB`);
    const { result } = await modernCall(gateway.url('quiet'), 'tools/call', { name: 'pid', arguments: {} }, { key: other });
    assert.match(textAt(result, 'content', 0, 'text'), /^\d+$/);
    await session.end();
    await until(() => !isRunning(pid), 'the end of the flooding program');
    await lazy.then((stream) => stream.close()).catch(() => undefined);
  });
}

test('a modern agent that hangs up on a flood is rid of it', async () => {
  const stream = await openStream(
    gateway.url('hostile'),
    modernRequest('tools/call', { name: 'a flood of notifications', arguments: {} }, { key: other }),
  );
  await stream.next();
  stream.close();
  const { result } = await modernCall(gateway.url('quiet'), 'tools/call', { name: 'pid', arguments: {} }, { key });
  assert.match(textAt(result, 'content', 0, 'text'), /^\d+$/);
});

test('no process of the gateway was replaced, and its log holds nothing of what was said', () => {
  assert.deepEqual([...gateway.workers(), ...gateway.processes('runner')], processes);
  assert(!gateway.logs().includes(CANARY));
});

function assertError(answer: RpcAnswer): void {
  assert.equal(answer.result, undefined, answer.http.body.slice(0, 500));
  assert.notEqual(answer.error, undefined, `${answer.http.status} ${answer.http.body.slice(0, 500)}`);
  assert(!answer.http.body.includes(CANARY), answer.http.body.slice(0, 500));
}

/** How much a process has computed so far, in clock ticks. */
function processorTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
