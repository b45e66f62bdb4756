import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAgain, secondTries } from './run-again.ts';
import type { FailedFile } from './run-tests.ts';
import type { Tally } from './tally.ts';

const failedFile = (path: string): FailedFile => ({ path: `/checkout/${path}`, passed: 2, failed: 1, skipped: 1 });

test('only files that start whole gateways get a second try', () => {
  const [walk, unit, pin] = ['test/walks/crash.test.ts', 'src/http/pool.test.ts', 'test/pins/metrics.test.ts'].map(failedFile);
  assert.deepEqual(
    secondTries(
      '/checkout',
      [walk, unit, pin].filter((file) => file !== undefined),
    ),
    [walk],
  );
});

test('where many failed nothing gets a second try', () => {
  const many = Array.from({ length: 5 }, (_, n) => failedFile(`test/walks/${n}.test.ts`));
  assert.deepEqual(secondTries('/checkout', many), []);
  assert.equal(secondTries('/checkout', many.slice(1)).length, 4);
});

test('the second try is what counts, whichever way it ends', async () => {
  const file = failedFile('test/walks/crash.test.ts');
  for (const failsAgain of [false, true]) {
    const other = { name: 'test/walks/other.test.ts > b', reason: 'r' };
    const tally: Tally = { passed: 12, failed: 1, skips: [{ name: 'test/walks/crash.test.ts > a', reason: 'r' }, other] };
    await runAgain('/checkout', [file], tally, (paths) => {
      assert.deepEqual(paths, [file.path]);
      tally.passed += failsAgain ? 2 : 3;
      tally.failed += failsAgain ? 1 : 0;
      return Promise.resolve(failsAgain ? [file] : []);
    });
    assert.deepEqual(tally, { passed: failsAgain ? 12 : 13, failed: failsAgain ? 1 : 0, skips: [other] });
  }
});
