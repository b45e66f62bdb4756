import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../base/index.ts';
import { parseRequestHead } from './request-head.ts';
import type { HeadOptions } from './request-head.ts';

const NO_LAST: HeadOptions = { maxHeaders: 20, lastBytes: Buffer.alloc(0), lastParsed: undefined };

function parse(head: string, options = NO_LAST) {
  const bytes = Buffer.from(`..${head}body`, 'latin1');
  return parseRequestHead(bytes, 2, bytes.length - 4, options);
}

function lines(...all: readonly string[]): string {
  return `${all.join('\r\n')}\r\n\r\n`;
}

const HOST = 'Host: gateway.test';

test('a plain POST', () => {
  const parsed = parse(
    lines('POST /mcp/x?a=b HTTP/1.1', 'HOST: Gateway.test:80', 'Content-Length:  7 \t', 'X-A: b  c', 'x-empty:', 'Accept: a', 'accept: b'),
  );
  assert.ok(parsed.ok);
  const { head } = parsed.value;
  assert.deepEqual(
    { ...head, headers: undefined },
    { method: 'POST', path: '/mcp/x', query: 'a=b', host: 'gateway.test:80', headers: undefined, contentLength: 7, chunked: false },
  );
  assert.deepEqual(head.headers.names, ['host', 'content-length', 'x-a', 'x-empty', 'accept', 'accept']);
  assert.deepEqual(head.headers.values, ['Gateway.test:80', '7', 'b  c', '', 'a', 'b']);
  assert.equal(head.headers.get('accept'), 'a, b');
  assert.equal(parsed.value.keepAlive, true);
  assert.equal(parsed.value.expectContinue, false);
});

test('a chunked POST, an expectation, the end of the connection, who it was forwarded for', () => {
  const parsed = parse(
    lines(
      'POST / HTTP/1.1',
      HOST,
      'Transfer-Encoding: chunked',
      'Expect: 100-Continue',
      'Connection: TE, Close',
      'X-Forwarded-For: a',
      'X-Forwarded-For: b',
    ),
  );
  assert.ok(parsed.ok);
  assert.equal(parsed.value.head.chunked, true);
  assert.equal(parsed.value.head.contentLength, undefined);
  assert.equal(parsed.value.expectContinue, true);
  assert.equal(parsed.value.keepAlive, false);
  assert.equal(parsed.value.forwardedFor, 'a, b');
});

test('methods without a body', () => {
  for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
    assert.ok(parse(lines(`${method} / HTTP/1.1`, HOST)).ok, method);
    assert.ok(parse(lines(`${method} / HTTP/1.1`, HOST, 'Content-Length: 0')).ok, method);
    assert.ok(!parse(lines(`${method} / HTTP/1.1`, HOST, 'Content-Length: 1')).ok, method);
    assert.ok(!parse(lines(`${method} / HTTP/1.1`, HOST, 'Transfer-Encoding: chunked')).ok, method);
  }
});

test('fields that may repeat', () => {
  for (const name of ['Accept', 'Cookie', 'Connection', 'X-Forwarded-For', 'Cache-Control', 'X-Anything']) {
    assert.ok(parse(lines('GET / HTTP/1.1', HOST, `${name}: a`, `${name}: b`)).ok, name);
  }
});

const refused: readonly (readonly [name: string, head: string, code?: ErrorCode, status?: number])[] = [
  ['an empty line in front', lines('', 'GET / HTTP/1.1', HOST)],
  ['no request line', lines(HOST)],
  ['HTTP/0.9', lines('GET /', HOST)],
  ['HTTP/1.0', lines('GET / HTTP/1.0', HOST), 'http_version', 505],
  ['HTTP/1.2', lines('GET / HTTP/1.2', HOST), 'http_version', 505],
  ['HTTP/2.0', lines('GET / HTTP/2.0', HOST), 'http_version', 505],
  ['the preface of HTTP/2', lines('PRI * HTTP/2.0'), 'http_version', 505],
  ['a version in lower case', lines('GET / http/1.1', HOST)],
  ['a version too long', lines('GET / HTTP/1.10', HOST)],
  ['a version cut short', lines('GET / HTTP/1', HOST)],
  ['white space behind the version', lines('GET / HTTP/1.1 ', HOST)],
  ['white space in front of the method', lines(' GET / HTTP/1.1', HOST)],
  ['two spaces in front of the target', lines('GET  / HTTP/1.1', HOST)],
  ['two spaces behind the target', lines('GET /  HTTP/1.1', HOST)],
  ['tabs between the parts', lines('GET\t/\tHTTP/1.1', HOST)],
  ['a method in lower case', lines('get / HTTP/1.1', HOST)],
  ['a method that is no token', lines('GE(T / HTTP/1.1', HOST)],
  ['a long method', lines(`${'A'.repeat(25)} / HTTP/1.1`, HOST)],
  ['CONNECT', lines('CONNECT gateway.test:443 HTTP/1.1', HOST), 'http_method', 501],
  ['TRACE', lines('TRACE / HTTP/1.1', HOST), 'http_method', 501],
  ['absolute form', lines('GET http://gateway.test/ HTTP/1.1', HOST)],
  ['absolute form with another host', lines('GET http://other.test/ HTTP/1.1', HOST)],
  ['asterisk form', lines('OPTIONS * HTTP/1.1', HOST)],
  ['a line break in the target', lines('GET /a', 'X: HTTP/1.1', HOST)],
  ['no Host', lines('GET / HTTP/1.1', 'Accept: a')],
  ['no fields at all', lines('GET / HTTP/1.1')],
  ['two Hosts', lines('GET / HTTP/1.1', HOST, HOST)],
  ['two Hosts in one field', lines('GET / HTTP/1.1', 'Host: a, b')],
  ['an empty Host', lines('GET / HTTP/1.1', 'Host:')],
  ['an invalid Host', lines('GET / HTTP/1.1', 'Host: a/b')],
  ['two Content-Length', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Length: 2')],
  ['two equal Content-Length', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'content-length: 1')],
  ['a list of lengths', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1, 1')],
  ['a signed length', lines('POST / HTTP/1.1', HOST, 'Content-Length: +1')],
  ['a negative length', lines('POST / HTTP/1.1', HOST, 'Content-Length: -1')],
  ['a hexadecimal length', lines('POST / HTTP/1.1', HOST, 'Content-Length: 0x1')],
  ['a length with a zero in front', lines('POST / HTTP/1.1', HOST, 'Content-Length: 01')],
  ['a double zero', lines('POST / HTTP/1.1', HOST, 'Content-Length: 00')],
  ['a fraction', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1.0')],
  ['an exponent', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1e1')],
  ['an empty length', lines('POST / HTTP/1.1', HOST, 'Content-Length:')],
  ['a length of 16 digits', lines('POST / HTTP/1.1', HOST, `Content-Length: ${'9'.repeat(16)}`)],
  ['a length beyond 64 bits', lines('POST / HTTP/1.1', HOST, 'Content-Length: 18446744073709551617')],
  ['length and chunked', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked')],
  ['length and identity', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Transfer-Encoding: identity')],
  ['identity', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: identity')],
  ['gzip, chunked', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: gzip, chunked')],
  ['chunked twice in one field', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: chunked, chunked')],
  ['chunked in two fields', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
  ['chunked in capitals', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: Chunked')],
  ['chunked in quotes', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: "chunked"')],
  ['chunked with a parameter', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: chunked;q=1')],
  ['chunked with a vertical tab', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: \x0bchunked')],
  ['xchunked', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding: xchunked')],
  ['an empty coding', lines('POST / HTTP/1.1', HOST, 'Transfer-Encoding:')],
  ['POST without length', lines('POST / HTTP/1.1', HOST), 'http_length_required', 411],
  ['PUT without length', lines('PUT / HTTP/1.1', HOST), 'http_length_required', 411],
  ['an encoded body', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Encoding: gzip'), 'http_encoding', 415],
  ['a list of encodings', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Content-Encoding: identity, gzip'), 'http_encoding', 415],
  ['an upgrade', lines('GET / HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket')],
  ['an upgrade to HTTP/2', lines('GET / HTTP/1.1', HOST, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA')],
  ['an unknown expectation', lines('POST / HTTP/1.1', HOST, 'Content-Length: 1', 'Expect: 200-ok'), 'http_malformed', 417],
  ['obs-fold', lines('GET / HTTP/1.1', HOST, 'X-A: b', ' c')],
  ['obs-fold with a tab', lines('GET / HTTP/1.1', HOST, 'X-A: b', '\tc')],
  ['a folded first field', lines('GET / HTTP/1.1', ` ${HOST}`)],
  ['white space in front of the colon', lines('GET / HTTP/1.1', HOST, 'X-A : b')],
  ['tab in front of the colon', lines('GET / HTTP/1.1', HOST, 'X-A\t: b')],
  ['an empty name', lines('GET / HTTP/1.1', HOST, ': b')],
  ['a line without colon', lines('GET / HTTP/1.1', HOST, 'X-A')],
  ['a name with a space', lines('GET / HTTP/1.1', HOST, 'X A: b')],
  ['a name with a slash', lines('GET / HTTP/1.1', HOST, 'X/A: b')],
  ['a name with brackets', lines('GET / HTTP/1.1', HOST, 'X[A]: b')],
  ['a name with a byte above 0x7F', lines('GET / HTTP/1.1', HOST, 'X\u00e9: b')],
  ['a name with NUL', lines('GET / HTTP/1.1', HOST, 'X\0: b')],
  ['a value with NUL', lines('GET / HTTP/1.1', HOST, 'X: \0')],
  ['a value with a control character', lines('GET / HTTP/1.1', HOST, 'X: a\x01b')],
  ['a value with a vertical tab', lines('GET / HTTP/1.1', HOST, 'X: \x0b')],
  ['a value with DEL', lines('GET / HTTP/1.1', HOST, 'X: \x7f')],
  ['a value with a byte above 0x7F', lines('GET / HTTP/1.1', HOST, 'X: \u00e9')],
  ['a bare CR in a value', lines('GET / HTTP/1.1', HOST, 'X: a\rb')],
  ['a bare LF in a value', lines('GET / HTTP/1.1', HOST, 'X: a\nY: b')],
  ['CR CR LF', lines('GET / HTTP/1.1', HOST, 'X: a\r')],
  ['a bare LF behind the request line', `GET / HTTP/1.1\n${HOST}\r\n\r\n`],
  ['a bare CR behind the request line', `GET / HTTP/1.1\r${HOST}\r\n\r\n`],
  ['too many fields', lines('GET / HTTP/1.1', HOST, ...Array.from({ length: 20 }, (_, at) => `X-${at}: y`)), 'http_head_too_large', 431],
];

for (const [name, head, code = 'http_malformed', status = 400] of refused) {
  test(`refuses ${name}`, () => {
    const parsed = parse(head);
    assert.ok(!parsed.ok, 'accepted');
    assert.equal(parsed.error.code, code);
    assert.equal(parsed.error.status, status);
  });
}

for (const name of [
  'Authorization',
  'Content-Type',
  'Content-Encoding',
  'Origin',
  'Mcp-Name',
  'MCP-Method',
  'Mcp-Param-Region',
  'Mcp-Session-Id',
  'Mcp-Protocol-Version',
  'Last-Event-ID',
  'Expect',
]) {
  test(`refuses a second ${name}, even in another case and with the same value`, () => {
    const value = name === 'Content-Encoding' ? 'identity' : name === 'Expect' ? '100-continue' : 'v';
    const once = parse(lines('POST / HTTP/1.1', HOST, 'Content-Length: 0', `${name}: ${value}`));
    assert.ok(once.ok);
    const twice = parse(
      lines('POST / HTTP/1.1', HOST, 'Content-Length: 0', `${name}: ${value}`, 'X: y', `${name.toUpperCase()}: ${value}`),
    );
    assert.ok(!twice.ok);
    assert.equal(twice.error.code, 'http_malformed');
  });
}

test('lines of the last head are recognised, and mean the same', () => {
  const first = lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 5', 'Mcp-Name: a');
  const variants = [
    first,
    lines('POST /b HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 5', 'Mcp-Name: a'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer two', 'Content-Length: 5', 'Mcp-Name: a'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 55', 'Mcp-Name: a'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Mcp-Name: a', 'Content-Length: 5'),
    lines('POST /a HTTP/1.1', HOST, 'X: y', 'Authorization: Bearer one', 'Content-Length: 5'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 5', 'Mcp-Name: a', 'Mcp-Name: a'),
    lines('POST /a HTTP/1.1', HOST, 'Mcp-Name: a', 'Content-Length: 5', 'Mcp-Name: a'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 5', 'Mcp-Name: ab'),
    lines('POST /a HTTP/1.1', HOST, 'Authorization: Bearer one', 'Content-Length: 5'),
  ];
  const last = parse(first);
  assert.ok(last.ok);
  for (const variant of variants) {
    const alone = parse(variant);
    const after = parse(variant, { maxHeaders: 20, lastBytes: Buffer.from(first, 'latin1'), lastParsed: last.value });
    assert.deepEqual(after, alone, variant);
  }
});
