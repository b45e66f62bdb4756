import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientConfig, expiresOf, expiryOf, readAttributes, readGroups, writeAttributes } from './agent-words.ts';

test('groups are read as people type them', () => {
  assert.deepEqual(readGroups(' finance,readers  finance\nops '), ['finance', 'readers', 'ops']);
  assert.deepEqual(readGroups(''), []);
});

test('attributes go back and forth, and a line that is none is named', () => {
  const { attributes, wrong } = readAttributes('team = labs\nurl=http://x/?a=b\n\n');
  assert.deepEqual(attributes, { team: 'labs', url: 'http://x/?a=b' });
  assert.equal(wrong, undefined);
  assert.equal(writeAttributes(attributes), 'team=labs\nurl=http://x/?a=b');
  assert.equal(readAttributes('team=labs\nnonsense').wrong, 'nonsense');
  assert.equal(readAttributes('=labs').wrong, '=labs');
});

test('a key ends when it was chosen to', () => {
  const now = Date.parse('2031-01-01T00:00:00Z');
  assert.equal(expiryOf('30d', now), '2031-01-31T00:00:00.000Z');
  assert.equal(expiryOf('never', now), null);
  assert.deepEqual([expiresOf('30d'), expiresOf('never')], ['30d', undefined]);
});

test('a client is told where to go and which key to show', () => {
  assert.deepEqual(JSON.parse(clientConfig('http://127.0.0.1:7625/mcp', 'spk_x')), {
    mcpServers: { sallyport: { type: 'http', url: 'http://127.0.0.1:7625/mcp', headers: { Authorization: 'Bearer spk_x' } } },
  });
});
