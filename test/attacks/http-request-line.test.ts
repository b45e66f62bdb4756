// Request lines that name one thing to the router and another to whoever reads them next: other spellings of a path, other forms
// of a target, other versions. Policy looks at one path, so there is one spelling.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, attack, startTarget } from './http-target.fixture.ts';

const targets: readonly string[] = [
  '*',
  'mcp',
  'http://gateway.test/mcp/open',
  'https://gateway.test/mcp/open',
  '//evil.test/mcp/open',
  'gateway.test:443',
  '/mcp/open/../secret',
  '/mcp/./secret',
  '/mcp//secret',
  '/mcp/open/..',
  '/mcp/open/%2e%2e/secret',
  '/mcp/open/.%2e/secret',
  '/mcp/open/%252e%252e/secret',
  '/mcp/open%2f..%2fsecret',
  '/mcp/open%5c..%5csecret',
  '/mcp\\open',
  '/mcp/open;x=/../secret',
  '/mcp/open/..;/secret',
  '/mcp/secre%74',
  '/mcp/secret%00.open',
  '/mcp/secret%0d%0aX:y',
  '/mcp/secret%3fopen',
  '/mcp/secret%23open',
  '/mcp/secret#open',
  '/mcp/%u0073ecret',
  '/mcp/%',
  '/mcp/\xc0\xaf',
  '/mcp/secret\t',
  '/mcp?x=%zz',
  '/mcp?x=<script>',
];

test('a target with a second reading is refused', async (t) => {
  const target = await startTarget(t);
  for (const path of targets) await assertRefused(target, `GET ${path} HTTP/1.1\r\nHost: gateway.test\r\n\r\n`);
});

test('what is routed is what was sent, byte for byte', async (t) => {
  const target = await startTarget(t);
  for (const path of ['/mcp/open', '/mcp/open/', '/.well-known/x', '/a%20b?c=%2F..%2f', "/-._~!$&'()*+,=:@"]) {
    await attack(target.port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    assert.equal(target.reached.at(-1), `GET ${path}`);
  }
});

test('other versions and things that only look like one are refused', async (t) => {
  const target = await startTarget(t);
  for (const version of ['HTTP/0.9', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/3.0', 'HTTP/9.9'])
    await assertRefused(target, `GET / ${version}\r\nHost: h\r\n\r\n`, 505);
  for (const version of [
    'http/1.1',
    'HTTP/1.1 ',
    'HTTP/1.10',
    'HTTP/01.1',
    'HTTP/1',
    'HTTP1.1',
    'HTTPS/1.1',
    'ICY/1.1',
    'HTTP/+1.1',
    'HTTP/1.1\t',
  ]) {
    await assertRefused(target, `GET / ${version}\r\nHost: h\r\n\r\n`);
  }
  await assertRefused(target, 'GET /\r\n\r\n');
  await assertRefused(target, 'GET /\r\nHost: h\r\n\r\n');
});

test('methods that change or mirror the connection, and ones that are none, are refused', async (t) => {
  const target = await startTarget(t);
  await assertRefused(target, 'CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n', 501);
  await assertRefused(target, 'TRACE / HTTP/1.1\r\nHost: h\r\nX-Secret: y\r\n\r\n', 501);
  for (const method of ['get', 'Get', 'G\0T', 'GET,POST', '"GET"', 'GET\t', ''])
    await assertRefused(target, `${method} / HTTP/1.1\r\nHost: h\r\n\r\n`);
});

test('a Host that names no single host is refused', async (t) => {
  const target = await startTarget(t);
  for (const host of [
    '',
    ' ',
    'a b',
    'a, b',
    'a/b',
    'a@b',
    'user@gateway.test',
    'gateway.test:',
    'gateway.test:0x50',
    'gateway.test:99999',
    '[::1',
    '::1',
    'g\u00e4teway',
    'a%2eb',
    'a\0',
  ]) {
    await assertRefused(target, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  }
  await assertRefused(target, 'GET / HTTP/1.1\r\nX: y\r\n\r\n');
});
