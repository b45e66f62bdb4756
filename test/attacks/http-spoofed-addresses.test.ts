// A client that claims another address: in X-Forwarded-For or in a PROXY header. Only what a trusted proxy wrote is believed; what
// the client wrote in front of it is not, and a header that is neither here nor there is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { attack, startTarget } from './http-target.fixture.ts';
import type { Target } from './http-target.fixture.ts';

const PROXY_192_0_2_1 = '\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\x0a\x00\x00\x01\x12\x34\x00\x50';

async function start(t: TestContext, trustedProxies: readonly string[]): Promise<{ target: Target; addresses: string[] }> {
  const addresses: string[] = [];
  const target = await startTarget(t, {
    trustedProxies,
    handler: {
      onRequest: (request) => {
        addresses.push(request.peer.address);
        request.respond(200, []);
      },
    },
  });
  return { target, addresses };
}

const get = (...fields: readonly string[]): string =>
  `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

test('a stranger stays who it is', async (t) => {
  const { target, addresses } = await start(t, ['10.0.0.0/8']);
  for (const field of [
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-For: unknown',
    'Forwarded: for=10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'X-Client-IP: 10.0.0.1',
  ]) {
    assert.deepEqual((await attack(target.port, get(field))).statuses, [200]);
  }
  assert.deepEqual(
    addresses,
    Array.from({ length: 5 }, () => '127.0.0.1'),
  );
  assert.deepEqual((await attack(target.port, PROXY_192_0_2_1 + get())).statuses, [400]);
});

test('behind a trusted proxy only the entry counts that the proxy wrote', async (t) => {
  const { target, addresses } = await start(t, ['127.0.0.1', '10.0.0.0/8']);
  const headers: readonly (readonly string[])[] = [
    ['X-Forwarded-For: 10.0.0.1, 203.0.113.9'],
    ['X-Forwarded-For: 10.0.0.1', 'X-Forwarded-For: 203.0.113.9'],
    ['X-Forwarded-For: ,,garbage, 203.0.113.9, 10.0.0.2'],
  ];
  for (const fields of headers) await attack(target.port, get(...fields));
  assert.deepEqual(addresses, ['203.0.113.9', '203.0.113.9', '203.0.113.9']);
  for (const last of ['', 'unknown', 'localhost', '203.0.113.9:x', '127.1', '0x7f000001', '::1%lo']) {
    assert.deepEqual((await attack(target.port, get(`X-Forwarded-For: 203.0.113.9, ${last}`))).statuses, [400], last);
  }
});

test('other headers that claim an address mean nothing even there', async (t) => {
  const { target, addresses } = await start(t, ['127.0.0.1']);
  await attack(target.port, get('Forwarded: for=203.0.113.9', 'X-Real-IP: 203.0.113.9'));
  assert.deepEqual(addresses, ['127.0.0.1']);
});

test('a PROXY header counts once, at the very start', async (t) => {
  const { target, addresses } = await start(t, ['127.0.0.1']);
  await attack(target.port, PROXY_192_0_2_1 + get());
  assert.deepEqual(addresses, ['192.0.2.1']);
  assert.deepEqual((await attack(target.port, PROXY_192_0_2_1 + PROXY_192_0_2_1 + get())).statuses, [400]);
  assert.deepEqual((await attack(target.port, get().replace('Connection: close\r\n', '') + PROXY_192_0_2_1 + get())).statuses, [200, 400]);
  assert.deepEqual((await attack(target.port, `PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n${get()}`)).statuses, [400]);
});

test('a client behind the PROXY header that forwards an address is not believed', async (t) => {
  const { target, addresses } = await start(t, ['127.0.0.1']);
  await attack(target.port, PROXY_192_0_2_1 + get('X-Forwarded-For: 10.0.0.1'));
  assert.deepEqual(addresses, ['192.0.2.1']);
});
