// Answers that are encoded although identity was asked for, through a pool.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { begin, exchange, listenRaw, onEachRequest, openPool, POST, until } from './scripted-server.fixture.ts';
import type { Answer } from './scripted-server.fixture.ts';
import type { PoolOptions } from './pool.ts';

const TEXT = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: Array.from({ length: 2000 }, (_, at) => `line ${at}`) } });

function head(encoding: string, ...more: string[]): string {
  return `${['HTTP/1.1 200 OK', 'Content-Type: application/json', `Content-Encoding: ${encoding}`, ...more].join('\r\n')}\r\n\r\n`;
}

async function receive(t: TestContext, encoding: string, body: Uint8Array, options: Partial<PoolOptions> = {}): Promise<Answer> {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      socket.write(head(encoding, `Content-Length: ${body.length}`));
      socket.write(body);
    }),
  );
  return exchange(openPool(t, port, options));
}

for (const [encoding, body] of [
  ['gzip', gzipSync(TEXT)],
  ['X-GZIP', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['identity', Buffer.from(TEXT)],
] as const) {
  test(`${encoding} is decoded`, async (t) => {
    const answer = await receive(t, encoding, body);
    assert.equal(answer.error, undefined);
    assert.equal(answer.body, TEXT);
    if (encoding === 'identity') return;
    assert.equal(answer.headers?.get('content-encoding'), undefined, 'the fields describe what is handed on');
    assert.equal(answer.headers?.get('content-length'), undefined);
    assert.equal(answer.headers?.get('content-type'), 'application/json');
  });
}

test('an encoded stream of events is decoded as it comes, and the connection is used again', async (t) => {
  const port = await listenRaw(t, (socket) => {
    onEachRequest(socket, () => {
      socket.write(head('gzip', 'Transfer-Encoding: chunked'));
      const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
      gzip.on(
        'data',
        (bytes: Buffer) => void socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])),
      );
      gzip.on('end', () => void socket.write('0\r\n\r\n'));
      gzip.write('data: 1\n\n');
      setTimeout(() => gzip.end('data: 2\n\n'), 30);
    });
  });
  const pool = openPool(t, port);
  const { recorder } = begin(pool);
  await until(() => recorder.body === 'data: 1\n\n');
  assert.equal((await recorder.answer).body, 'data: 1\n\ndata: 2\n\n');
  assert.equal((await exchange(pool)).body, 'data: 1\n\ndata: 2\n\n');
  assert.equal(pool.open, 1);
});

test('an encoding that is not known, or two of them, are refused before the handler hears of the answer', async (t) => {
  for (const encoding of ['zstd', 'compress', 'gzip, gzip', 'gzip;q=1', 'chunked']) {
    const answer = await receive(t, encoding, Buffer.from('x'));
    assert.equal(answer.error, 'upstream_malformed', encoding);
    assert.equal(answer.status, undefined, encoding);
  }
});

test('what is not what it says is refused', async (t) => {
  const whole = gzipSync(TEXT);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 6] = (flipped[whole.length - 6] ?? 0) ^ 1;
  for (const body of [Buffer.from('{"plain":true}'), whole.subarray(0, 100), flipped, deflateSync(TEXT)]) {
    assert.equal((await receive(t, 'gzip', body)).error, 'upstream_malformed');
  }
});

test('a bomb is cut by its ratio, long before it has unfolded', async (t) => {
  for (const [encoding, body] of [
    ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
    ['deflate', deflateSync(Buffer.alloc(64 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const) {
    const answer = await receive(t, encoding, body);
    assert.equal(answer.error, 'upstream_too_large', encoding);
    assert.match(answer.detail, /more than 100 times its size/);
    assert.ok(answer.body.length < 8 * 1024 * 1024, `${encoding}: ${answer.body.length} bytes came through`);
  }
});

test('a bomb that keeps its ratio low is cut by its size', async (t) => {
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 24));
  const answer = await receive(t, 'gzip', gzipSync(noise), { maxDecodedBytes: 200_000 });
  assert.equal(answer.error, 'upstream_too_large');
  assert.match(answer.detail, /more than 200000 bytes/);
});

test('a small answer may be as repetitive as it likes', async (t) => {
  assert.equal((await receive(t, 'gzip', gzipSync(Buffer.alloc(1024 * 1024, 'x')))).body.length, 1024 * 1024);
});

test('a reader that pauses holds back the decoder and the server', async (t) => {
  const total = 24 * 1024 * 1024;
  const noise = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, at) => ((at * 2_654_435_761) >>> 20) & 0xff));
  let written = 0;
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => {
      socket.write(head('gzip'));
      const gzip = createGzip({ level: 1 });
      gzip.pipe(socket);
      const fill = (): void => {
        for (let room = true; room && written < total;) {
          written += noise.length;
          room = gzip.write(noise);
        }
        if (written < total) gzip.once('drain', fill);
        else gzip.end();
      };
      fill();
    }),
  );
  const { call, recorder } = begin(openPool(t, port, { maxDecodedBytes: total }));
  await until(() => recorder.bodyBytes > 0);
  call.pause();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const seen = recorder.bodyBytes;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(recorder.bodyBytes, seen, 'nothing comes while paused');
  call.resume();
  const answer = await recorder.answer;
  assert.equal(answer.error, undefined);
  assert.equal(recorder.bodyBytes, total);
});

test('abort while decoding silences the handler', async (t) => {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => void socket.end(Buffer.concat([Buffer.from(head('gzip')), gzipSync(TEXT)]))),
  );
  const pool = openPool(t, port);
  const calls: string[] = [];
  const call = pool.send(POST, {
    onHead: () => calls.push('head'),
    onBody: () => {
      calls.push('body');
      call.abort();
    },
    onEnd: () => calls.push('end'),
    onError: (code) => calls.push(code),
  });
  await until(() => calls.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(calls, ['head', 'body']);
  assert.equal(pool.open, 0);
});

test('an encoded answer without a body is one without a body', async (t) => {
  const port = await listenRaw(t, (socket) =>
    onEachRequest(socket, () => void socket.write('HTTP/1.1 204 x\r\nContent-Encoding: gzip\r\n\r\n')),
  );
  const answer = await exchange(openPool(t, port));
  assert.equal(answer.status, 204);
  assert.equal(answer.error, undefined);
});
