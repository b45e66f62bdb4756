import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeHop } from '../../api/contract.ts';
import { timelineOf } from './timeline.ts';

const hop = (name: ProbeHop['hop'], ms: number | null): ProbeHop => ({ hop: name, ms, verdict: 'ok', text: '', remedy: null });

test('steps stand one after the other and fill the whole', () => {
  assert.deepEqual(
    timelineOf([hop('dns', 10), hop('tcp', 30), hop('tls', null)]).map(({ from, share }) => [from, share]),
    [
      [0, 0.25],
      [0.25, 0.75],
      [1, 0],
    ],
  );
  assert.deepEqual(
    timelineOf([hop('dns', null)]).map(({ from, share }) => [from, share]),
    [[0, 0]],
  );
});
