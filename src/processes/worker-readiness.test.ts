import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readinessOf } from './worker-readiness.ts';

function faultsOf(cutOffMs: number | undefined): unknown {
  const { ready, body } = readinessOf({
    isDraining: false,
    audit: { state: 'open' },
    snapshot: { revision: 1, lockdown: { isOn: false } },
    cutOffMs,
    faults: [],
  });
  assert.equal(ready, true);
  const said: unknown = JSON.parse(Buffer.from(body).toString());
  return typeof said === 'object' && said !== null && 'faults' in said ? said.faults : undefined;
}

test('a worker that control cannot reach says so, once it is for longer than control takes to come back', () => {
  assert.deepEqual([faultsOf(undefined), faultsOf(9_000)], [[], []]);
  assert.deepEqual(faultsOf(11_000), ['what is in force may have changed since: control cannot be reached']);
});
