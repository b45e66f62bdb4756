import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../base/index.ts';
import { bareHost, createFixedFields, writeRequestHead } from './client-request.ts';
import type { Origin, UpstreamRequest } from './types.ts';

const REQUEST: UpstreamRequest = {
  method: 'GET',
  path: '/mcp?x=1',
  headers: [],
  body: undefined,
  replayable: true,
  headTimeoutMs: 0,
  idleTimeoutMs: 0,
};
const ORIGIN: Origin = { host: 'tools.example', port: 8080, tls: undefined };
const TLS: Origin['tls'] = { servername: 'x', ca: undefined, minVersion: 'TLSv1.2' };

function write(change: Partial<UpstreamRequest>, origin: Origin = ORIGIN): string {
  return writeRequestHead({ ...REQUEST, ...change }, createFixedFields(origin));
}

test('a head, line by line', () => {
  const body = Buffer.from('{}');
  assert.equal(
    write({ method: 'POST', headers: ['Accept', 'application/json', 'X-Name', 'caf\xe9\t!'], body }),
    'POST /mcp?x=1 HTTP/1.1\r\nHost: tools.example:8080\r\nAccept-Encoding: identity\r\nAccept: application/json\r\nX-Name: caf\xe9\t!\r\nContent-Length: 2\r\n\r\n',
  );
});

test('a length is announced where a server might wait for a body', () => {
  assert.match(write({ method: 'POST' }), /\r\nContent-Length: 0\r\n\r\n$/);
  assert.match(write({ method: 'POST', body: new Uint8Array(0) }), /\r\nContent-Length: 0\r\n\r\n$/);
  assert.doesNotMatch(write({ method: 'GET' }), /content-length/i);
  assert.doesNotMatch(write({ method: 'DELETE' }), /content-length/i);
});

for (const [origin, host] of [
  [{ host: 'a.example', port: 80, tls: undefined }, 'a.example'],
  [{ host: 'a.example', port: 443, tls: undefined }, 'a.example:443'],
  [{ host: 'a.example', port: 443, tls: TLS }, 'a.example'],
  [{ host: 'a.example', port: 80, tls: TLS }, 'a.example:80'],
  [{ host: '::1', port: 80, tls: undefined }, '[::1]'],
  [{ host: '[::1]', port: 81, tls: undefined }, '[::1]:81'],
] as const) {
  test(`Host of ${origin.host} port ${origin.port} is ${host}`, () => assert.ok(write({}, origin).includes(`\r\nHost: ${host}\r\n`)));
}

const REFUSED: readonly [what: string, change: Partial<UpstreamRequest>][] = [
  ['CR in a value', { headers: ['A', 'b\rc'] }],
  ['LF in a value', { headers: ['A', 'b\nInjected: yes'] }],
  ['NUL in a value', { headers: ['A', 'b\0'] }],
  ['DEL in a value', { headers: ['A', '\x7f'] }],
  // Written as Latin-1 these two would become CR LF.
  ['U+010D U+010A in a value', { headers: ['A', 'b\u010d\u010aInjected: yes'] }],
  ['a surrogate in a value', { headers: ['A', '\ud83d'] }],
  ['LF in a name', { headers: ['A\nB', 'c'] }],
  ['a colon in a name', { headers: ['A:B', 'c'] }],
  ['a name that wraps to ASCII', { headers: ['\u0141', 'c'] }],
  ['an empty name', { headers: ['', 'c'] }],
  ['Host', { headers: ['hOST', 'other.example'] }],
  ['Content-Length', { headers: ['content-length', '5'] }],
  ['Transfer-Encoding', { headers: ['Transfer-Encoding', 'chunked'] }],
  ['Connection', { headers: ['Connection', 'close'] }],
  ['Accept-Encoding', { headers: ['Accept-Encoding', 'gzip'] }],
  ['Expect', { headers: ['Expect', '100-continue'] }],
  ['Upgrade', { headers: ['Upgrade', 'websocket'] }],
  ['a space in the path', { path: '/a HTTP/1.1\r\nX: y' }],
  ['a line feed in the path', { path: '/a\nb' }],
  ['an absolute target', { path: 'http://other.example/' }],
  ['an empty path', { path: '' }],
  ['a path beyond ASCII', { path: '/\u0120' }],
];

for (const [what, change] of REFUSED) {
  test(`refused: ${what}`, () => assert.throws(() => write(change), GatewayError));
}

test('a host that could end its line is refused', () => {
  assert.throws(() => createFixedFields({ host: 'a\r\nX: y', port: 1, tls: undefined }), GatewayError);
});

test('brackets belong to URLs, not to addresses', () => {
  assert.equal(bareHost('[::1]'), '::1');
  assert.equal(bareHost('a.example'), 'a.example');
});
