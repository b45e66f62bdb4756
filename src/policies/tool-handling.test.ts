import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerConfig } from '../servers/index.ts';
import { toolHandling } from './index.ts';

const server = (more: Pick<ServerConfig, 'arguments' | 'results' | 'tools'>): ServerConfig => ({
  kind: 'http',
  name: 'desk',
  url: 'http://127.0.0.1:1/mcp',
  headers: {},
  tls: { minVersion: 'TLSv1.2' },
  trust: 'review',
  ...more,
});

test('strict where nothing is said, and for servers that nobody knows', () => {
  for (const one of [undefined, server({}), server({ tools: { '*': { labels: ['x'] } } })])
    assert.deepEqual(toolHandling(one, 'any'), { arguments: 'strict', results: 'refuse' });
});

test('what is said of a tool counts before what is said of its server; of several globs, the strictest', () => {
  const mixed = server({
    arguments: 'schema',
    tools: { 'pay*': { arguments: 'strict' }, 'pay_*': { arguments: 'schema', results: 'tag' }, free: { results: 'tag' } },
  });
  assert.deepEqual(toolHandling(mixed, 'look'), { arguments: 'schema', results: 'refuse' });
  assert.deepEqual(toolHandling(mixed, 'pay_all'), { arguments: 'strict', results: 'tag' });
  assert.deepEqual(toolHandling(mixed, 'free'), { arguments: 'schema', results: 'tag' });
});
