import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayProblem } from './problem-text.ts';

test('says what is wrong, then what to do', () => {
  assert.equal(sayProblem({ message: 'must not be empty', fix: 'Write one.' }), 'must not be empty. Write one.');
  assert.equal(sayProblem({ message: 'It is empty.', fix: null }), 'It is empty.');
  assert.equal(sayProblem({ message: 'must not be empty' }), 'must not be empty.');
});
