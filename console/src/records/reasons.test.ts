import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECISION_REASONS } from '../../../src/audit/index.ts';
import { ERRORS } from '../../../src/base/index.ts';
import { outcomeOf } from './outcome-words.ts';
import { GIVEN_UP, REASONS, whyOf } from './reasons.ts';

const CALL = { kind: 'call', reason: null, code: null, rule: null, limit: null, approval: null } as const;

test('every code that the gateway can put on record has a sentence, and no other has', () => {
  const codes = new Set<string>([...DECISION_REASONS, ...Object.keys(ERRORS)]);
  assert.deepEqual(Object.keys(REASONS).toSorted(), [...codes].toSorted());
  for (const code of codes)
    for (const facts of [CALL, { ...CALL, rule: 'no-deletes', limit: 'per-minute', approval: 'apr_1' }]) {
      const why = whyOf({ ...facts, reason: code });
      assert.equal(why?.code, code);
      assert.match(why?.says ?? '', /^\p{Lu}.*\.$/u, code);
      assert.doesNotMatch(why?.says ?? '', /null|undefined/, code);
    }
});

test('a denial names what denied', () => {
  assert.equal(whyOf({ ...CALL, reason: 'denied', rule: 'no-deletes' })?.says, 'The rule “no-deletes” denies it.');
  assert.match(whyOf({ ...CALL, reason: 'denied' })?.says ?? '', /^No rule of the policy allows it/);
  assert.match(whyOf({ ...CALL, reason: 'rate-limited', limit: 'per-minute' })?.says ?? '', /limit “per-minute”/);
  for (const code of ['flow', 'condition-error', 'approval-needed', 'approval-asked', 'approval-rejected', 'approvals-full'] as const)
    assert.match(whyOf({ ...CALL, reason: code, rule: 'asks' })?.says ?? '', /rule “asks”/i, code);
});

test('a call that was given up was denied by nobody', () => {
  const record = { ...CALL, reason: GIVEN_UP, approval: 'apr_1' };
  assert.match(whyOf(record)?.says ?? '', /hung up while the call waited for a person\. Nobody denied it/);
  assert.deepEqual(outcomeOf({ verdict: 'deny', status: null, isUnderWay: false, reason: GIVEN_UP }), ['given up', 'neutral']);
  assert.deepEqual(outcomeOf({ verdict: 'deny', status: null, isUnderWay: false, reason: 'denied' }), ['denied', 'bad']);
});

test('what people say stands as they said it, and so does a code that nobody knows', () => {
  assert.deepEqual(whyOf({ ...CALL, kind: 'act', reason: 'denied' }), { says: 'denied' });
  assert.equal(whyOf({ ...CALL, kind: 'act' }), undefined);
  assert.deepEqual(whyOf({ ...CALL, reason: 'constructor' }), { says: 'constructor' });
  assert.equal(whyOf({ ...CALL, code: 'upstream_timeout' })?.says, 'The server did not answer in time.');
  assert.equal(whyOf(CALL), undefined);
});
