// Calls for who looks on: as they come, with their ends, by a filter, so many at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TailRecord } from '../../audit/index.ts';
import { createCallWatch } from './call-watch.ts';
import type { CallWatch } from './call-watch.ts';

let seq = 0;

function record(kind: string, members: Readonly<Record<string, unknown>>): TailRecord {
  seq += 1;
  return { slot: 'worker-0', seq, time: 1_790_000_000_000 + seq, kind, text: '', members: { kind, ...members } };
}

function decision(id: string, members: Readonly<Record<string, unknown>> = {}): TailRecord {
  return record('decision', { id, verdict: 'allow', server: 'files', agent: 'ada', ...members });
}

function outcome(id: string, members: Readonly<Record<string, unknown>> = {}): TailRecord {
  return record('outcome', { id, status: 'ok', answerBytes: 1, ...members });
}

/** What each watcher is told: call, and how it ended. */
function told(watch: CallWatch): Readonly<Record<number, readonly string[]>> {
  return Object.fromEntries(
    watch
      .drain()
      .map(({ watcher, records, skipped }) => [
        watcher,
        [
          ...records.map(({ id, status, isUnderWay }) => `${id} ${isUnderWay ? 'under way' : (status ?? 'over')}`),
          ...(skipped > 0 ? [`+${skipped}`] : []),
        ],
      ]),
  );
}

test('a call is told when it is decided and when it has ended, and once where both came since', () => {
  const watch = createCallWatch();
  watch.watch(1, {}, false);
  watch.take(decision('a-1'));
  watch.take(decision('a-2', { verdict: 'deny' }));
  assert.deepEqual(told(watch), { 1: ['a-1 under way', 'a-2 over'] });
  watch.take(outcome('a-1', { status: 'tool_error' }));
  watch.take(decision('a-3'));
  watch.take(outcome('a-3'));
  assert.deepEqual(told(watch), { 1: ['a-1 tool_error', 'a-3 ok'] });
  assert.deepEqual(told(watch), {});
});

test('what is no call is not told; the end of a call that began before is', () => {
  const watch = createCallWatch();
  watch.watch(1, {}, false);
  watch.take(record('act', { act: 'act_1', action: 'agents.add' }));
  watch.take(record('checkpoint', {}));
  watch.take(outcome('old-1'));
  assert.deepEqual(told(watch), { 1: ['old-1 ok'] });
});

test('each watcher sees what they asked for, also when only the end of a call fits', () => {
  const watch = createCallWatch();
  watch.watch(1, { server: 'payroll' }, false);
  watch.watch(2, { verdict: 'deny' }, false);
  watch.watch(3, { finding: 'email' }, false);
  watch.take(decision('a-1', { server: 'payroll' }));
  watch.take(decision('a-2', { verdict: 'deny' }));
  watch.take(decision('a-3'));
  watch.take(outcome('a-3', { findings: [{ type: 'email', class: 'personal', count: 1, path: '$', action: 'tag' }] }));
  assert.deepEqual(told(watch), { 1: ['a-1 under way'], 2: ['a-2 over'], 3: ['a-3 ok'] });
  watch.leave(1);
  watch.take(decision('a-4', { server: 'payroll' }));
  assert.deepEqual(told(watch), {});
});

test('more than so many at once are counted, and whoever read of a beginning reads of the end', () => {
  const watch = createCallWatch(2);
  watch.watch(1, {}, false);
  for (const id of ['a-1', 'a-2', 'a-3', 'a-4']) watch.take(decision(id));
  assert.deepEqual(told(watch), { 1: ['a-1 under way', 'a-2 under way', '+2'] });
  for (const id of ['b-1', 'b-2']) watch.take(decision(id));
  for (const id of ['a-1', 'a-2']) watch.take(outcome(id));
  assert.deepEqual(told(watch), { 1: ['b-1 under way', 'b-2 under way', 'a-1 ok', 'a-2 ok'] });
});

test('nobody is told a name that it takes two people to learn', () => {
  const watch = createCallWatch();
  watch.watch(1, {}, true);
  watch.watch(2, {}, false);
  watch.take(decision('a-1', { subject: `sub_${'0'.repeat(24)}`, keyId: 'key_1' }));
  const [guarded, open] = watch.drain().map(({ records }) => records[0]);
  assert.deepEqual([guarded?.agent, guarded?.key, guarded?.isWithheld, guarded?.subject], [null, null, true, `sub_${'0'.repeat(24)}`]);
  assert.deepEqual([open?.agent, open?.isWithheld], ['ada', false]);
});
