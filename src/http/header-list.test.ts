import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeaderList } from './header-list.ts';

test('a field is found by its lowercase name', () => {
  const headers = createHeaderList(['host', 'accept'], ['a', 'text/html']);
  assert.equal(headers.get('accept'), 'text/html');
  assert.equal(headers.get('Accept'), undefined);
  assert.equal(headers.get('cookie'), undefined);
});

test('repeated fields are joined in arrival order, whatever stands between', () => {
  const headers = createHeaderList(['accept', 'host', 'accept', 'accept'], ['1', 'h', '2', '3']);
  assert.equal(headers.get('accept'), '1, 2, 3');
});

test('an empty value is a value', () => {
  assert.equal(createHeaderList(['x'], ['']).get('x'), '');
});
