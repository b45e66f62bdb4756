import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlarm } from './alarm.ts';

test('it rings at the earliest deadline and then when the sweep says', async () => {
  const swept: number[] = [];
  const begin = performance.now();
  await new Promise<void>((resolve) => {
    const alarm = createAlarm((nowMs) => {
      swept.push(nowMs - begin);
      if (swept.length < 3) return nowMs + 20;
      resolve();
      return Infinity;
    });
    alarm.by(begin + 10_000);
    alarm.by(begin + 30);
    alarm.by(begin + 20_000);
    // Keeps the process alive for an alarm that does not.
    const alive = setInterval(() => swept.length === 3 && clearInterval(alive), 5);
  });
  assert.equal(swept.length, 3);
  for (const [index, ms] of swept.entries()) assert.ok(ms >= 30 + 20 * index - 1, `sweep ${index} at ${ms} ms was early`);
});

test('a closed alarm is silent', async () => {
  const alarm = createAlarm(() => assert.fail('it rang'));
  alarm.by(performance.now() + 10);
  alarm.close();
  alarm.by(performance.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 40));
});

test('a deadline in the past rings soon, not at once', () => {
  const alarm = createAlarm(() => assert.fail('it rang inside the call'));
  alarm.by(-1);
  alarm.close();
});
