import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSignInLimit } from './sign-in-limit.ts';
import type { SignInLimit } from './sign-in-limit.ts';

const TRIES = 30;

interface Stage {
  readonly limit: SignInLimit;
  /** How often somebody had to wait. */
  readonly waits: () => number;
  readonly setNow: (ms: number) => void;
  /** A wrong link from an address; whether it had to wait. */
  readonly guess: (address: string) => Promise<boolean>;
}

function start(startMs = 0): Stage {
  let now = startMs;
  let waits = 0;
  const limit = createSignInLimit(
    () => now,
    async () => void waits++,
  );
  const guess = async (address: string): Promise<boolean> => {
    const before = waits;
    const one = limit(address);
    await one.turn(() => false);
    one.end(true);
    return waits > before;
  };
  return { limit, waits: () => waits, setNow: (ms) => (now = ms), guess };
}

/** How many wrong links go straight through. */
async function straight({ guess }: Stage, address: string): Promise<number> {
  let tries = 0;
  while (!(await guess(address))) tries++;
  return tries;
}

test('one address has so many wrong links in a row, and more with time; another has its own', async () => {
  const stage = start();
  assert.equal(await straight(stage, '10.0.0.1'), TRIES);
  assert.equal(await stage.guess('10.0.0.1'), true);
  assert.equal(await stage.guess('10.0.0.2'), false);
  stage.setNow(4_000);
  assert.equal(await straight(stage, '10.0.0.1'), 2);
});

test('a right link costs nothing', async () => {
  const stage = start();
  for (let n = 0; n < 100; n++) {
    const one = stage.limit('10.0.0.1');
    await one.turn(() => false);
    one.end(false);
  }
  assert.equal(stage.waits(), 0);
  assert.equal(await straight(stage, '10.0.0.1'), TRIES);
});

test('who comes after many wrong links gets their turn, and those who have left hold up nobody', async () => {
  const stage = start();
  await straight(stage, '127.0.0.1');
  const before = stage.waits();
  const left = Array.from({ length: 500 }, () => stage.limit('127.0.0.1').turn(() => true));
  await stage.limit('127.0.0.1').turn(() => false);
  await Promise.all(left);
  assert.equal(stage.waits(), before + 1);
});

test('a clock that is set back gives nothing and takes nothing', async () => {
  const stage = start(1_000_000);
  assert.equal(await stage.guess('10.0.0.1'), false);
  stage.setNow(0);
  assert.equal(await straight(stage, '10.0.0.1'), TRIES - 1);
});

test('who has many addresses is still one, and is not remembered without end', async () => {
  const stage = start();
  let tries = 0;
  for (let n = 0; n < 5_000; n++) if (!(await stage.guess(`2001:db8::${n.toString(16)}`))) tries++;
  assert.equal(tries, 200);
  stage.setNow(3_600_000);
  assert.equal(await stage.guess('10.0.0.1'), false);
});
