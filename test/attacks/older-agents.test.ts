// What the older revisions offer an attacker: an endpoint in a query, and several messages in one body. A POST to another's endpoint, a batch
// that hides a call, a batch that is a bomb. Through the running gateway, with two workers.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  at,
  LegacySession,
  META,
  openStream,
  readRecords,
  repositoryRoot,
  send,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpAnswer, HttpStream } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const PIPED = { command: process.execPath, args: [STDIO_SERVER] };
const CLIENT = { name: 'sallyport-test', version: '1.0.0' };

let gateway: Gateway;
let owner: string;
let thief: string;

before(async () => {
  gateway = await startGateway({
    config: testConfig({
      servers: { piped: PIPED, second: PIPED },
      rules: [
        { name: 'everything', effect: 'allow', agents: ['*'], servers: ['*'] },
        { name: 'no-names', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['environment'] },
      ],
      limits: { maxStreamsPerAgent: 16 },
    }),
  });
  [owner, thief] = [await gateway.addAgent('owner'), await gateway.addAgent('thief')];
});
after(() => gateway?.stop());

const authorization = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const PID = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pid', arguments: {} } };
const DENIED = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'environment', arguments: { name: 'PATH' } } };

describe('the endpoint of an agent over HTTP with SSE', () => {
  interface Connected {
    readonly stream: HttpStream;
    readonly endpoint: string;
  }
  async function connect(key: string): Promise<Connected> {
    const url = gateway.url('piped');
    const stream = await openStream(url, { method: 'GET', headers: { ...authorization(key), accept: 'text/event-stream' } });
    const endpoint = new URL((await stream.next())?.data ?? '', url).href;
    const initialize = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: CLIENT };
    assert.equal((await post(endpoint, key, { jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize })).status, 202);
    assert.equal(at((await stream.next())?.json, 'id'), 0);
    return { stream, endpoint };
  }
  const post = (endpoint: string, key: string | undefined, message: unknown): Promise<HttpAnswer> =>
    send(endpoint, {
      headers: { 'content-type': 'application/json', ...(key !== undefined && authorization(key)) },
      body: JSON.stringify(message),
    });

  test('is worth nothing without the key, with the key of another agent, or on another route', async () => {
    const { stream, endpoint } = await connect(owner);
    assert.equal((await post(endpoint, undefined, PID)).status, 401);
    assert.equal((await post(endpoint, thief, PID)).status, 404);
    assert.equal((await post(endpoint.replace('/piped?', '/second?'), owner, PID)).status, 404);
    // The only answer on the stream is that to its own agent's question.
    assert.equal((await post(endpoint, owner, { ...PID, id: 77 })).status, 202);
    assert.equal(at((await stream.next())?.json, 'id'), 77);
    stream.close();
  });

  test('cannot be altered, made up, or be a session id', async () => {
    const { stream, endpoint } = await connect(owner);
    const session = await LegacySession.open(gateway.url('piped'), { key: owner });
    const base = `${gateway.url('piped')}?endpoint=`;
    const token = endpoint.slice(base.length);
    const wrong = [session.id, token.slice(0, -1), `${token}A`, token.replace('e1.', 'e2.'), 'worker-0.1', '1', '', token.toLowerCase()];
    for (const one of wrong) assert.equal((await post(`${base}${one}`, owner, PID)).status, 404, one);
    const headers = { ...session.headers({ 'content-type': 'application/json' }), 'mcp-session-id': token };
    assert.equal((await send(gateway.url('piped'), { headers, body: JSON.stringify(PID) })).status, 404, 'nor is it a session id');
    stream.close();
    await session.end();
  });

  test('does not lead around policy, and its connection has one session', async () => {
    const { stream, endpoint } = await connect(owner);
    const other = await LegacySession.open(gateway.url('piped'), { key: owner });
    assert.equal((await post(endpoint, owner, DENIED)).status, 202);
    const denial = (await stream.next())?.json;
    assert.equal(at(denial, 'result', 'isError'), true);
    assert.match(textAt(denial, 'result', 'content', 0, 'text'), /no-names/);
    // A session id that is sent along changes nothing: the connection is the session.
    const headers = { ...authorization(owner), 'content-type': 'application/json', 'mcp-session-id': other.id };
    await send(endpoint, { headers, body: JSON.stringify(PID) });
    const mine = textAt((await stream.next())?.json, 'result', 'content', 0, 'text');
    const theirs = textAt((await other.request('tools/call', { name: 'pid', arguments: {} })).result, 'content', 0, 'text');
    assert.notEqual(mine, theirs);
    stream.close();
    await other.end();
  });

  test('an agent has only so many of these streams', async () => {
    const key = await gateway.addAgent('greedy');
    const streams: HttpStream[] = [];
    const statuses = new Set<number>();
    for (let index = 0; index < 40; index++) {
      const stream = await openStream(gateway.url('piped'), {
        method: 'GET',
        headers: { ...authorization(key), accept: 'text/event-stream' },
      });
      streams.push(stream);
      statuses.add(stream.status);
    }
    assert.equal(streams.filter(({ status }) => status === 200).length, 16, 'counted in one worker');
    assert.deepEqual([...statuses], [200, 429]);
    for (const stream of streams) stream.close();
  });
});

describe('a batch', () => {
  const open = (version = '2025-03-26'): Promise<LegacySession> => LegacySession.open(gateway.url('piped'), { key: owner, version });
  const codeOf = ({ json }: HttpAnswer): unknown => at(json, 'error', 'code');

  test('hides no denied call', async () => {
    const session = await open();
    const { status, json } = await session.post([PID, DENIED, { ...PID, id: 3 }]);
    assert.equal(status, 200);
    assert(Array.isArray(json));
    const denial = json.find((answer) => at(answer, 'id') === 2);
    assert.match(textAt(denial, 'result', 'content', 0, 'text'), /no-names/);
    const denied = (): boolean =>
      readRecords(gateway.dataFolder).some(({ value }) => at(value, 'tool') === 'environment' && at(value, 'verdict') === 'deny');
    await until(denied, 'the record of the denial');
    await session.end();
  });

  test('that can be read in two ways does nothing at all', async () => {
    const session = await open();
    const modern = { ...PID, id: 5, params: { ...PID.params, _meta: { [META.version]: '2026-07-28', [META.capabilities]: {} } } };
    const initialize = { jsonrpc: '2.0', id: 6, method: 'initialize', params: { protocolVersion: '2025-03-26' } };
    const note = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' };
    const batches: readonly (readonly [string, unknown])[] = [
      ['nothing in it', []],
      ['the same id twice', [note, PID, { ...DENIED, id: 1 }]],
      ['initialize in it', [note, initialize]],
      ['a modern request in it', [note, modern]],
      ['a batch in it', [note, [PID]]],
      ['what is no message in it', [note, 7]],
      ['more than a hundred', Array.from({ length: 101 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }))],
    ];
    for (const [what, batch] of batches) {
      const answer = await session.post(batch);
      assert.deepEqual([answer.status, codeOf(answer)], [400, -32600], what);
    }
    const heard = JSON.parse(
      textAt((await session.request('tools/call', { name: 'received', arguments: {} })).result, 'content', 0, 'text'),
    );
    assert.deepEqual(heard.received, ['notifications/initialized']);
    await session.end();
  });

  test('of a hundred is carried, and the gateway lives', async () => {
    const session = await open();
    const { json } = await session.post(Array.from({ length: 100 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' })));
    assert(Array.isArray(json));
    assert.equal(json.length, 100);
    const { status } = await session.post(`[${'['.repeat(100_000)}`);
    assert.equal(status, 400);
    await session.end();
  });

  for (const version of ['2024-11-05', '2025-06-18', '2025-11-25']) {
    test(`is refused in a session of ${version}`, async () => {
      const session = await open(version);
      const answer = await session.post([PID]);
      assert.deepEqual([answer.status, codeOf(answer)], [400, -32600]);
      await session.end();
    });
  }

  test('is refused without a session, and in that of another agent', async () => {
    const session = await open();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify([PID]);
    const without = await send(gateway.url('piped'), { headers: { ...headers, ...authorization(owner) }, body });
    assert.equal(without.status, 400);
    const stolen = { ...headers, ...authorization(thief), 'mcp-session-id': session.id };
    assert.equal((await send(gateway.url('piped'), { headers: stolen, body })).status, 404);
    await session.end();
  });
});
