// Slow senders hold a connection each and send as little as keeps it alive. Every phase of a connection has an end that no trickle
// can push away, and while hundreds of them hang on, an honest client is served.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { attack, CANARY, startTarget } from './http-target.fixture.ts';
import type { Target } from './http-target.fixture.ts';

const limits = { headTimeoutMs: 200, bodyTimeoutMs: 200, keepAliveTimeoutMs: 400 };

/** Sends one byte at a time for as long as it may; returns what came back until it was cut. */
async function trickle(port: number, first: string, bytes: Iterable<string>): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.write(first);
  const source = bytes[Symbol.iterator]();
  const timer = setInterval(() => {
    const next = source.next();
    if (next.done !== true && socket.writable) socket.write(next.value);
  }, 10);
  await once(socket, 'close');
  clearInterval(timer);
  return text;
}

/** Waits until the server holds no connection any more; the test's own time limit is the end of that. */
async function none(target: Target): Promise<void> {
  while (target.server.stats().open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

function* forever(text: string): Generator<string> {
  for (;;) yield* text;
}

const slow: readonly (readonly [name: string, first: string, rest: string, answer: RegExp])[] = [
  ['a request line that never ends', 'GET /', 'x', /^HTTP\/1\.1 408 /],
  ['fields that never end', 'GET / HTTP/1.1\r\nHost: h\r\n', 'X-A: b\r\n', /^HTTP\/1\.1 408 /],
  ['a body that never ends', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n', 'x', /^HTTP\/1\.1 408 /],
  ['chunks that never end', 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n', /^HTTP\/1\.1 408 /],
  ['a body that never begins', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n', '', /^HTTP\/1\.1 408 /],
  ['silence', '', '', /^$/],
  ['silence after an answer', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', '', /^HTTP\/1\.1 200 [^]*ok$/],
  ['a second head that never ends', 'GET / HTTP/1.1\r\nHost: h\r\n\r\nGET', ' ', /ok(HTTP\/1\.1 408|HTTP\/1\.1 431|HTTP\/1\.1 400)/],
];

for (const [name, first, rest, answer] of slow) {
  test(`${name} is cut off`, async (t) => {
    const target = await startTarget(t, { limits });
    assert.match(await trickle(target.port, first, rest === '' ? [] : forever(rest)), answer);
    await none(target);
  });
}

test('hundreds of half heads do not keep an honest client out, and are gone in time', async (t) => {
  const target = await startTarget(t, { limits: { ...limits, maxConnections: 400, maxConnectionsPerAddress: 400 } });
  const sockets: Socket[] = [];
  for (let at = 0; at < 300; at += 1) {
    const socket = connect(target.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: h\r\nX: ');
    sockets.push(socket);
  }
  const closed = Promise.all(sockets.filter((socket) => !socket.closed).map((socket) => once(socket, 'close')));
  assert.deepEqual((await attack(target.port, CANARY)).statuses, [200]);
  await closed;
  assert.deepEqual((await attack(target.port, CANARY)).statuses, [200]);
  assert.equal(target.refused.filter((code) => code === 'http_timeout').length, 300);
});

test('a client that never reads its answers stops getting them made', async (t) => {
  let made = 0;
  const body = Buffer.alloc(64 * 1024);
  const target = await startTarget(t, {
    limits: { ...limits, writeTimeoutMs: 300 },
    handler: {
      onRequest: (request) => {
        made += 1;
        request.respond(200, [], body);
      },
    },
  });
  const socket = connect(target.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  const flood = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(2000);
  socket.write(flood);
  await once(socket, 'connect');
  while (target.server.stats().open === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await none(target);
  socket.destroy();
  assert.ok(made < 500, `${made} answers were made for a client that read none`);
});
