// An encoded body is one that nobody on the road can read without inflating it first: a bomb, or a place to hide. None is accepted,
// and none is read to find out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { attack, CANARY, startTarget } from './http-target.fixture.ts';

const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024));

for (const coding of [
  'gzip',
  'GZIP',
  'x-gzip',
  'deflate',
  'br',
  'zstd',
  'compress',
  'identity, gzip',
  'gzip, identity',
  'gzip;q=0',
  'unknown',
  '*',
  '',
]) {
  test(`Content-Encoding: ${coding === '' ? '(empty)' : coding} is refused unread`, async (t) => {
    const target = await startTarget(t);
    const head = `POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Encoding: ${coding}\r\nContent-Length: ${BOMB.length}\r\n\r\n`;
    const { statuses } = await attack(target.port, Buffer.concat([Buffer.from(head), BOMB, Buffer.from(CANARY)]));
    assert.deepEqual(statuses, [415]);
    assert.deepEqual(target.refused, ['http_encoding']);
    assert.deepEqual(target.reached, []);
  });
}

test('an encoding in place of a transfer coding is refused too', async (t) => {
  const target = await startTarget(t);
  for (const coding of ['gzip', 'gzip, chunked', 'deflate, chunked', 'chunked, gzip']) {
    const { statuses } = await attack(target.port, `POST /mcp HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ${coding}\r\n\r\n`);
    assert.deepEqual(statuses, [400]);
  }
  assert.deepEqual(target.reached, []);
});

test('compressed bytes without a word about it are just bytes', async (t) => {
  const target = await startTarget(t);
  const bytes = deflateSync('{}');
  const head = `POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Encoding: identity\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;
  const { statuses } = await attack(target.port, Buffer.concat([Buffer.from(head), bytes]));
  assert.deepEqual(statuses, [200]);
  assert.deepEqual(target.reached, [`POST /mcp ${bytes.toString('latin1')}`.trimEnd()]);
});
