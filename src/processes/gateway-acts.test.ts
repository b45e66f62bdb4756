// What the gateway does by itself is on record in words that a reader understands, and repeats nothing of a config.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActRecord, CallRecord } from '../audit/index.ts';
import type { ConfigProblem } from '../config/index.ts';
import { createGatewayActs } from './gateway-acts.ts';
import type { GatewayActs } from './gateway-acts.ts';

const CONFIG = { file: '/etc/sallyport.yaml', digest: 'ab'.repeat(32), before: 'cd'.repeat(32) };
const PROBLEM: ConfigProblem = {
  severity: 'error',
  file: '/etc/sallyport.yaml',
  line: 12,
  column: 3,
  path: 'servers.mail.headers',
  message: "has 'CANARY-PASSWORD', which is no name",
  fix: undefined,
};

function rig(): { readonly acts: GatewayActs; readonly records: ActRecord[] } {
  const records: ActRecord[] = [];
  const recordSoon = (added: readonly CallRecord[]): void => void records.push(...added.filter((record) => record.kind === 'act'));
  return { acts: createGatewayActs({ journal: { recordSoon }, tenant: 'default', nowMs: () => 7, version: '1.2.3' }), records };
}

test('the gateway, its processes, its config: each is one act of the gateway', () => {
  const { acts, records } = rig();
  acts.started(true);
  acts.started(false);
  acts.processBegan('worker', 'worker-0.4');
  acts.processGone('worker', 'worker-0.4', false);
  acts.processGone('worker', 'worker-1.5', true);
  acts.configApplied(CONFIG, 8, 2);
  acts.stopping(true);
  acts.stopping(false);
  const program = { version: '1.2.3', node: process.version, pid: process.pid };
  assert.deepEqual(
    records.map(({ action, outcome, via, target, details }) => [action, outcome, via, target, details]),
    [
      ['gateway.start', 'done', 'gateway', undefined, program],
      ['control.start', 'done', 'gateway', undefined, program],
      ['process.start', 'done', 'gateway', 'worker-0.4', { role: 'worker' }],
      ['process.end', 'failed', 'gateway', 'worker-0.4', { role: 'worker' }],
      ['process.end', 'done', 'gateway', 'worker-1.5', { role: 'worker' }],
      ['config.apply', 'done', 'file', CONFIG.file, { digest: CONFIG.digest, before: CONFIG.before, revision: 8, warnings: 2 }],
      ['gateway.stop', 'done', 'gateway', undefined, program],
      ['control.stop', 'done', 'gateway', undefined, program],
    ],
  );
  assert.equal(new Set(records.map(({ act }) => act)).size, records.length);
  assert.ok(records.every(({ by, time }) => by === 'gateway' && time === 7));
});

test('a config that is refused is on record with where it is wrong, and not with what stands there', () => {
  const { acts, records } = rig();
  acts.configRefused({ ...CONFIG, before: '' }, [PROBLEM, PROBLEM]);
  assert.deepEqual(records[0]?.details, { digest: CONFIG.digest, errors: 2, line: 12, path: 'servers.mail.headers' });
  assert.doesNotMatch(JSON.stringify(records), /CANARY/);
});
