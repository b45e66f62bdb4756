import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesAsOptions, readNames } from './operator-roles.ts';

test('reads names however they are separated, each once', () => {
  assert.deepEqual(readNames(' security, ops\nsecurity  payroll '), ['security', 'ops', 'payroll']);
  assert.deepEqual(readNames(' , '), []);
});

test('writes them as options', () => {
  assert.deepEqual(namesAsOptions('--group', ['a', 'b']), ['--group', 'a', '--group', 'b']);
});
