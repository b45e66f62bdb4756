// Chunked bodies whose end is a matter of opinion. Extensions, trailers, padded or overflowing sizes and bare line feeds are each
// read differently by some server, so each is refused; and no chunking costs more than the bytes it brings.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { assertRefused, attack, startTarget } from './http-target.fixture.ts';

const HEAD = 'POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n';
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: gateway.test\r\n\r\n';

const tricks: readonly (readonly [name: string, body: string, status?: number])[] = [
  ['an extension', '5;name=value\r\nhello\r\n0\r\n\r\n'],
  ['an extension without a name', '5;\r\nhello\r\n0\r\n\r\n'],
  ['an extension that hides a line end', `5;a\nhello\r\n0\r\n\r\n`],
  ['an extension in the last chunk', `0;x\r\n\r\n${HIDDEN}`],
  ['a trailer', `0\r\nX-Late: y\r\n\r\n${HIDDEN}`],
  ['a trailer that changes the caller', '5\r\nhello\r\n0\r\nAuthorization: Bearer spk_other\r\n\r\n'],
  ['a trailer that changes the length', '5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n'],
  ['white space behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
  ['a size in words', 'five\r\nhello\r\n0\r\n\r\n'],
  ['a signed size', '-1\r\nhello\r\n0\r\n\r\n'],
  ['a prefixed size', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a padded size', '0000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a padded end', `0000\r\n\r\n${HIDDEN}`],
  ['a size that wraps at 2^32', '100000005\r\nhello\r\n0\r\n\r\n'],
  ['a size that wraps at 2^64', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond 2^53', '20000000000001\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond the cap', '7fffffff\r\n', 413],
  ['no size', '\r\nhello\r\n0\r\n\r\n'],
  ['LF behind the size', '5\nhello\r\n0\r\n\r\n'],
  ['LF behind the data', '5\r\nhello\n0\r\n\r\n'],
  ['CR behind the size', '5\rhello\r\n0\r\n\r\n'],
  ['LF at the end', `0\r\n\n${HIDDEN}`],
  ['data longer than announced', `5\r\nhello${HIDDEN}\r\n0\r\n\r\n`],
  ['data shorter than announced', '6\r\nhello\r\n0\r\n\r\n'],
  ['bytes in place of the line end', '5\r\nhelloXX0\r\n\r\n'],
];

for (const [name, body, status] of tricks) {
  test(`${name}: refused, and nothing behind it is read`, async (t) => assertRefused(await startTarget(t), HEAD + body, status));
}

test('chunks over the cap are refused where they pass it, whatever was declared', async (t) => {
  const target = await startTarget(t, { limits: { maxBodyBytes: 1000 } });
  const chunk = `64\r\n${'x'.repeat(100)}\r\n`;
  const { statuses } = await attack(target.port, HEAD + chunk.repeat(10) + chunk.repeat(1000));
  assert.deepEqual(statuses, [413]);
  assert.deepEqual(target.refused, ['http_body_too_large']);
  assert.deepEqual(target.reached, []);
});

test('a body of one-byte chunks in one-byte packets costs memory of its size, not of its packets', async (t) => {
  const target = await startTarget(t);
  const count = 20_000;
  const { statuses } = await attack(
    target.port,
    `${HEAD.replace('Host', 'Connection: close\r\nHost')}${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`,
  );
  assert.deepEqual(statuses, [200]);
  assert.equal(target.reached[0], `POST /mcp ${'x'.repeat(count)}`);
});

test('a body that never ends is not handed on', async (t) => {
  const target = await startTarget(t, { limits: { bodyTimeoutMs: 100 } });
  const socket = connect(target.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${HEAD}5\r\nhello\r\n0\r\n`);
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  await once(socket, 'close');
  assert.match(text, /^HTTP\/1\.1 408 /);
  assert.deepEqual(target.reached, []);
});
