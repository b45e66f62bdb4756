import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordHop } from '../api/contract.ts';
import { toStretches } from './hops.ts';

const hop = (name: RecordHop['hop'], us: number): RecordHop => ({ hop: name, at: '2026-11-22T10:00:00.000Z', us });

test('tells whose time it was', () => {
  const hops = [hop('received', 0), hop('decided', 120), hop('forwarded', 200), hop('answering', 9_000), hop('answered', 9_400)];
  assert.deepEqual(
    toStretches(hops).map(({ label, whose, fromUs, toUs }) => `${label} (${whose}) ${fromUs}–${toUs}`),
    ['Decided (gateway) 0–120', 'Sent on (gateway) 120–200', 'Server works (server) 200–9000', 'Answer passed on (server) 9000–9400'],
  );
});

test('what was denied is answered by the gateway', () => {
  const stretches = toStretches([hop('received', 0), hop('decided', 90), hop('answered', 150)]);
  assert.deepEqual(
    stretches.map(({ label, whose }) => [label, whose]),
    [
      ['Decided', 'gateway'],
      ['Answered', 'gateway'],
    ],
  );
});

test('leaves out what goes back in time', () => {
  assert.deepEqual(
    toStretches([hop('received', 0), hop('decided', 500), hop('forwarded', 20), hop('answering', 900)]).map(({ fromUs, toUs }) => [
      fromUs,
      toUs,
    ]),
    [
      [0, 500],
      [500, 900],
    ],
  );
});
