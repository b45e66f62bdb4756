// Members whose names strangers chose are read as members, never as what a prototype lends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isArray, isObject, own, valueAt } from './json-value.ts';

test('objects and arrays', () => {
  for (const value of [undefined, null, 0, '', true, []]) assert.equal(isObject(value), false);
  for (const value of [undefined, null, 0, '', true, {}]) assert.equal(isArray(value), false);
  assert.equal(isObject({}), true);
  assert.equal(isArray([]), true);
});

test('own members only', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) assert.equal(own({}, name), undefined);
  assert.equal(own({ constructor: 1 }, 'constructor'), 1);
});

test('paths', () => {
  const root = { a: [{ b: null }, 'text'], length: 3 };
  assert.equal(valueAt(root, []), root);
  assert.equal(valueAt(root, ['a', 0, 'b']), null);
  for (const path of [['a', 'length'], ['a', 1, 'length'], ['a', 1, 0], ['a', 2], ['x', 'y'], [0], ['a', 0, 'constructor']]) {
    assert.equal(valueAt(root, path), undefined);
  }
});
