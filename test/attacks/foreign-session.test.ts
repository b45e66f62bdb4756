// A session id is no credential. Another agent's, an altered one, one that was ended, one of another route, one of an agent that was
// revoked: all of them are refused by both workers, and neither the server nor the process behind hears of it (MCP security best
// practices, "Session Hijacking").

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  at,
  isRunning,
  LegacySession,
  modernRequest,
  repositoryRoot,
  send,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpAnswer } from '../harness/index.ts';
import { fromBothWorkers, isDecision } from './gateway-target.fixture.ts';
import { honestly, httpAnswer, jsonAnswer, resultOf, startRawServer } from './raw-server.fixture.ts';
import type { Heard, RawServer } from './raw-server.fixture.ts';

const STDIO = { command: process.execPath, args: [join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts')] };
const ACCEPT = 'application/json, text/event-stream';

let first: RawServer;
let second: RawServer;
let gateway: Gateway;
let owner: string;
let thief: string;

before(async () => {
  [first, second] = await Promise.all([startRawServer(answerAll), startRawServer(answerAll)]);
  gateway = await startGateway({
    config: testConfig({ servers: { http: { url: first.url }, 'http-other': { url: second.url }, stdio: STDIO, 'stdio-other': STDIO } }),
  });
  [owner, thief] = [await gateway.addAgent('owner'), await gateway.addAgent('thief')];
  // Each worker asks each server once which eras it speaks; what a server hears after this, it hears from an agent.
  for (const route of ['http', 'http-other', 'stdio', 'stdio-other']) {
    await fromBothWorkers(
      gateway,
      (record) => isDecision(record, { method: 'initialize', server: route }),
      async () => (await LegacySession.open(gateway.url(route), { key: owner })).end(),
    );
  }
});
after(async () => {
  await gateway?.stop();
  await Promise.all([first?.close(), second?.close()]);
});

function answerAll(heard: Heard): Buffer {
  return (
    honestly(heard, 'legacy', ['pid', 'received']) ??
    (heard.httpMethod === 'GET' ? httpAnswer(405, {}) : jsonAnswer(resultOf(heard, { content: [], tools: [] })))
  );
}

interface Theft {
  readonly route: string;
  readonly key: string;
  readonly id: string;
}

/** Everything one can do with a session id, each on a connection of its own. */
const MOVES = {
  'a request': (theft) => post(theft, { jsonrpc: '2.0', id: 900, method: 'tools/call', params: { name: 'pid', arguments: {} } }),
  'a list': (theft) => post(theft, { jsonrpc: '2.0', id: 901, method: 'tools/list' }),
  'a notification': (theft) => post(theft, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
  'a response': (theft) =>
    post(theft, { jsonrpc: '2.0', id: 'question-1', result: { role: 'assistant', model: 'x', content: { type: 'text', text: 'forged' } } }),
  'a GET stream': (theft) =>
    send(gateway.url(theft.route), { method: 'GET', headers: { ...credentials(theft), accept: 'text/event-stream' } }),
  'a resumed stream': (theft) =>
    send(gateway.url(theft.route), {
      method: 'GET',
      headers: { ...credentials(theft), accept: 'text/event-stream', 'last-event-id': '0' },
    }),
  'a DELETE': (theft) => send(gateway.url(theft.route), { method: 'DELETE', headers: credentials(theft) }),
} satisfies Readonly<Record<string, (theft: Theft) => Promise<HttpAnswer>>>;

for (const route of ['http', 'stdio'] as const) {
  describe(`a session with a server over ${route}`, () => {
    test("another agent's id is none", async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      await assertStolen({ route, key: thief, id: session.id });
      await assertAlive(session);
      await session.end();
    });

    test('without a key, or with a wrong one, an id opens nothing', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      for (const key of ['', `spk_${'A'.repeat(43)}`]) {
        for (const [name, move] of Object.entries(MOVES)) {
          const heard = first.seen.length;
          assert.equal((await move({ route, key, id: session.id })).status, 401, name);
          assert.equal(first.seen.length, heard);
        }
      }
      await assertAlive(session);
      await session.end();
    });

    test('an id of another route is none', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      for (const other of ['http', 'stdio', 'http-other', 'stdio-other'].filter((name) => name !== route)) {
        await assertStolen({ route: other, key: owner, id: session.id });
      }
      await assertAlive(session);
      await session.end();
    });

    test('an altered id is none', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      for (const id of alterations(session.id)) {
        const heard = first.seen.length;
        const answer = await MOVES['a request']({ route, key: owner, id });
        assert.equal(answer.status, 404, id);
        assert.equal(first.seen.length, heard);
      }
      await assertAlive(session);
      await session.end();
    });

    test('two halves of two ids are none', async () => {
      const [one, two] = await Promise.all([owner, thief].map((key) => LegacySession.open(gateway.url(route), { key })));
      assert(one !== undefined && two !== undefined);
      for (let cut = 20; cut < Math.min(one.id.length, two.id.length); cut += 24) {
        for (const key of [owner, thief]) {
          const answer = await MOVES['a request']({ route, key, id: one.id.slice(0, cut) + two.id.slice(cut) });
          assert.equal(answer.status, 404, `cut at ${cut}`);
        }
      }
      await Promise.all([one.end(), two.end()]);
    });

    test('an id that was ended is none, for its own agent too', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      assert.equal((await session.end()).status, 204);
      // The other worker is told at once, but not in the same instant.
      await until(async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, () => session.request('ping')));
        return answers.every(({ http }) => http.status === 404);
      }, 'both workers to know that the session is over');
      await assertStolen({ route, key: owner, id: session.id });
    });

    test('an id in the wrong place is none', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      const heard = first.seen.length;
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/list',
        params: { sessionId: session.id, _meta: { 'mcp-session-id': session.id } },
      });
      const headers = {
        'content-type': 'application/json',
        accept: ACCEPT,
        authorization: `Bearer ${owner}`,
        cookie: `mcp-session-id=${session.id}`,
      };
      assert.equal((await send(`${gateway.url(route)}?mcp-session-id=${session.id}`, { headers, body })).status, 400);
      assert.equal(
        (
          await send(gateway.url(route), {
            method: 'GET',
            headers: { ...headers, accept: 'text/event-stream', 'last-event-id': session.id },
          })
        ).status,
        405,
      );
      assert.equal(first.seen.length, heard);
      await session.end();
    });

    test('a modern request gains nothing by an id of another agent', async () => {
      const session = await LegacySession.open(gateway.url(route), { key: owner });
      // Which session a call came in: over stdio the process says so, over HTTP the header that the server sees.
      const place = (result: unknown): unknown =>
        route === 'stdio'
          ? at(result, 'content', 0, 'text')
          : first.seen.filter(({ method }) => method === 'tools/call').at(-1)?.headers['mcp-session-id'];
      const mine = place((await session.request('tools/call', { name: 'pid', arguments: {} })).result);
      const { headers, body } = modernRequest(
        'tools/call',
        { name: 'pid', arguments: {} },
        { key: thief, headers: { 'mcp-session-id': session.id } },
      );
      const theirs = place(at((await send(gateway.url(route), { headers, body })).json, 'result'));
      assert(typeof mine === 'string' && typeof theirs === 'string');
      assert.notEqual(theirs, mine, 'it is answered in a session of its own agent');
      await session.end();
    });
  });
}

test('the id of a revoked agent opens nothing, not even for a new agent of another name', async () => {
  const key = await gateway.addAgent('leaving');
  const sessions = await Promise.all(['http', 'stdio'].map((route) => LegacySession.open(gateway.url(route), { key })));
  const pid = Number(textAt((await sessions[1]?.request('tools/call', { name: 'pid', arguments: {} }))?.result, 'content', 0, 'text'));
  assert(isRunning(pid));
  assert.equal((await gateway.cli('agents', 'remove', 'leaving')).code, 0);
  const successor = await gateway.addAgent('arriving');
  for (const [index, route] of ['http', 'stdio'].entries()) {
    const id = sessions[index]?.id ?? '';
    const answers = await Promise.all(Array.from({ length: 12 }, () => MOVES['a request']({ route, key, id })));
    for (const answer of answers) assert.equal(answer.status, 401);
    await assertStolen({ route, key: successor, id });
  }
  // What ran for the agent alone ends with it.
  await until(() => !isRunning(pid), 'the end of the process of the agent that was removed');
});

test('a session whose agent lost its server is over', async () => {
  const key = await gateway.addAgent('rotated');
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  assert.equal((await gateway.cli('agents', 'revoke', 'rotated')).code, 0);
  assert.equal((await session.request('ping')).http.status, 401);
  // A new key of the same agent may go on: the session belongs to the agent, not to the key.
  const renewed = await gateway.cli('agents', 'key', 'rotated', '--output', 'json');
  assert.equal(renewed.code, 0);
});

/** Both workers refuse everything that can be done with this id, and nobody behind them hears of it. */
async function assertStolen(theft: Theft): Promise<void> {
  const heard = first.seen.length + second.seen.length;
  for (const [name, move] of Object.entries(MOVES)) {
    const answer = await move(theft);
    assert.equal(answer.status, 404, `${name} was answered ${answer.status}: ${answer.body}`);
    assert.equal(answer.headers['mcp-session-id'], undefined);
  }
  const agent = theft.key === owner ? 'owner' : undefined;
  const answers = await fromBothWorkers(
    gateway,
    (record) => isDecision(record, { method: 'tools/list', server: theft.route, ...(agent !== undefined && { agent }) }),
    () => MOVES['a list'](theft),
  );
  for (const answer of answers) assert.equal(answer.status, 404);
  assert.equal(first.seen.length + second.seen.length, heard, 'a server heard of it');
}

/** The session goes on as if nothing had been tried, and its process has been told nothing by anybody else. */
async function assertAlive(session: LegacySession): Promise<void> {
  assert.equal((await session.request('ping')).http.status, 200);
  const told = await session.request('tools/call', { name: 'received', arguments: {} }).catch(() => undefined);
  const text = textAt(told?.result, 'content', 0, 'text');
  if (text !== '') assert.deepEqual(JSON.parse(text), { received: ['notifications/initialized'], cancelled: [] });
}

/** Ids that differ from a good one in one way each. */
function alterations(id: string): readonly string[] {
  const [prefix, kid, sealed = ''] = id.split('.');
  const flip = (place: number): string => sealed.slice(0, place) + (sealed[place] === 'A' ? 'B' : 'A') + sealed.slice(place + 1);
  const bytes = Buffer.from(sealed, 'base64url');
  return [
    ...[0, 5, 15, 16, 17, 30, sealed.length - 20, sealed.length - 2].map((place) => `${prefix}.${kid}.${flip(place)}`),
    `${prefix}.${kid}.${sealed.slice(0, -4)}`,
    `${prefix}.${kid}.${sealed}AAAA`,
    `${prefix}.${kid}.${sealed}=`,
    `${prefix}.${kid}.${sealed}.`,
    `${prefix}.${kid}.${Buffer.concat([bytes, Buffer.alloc(16)]).toString('base64url')}`,
    `${prefix}.${kid}.${bytes.subarray(0, 12).toString('base64url')}`,
    `${prefix}.${kid}.`,
    `${prefix}.${kid}`,
    `${prefix}..${sealed}`,
    `${prefix}.AAAAAAAA.${sealed}`,
    `s1.${kid}.${sealed}`,
    `S2.${kid}.${sealed}`,
    `${id},${id}`,
    sealed,
    'upstream-session-0001',
    '1',
    '../worker-0.1',
    '0'.repeat(4_000),
  ];
}

function credentials({ key, id }: Theft): Record<string, string> {
  return { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25', ...(key !== '' && { authorization: `Bearer ${key}` }) };
}

function post(theft: Theft, message: unknown): Promise<HttpAnswer> {
  return send(gateway.url(theft.route), {
    headers: { ...credentials(theft), 'content-type': 'application/json', accept: ACCEPT },
    body: JSON.stringify(message),
  });
}
