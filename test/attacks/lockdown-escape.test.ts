// An agent that has been locked tries every way around: another key, another listener, a connection that is open already, a body that began
// before and ends after, the worker that holds its state, the rest of a stream by its event id, a question answered late, another spelling.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  callOnce,
  createRounds,
  KeptConnection,
  LegacySession,
  legacyAnswers,
  modernCall,
  modernRequest,
  openStream,
  repositoryRoot,
  startEchoServer,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { EchoServer, Gateway, Rounds, ScriptedServer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
/** Enough that both workers are asked, whichever the kernel chooses. */
const SAMPLES = 12;
const REFUSED = /Denied by lockdown: /;

let echo: EchoServer;
let old: ScriptedServer;
let gateway: Gateway;
let rounds: Rounds;
let key: string;

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'held', 'Plain'] });
  old = await startScriptedServer(legacyAnswers());
  gateway = await startGateway({
    config: {
      ...testConfig({
        servers: { echo: { url: echo.url }, stdio: { command: process.execPath, args: [STDIO_SERVER] }, old: { url: old.url } },
      }),
      listen: [
        { name: 'main', address: '127.0.0.1:0' },
        { name: 'open', address: '127.0.0.1:0', anonymous: 'mallory' },
      ],
    },
  });
  key = await gateway.addAgent('mallory');
  rounds = createRounds(old, gateway.url('old'));
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
  await old?.close();
});

const lock = async (...words: readonly string[]): Promise<void> => {
  const done = await gateway.cli('lockdown', ...words);
  assert.equal(done.code, 0, done.stderr);
};
const lift = (): Promise<void> => lock('lift', '--every');

test('with a new key, on every worker', async () => {
  await lock('agent', 'mallory');
  const issued = JSON.parse((await gateway.cli('agents', 'key', 'mallory', '--output', 'json')).stdout);
  const fresh = textAt(issued, 'text') || textAt(issued, 'key');
  assert.match(fresh, /^spk_/);
  const call = callOnce(gateway.url('echo'), fresh);
  for (let sample = 0; sample < SAMPLES; sample++) assert.match(String(await call('plain')), REFUSED);
  assert.equal(echo.calls.get('plain'), undefined, 'nothing reached the server');
  await lift();
});

test('through a listener that asks for no key', async () => {
  const listeners = at(
    gateway.events.find((event) => at(event, 'event') === 'ready'),
    'listeners',
  );
  assert.ok(Array.isArray(listeners));
  const open: unknown = listeners.find((one: unknown) => textAt(one, 'name') === 'open');
  const url = `${textAt(open, 'url').replace(/\/+(mcp\/*)?$/, '')}/mcp/echo`;
  assert.equal(at((await modernCall(url, 'tools/call', { name: 'plain', arguments: {} })).result, 'isError'), undefined);
  await lock('agent', 'mallory');
  for (let sample = 0; sample < SAMPLES; sample++)
    assert.match((await modernCall(url, 'tools/call', { name: 'plain', arguments: {} })).http.body, REFUSED);
  await lift();
});

test('on a connection that was open before', async () => {
  const kept = new KeptConnection(gateway.url('echo'), key);
  assert.equal(await kept.call('plain'), true);
  await lock('agent', 'mallory');
  assert.match(String(await kept.call('plain')), REFUSED);
  await lift();
  assert.equal(await kept.call('plain'), true);
  kept.close();
});

test('with a body that began before the lock and ends after it', async () => {
  const { headers, body } = modernRequest('tools/call', { name: 'held', arguments: {} }, { key });
  const bytes = Buffer.from(body);
  const begun = httpRequest(gateway.url('echo'), { method: 'POST', headers: { ...headers, 'content-length': bytes.length }, agent: false });
  const answered = new Promise<string>((resolve, reject) => {
    begun.on('error', reject);
    begun.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    });
  });
  await new Promise((resolve) => begun.write(bytes.subarray(0, 40), resolve));
  // The head has been read, and the key in it was good, once another request on the same worker is through.
  await Promise.all(Array.from({ length: SAMPLES }, () => callOnce(gateway.url('echo'), key)('plain')));
  await lock('agent', 'mallory');
  begun.end(bytes.subarray(40));
  assert.match(await answered, REFUSED);
  assert.equal(echo.calls.get('held'), undefined, 'nothing reached the server');
  await lift();
});

test('with a session, whichever worker holds it, and with the rest of its streams', async () => {
  const session = await LegacySession.open(gateway.url('stdio'), { key });
  const stream = await session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: 'p' } });
  const first = await stream.next();
  const eventId = first?.id ?? '';
  assert.notEqual(eventId, '', 'the stream can be taken up again');
  await lock('agent', 'mallory');
  for (let events = 0; events < 100; events++) if ((await stream.next()) === undefined) break;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const resumed = await openStream(gateway.url('stdio'), {
      method: 'GET',
      headers: session.headers({ accept: 'text/event-stream', 'last-event-id': eventId }),
    });
    assert.notEqual(resumed.headers['content-type'], 'text/event-stream', 'no stream is given');
    resumed.close();
    const used = await session.request('tools/call', { name: 'pid', arguments: {} });
    assert.ok(used.result === undefined || REFUSED.test(used.http.body), used.http.body);
  }
  await lift();
});

test('with the answer to a question that was asked before', async () => {
  const parked = await rounds.park(key);
  await lock('tool', `old/${parked.params.name}`);
  const answered = await rounds.answer(parked, key);
  assert.ok(answered.result === undefined || at(answered.result, 'isError') === true, answered.http.body);
  await lift();
});

test('with the name in another spelling: what is locked by a glob is locked in each, and nothing but names counts', async () => {
  const mistaken = await gateway.cli('lockdown', 'tool', 'echo/[Pp]lain');
  assert.equal(mistaken.code, 1, 'whoever typed it learns that nothing has stopped');
  assert.match(mistaken.stderr, /There is no tool 'echo\/\[Pp\]lain' now/);
  assert.equal(await callOnce(gateway.url('echo'), key)('plain'), true, 'brackets are no part of a glob');
  await lift();
  await lock('tool', 'echo/?lain');
  for (const name of ['plain', 'Plain']) assert.match(String(await callOnce(gateway.url('echo'), key)(name)), REFUSED);
  await lift();
});
