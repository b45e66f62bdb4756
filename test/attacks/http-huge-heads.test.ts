// Heads without measure: long lines, many fields, no end. Each is refused at its cap, without waiting for the rest, and the work
// done for it is linear however small its pieces are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attack, startTarget } from './http-target.fixture.ts';

const CAP = 4096;
const limits = { maxHeadBytes: CAP, maxHeaders: 50 };
const closing = 'Host: h\r\nConnection: close\r\n';

const huge: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ['a target without end', `GET /${'x'.repeat(CAP)}`, 431],
  ['a query without end', `GET /?${'x'.repeat(CAP)}`, 431],
  ['a method without end', 'X'.repeat(CAP), 431],
  ['a field name without end', `GET / HTTP/1.1\r\nHost: h\r\n${'x'.repeat(CAP)}`, 431],
  ['a field value without end', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(CAP)}`, 431],
  ['fields without end', `GET / HTTP/1.1\r\nHost: h\r\n${'X: y\r\n'.repeat(CAP)}`, 431],
  ['white space without end', `GET / HTTP/1.1\r\nHost: h\r\nX:${' '.repeat(CAP)}`, 431],
  ['a head that ends behind the cap', `GET / HTTP/1.1\r\n${closing}X: ${'x'.repeat(CAP)}\r\n\r\n`, 431],
  ['too many short fields', `GET / HTTP/1.1\r\n${closing}${'X: y\r\n'.repeat(49)}\r\n`, 431],
  ['a long method', `${'X'.repeat(100)} / HTTP/1.1\r\n${closing}\r\n`, 400],
  ['a long Host', `GET / HTTP/1.1\r\nHost: ${'x'.repeat(300)}\r\n\r\n`, 400],
];

for (const [name, bytes, status] of huge) {
  test(`${name} is refused`, async (t) => {
    const target = await startTarget(t, { limits });
    const { statuses } = await attack(target.port, bytes);
    assert.deepEqual(statuses, [status]);
    assert.deepEqual(target.reached, []);
  });
}

test('a head at the cap is served, and so are as many fields as allowed', async (t) => {
  const target = await startTarget(t, { limits });
  const start = `GET / HTTP/1.1\r\n${closing}X: `;
  assert.deepEqual((await attack(target.port, `${start}${'x'.repeat(CAP - start.length - 4)}\r\n\r\n`)).statuses, [200]);
  assert.deepEqual((await attack(target.port, `${start}${'x'.repeat(CAP - start.length - 3)}\r\n\r\n`)).statuses, [431]);
  assert.deepEqual((await attack(target.port, `GET / HTTP/1.1\r\n${closing}${'X: y\r\n'.repeat(48)}\r\n`)).statuses, [200]);
});

test('the caps hold for every request of a connection', async (t) => {
  const target = await startTarget(t, { limits });
  const fine = 'GET /fine HTTP/1.1\r\nHost: h\r\n\r\n';
  const { statuses } = await attack(target.port, `${fine}${fine}GET /${'x'.repeat(CAP)}`);
  assert.deepEqual(statuses, [200, 200, 431]);
  assert.deepEqual(target.reached, ['GET /fine', 'GET /fine']);
});
