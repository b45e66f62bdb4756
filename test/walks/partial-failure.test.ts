// One server that is dead, silent, broken or talks nonsense is trouble on its own route only: calls on the others go through while
// the bad ones hang.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { at, LegacySession, modernCall, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway, RpcAnswer } from '../harness/index.ts';

const CALL = { name: 'test_simple_text', arguments: {} };

let fixture: Fixture;
let silent: Server;
let babbling: Server;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture();
  // Takes connections and never says a word.
  silent = createServer((socket) => socket.on('error', () => undefined).resume());
  babbling = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end('SSH-2.0-OpenSSH_9.9\r\n')));
  const [silentPort, babblingPort, deadPort] = [await listen(silent), await listen(babbling), await freePort()];
  gateway = await startGateway({
    config: testConfig({
      servers: {
        good: { url: fixture.url },
        dead: { url: `http://127.0.0.1:${deadPort}/mcp` },
        silent: { url: `http://127.0.0.1:${silentPort}/mcp`, timeoutMs: 60_000 },
        impatient: { url: `http://127.0.0.1:${silentPort}/mcp`, timeoutMs: 300 },
        babbling: { url: `http://127.0.0.1:${babblingPort}/mcp` },
        missing: { command: 'sallyport-no-such-program', args: [] },
        quitting: { command: process.execPath, args: ['-e', 'process.exit(7)'] },
      },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await fixture?.close();
  silent?.close();
  babbling?.close();
});

test('the gateway is ready although most of its servers are not', () => assert.equal(gateway.workers().length, 2));

for (const [server, status] of [
  ['dead', 502],
  ['babbling', 502],
  ['impatient', 504],
] as const) {
  test(`a modern agent is told ${status} about the ${server} server, again and again`, async () => {
    for (let round = 0; round < 3; round++)
      isFailure(await modernCall(gateway.url(server), 'tools/call', CALL, { key, id: round }), status, round);
  });
}

for (const server of ['dead', 'babbling', 'impatient', 'missing', 'quitting'] as const) {
  test(`a legacy agent is told that the ${server} server cannot be had`, async () => {
    const answer = await LegacySession.initialize(gateway.url(server), { key });
    assert(answer.http.status >= 500, `initialize was answered ${answer.http.status}`);
    assert.notEqual(at(answer.error, 'message'), undefined);
  });
}

test('while calls hang at the silent server, others go through', async () => {
  let hanging = 0;
  const hangUp = new AbortController();
  const stuck = Array.from({ length: 20 }, async () => {
    hanging++;
    await assert.rejects(
      fetch(gateway.url('silent'), { method: 'POST', headers: modernHeaders(), body: modernBody(), signal: hangUp.signal }),
    );
    hanging--;
  });
  await until(async () => (await connections(silent)) > 0, 'a call at the silent server');
  const answers = await Promise.all(Array.from({ length: 20 }, () => modernCall(gateway.url('good'), 'tools/call', CALL, { key })));
  for (const { result } of answers) assert.equal(at(result, 'content', 0, 'text'), 'This is a simple text response for testing.');
  const session = await LegacySession.open(gateway.url('good'), { key });
  assert.deepEqual((await session.request('ping')).result, {});
  assert.equal(hanging, 20);
  hangUp.abort();
  await Promise.all(stuck);
});

function isFailure({ http, error }: RpcAnswer, status: number, id: number): void {
  assert.equal(http.status, status);
  assert.equal(at(http.json, 'id'), id);
  const code = at(error, 'code');
  assert(typeof code === 'number' && code > 0, `a failure of the gateway must not use a reserved code, but used ${String(code)}`);
}

function modernHeaders(): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': CALL.name,
    authorization: `Bearer ${key}`,
    connection: 'close',
  };
}

function modernBody(): string {
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...CALL, _meta } });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port on which nobody listens: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
}
