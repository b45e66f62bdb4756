// Questions to people, as every store must keep them: one answer, one use, whoever asks at once.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from './index.ts';
import type { ApprovalDecision, ApprovalQuestion, Asking, Store } from './index.ts';

const TENANT = 'default';
const NOW = 1_700_000_000_000;
const CAPS = { maxPendingPerAgent: 3, maxPending: 5, maxAskedPerAgent: 6, windowMs: 3_600_000 };
const PACE = { maxActs: 3, windowMs: 600_000 };

function question(change: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
  return {
    tenant: TENANT,
    digest: 'd1',
    agent: 'robot',
    user: null,
    server: 'bank',
    kind: 'tool',
    name: 'pay',
    fingerprint: 'f1',
    rule: 'large',
    terms: { expiresAfterMs: 60_000, approvers: [], notRequester: false },
    risk: 'high',
    ...change,
  };
}

const asking = (call: string, change: Partial<Asking> = {}): Asking => ({ id: `apr_${call}`, call, nowMs: NOW, caps: CAPS, ...change });
const taking = (id: string, call: string, nowMs = NOW): Parameters<Store['approvals']['take']>[0] => ({ tenant: TENANT, id, call, nowMs });
const deciding = (ids: readonly string[], change: Partial<ApprovalDecision> = {}): ApprovalDecision => ({
  tenant: TENANT,
  ids,
  decision: 'approve',
  by: 'eve',
  act: `act ${ids.join()}`,
  nowMs: NOW,
  pace: PACE,
  ...change,
});

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-approvals-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(t: TestContext, folder = folderFor(t)): Store['approvals'] {
  const store = openStore(folder);
  t.after(() => store.close());
  return store.approvals;
}

test('the same question is joined, not asked twice', async (t) => {
  const approvals = open(t);
  const first = await approvals.ask(question(), asking('c1'));
  const second = await approvals.ask(question(), asking('c2'));
  assert.deepEqual([first.kind, second.kind], ['pending', 'pending']);
  assert.deepEqual(
    (await approvals.list(TENANT)).map(({ id }) => id),
    ['apr_c1'],
  );
});

test('an approval works once, and again only for the call that has it', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  assert.equal(await approvals.take(taking('apr_c1', 'c1')), false, 'nobody has said yes');
  assert.equal((await approvals.decide(deciding(['apr_c1']))).ok, true);
  assert.equal(await approvals.take(taking('apr_c1', 'c1')), true);
  assert.equal(await approvals.take(taking('apr_c1', 'c2')), false);
  assert.equal(await approvals.take(taking('apr_c1', 'c1')), true, 'its answer may have been lost');
  const after = await approvals.ask(question(), asking('c3'));
  assert.equal(after.kind, 'pending', 'the next call is asked about anew');
});

test('a later identical call finds the approval, and no other call does', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  await approvals.decide(deciding(['apr_c1']));
  for (const other of [{ digest: 'd2' }, { tenant: 'other' }]) {
    const asked = await approvals.ask(question(other), asking(`c-${JSON.stringify(other)}`));
    assert.equal(asked.kind, 'pending');
  }
  assert.equal((await approvals.ask(question(), asking('c2'))).kind, 'granted');
  assert.equal((await approvals.ask(question(), asking('c2'))).kind, 'granted', 'its answer may have been lost');
  assert.equal((await approvals.ask(question(), asking('c3'))).kind, 'pending');
});

test('another tenant can neither see nor use nor answer it', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  await approvals.decide(deciding(['apr_c1']));
  assert.equal(await approvals.take({ tenant: 'other', id: 'apr_c1', call: 'c1', nowMs: NOW }), false);
  assert.equal(await approvals.read('other', 'apr_c1'), undefined);
  assert.equal((await approvals.decide(deciding(['apr_c1'], { tenant: 'other' }))).ok, false);
});

test('what has expired is neither answered nor used, and is asked anew', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  const late = await approvals.decide(deciding(['apr_c1'], { nowMs: NOW + 60_000 }));
  assert.deepEqual(!late.ok && late.error, { kind: 'approval_over', id: 'apr_c1', state: 'expired' });
  await approvals.decide(deciding(['apr_c1'], { nowMs: NOW + 59_999 }));
  assert.equal(await approvals.take(taking('apr_c1', 'c1', NOW + 60_000)), false);
  assert.equal((await approvals.ask(question(), asking('c2', { nowMs: NOW + 60_000 }))).kind, 'pending');
});

test('a no stands for as long as the question would have', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  await approvals.decide(deciding(['apr_c1'], { decision: 'reject' }));
  assert.equal((await approvals.ask(question(), asking('c2'))).kind, 'rejected');
  assert.equal((await approvals.ask(question(), asking('c3', { nowMs: NOW + 60_000 }))).kind, 'pending');
});

test('rounds of one call pass one after the other, each once', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c2'), 0), false, 'not before the approval is used');
  await approvals.decide(deciding(['apr_c1']));
  await approvals.take(taking('apr_c1', 'c1'));
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c2'), 0), true);
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c3'), 0), false, 'a replay');
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c2'), 0), true, 'its answer may have been lost');
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c4'), 2), false, 'a round that has not been');
  assert.equal(await approvals.takeRound(taking('apr_c1', 'c4'), 1), true);
  assert.equal(await approvals.take(taking('apr_c1', 'c1')), false, 'the first round is over');
});

test('caps: an agent cannot fill the list, nor ask for ever', async (t) => {
  const approvals = open(t);
  const ask = async (digest: string, agent = 'robot'): Promise<string> => {
    const asked = await approvals.ask(question({ digest, agent }), asking(`${agent}-${digest}`));
    return asked.kind === 'full' ? asked.which : asked.kind;
  };
  assert.deepEqual([await ask('1'), await ask('2'), await ask('3'), await ask('4')], ['pending', 'pending', 'pending', 'agent']);
  assert.equal(await ask('1'), 'pending', 'what is pending can be joined');
  assert.deepEqual([await ask('5', 'b'), await ask('6', 'b'), await ask('7', 'b')], ['pending', 'pending', 'all']);
  for (const id of ['robot-1', 'robot-2', 'robot-3']) await approvals.decide(deciding([`apr_${id}`], { decision: 'reject' }));
  assert.deepEqual([await ask('7'), await ask('8'), await ask('9')], ['pending', 'pending', 'pending']);
  await approvals.decide(deciding(['apr_robot-7'], { decision: 'reject' }));
  assert.equal(await ask('10'), 'asked-too-often');
});

test('one person approves so often and no more; another may, and saying no is always possible', async (t) => {
  const approvals = open(t);
  const caps = { ...CAPS, maxPendingPerAgent: 100, maxPending: 100, maxAskedPerAgent: 100 };
  const ids: string[] = [];
  for (let i = 0; i < 10; i++) {
    await approvals.ask(question({ digest: `d${i}` }), asking(`c${i}`, { caps }));
    ids.push(`apr_c${i}`);
  }
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = ids;
  assert.equal((await approvals.decide(deciding([a]))).ok, true);
  assert.equal((await approvals.decide(deciding([b, c], { nowMs: NOW + 1 }))).ok, true, 'several at once are one act');
  assert.equal((await approvals.decide(deciding([d], { nowMs: NOW + 2 }))).ok, true);
  const tired = await approvals.decide(deciding([e], { nowMs: NOW + 3 }));
  assert.deepEqual(!tired.ok && tired.error, { kind: 'cooling_down', untilMs: NOW + PACE.windowMs });
  assert.equal((await approvals.decide(deciding([e], { by: 'law', nowMs: NOW + 3 }))).ok, true);
  assert.equal((await approvals.decide(deciding([f], { decision: 'reject', nowMs: NOW + 3 }))).ok, true);
});

test('a decision about several is made about all of them or none', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  const decided = await approvals.decide(deciding(['apr_c1', 'apr_guessed']));
  assert.equal(!decided.ok && decided.error.kind, 'approval_unknown');
  assert.equal((await approvals.read(TENANT, 'apr_c1'))?.state, 'pending');
});

test('twenty at once, through two open stores: one has it', async (t) => {
  const folder = folderFor(t);
  const stores = [open(t, folder), open(t, folder)] as const;
  await stores[0].ask(question(), asking('c1'));
  await stores[1].decide(deciding(['apr_c1']));
  const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2 === 0 ? 0 : 1].take(taking('apr_c1', `call ${i}`))));
  assert.equal(taken.filter(Boolean).length, 1);
});

test('what is long over is forgotten, and what is not stays', async (t) => {
  const approvals = open(t);
  await approvals.ask(question(), asking('c1'));
  await approvals.ask(
    question({ digest: 'd2', terms: { expiresAfterMs: 120_000, approvers: [['sec']], notRequester: true } }),
    asking('c2'),
  );
  await approvals.prune(NOW + 60_001);
  const [left, ...more] = await approvals.list(TENANT);
  assert.equal(more.length, 0);
  assert.deepEqual(left?.terms, { expiresAfterMs: 120_000, approvers: [['sec']], notRequester: true });
});
