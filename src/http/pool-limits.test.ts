// The pool's waits and their caps: queues, deadlines, connections that die while nobody looks.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { Lookup } from './dial-tcp.ts';
import { createUpstreamPool } from './pool.ts';
import { begin, exchange, GET, listenRaw, onEachRequest, openPool, POOL_OPTIONS, POST, until } from './scripted-server.fixture.ts';
import type { UpstreamRequest } from './types.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const REPLAYABLE: UpstreamRequest = { ...POST, replayable: true };

/** Answers the first request of the first connection, then closes as soon as `dies` says; other connections answer always. */
function listenDying(t: Parameters<typeof listenRaw>[0], die: (socket: Socket) => void, seen: string[] = []): Promise<number> {
  return listenRaw(t, (socket, nth) =>
    onEachRequest(socket, (_request, requests) => {
      seen.push(`${nth}.${requests}`);
      if (nth === 1 && requests > 1) die(socket);
      else socket.write(OK);
    }),
  );
}

for (const [how, die] of [
  ['closes', (socket: Socket) => void socket.end()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()],
] as const) {
  test(`a reused connection that ${how} before the answer: a read is sent once more, on a new connection`, async (t) => {
    const seen: string[] = [];
    const pool = openPool(t, await listenDying(t, die, seen));
    await exchange(pool, REPLAYABLE);
    const answer = await exchange(pool, REPLAYABLE);
    assert.equal(answer.body, 'ok');
    assert.deepEqual(seen, ['1.1', '1.2', '2.1']);
    assert.equal(pool.open, 1);
  });

  test(`a reused connection that ${how} before the answer: a call is never repeated`, async (t) => {
    const seen: string[] = [];
    const pool = openPool(t, await listenDying(t, die, seen));
    await exchange(pool);
    assert.equal((await exchange(pool)).error, 'outcome_unknown');
    assert.deepEqual(seen, ['1.1', '1.2']);
    assert.equal((await exchange(pool)).body, 'ok', 'the next request finds a new connection');
  });
}

test('a reused connection that dies after the first answer byte is not replayed', async (t) => {
  const seen: string[] = [];
  const pool = openPool(t, await listenDying(t, (socket) => void socket.end('H'), seen));
  await exchange(pool, REPLAYABLE);
  assert.equal((await exchange(pool, REPLAYABLE)).error, 'outcome_unknown');
  assert.deepEqual(seen, ['1.1', '1.2']);
});

test('a new connection that dies before the answer is not replayed', async (t) => {
  let connections = 0;
  const port = await listenRaw(t, (socket) => {
    connections += 1;
    onEachRequest(socket, () => void socket.end());
  });
  assert.equal((await exchange(openPool(t, port), REPLAYABLE)).error, 'outcome_unknown');
  assert.equal(connections, 1);
});

test('a replay is made once only', async (t) => {
  let requests = 0;
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      requests += 1;
      if (requests === 1) socket.write(OK);
      else socket.end();
    }),
  );
  const pool = openPool(t, port);
  await exchange(pool, REPLAYABLE);
  assert.equal((await exchange(pool, REPLAYABLE)).error, 'outcome_unknown');
  assert.equal(requests, 3);
});

test('a replay whose connection fails does not claim that nothing was sent', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onEachRequest(socket, (_request, nth) => {
      if (nth === 1) {
        socket.write(OK);
      } else {
        server.close();
        socket.destroy();
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const pool = openPool(t, address.port);
  await exchange(pool, REPLAYABLE);
  const answer = await exchange(pool, REPLAYABLE);
  assert.equal(answer.error, 'outcome_unknown');
  assert.match(answer.detail, /ECONNREFUSED/);
});

test('a replay that finds no connection keeps its deadline, and an abort ends it', async (t) => {
  const listening = await listenDying(t, (socket) => void socket.resetAndDestroy());
  let resolutions = 0;
  // The first connection is made; the name of the second is never resolved.
  const lookup: Lookup = (_name, done) => {
    resolutions += 1;
    if (resolutions % 2 === 1) done(undefined, ['127.0.0.1']);
  };
  const pool = createUpstreamPool({ host: 'tools.example', port: listening, tls: undefined }, { ...POOL_OPTIONS, lookup });
  await exchange(pool, REPLAYABLE);
  const late = await exchange(pool, { ...REPLAYABLE, headTimeoutMs: 40 });
  assert.equal(late.error, 'upstream_timeout');
  pool.close();
  const second = createUpstreamPool(
    { host: 'tools.example', port: await listenDying(t, (socket) => void socket.resetAndDestroy()), tls: undefined },
    { ...POOL_OPTIONS, lookup },
  );
  await exchange(second, REPLAYABLE);
  const { call, recorder } = begin(second, REPLAYABLE);
  void recorder.answer.then(() => assert.fail('the handler was called after abort'));
  await until(() => resolutions === 4);
  call.pause();
  call.resume();
  call.abort();
  second.close();
  assert.equal(second.open, 0);
});

test('when one free connection turns out to be dead, its siblings are closed too', async (t) => {
  const sockets: Socket[] = [];
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, (_request, nth) => {
      if (nth > 1) socket.resetAndDestroy();
      else sockets.push(socket);
      if (nth === 1 && sockets.length === 2) for (const each of sockets) each.write(OK);
    }),
  );
  const pool = openPool(t, port);
  await Promise.all([exchange(pool), exchange(pool)]);
  assert.equal(pool.idle, 2);
  assert.equal((await exchange(pool)).error, 'outcome_unknown');
  assert.equal(pool.open, 0);
});

test('nobody listens: unreachable, nothing was sent', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await new Promise((resolve) => server.close(resolve));
  const pool = openPool(t, address.port, { maxConnections: 2 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => exchange(pool)));
  for (const answer of answers) {
    assert.equal(answer.error, 'upstream_unreachable');
    assert.match(answer.detail, /nothing listens there \(ECONNREFUSED\)/);
  }
  assert.equal(pool.open, 0);
});

test('an answer that is cut in the middle has no known outcome', async (t) => {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')),
  );
  const answer = await exchange(openPool(t, port));
  assert.equal(answer.status, 200);
  assert.equal(answer.body, 'half');
  assert.equal(answer.error, 'outcome_unknown');
});

test('a server that never answers is given up, and its connection closed', async (t) => {
  const pool = openPool(t, await listenRaw(t, (socket) => void socket.resume()));
  const answer = await exchange(pool, { ...POST, headTimeoutMs: 30 });
  assert.equal(answer.error, 'upstream_timeout');
  assert.equal(answer.detail, 'no answer within 30 ms');
  assert.equal(pool.open, 0);
});

test('a head that drips in is given up at the same time', async (t) => {
  const port = await listenRaw(t, (socket) => {
    socket.resume();
    const drip = setInterval(() => socket.write('H'), 5);
    socket.on('close', () => clearInterval(drip));
    socket.write('HTTP/1.1 200 OK\r\nA: ');
  });
  assert.equal((await exchange(openPool(t, port), { ...POST, headTimeoutMs: 40 })).error, 'upstream_timeout');
});

test('a body that stops is given up; one that goes on is not', async (t) => {
  const port = await listenRaw(t, (socket, nth) =>
    onEachRequest(socket, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      let pieces = 0;
      const drip = setInterval(() => {
        pieces += 1;
        if (pieces <= 5) socket.write('x');
        else if (nth === 1) socket.end();
      }, 30);
      socket.on('close', () => clearInterval(drip));
    }),
  );
  const pool = openPool(t, port);
  const alive = await exchange(pool, { ...POST, idleTimeoutMs: 600 });
  assert.equal(alive.error, undefined);
  assert.equal(alive.body, 'xxxxx');
  const stopped = await exchange(pool, { ...POST, idleTimeoutMs: 600 });
  assert.equal(stopped.error, 'upstream_timeout');
  assert.equal(stopped.detail, 'no byte of the answer within 600 ms');
});

test('zero means no limit', async (t) => {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\n\r\n'), 60);
      setTimeout(() => socket.end('ok'), 120);
    }),
  );
  assert.equal((await exchange(openPool(t, port), { ...POST, headTimeoutMs: 0, idleTimeoutMs: 0 })).body, 'ok');
});

test('connections and the queue have caps; who waits is served in order', async (t) => {
  const held: { socket: Socket; path: string }[] = [];
  const port = await listenRaw(t, (socket) => onEachRequest(socket, (request) => held.push({ socket, path: request.split(' ')[1] ?? '' })));
  const pool = openPool(t, port, { maxConnections: 2, maxQueued: 3 });
  const sent = ['/1', '/2', '/3', '/4', '/5', '/6', '/7'].map((path) => begin(pool, { ...GET, path }).recorder.answer);
  const refused = await Promise.all([sent[5], sent[6]]);
  assert.deepEqual(
    refused.map((answer) => answer?.error),
    ['overloaded', 'overloaded'],
  );
  await until(() => held.length === 2);
  assert.equal(pool.open, 2);
  for (let at = 0; at < 5; at++) {
    await until(() => held.length > at);
    held[at]?.socket.write(OK);
  }
  for (const answer of await Promise.all(sent.slice(0, 5))) assert.equal(answer.body, 'ok');
  assert.deepEqual(
    held.map(({ path }) => path),
    ['/1', '/2', '/3', '/4', '/5'],
  );
  assert.equal(pool.open, 2);
});

test('who waits too long for a connection is told that nothing was sent', async (t) => {
  const pool = openPool(t, await listenRaw(t, (socket) => void socket.resume()), { maxConnections: 1, queueTimeoutMs: 30 });
  const first = begin(pool);
  assert.equal((await exchange(pool)).error, 'overloaded');
  first.call.abort();
});

test('an abort in the queue frees the place', async (t) => {
  const held: Socket[] = [];
  const pool = openPool(t, await listenRaw(t, (socket) => onEachRequest(socket, () => held.push(socket))), {
    maxConnections: 1,
    maxQueued: 1,
  });
  const first = begin(pool);
  await until(() => held.length === 1);
  const second = begin(pool);
  second.call.abort();
  const third = begin(pool);
  held[0]?.write(OK);
  await first.recorder.answer;
  await until(() => held.length === 2);
  held[1]?.write(OK);
  assert.equal((await third.recorder.answer).body, 'ok');
});

for (const [what, answer, kept] of [
  ['without a hint for idleTimeoutMs', OK, 'briefly'],
  ['for the hint less a second', OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=3\r\n\r\n'), 'longer'],
  ['not at all when the hint is a second', OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=1\r\n\r\n'), 'not'],
] as const) {
  test(`a free connection is kept ${what}`, async (t) => {
    const port = await listenRaw(t, (socket) => onEachRequest(socket, () => void socket.write(answer)));
    const pool = openPool(t, port, { idleTimeoutMs: 40 });
    await exchange(pool);
    assert.equal(pool.idle, kept === 'not' ? 0 : 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(pool.open, kept === 'longer' ? 1 : 0);
  });
}

test('a closed pool finishes what it has taken and takes no more', async (t) => {
  const held: Socket[] = [];
  const pool = openPool(t, await listenRaw(t, (socket) => onEachRequest(socket, () => held.push(socket))), { maxConnections: 1 });
  const [running, waiting] = [begin(pool), begin(pool)];
  await until(() => held.length === 1);
  pool.close();
  const late = await exchange(pool);
  assert.equal(late.error, 'upstream_unreachable');
  held[0]?.write(OK);
  assert.equal((await running.recorder.answer).body, 'ok');
  await until(() => held.length === 2);
  held[1]?.write(OK);
  assert.equal((await waiting.recorder.answer).body, 'ok');
  await until(() => pool.open === 0);
});

test('closing a pool closes its free connections', async (t) => {
  const pool = openPool(t, await listenRaw(t, (socket) => onEachRequest(socket, () => void socket.write(OK))));
  await exchange(pool);
  assert.equal(pool.open, 1);
  pool.close();
  assert.equal(pool.open, 0);
});
