// A connection breaks in the middle of a call. The call goes on, and who comes back with Last-Event-ID finds the rest of its stream, in whichever
// worker it asks: for sessions that the gateway itself keeps, over stdio and with a modern server.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { verifies } from '../conformance/requirements.ts';
import {
  at,
  LegacySession,
  modernAnswers,
  repositoryRoot,
  send,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, HttpStream, ScriptedServer, SseEvent } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');

let modern: ScriptedServer;
let gateway: Gateway;
let key: string;
let other: string;

before(async () => {
  modern = await startScriptedServer(modernAnswers());
  gateway = await startGateway({
    config: testConfig({
      servers: { piped: { command: process.execPath, args: [STDIO_SERVER] }, modern: { url: modern.url } },
    }),
  });
  key = await gateway.addAgent('walker');
  other = await gateway.addAgent('other');
});
after(async () => {
  await gateway?.stop();
  await modern?.close();
});

const open = (version = '2025-11-25', route = 'piped'): Promise<LegacySession> => LegacySession.open(gateway.url(route), { key, version });
const PROGRESS = { _meta: { progressToken: 'p' } };
const wait = (session: LegacySession, id: number, more: object = PROGRESS): Promise<HttpStream> =>
  session.stream('tools/call', { name: 'wait', arguments: {}, ...more }, id);
const finish = (session: LegacySession): Promise<unknown> => session.request('tools/call', { name: 'finish', arguments: {} });

describe('a stream of a session that the gateway keeps', () => {
  test(verifies('legacy.resumption', 'begins with an id, and its rest is there for who comes back'), async () => {
    const session = await open();
    const stream = await wait(session, 7);
    const [first, second] = [await next(stream), await next(stream)];
    assert.deepEqual([first.data, first.id !== undefined], ['', true]);
    assert.equal(at(second.json, 'method'), 'notifications/progress');
    stream.close();
    await finish(session);
    for (let round = 0; round < 4; round++) {
      const rest = await session.listen(first.id);
      assert.equal(rest.status, 200);
      assert.deepEqual(await next(rest), second, 'with the id that it had');
      assert.equal(at((await next(rest)).json, 'id'), 7);
      assert.equal(await rest.next(), undefined, 'nothing follows the answer');
    }
    const rest = await session.listen(second.id);
    assert.equal(textAt((await next(rest)).json, 'result', 'content', 0, 'text'), 'finished');
    await session.end();
  });

  test('goes on where somebody listens again', async () => {
    const session = await open();
    const stream = await wait(session, 7);
    const { id } = await next(stream);
    stream.close();
    const resumed = await session.listen(id);
    assert.equal(at((await next(resumed)).json, 'method'), 'notifications/progress');
    resumed.close();
    const again = await session.listen(id);
    await next(again);
    await finish(session);
    assert.equal(at((await next(again)).json, 'id'), 7);
    assert.equal(await again.next(), undefined);
    await session.end();
  });

  test('is there for a call that says nothing for long', async () => {
    const session = await open();
    const stream = await wait(session, 7, {});
    const { id, data } = await next(stream);
    assert.equal(data, '');
    stream.close();
    await finish(session);
    const rest = await session.listen(id);
    assert.equal(at((await next(rest)).json, 'id'), 7);
    await session.end();
  });

  test('has ids, and no event without data, for an agent that does not know these', async () => {
    const session = await open('2025-06-18');
    const stream = await wait(session, 7);
    const first = await next(stream);
    assert.equal(at(first.json, 'method'), 'notifications/progress');
    stream.close();
    await finish(session);
    const rest = await session.listen(first.id);
    assert.equal(at((await next(rest)).json, 'id'), 7);
    await session.end();
  });

  test('is not mixed with another, nor said on the GET stream', async () => {
    const session = await open();
    const streams = await Promise.all([wait(session, 7), wait(session, 8, { _meta: { progressToken: 'q' } })]);
    const firsts = await Promise.all(streams.map(next));
    for (const stream of streams) stream.close();
    const unasked = await session.listen();
    await finish(session);
    for (const [index, id] of [7, 8].entries()) {
      const rest = await session.listen(firsts[index]?.id);
      const messages = [(await next(rest)).json, (await next(rest)).json];
      assert.deepEqual(
        messages.map((message) => at(message, 'id')),
        [undefined, id],
      );
    }
    await session.request('tools/call', { name: 'announce', arguments: {} });
    assert.equal(at((await next(unasked)).json, 'method'), 'notifications/tools/list_changed', 'the first that it hears');
    unasked.close();
    await session.end();
  });

  test('a plain answer stays plain', async () => {
    const session = await open();
    const { http } = await session.request('tools/call', { name: 'pid', arguments: {} });
    assert.match(String(http.headers['content-type']), /application\/json/);
    await session.end();
  });

  test('a session that is played for a modern server has them too', async () => {
    const session = await open('2025-11-25', 'modern');
    const streaming = wait(session, 7);
    const exchange = await modern.take('tools/call');
    const progressToken = at(exchange.message, 'params', '_meta', 'progressToken');
    exchange.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress: 1 } });
    const stream = await streaming;
    const { id } = await next(stream);
    stream.close();
    exchange.endWith({ resultType: 'complete', content: [{ type: 'text', text: 'late' }] });
    const rest = await session.listen(id);
    assert.equal(at((await next(rest)).json, 'params', 'progressToken'), 'p');
    assert.equal(textAt((await next(rest)).json, 'result', 'content', 0, 'text'), 'late');
    await session.end();
  });

  test('the v1 client comes back by itself', async () => {
    let broken = 0;
    const transport = new StreamableHTTPClientTransport(new URL(gateway.url('piped')), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
      reconnectionOptions: { initialReconnectionDelay: 10, maxReconnectionDelay: 10, reconnectionDelayGrowFactor: 1, maxRetries: 5 },
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
        if (init?.method !== 'POST' || !isStream || broken++ > 0) return answer;
        return new Response(answer.body?.pipeThrough(brokenAfterFirst()), { status: answer.status, headers: answer.headers });
      },
    });
    const client = new Client({ name: 'sallyport-test', version: '1.0.0' });
    // The cast: its own classes disagree with its own interface under exactOptionalPropertyTypes.
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    try {
      const answering = client.callTool({ name: 'wait', arguments: {} });
      while (broken === 0) await new Promise((resolve) => setImmediate(resolve));
      await client.callTool({ name: 'finish', arguments: {} });
      assert.match(JSON.stringify(await answering), /finished/);
      assert(broken > 0);
    } finally {
      await client.close();
    }
  });
});

describe('who may come back', () => {
  test('another agent may not, with the session id or with the event id alone', async () => {
    const [mine, theirs] = [await open(), await LegacySession.open(gateway.url('piped'), { key: other })];
    const stream = await wait(mine, 7);
    const { id = '' } = await next(stream);
    stream.close();
    await finish(mine);
    const headers = mine.headers({ accept: 'text/event-stream', 'last-event-id': id });
    const foreign = { ...headers, authorization: `Bearer ${other}` };
    assert.equal((await send(gateway.url('piped'), { method: 'GET', headers: foreign })).status, 404);
    const borrowed = await theirs.listen(id);
    assert.equal(borrowed.status, 400);
    assert.equal((await mine.listen(id)).status, 200);
    await Promise.all([mine.end(), theirs.end()]);
  });

  test('an id that was never given brings nothing', async () => {
    const [one, two] = [await open(), await open()];
    const stream = await wait(two, 7);
    const { id = '' } = await next(stream);
    for (const wrong of [id, `${id}0`, '1-1-1', 'x', '0', '999999-1-0', id.replaceAll('-', ':')]) {
      const answer = await one.listen(wrong);
      assert.equal(answer.status, 400, wrong);
      assert.match((await answer.whole()).body, /Last-Event-ID/);
    }
    stream.close();
    await Promise.all([one.end(), two.end()]);
  });

  test('with the session everything goes', async () => {
    const session = await open();
    const stream = await wait(session, 7);
    const { id } = await next(stream);
    stream.close();
    await session.end();
    assert.equal((await session.listen(id)).status, 404);
  });
});

async function next(stream: HttpStream): Promise<SseEvent> {
  const event = await stream.next();
  assert(event !== undefined, 'the stream ended');
  return event;
}

function brokenAfterFirst(): TransformStream<Uint8Array, Uint8Array> {
  let chunks = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      if (++chunks === 1) controller.enqueue(chunk);
      controller.error(new Error('the connection broke'));
    },
  });
}
