import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordView } from '../../api/contract.ts';
import { MAX_ROWS, NO_CALLS, released, withCalls, withWaiting } from './live-calls.ts';

/** As much of a record as rows are told apart and ordered by. */
function call(seq: number, endedAt: string | null = null, log = 'worker-0'): RecordView {
  const time = new Date(1_900_000_000_000 + seq * 1_000).toISOString();
  return { log, seq, time, endedAt, kind: 'call' } as RecordView;
}

const seqs = (rows: readonly RecordView[]): readonly number[] => rows.map(({ seq }) => seq);
const ENDED = '2031-01-01T00:00:00.000Z';

test('the newest call stands first, each once, whatever the order they come in', () => {
  const calls = withCalls(withCalls(NO_CALLS, [call(2), call(5)]), [call(3), call(5), call(5, null, 'worker-1')]);
  assert.deepEqual(seqs(calls.rows), [5, 5, 3, 2]);
});

test('a call that has ended stays ended', () => {
  const ended = withCalls(withCalls(NO_CALLS, [call(1)]), [call(1, ENDED)]);
  assert.equal(ended.rows[0]?.endedAt, ENDED);
  assert.equal(withCalls(ended, [call(1)]).rows[0]?.endedAt, ENDED);
});

test('no more rows are kept than a page can hold', () => {
  const calls = withCalls(
    NO_CALLS,
    Array.from({ length: MAX_ROWS + 10 }, (_, seq) => call(seq)),
  );
  assert.equal(calls.rows.length, MAX_ROWS);
  assert.equal(calls.rows.at(-1)?.seq, 10);
});

test('what comes while the page is held still is shown when it goes on', () => {
  const held = withWaiting(withCalls(NO_CALLS, [call(1)]), [call(2), call(3)], 4);
  assert.deepEqual(seqs(held.rows), [1]);
  assert.equal(held.waiting.length, 2);
  const gone = released(held);
  assert.deepEqual(seqs(gone.rows), [3, 2, 1]);
  assert.deepEqual([gone.waiting.length, gone.skipped], [0, 4]);
  assert.equal(released(gone), gone);
});
