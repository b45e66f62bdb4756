// A server of the older era whose words can be read, but not be put into the modern form: too deep for it, or no header can hold them. What
// the gateway does with them a moment later, when a timer has run, must end one call, and not the worker with all that it carries.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, ASKABLE, META, modernCall, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { honestly, httpAnswer, jsonAnswer, resultOf, startRawServer } from './raw-server.fixture.ts';
import type { Heard, RawServer } from './raw-server.fixture.ts';

/** As deep as what is read may be. */
const MAX_DEPTH = 64;
const TOOLS = ['deep-question', 'question', 'good', 'wide-id', 'control-id', 'long-id'];
const EVENTS = { 'content-type': 'text/event-stream' };

let deep: RawServer;
let plain: RawServer;
let gateway: Gateway;
let key: string;
let workers: readonly number[];

const nested = (levels: number): unknown => {
  let value: unknown = {};
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
};

before(async () => {
  [deep, plain] = await Promise.all([
    startRawServer((heard, socket) => beginDeep(heard) ?? honestly(heard, 'legacy', TOOLS) ?? answer(heard, socket)),
    startRawServer((heard, socket) => honestly(heard, 'legacy', TOOLS) ?? answer(heard, socket)),
  ]);
  gateway = await startGateway({ config: testConfig({ servers: { deep: { url: deep.url }, plain: { url: plain.url } } }) });
  key = await gateway.addAgent('known');
  workers = gateway.workers();
});
after(async () => {
  await gateway?.stop();
  await Promise.all([deep, plain].map((server) => server?.close()));
});

/** A server whose own name is as deep as can be read: one level deeper it cannot. */
function beginDeep(heard: Heard): Buffer | undefined {
  if (heard.method !== 'initialize') return undefined;
  const serverInfo = { name: 'deep', version: '1', more: nested(MAX_DEPTH - 4) };
  return jsonAnswer(
    resultOf(heard, { protocolVersion: at(heard.message, 'params', 'protocolVersion'), capabilities: { tools: {} }, serverInfo }),
    { 'mcp-session-id': 'deep' },
  );
}

function answer(heard: Heard, socket: Socket): Buffer | undefined {
  if (heard.httpMethod === 'GET') return httpAnswer(405, {});
  switch (heard.name) {
    case 'deep-question': {
      return open(socket, { message: 'Sure?', requestedSchema: nested(MAX_DEPTH - 5) });
    }
    case 'question': {
      return open(socket, { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } });
    }
    case 'wide-id':
      return httpAnswer(200, EVENTS, 'id: \u010d\u010a-\u{1f600}\nretry: 100\ndata:\n\n');
    case 'control-id':
      return httpAnswer(200, EVENTS, 'id: a\u0001b\nretry: 100\ndata:\n\n');
    case 'long-id':
      return httpAnswer(200, EVENTS, `id: ${'x'.repeat(200_000)}\nretry: 100\ndata:\n\n`);
    default:
      return jsonAnswer(resultOf(heard, { content: [{ type: 'text', text: 'good' }] }));
  }
}

/** Asks on a stream that stays open. */
function open(socket: Socket, params: object): undefined {
  const asked = JSON.stringify({ jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params });
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000000\r\n\r\ndata: ${asked}\n\n`);
}

const call = (server: string, name: string): ReturnType<typeof modernCall> =>
  modernCall(gateway.url(server), 'tools/call', { name, arguments: {} }, { key, capabilities: ASKABLE });

async function unharmed(): Promise<void> {
  await sleep(300);
  assert.deepEqual(gateway.workers(), workers, 'a worker has ended');
  assert.equal(textAt((await call('plain', 'good')).result, 'content', 0, 'text'), 'good');
}

describe('what cannot be put into the modern form', () => {
  test('ends the call, when it is a question', async () => {
    const { error, http } = await call('plain', 'deep-question');
    assert.ok(error !== undefined, http.body.slice(0, 200));
    await unharmed();
  });

  test('is left out, when it is what a server says about itself', async () => {
    const [asked, answered, discovered] = [
      await call('deep', 'question'),
      await call('deep', 'good'),
      await modernCall(gateway.url('deep'), 'server/discover', {}, { key }),
    ];
    assert.equal(textAt(asked.result, 'resultType'), 'input_required');
    assert.equal(textAt(answered.result, 'content', 0, 'text'), 'good');
    assert.ok(Array.isArray(at(discovered.result, 'supportedVersions')));
    for (const { result } of [asked, answered, discovered]) assert.equal(at(result, '_meta', META.server), undefined);
    await unharmed();
  });

  for (const name of ['wide-id', 'control-id', 'long-id'])
    test(`ends the call, when it is the ${name} of an event behind which a stream breaks`, async () => {
      const { error } = await call('plain', name);
      assert.ok(error !== undefined);
      const lastIds = plain.seen.flatMap(({ headers }) => headers['last-event-id'] ?? []);
      assert.deepEqual(lastIds, [], 'the stream was asked for again');
      await unharmed();
    });
});
