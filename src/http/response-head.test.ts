import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatResponseHead } from './response-head.ts';
import type { Framing } from './response-head.ts';

const FRAMING: Framing = { body: 5, close: false, date: 'now' };

test('a head with a length', () => {
  assert.equal(
    formatResponseHead(200, ['Content-Type', 'a/b', 'x-empty', ''], FRAMING),
    'HTTP/1.1 200 OK\r\ndate: now\r\nContent-Type: a/b\r\nx-empty: \r\ncontent-length: 5\r\n\r\n',
  );
});

test('chunked, without body, with an end', () => {
  assert.equal(
    formatResponseHead(200, [], { ...FRAMING, body: 'chunked' }),
    'HTTP/1.1 200 OK\r\ndate: now\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  assert.equal(formatResponseHead(204, [], { ...FRAMING, body: undefined }), 'HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n');
  assert.equal(
    formatResponseHead(400, [], { ...FRAMING, close: true }),
    'HTTP/1.1 400 Bad Request\r\ndate: now\r\ncontent-length: 5\r\nconnection: close\r\n\r\n',
  );
});

test('a status without a registered reason', () => {
  assert.equal(formatResponseHead(599, [], FRAMING).split('\r\n')[0], 'HTTP/1.1 599 ');
});

const unsendable: readonly (readonly [name: string, status: number, headers: readonly string[]])[] = [
  ['CR in a value', 200, ['x', 'a\rb']],
  ['LF in a value', 200, ['x', 'a\nb']],
  ['a second answer in a value', 200, ['x', 'a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n']],
  ['NUL in a value', 200, ['x', 'a\0']],
  ['DEL in a value', 200, ['x', '\x7f']],
  ['U+010A in a value, LF once written as Latin-1', 200, ['x', 'a\u010ab']],
  ['U+560D in a value, CR once written as Latin-1', 200, ['x', 'a\u560db']],
  ['LF in a name', 200, ['x\ny', 'a']],
  ['a colon in a name', 200, ['x:', 'a']],
  ['U+010A in a name', 200, ['x\u010a', 'a']],
  ['an empty name', 200, ['', 'a']],
  ['a name without a value', 200, ['x', 'a', 'y']],
  ['a length of its own', 200, ['Content-Length', '1']],
  ['a coding of its own', 200, ['transfer-encoding', 'chunked']],
  ['a connection option of its own', 200, ['CONNECTION', 'keep-alive']],
  ['an upgrade', 200, ['Upgrade', 'h2c']],
  ['an interim status', 101, []],
  ['no status', 0, []],
  ['half a status', 200.5, []],
];

for (const [name, status, headers] of unsendable) {
  test(`never sends ${name}`, () => assert.throws(() => formatResponseHead(status, headers, FRAMING), { code: 'internal' }));
}

test('visible Latin-1 and tabs may be sent', () => {
  assert.match(formatResponseHead(200, ['x', 'a\tb \u00e9'], FRAMING), /x: a\tb \u00e9\r\n/);
});
