import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from './request-target.ts';

function parse(target: string) {
  const bytes = Buffer.from(`x${target}y`, 'latin1');
  return parseTarget(bytes, 1, bytes.length - 1);
}

const accepted: readonly (readonly [target: string, path: string, query: string])[] = [
  ['/', '/', ''],
  ['/mcp/tickets', '/mcp/tickets', ''],
  ['/mcp/', '/mcp/', ''],
  ['/mcp?x=1', '/mcp', 'x=1'],
  ['/mcp?', '/mcp', ''],
  ['/?', '/', ''],
  ['/mcp?a=/../b//c?d', '/mcp', 'a=/../b//c?d'],
  ['/mcp?a=%2f%00%2e', '/mcp', 'a=%2f%00%2e'],
  ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource', ''],
  ['/a..b/...x/..a/a..', '/a..b/...x/..a/a..', ''],
  ['/...', '/...', ''],
  ["/-._~!$&'()*+,=:@", "/-._~!$&'()*+,=:@", ''],
  ['/%C3%A9', '/%C3%A9', ''],
  ['/a%20b%3Ac', '/a%20b%3Ac', ''],
];

for (const [target, path, query] of accepted) {
  test(`accepts ${target}`, () => assert.deepEqual(parse(target), { ok: true, value: { path, query } }));
}

const refused: readonly (readonly [target: string, why: string])[] = [
  ['', 'empty'],
  ['*', 'asterisk form'],
  ['mcp', 'no leading slash'],
  ['http://host/mcp', 'absolute form'],
  ['host:443', 'authority form'],
  ['//mcp', 'empty first segment: to some an authority'],
  ['/mcp//tickets', 'empty segment'],
  ['/mcp//', 'empty segment at the end'],
  ['/.', 'dot segment'],
  ['/..', 'double-dot segment'],
  ['/mcp/./x', 'dot segment inside'],
  ['/mcp/../x', 'double-dot segment inside'],
  ['/mcp/..', 'double-dot segment at the end'],
  ['/mcp/..?x', 'double-dot segment before the query'],
  ['/mcp/%2e%2e/x', 'encoded dots'],
  ['/mcp/%2E/x', 'encoded dot'],
  ['/mcp%2fx', 'encoded slash'],
  ['/mcp%5Cx', 'encoded backslash'],
  ['/mcp%00', 'encoded NUL'],
  ['/mcp%0d%0a', 'encoded line break'],
  ['/mcp%7f', 'encoded DEL'],
  ['/mcp%252e', 'double encoding'],
  ['/mcp%3fx', 'encoded question mark'],
  ['/mcp%23x', 'encoded number sign'],
  ['/mcp%3bx', 'encoded semicolon'],
  ['/%6dcp', 'encoded letter: a second spelling'],
  ['/mcp%', 'broken encoding at the end'],
  ['/mcp%4', 'cut encoding at the end'],
  ['/mcp%4?a', 'cut encoding before the query'],
  ['/mcp%zz', 'no hex digits'],
  ['/mcp%u0041', 'not percent-encoding'],
  ['/mcp\\x', 'backslash'],
  ['/mcp;x=1', 'path parameter'],
  ['/..;/x', 'parent folder behind a path parameter'],
  ['/mcp#x', 'fragment'],
  ['/mcp?x#y', 'fragment behind the query'],
  ['/mcp?x%', 'broken encoding in the query'],
  ['/mcp?x%1', 'cut encoding in the query'],
  ['/mcp?a"b', 'quote in the query'],
  ['/mcp?a\\b', 'backslash in the query'],
  ['/m\u00e9', 'a byte above 0x7F'],
  ['/m\tcp', 'tab'],
  ['/m\0', 'NUL'],
  ['/m\r\nx', 'line break'],
  ['/<x>', 'angle brackets'],
];

for (const [target, why] of refused) {
  test(`refuses ${JSON.stringify(target)}: ${why}`, () => assert.equal(parse(target).ok, false));
}
