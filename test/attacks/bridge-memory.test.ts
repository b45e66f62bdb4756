// Agents of the older era that make a worker keep what they sent, or what was sent to them: a stream that is never read while calls go on,
// answers that could be come back to behind large questions. What a worker holds for one agent stays bounded.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LegacySession, send, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { residentMiB } from './gateway-target.fixture.ts';
import { honestly, jsonAnswer, resultOf, startRawServer, streamAnswer } from './raw-server.fixture.ts';
import type { RawServer } from './raw-server.fixture.ts';

const MIB = 1024 * 1024;
const LARGE = 'x'.repeat(MIB);
const CLIENT = { name: 'sallyport-test', version: '1.0.0' };

let server: RawServer;
let gateway: Gateway;
let key: string;

before(async () => {
  server = await startRawServer((heard) => {
    const honest = honestly(heard, 'modern', ['large', 'streamed']);
    if (honest !== undefined) return honest;
    const large = heard.name === 'large' ? LARGE : 'small';
    const result = resultOf(heard, { resultType: 'complete', content: [{ type: 'text', text: large }] });
    if (heard.name !== 'streamed') return jsonAnswer(result);
    return streamAnswer([{ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }, result]);
  });
  gateway = await startGateway({ config: testConfig({ servers: { desk: { url: server.url } } }) });
  key = await gateway.addAgent('known');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const held = (): number => Math.max(...gateway.workers().map(residentMiB));

describe('what a worker holds for an older agent', () => {
  test('does not grow with calls whose answers are not read', async () => {
    const { socket, endpoint } = await openUnread();
    const post = (message: object): Promise<number> =>
      send(endpoint, {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      }).then(({ status }) => status);
    const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: CLIENT };
    assert.equal(await post({ id: 0, method: 'initialize', params }), 202);
    await sleep(200);
    assert.equal(await post({ method: 'notifications/initialized' }), 202);
    const statuses: number[] = [];
    /** MiB by which 200 more calls make the worker grow, each answered by one. */
    const grownBy200 = async (): Promise<number> => {
      const before = held();
      const from = statuses.length + 1;
      for (let id = from; id < from + 200; id++)
        statuses.push(await post({ id, method: 'tools/call', params: { name: 'large', arguments: {} } }));
      await sleep(500);
      return Math.round(held() - before);
    };
    // The first ones also bring code, buffers and a young heap that are there from then on.
    const first = await grownBy200();
    const second = await grownBy200();
    assert.ok(first < 200 && second < 60, `${first} MiB more are held after 200 calls, and ${second} after 200 more`);
    assert.ok(statuses.includes(429), 'nothing was refused');
    // What ends a call, or the session, gets through.
    assert.equal(await post({ method: 'notifications/cancelled', params: { requestId: 1 } }), 202);
    socket.destroy();
  });

  test('does not grow with the questions whose answers could be come back to', async () => {
    const session = await LegacySession.open(gateway.url('desk'), { key });
    const call = (): Promise<unknown> =>
      session
        .request('tools/call', { name: 'streamed', arguments: { large: LARGE }, _meta: { progressToken: 1 } })
        .then(({ result, http }) => {
          assert.equal(textAt(result, 'content', 0, 'text'), 'small', http.body.slice(0, 200));
        });
    for (let calls = 0; calls < 20; calls++) await call();
    const before = held();
    for (let calls = 0; calls < 200; calls++) await call();
    await until(() => held() - before < 120, 'the worker to let go', 5_000).catch(() => undefined);
    assert.ok(held() - before < 120, `${Math.round(held() - before)} MiB more are held`);
    await session.end();
  });
});

/** A connection of an agent of 2024-11-05 that reads the address for its messages, and nothing behind it. */
async function openUnread(): Promise<{ readonly socket: Socket; readonly endpoint: string }> {
  const url = new URL(gateway.url('desk'));
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${key}\r\n\r\n`);
  let text = '';
  while (!/data: \S+\n\n/.test(text)) {
    const [chunk] = await once(socket, 'data');
    text += String(chunk);
  }
  socket.pause();
  return { socket, endpoint: new URL(/data: (\S+)/.exec(text)?.[1] ?? '', url).href };
}
