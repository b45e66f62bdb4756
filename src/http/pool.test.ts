// The pool against servers that behave as servers do.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { begin, exchange, GET, listenAnswering, listenRaw, onEachRequest, openPool, POST, until } from './scripted-server.fixture.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');
const SAMPLE_BYTES = 8 * 1024 * 1024;

/** Bytes of buffers that somebody still holds. */
function retainedBytes(): number {
  assert.ok(typeof collectGarbage === 'function');
  collectGarbage();
  const { external, arrayBuffers } = process.memoryUsage();
  return external + arrayBuffers;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CLOSING = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok';

test('a request goes out in one piece and its answer comes back', async (t) => {
  const pieces: string[] = [];
  const port = await listenRaw(t, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      pieces.push(bytes.toString('latin1'));
      socket.write('HTTP/1.1 201 Created\r\nX-Tool: a\r\nContent-Length: 5\r\n\r\nhello');
    });
  });
  const answer = await exchange(openPool(t, port), { ...POST, path: '/mcp?a=b' });
  assert.deepEqual(
    { ...answer, headers: answer.headers?.get('x-tool') },
    { status: 201, headers: 'a', body: 'hello', error: undefined, detail: '' },
  );
  const head = `POST /mcp?a=b HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept-Encoding: identity\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n`;
  assert.deepEqual(pieces, [`${head}{"a":1}`]);
});

for (const bytes of [63 * 1024, 65 * 1024, 4 * 1024 * 1024]) {
  test(`a body of ${bytes} bytes arrives whole`, async (t) => {
    const seen: string[] = [];
    const port = await listenRaw(t, (socket) =>
      onEachRequest(socket, (request) => {
        seen.push(request);
        socket.write(OK);
      }),
    );
    const body = Buffer.alloc(bytes, 'x');
    assert.equal((await exchange(openPool(t, port), { ...POST, body })).body, 'ok');
    assert.equal(seen[0]?.split('\r\n\r\n')[1], body.toString());
  });
}

test('the connection used last is used next, and one serves one request at a time', async (t) => {
  const served: number[] = [];
  const held: Socket[] = [];
  const port = await listenRaw(t, (socket, nth) =>
    onEachRequest(socket, () => {
      served.push(nth);
      if (held.length < 2 && served.length <= 2) held.push(socket);
      else socket.write(OK);
    }),
  );
  const pool = openPool(t, port);
  const [first, second] = [begin(pool), begin(pool)];
  await until(() => held.length === 2);
  assert.equal(pool.open, 2);
  held[0]?.write(OK);
  held[1]?.write(OK);
  await first.recorder.answer;
  await second.recorder.answer;
  assert.equal(pool.idle, 2);
  const last = served[1];
  for (let round = 0; round < 3; round++) await exchange(pool);
  assert.deepEqual(served.slice(2), [last, last, last]);
  assert.equal(pool.open, 2);
});

test('a request sent while the last answer ends goes out on the same connection', async (t) => {
  const port = await listenRaw(t, (socket, nth) => onEachRequest(socket, () => void socket.write(OK.replace('ok', `0${nth}`))));
  const pool = openPool(t, port);
  const bodies: string[] = [];
  await new Promise<void>((resolve) => {
    const next = (): void => {
      pool.send(POST, {
        onHead: () => {},
        onBody: (chunk) => bodies.push(Buffer.from(chunk).toString()),
        onEnd: () => (bodies.length < 5 ? next() : resolve()),
        onError: (code, detail) => assert.fail(`${code} ${detail}`),
      });
    };
    next();
  });
  assert.deepEqual(bodies, ['01', '01', '01', '01', '01']);
});

test('a server that announces the end of the connection gets a new one', async (t) => {
  const port = await listenRaw(t, (socket, nth) => onEachRequest(socket, () => void socket.end(nth === 1 ? CLOSING : OK)));
  const pool = openPool(t, port);
  assert.equal((await exchange(pool)).body, 'ok');
  assert.equal(pool.open, 0);
  assert.equal((await exchange(pool)).body, 'ok');
});

test('redirects are handed on, not followed', async (t) => {
  const port = await listenAnswering(t, 'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n');
  const answer = await exchange(openPool(t, port), GET);
  assert.equal(answer.status, 302);
  assert.equal(answer.headers?.get('location'), 'http://169.254.169.254/');
});

test('a stream of events without length ends when the server closes', async (t) => {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
      setTimeout(() => socket.end('data: 2\n\n'), 10);
    }),
  );
  const pool = openPool(t, port);
  const answer = await exchange(pool);
  assert.equal(answer.body, 'data: 1\n\ndata: 2\n\n');
  assert.equal(answer.error, undefined);
  assert.equal(pool.open, 0);
});

test('an answer that comes before the request is written whole is taken, and the connection is not used again', async (t) => {
  const port = await listenRaw(t, (socket, nth) => {
    if (nth > 1) return onEachRequest(socket, () => void socket.write(OK));
    // Reads the first bytes only: the rest of the body stays in our socket.
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong');
    });
  });
  const pool = openPool(t, port);
  const answer = await exchange(pool, { ...POST, body: Buffer.alloc(16 * 1024 * 1024) });
  assert.equal(answer.status, 413);
  assert.equal(answer.body, 'long');
  assert.equal(pool.idle, 0, 'nobody gets it');
  await new Promise(setImmediate);
  assert.equal(pool.open, 0);
  assert.equal((await exchange(pool)).body, 'ok');
});

test('an early answer followed by a reset is still taken', async (t) => {
  const port = await listenRaw(t, (socket) => {
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlong', () => socket.resetAndDestroy());
    });
  });
  const { recorder } = begin(openPool(t, port), { ...POST, body: Buffer.alloc(16 * 1024 * 1024) });
  const answer = await recorder.answer;
  // The kernel may drop what it had received when the reset comes; then nobody can know.
  if (answer.error === undefined) assert.equal(answer.body, 'long');
  else assert.equal(answer.error, 'outcome_unknown');
});

for (const [what, answer, error] of [
  [
    'both Content-Length and Transfer-Encoding',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'upstream_malformed',
  ],
  ['two Content-Lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!', 'upstream_malformed'],
  ['no HTTP at all', '220 mail.example ESMTP\r\n\r\n', 'upstream_malformed'],
  ['a head without end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(5000)}`, 'upstream_too_large'],
  ['a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'upstream_malformed'],
] as const) {
  test(`${what} is ${error}, and the connection is closed`, async (t) => {
    const pool = openPool(t, await listenAnswering(t, answer));
    assert.equal((await exchange(pool)).error, error);
    assert.equal(pool.open, 0);
  });
}

test('an answer larger than asked for is cut, whether announced or not', async (t) => {
  const length = await listenAnswering(t, 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n');
  const chunked = await listenAnswering(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n');
  assert.equal((await exchange(openPool(t, length, { maxBodyBytes: 10 }))).error, 'upstream_too_large');
  assert.equal((await exchange(openPool(t, chunked, { maxBodyBytes: 10 }))).error, 'upstream_too_large');
});

test('surplus bytes never reach the next request', async (t) => {
  const port = await listenRaw(t, (socket, nth) =>
    onEachRequest(socket, () => void socket.write(nth === 1 ? `${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison` : OK)),
  );
  const pool = openPool(t, port);
  assert.equal((await exchange(pool)).body, 'ok');
  assert.equal(pool.open, 0);
  assert.equal((await exchange(pool)).body, 'ok');
});

test('bytes on a free connection close it', async (t) => {
  let first: Socket | undefined;
  const port = await listenRaw(t, (socket) => {
    first ??= socket;
    onEachRequest(socket, () => void socket.write(OK));
  });
  const pool = openPool(t, port);
  await exchange(pool);
  assert.equal(pool.idle, 1);
  first?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
  await until(() => pool.open === 0);
  assert.equal((await exchange(pool)).body, 'ok');
});

test('abort closes the connection and silences the handler', async (t) => {
  let closed = false;
  const port = await listenRaw(t, (socket) => {
    socket.on('end', () => (closed = true));
    onEachRequest(socket, () => void socket.write('HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n'));
  });
  const pool = openPool(t, port);
  const { call, recorder } = begin(pool);
  await until(() => recorder.bodyBytes > 0);
  void recorder.answer.then(() => assert.fail('the handler was called after abort'));
  call.abort();
  call.abort();
  await until(() => closed);
  assert.equal(pool.open, 0);
});

test('abort inside onHead keeps the body away', async (t) => {
  const pool = openPool(t, await listenAnswering(t, OK));
  const calls: string[] = [];
  const call = pool.send(POST, {
    onHead: () => {
      calls.push('head');
      call.abort();
    },
    onBody: () => calls.push('body'),
    onEnd: () => calls.push('end'),
    onError: () => calls.push('error'),
  });
  await until(() => calls.length > 0 && pool.open === 0);
  assert.deepEqual(calls, ['head']);
});

test('100 MiB stream through a slow reader in flat memory', async (t) => {
  const total = 100 * 1024 * 1024;
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const piece = Buffer.alloc(256 * 1024, 'x');
      let left = total;
      const fill = (): void => {
        for (let room = true; room && left > 0; left -= piece.length) room = socket.write(piece);
        if (left > 0) socket.once('drain', fill);
      };
      fill();
    }),
  );
  let received = 0;
  let held = 0;
  let mostHeld = 0;
  let ended = false;
  const before = retainedBytes();
  let peakBytes = 0;
  const call = openPool(t, port).send(POST, {
    onHead: () => {},
    onBody: (chunk) => {
      if (Math.floor((received + chunk.length) / SAMPLE_BYTES) > Math.floor(received / SAMPLE_BYTES))
        peakBytes = Math.max(peakBytes, retainedBytes() - before);
      received += chunk.length;
      held += chunk.length;
      mostHeld = Math.max(mostHeld, held);
      // A reader with room for 256 KiB that takes a turn of the loop to empty it.
      if (held < 256 * 1024) return;
      call.pause();
      setImmediate(() => {
        held = 0;
        call.resume();
      });
    },
    onEnd: () => (ended = true),
    onError: (code, detail) => assert.fail(`${code} ${detail}`),
  });
  await until(() => ended);
  assert.equal(received, total);
  assert.ok(mostHeld <= 256 * 1024 + 64 * 1024, `pause let ${mostHeld} bytes through`);
  assert.ok(peakBytes < 4 * 1024 * 1024, `buffers grew by ${peakBytes} bytes`);
});

test('while paused nothing is read, and no idle time runs', async (t) => {
  let sender: Socket | undefined;
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      sender = socket;
      socket.write('HTTP/1.1 200 OK\r\n\r\na');
    }),
  );
  const { call, recorder } = begin(openPool(t, port), { ...POST, idleTimeoutMs: 40 });
  await until(() => recorder.bodyBytes === 1);
  call.pause();
  sender?.end('b');
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.equal(recorder.body, 'a');
  call.resume();
  assert.deepEqual((await recorder.answer).body, 'ab');
});

test('a paused call that ended leaves a connection that reads', async (t) => {
  const pool = openPool(t, await listenAnswering(t, OK, OK));
  const bodies: string[] = [];
  const call = pool.send(POST, {
    onHead: () => {},
    onBody: (chunk) => {
      bodies.push(Buffer.from(chunk).toString());
      call.pause();
    },
    onEnd: () => bodies.push('end'),
    onError: (code) => bodies.push(code),
  });
  await until(() => bodies.length === 2);
  assert.equal((await exchange(pool)).body, 'ok');
  assert.deepEqual(bodies, ['ok', 'end']);
});
