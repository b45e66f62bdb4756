import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNames } from './operator-roles.ts';

test('reads names however they are separated, each once', () => {
  assert.deepEqual(readNames(' security, ops\nsecurity  payroll '), ['security', 'ops', 'payroll']);
  assert.deepEqual(readNames(' , '), []);
});
