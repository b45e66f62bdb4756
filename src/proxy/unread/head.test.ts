// What crosses in the head of a request that nobody reads, and what is made of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeaderList } from '../../http/index.ts';
import { claimsOf } from './claims.ts';
import { toAgent, toServer } from './headers.ts';

const listOf = (headers: Readonly<Record<string, string>>) => createHeaderList(Object.keys(headers), Object.values(headers));

const claims: readonly (readonly [what: string, method: string, headers: Readonly<Record<string, string>>, expected: readonly string[]])[] =
  [
    ['a modern call', 'POST', { 'mcp-method': 'tools/call', 'mcp-protocol-version': '2026-07-28' }, ['modern', '2026-07-28', 'tools/call']],
    [
      'a method that nobody knows',
      'POST',
      { 'mcp-method': 'secret-words', 'mcp-protocol-version': '2026-07-28' },
      ['modern', '2026-07-28', 'POST'],
    ],
    [
      'a revision that nobody knows',
      'POST',
      { 'mcp-method': 'tools/list', 'mcp-protocol-version': 'secret-words' },
      ['modern', '', 'tools/list'],
    ],
    ['an older agent', 'POST', { 'mcp-protocol-version': '2025-11-25' }, ['legacy', '2025-11-25', 'POST']],
    ['a stream', 'GET', { 'mcp-method': 'tools/call' }, ['modern', '', 'GET']],
    ['nothing', 'DELETE', {}, ['legacy', '', 'DELETE']],
  ];
for (const [what, method, headers, expected] of claims)
  test(`${what}: ${expected.join(' ')}`, () => {
    const { era, revision, method: claimed } = claimsOf(method, listOf(headers));
    assert.deepEqual([era, revision, claimed], expected);
  });

const pairs = (headers: readonly string[]): readonly string[] =>
  headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []));

test('what a server needs crosses, behind the credentials of the gateway, and nothing else', () => {
  const headers = listOf({
    host: 'gateway',
    authorization: 'Bearer of the agent',
    cookie: 'a=b',
    origin: 'https://app.example',
    'x-forwarded-for': '10.0.0.1',
    'content-type': 'application/json',
    accept: '*/*',
    'mcp-method': 'tools/call',
    'mcp-name': 'a',
    'mcp-param-region': 'eu',
    'mcp-session-id': 'ours',
    'last-event-id': '7',
    'content-length': '2',
  });
  assert.deepEqual(pairs(toServer(headers, ['Authorization', 'Bearer of the gateway'], 'theirs')), [
    'Authorization: Bearer of the gateway',
    'content-type: application/json',
    'accept: */*',
    'mcp-method: tools/call',
    'mcp-name: a',
    'mcp-param-region: eu',
    'last-event-id: 7',
    'Mcp-Session-Id: theirs',
  ]);
});

test('what the gateway itself says to a server stands there once, whatever an agent says of the same name', () => {
  const headers = listOf({
    'content-type': 'application/json',
    'mcp-param-tenant': 'theirs',
    'mcp-param-region': 'eu',
    traceparent: '00-1',
  });
  const own = ['Mcp-Param-Tenant', 'ours', 'TraceParent', '00-2'];
  assert.deepEqual(pairs(toServer(headers, own, undefined)), [
    'Mcp-Param-Tenant: ours',
    'TraceParent: 00-2',
    'content-type: application/json',
    'mcp-param-region: eu',
  ]);
});

test('what an agent is told is of what kind the answer is, and its own name for the session', () => {
  assert.deepEqual(pairs(toAgent('application/json', 'application/json; charset=utf-8', 'ours')), [
    'Content-Type: application/json; charset=utf-8',
    'Mcp-Session-Id: ours',
  ]);
  assert.deepEqual(toAgent('', undefined, undefined), []);
  assert.deepEqual(pairs(toAgent('text/event-stream', 'text/event-stream; charset=utf-8', undefined)).slice(0, 2), [
    'Content-Type: text/event-stream',
    'Cache-Control: no-store',
  ]);
});
