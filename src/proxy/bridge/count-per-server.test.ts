import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countPerServer } from './count-per-server.ts';

test('each server has as many as all groups hold of it', () => {
  const of = (...names: readonly string[]): { server: string }[] => names.map((server) => ({ server }));
  const counts = countPerServer(of('a', 'b', 'a'), new Set(of('a')).values(), of());
  assert.deepEqual(['a', 'b', 'c'].map(counts), [3, 1, 0]);
});

test('they are gone over once, however many servers are asked for', () => {
  let passes = 0;
  const counts = countPerServer({
    [Symbol.iterator]: function* () {
      passes += 1;
      yield { server: 'a' };
    },
  });
  for (let i = 0; i < 1_000; i++) counts(`server-${i}`);
  assert.equal(passes, 1);
});
