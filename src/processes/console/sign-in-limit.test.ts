import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSignInLimit } from './sign-in-limit.ts';

const TRIES = 30;

/** How many tries go through before one is told to wait. */
const triesOf = (limit: (address: string) => number, address: string): number => {
  let tries = 0;
  while (limit(address) === 0) tries++;
  return tries;
};

test('one address has so many tries in a row, and more with time; another has its own', () => {
  let now = 0;
  const limit = createSignInLimit(() => now);
  assert.equal(triesOf(limit, '10.0.0.1'), TRIES);
  assert.equal(limit('10.0.0.1'), 2_000);
  assert.equal(limit('10.0.0.2'), 0);
  now += 4_000;
  assert.equal(triesOf(limit, '10.0.0.1'), 2);
});

test('a clock that is set back gives nothing and takes nothing', () => {
  let now = 1_000_000;
  const limit = createSignInLimit(() => now);
  assert.equal(limit('10.0.0.1'), 0);
  now = 0;
  assert.equal(triesOf(limit, '10.0.0.1'), TRIES - 1);
});

test('who has many addresses is still one, and is not remembered without end', () => {
  let now = 0;
  const limit = createSignInLimit(() => now);
  let tries = 0;
  for (let n = 0; n < 5_000; n++) if (limit(`2001:db8::${n.toString(16)}`) === 0) tries++;
  assert.equal(tries, 200);
  now += 3_600_000;
  assert.equal(limit('10.0.0.1'), 0);
});
