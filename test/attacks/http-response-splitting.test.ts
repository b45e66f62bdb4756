// Response splitting: text of a stranger that ends up in a header of an answer and brings an answer of its own. The codec refuses to
// send such a header; the agent gets a plain failure, and exactly one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attack, startTarget } from './http-target.fixture.ts';

const FORGED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged';
const CLOSING = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

const values: readonly string[] = [
  `x\r\n\r\n${FORGED}`,
  'x\r\nSet-Cookie: a=b',
  'x\nSet-Cookie: a=b',
  'x\rSet-Cookie: a=b',
  'x\0',
  'x\u010aSet-Cookie: a=b',
  'x\u010d\u010aSet-Cookie: a=b',
  'x\u{1f60a}',
];

for (const value of values) {
  test(`a header ${JSON.stringify(value)} is never sent`, async (t) => {
    const faults: unknown[] = [];
    const target = await startTarget(t, {
      handler: { onRequest: (request) => request.respond(200, ['x-reflected', value]), onFault: (cause) => faults.push(cause) },
    });
    const { statuses, text } = await attack(target.port, CLOSING);
    assert.deepEqual(statuses, [500]);
    assert.ok(!text.includes('forged') && !text.toLowerCase().includes('set-cookie') && !text.includes('x-reflected'));
    assert.equal(faults.length, 1);
  });
}

test('a handler cannot frame an answer twice', async (t) => {
  for (const name of ['Content-Length', 'transfer-encoding', 'Connection', 'Upgrade']) {
    const target = await startTarget(t, { handler: { onRequest: (request) => request.respond(200, [name, '0'], Buffer.from(FORGED)) } });
    assert.deepEqual((await attack(target.port, CLOSING)).statuses, [500]);
  }
});

test('a part of an answer is never taken for the whole', async (t) => {
  const target = await startTarget(t, {
    handler: {
      onRequest: (request) => {
        request.start(200, []);
        request.write(Buffer.from('half'));
        request.respond(500, []);
      },
    },
  });
  const { text } = await attack(target.port, CLOSING);
  assert.ok(!text.includes('0\r\n\r\n') && !text.includes('500'));
});
