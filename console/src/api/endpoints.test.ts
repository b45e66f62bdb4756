import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUrl } from './endpoints.ts';

test('names in a path stay one segment', () => {
  assert.equal(toUrl('readAgent', { agent: '../operators?x=1#y' }), '/api/v1/agents/..%2Foperators%3Fx%3D1%23y');
  assert.equal(toUrl('revokeKey', { agent: 'a', key: 'key_1' }), '/api/v1/agents/a/keys/key_1');
});

test('what is empty is not asked for', () => {
  assert.equal(toUrl('listAgents', {}, { search: '', limit: 20, cursor: undefined }), '/api/v1/agents?limit=20');
  assert.equal(toUrl('listAgents'), '/api/v1/agents');
  assert.equal(toUrl('addAgent', {}, { dryRun: true }), '/api/v1/agents?dryRun=true');
});
