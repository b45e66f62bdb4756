// A field sent twice: Node keeps the first Authorization and joins two Mcp-Name, others keep the last. Whoever decides on one value
// and forwards the other can be steered. So a field that decides something comes once, even if both say the same.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { assertRefused, attack, startTarget } from './http-target.fixture.ts';

const single: readonly (readonly [name: string, first: string, second: string])[] = [
  ['Authorization', 'Bearer spk_mine', 'Bearer spk_other'],
  ['Proxy-Authorization', 'Basic YTpi', 'Basic Yzpk'],
  ['Mcp-Method', 'tools/list', 'tools/call'],
  ['Mcp-Name', 'read_file', 'delete_all'],
  ['Mcp-Param-Region', 'eu', 'us'],
  ['Mcp-Session-Id', 'mine', 'other'],
  ['MCP-Protocol-Version', '2026-07-28', '2025-11-25'],
  ['Mcp-Anything-To-Come', 'a', 'b'],
  ['Origin', 'https://good.test', 'https://evil.test'],
  ['Content-Type', 'application/json', 'text/plain'],
  ['Content-Encoding', 'identity', 'identity'],
  ['Last-Event-ID', '1', '2'],
  ['Expect', '100-continue', '100-continue'],
];

for (const [name, first, second] of single) {
  const variants = [
    [`${name}: ${first}`, `${name}: ${second}`],
    [`${name}: ${first}`, `${name.toUpperCase()}: ${first}`],
    [`${name.toLowerCase()}: ${first}`, 'X: y', `${name}: ${second}`],
  ];
  test(`${name} twice is refused, in any case and with any values`, async (t) => {
    const target = await startTarget(t);
    for (const fields of variants) {
      await assertRefused(target, `POST /mcp HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\r\n${fields.join('\r\n')}\r\n\r\n`);
    }
  });
}

test('a second Host is refused, before, behind or equal to the first', async (t) => {
  const target = await startTarget(t);
  for (const hosts of [
    ['evil.test', 'gateway.test'],
    ['gateway.test', 'evil.test'],
    ['gateway.test', 'gateway.test'],
  ]) {
    await assertRefused(target, `GET /mcp HTTP/1.1\r\n${hosts.map((host) => `Host: ${host}\r\n`).join('')}\r\n`);
  }
});

test('a host in the target as well as in Host is refused, different or equal', async (t) => {
  const target = await startTarget(t);
  for (const host of ['evil.test', 'gateway.test'])
    await assertRefused(target, `GET http://${host}/mcp HTTP/1.1\r\nHost: gateway.test\r\n\r\n`);
});

test('a field whose name only looks like another one takes nothing from it', async (t) => {
  const seen: (string | undefined)[] = [];
  const target = await startTarget(t, {
    handler: {
      onRequest: (request) => {
        seen.push(request.head.headers.get('authorization'));
        request.respond(200, []);
      },
    },
  });
  await attack(
    target.port,
    'GET / HTTP/1.1\r\nHost: h\r\nAuthorization_: a\r\nX-Authorization: b\r\nAuthorization: right\r\n.Authorization: c\r\nConnection: close, authorization\r\n\r\n',
  );
  assert.deepEqual(seen, ['right']);
});

test('lists may come in several fields and are joined in order', async (t) => {
  const seen: (string | undefined)[] = [];
  const target = await startTarget(t, {
    handler: {
      onRequest: (request) => {
        seen.push(request.head.headers.get('accept'));
        request.respond(200, []);
      },
    },
  });
  await attack(
    target.port,
    'GET / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nX: y\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n',
  );
  assert.deepEqual(seen, ['application/json, text/event-stream']);
});
