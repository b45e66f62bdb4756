import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalView } from '../../api/contract.ts';
import { whyNotTogether } from './together.ts';

const CALL: ApprovalView = {
  id: 'a',
  state: 'pending',
  risk: 'low',
  agent: 'desk',
  user: null,
  server: 'files',
  kind: 'tool',
  name: 'write_file',
  rule: 'ask-writes',
  approvers: [],
  notRequester: false,
  createdAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-22T11:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  usedBy: null,
  canBeShown: true,
};

test('calls of one agent and one tool can be approved together', () => {
  assert.equal(whyNotTogether([CALL, { ...CALL, id: 'b' }]), undefined);
});

test('one call alone can always be approved', () => {
  assert.equal(whyNotTogether([{ ...CALL, risk: 'high' }]), undefined);
});

test('what is of high risk, or differs, is looked at one by one', () => {
  assert.match(whyNotTogether([CALL, { ...CALL, risk: 'high' }]) ?? '', /high risk/);
  assert.match(whyNotTogether([CALL, { ...CALL, agent: 'other' }]) ?? '', /one agent/);
});
