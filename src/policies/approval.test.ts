import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approverFault, mergeTerms, riskOf } from './approval.ts';
import type { Approver, ApproverFault, Requester } from './approval.ts';
import type { Approval, CallClass } from './types.ts';

const approval = (more: Partial<Approval> = {}): Approval => ({ expiresAfterMs: 60_000, approvers: 'any', notRequester: false, ...more });
const robot: Requester = { agent: 'robot', user: 'ada' };
const known = (agent: string, ...groups: readonly string[]): Approver => ({ identity: `key:${agent}`, names: [agent], groups });
const signedIn = (name: string, ...agents: readonly string[]): Approver => ({
  identity: `operator:${name}`,
  names: [name, ...agents],
  groups: ['sec'],
});
const local: Approver = { identity: 'os:root', names: undefined, groups: [] };

const rows: readonly (readonly [what: string, rules: readonly Approval[], approver: Approver, fault: ApproverFault | undefined])[] = [
  ['whoever may use the socket, where a rule says any', [approval()], local, undefined],
  ['somebody in a group', [approval({ approvers: ['sec-*'] })], known('eve', 'sec-ops'), undefined],
  ['somebody in none', [approval({ approvers: ['sec-*'] })], known('eve', 'desk'), 'not-in-group'],
  ['nobody known, where groups are named', [approval({ approvers: ['sec-*'] })], local, 'not-in-group'],
  ['somebody else', [approval({ notRequester: true })], known('eve'), undefined],
  ['the agent itself', [approval({ notRequester: true })], known('robot'), 'is-requester'],
  ['the person it acts for', [approval({ notRequester: true })], known('ada'), 'is-requester'],
  ['nobody known, where it must be somebody else', [approval({ notRequester: true })], local, 'identity-needed'],
  ['somebody who is signed in', [approval({ notRequester: true, approvers: ['sec'] })], signedIn('eve', 'helper'), undefined],
  ['whoever the agent acts for, signed in', [approval({ notRequester: true })], signedIn('eve', 'helper', 'robot'), 'is-requester'],
  ['the person it acts for, signed in', [approval({ notRequester: true })], signedIn('ada'), 'is-requester'],
  ['one group of two rules', [approval({ approvers: ['sec'] }), approval({ approvers: ['law'] })], known('eve', 'sec'), 'not-in-group'],
  ['both groups', [approval({ approvers: ['sec'] }), approval({ approvers: ['law'] })], known('eve', 'law', 'sec'), undefined],
  ['the second rule of two counts as much', [approval(), approval({ notRequester: true })], known('robot'), 'is-requester'],
];
for (const [what, rules, approver, fault] of rows) {
  test(`${what}: ${fault ?? 'may approve'}`, () => {
    assert.equal(approverFault(mergeTerms(rules), robot, approver), fault);
    assert.equal(approverFault(mergeTerms(rules.toReversed()), robot, approver), fault, 'order decides nothing');
  });
}

test('of several rules, the shortest time counts', () => {
  assert.equal(mergeTerms([approval(), approval({ expiresAfterMs: 5_000 }), approval()]).expiresAfterMs, 5_000);
});

for (const [labels, callClass, risk] of [
  [['destructive'], 'low', 'high'],
  [[], 'critical', 'high'],
  [['external-sink'], 'low', 'medium'],
  [[], 'standard', 'medium'],
  [['private-source'], 'low', 'low'],
] as const satisfies readonly (readonly [readonly string[], CallClass, string])[]) {
  test(`${labels.join()} ${callClass}: ${risk}`, () => assert.equal(riskOf(labels, callClass), risk));
}
