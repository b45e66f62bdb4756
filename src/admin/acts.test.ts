// Acts get on record before they are done, and how they ended before anybody is told; what must never wait waits for nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok, Secret } from '../base/index.ts';
import { fakeKeeper } from './acts.fixture.ts';
import { performAct } from './acts.ts';
import type { PerformedAct } from './acts.ts';
import { ENDPOINTS } from './contract.ts';
import type { EndpointAct } from './endpoint.ts';
import { actByContract, askActor } from './route-acts.ts';
import type { Asked } from './route-acts.ts';

const ACT: PerformedAct = { action: 'agents.add', kind: 'change', by: 'os:alice', via: 'cli', tenant: 'default', target: 'billing' };
const SUB = `sub_${'0'.repeat(24)}`;
const ASKED: Asked = { path: {}, body: {} };
const CHANGE: EndpointAct = {
  action: 'keys.issue',
  kind: 'change',
  target: 'path.agent',
  targetIs: 'agent',
  reason: 'body.reason',
  details: { label: 'body.label', groups: 'body.groups', key: 'answer.key.id', more: 'answer.more', secret: 'answer.key.none' },
};

test('a change: its beginning is durable before it is done, its end before it is told, as one act', async () => {
  const keeper = fakeKeeper();
  const seen: string[] = [];
  const done = await performAct(
    keeper,
    ACT,
    async () => {
      seen.push(...keeper.acts.map(({ outcome }) => outcome));
      return ok(7);
    },
    (value) => ({ details: { value } }),
  );
  assert.deepEqual(done, ok(7));
  assert.deepEqual(seen, ['begun']);
  const [begun, end] = keeper.acts;
  assert.equal(begun?.act, end?.act);
  assert.deepEqual(
    { ...end, act: 'ID' },
    {
      kind: 'act',
      time: Date.UTC(2026, 10, 22, 10),
      act: 'ID',
      action: 'agents.add',
      outcome: 'done',
      by: 'os:alice',
      via: 'cli',
      tenant: 'default',
      target: 'billing',
      reason: undefined,
      details: { value: 7 },
    },
  );
});

test('a refusal is on record with its code, a fault as what it is, and is not swallowed', async () => {
  const keeper = fakeKeeper();
  const refused = await performAct(keeper, ACT, async () => fail({ code: 'agent_exists', detail: 'There is one.' }));
  assert.equal(refused.ok, false);
  await assert.rejects(
    performAct(keeper, ACT, async () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.deepEqual(
    keeper.acts.map(({ outcome, details }) => [outcome, details?.['code']]),
    [
      ['begun', undefined],
      ['refused', 'agent_exists'],
      ['begun', undefined],
      ['failed', 'internal'],
    ],
  );
});

test('a log that takes nothing: nothing is done, and nothing is shown', async () => {
  for (const kind of ['change', 'read'] as const) {
    const keeper = fakeKeeper();
    keeper.isOpen = false;
    let isDone = false;
    const answered = await performAct(keeper, { ...ACT, kind }, async () => ok((isDone = true)));
    assert.equal(answered.ok ? '' : answered.error.code, 'unavailable');
    assert.equal(isDone, false);
    assert.deepEqual(keeper.acts, []);
  }
});

test('a disk that fails at the beginning stops a change; at its end, what became of it is told and follows on record', async () => {
  const atOnce = fakeKeeper();
  atOnce.onRecord = () => assert.fail('no space');
  let isDone = false;
  const stopped = await performAct(atOnce, ACT, async () => ok((isDone = true)));
  assert.equal(stopped.ok ? '' : stopped.error.code, 'unavailable');
  assert.equal(isDone, false);

  const later = fakeKeeper();
  const done = await performAct(later, ACT, async () => {
    later.isOpen = false;
    return ok('a key');
  });
  assert.deepEqual(done, ok('a key'));
  assert.deepEqual([later.acts.map(({ outcome }) => outcome), later.late.map(({ outcome }) => outcome)], [['begun'], ['done']]);
});

test('what was read is not shown when its record cannot be made durable', async () => {
  const keeper = fakeKeeper();
  keeper.onRecord = () => assert.fail('no space');
  const answered = await performAct(keeper, { ...ACT, kind: 'read' }, async () => ok('what somebody said'));
  assert.equal(answered.ok ? '' : answered.error.code, 'unavailable');
});

test('of a request goes on record what the contract names, and nothing else', async () => {
  const keeper = fakeKeeper();
  const asked = { path: { agent: 'billing' }, body: { reason: 'a new laptop', label: '', groups: ['eu', 'finance'], other: 'CANARY' } };
  const answer = { key: { id: 'k1', text: 'CANARY' }, more: [{ of: 'CANARY' }, {}] };
  await actByContract(keeper, CHANGE, asked, { work: async () => ok(answer), answerOf: (value) => value });
  const [begun, end] = keeper.acts;
  assert.deepEqual([begun?.target, begun?.reason, begun?.details], ['<agent billing>', 'a new laptop', { groups: 'eu finance' }]);
  assert.deepEqual([end?.target, end?.details], ['<agent billing>', { groups: 'eu finance', key: 'k1', more: '2' }]);
  assert.doesNotMatch(JSON.stringify(keeper.acts), /CANARY/);
});

test('whom it is about is said as the body says what it is', async () => {
  const keeper = fakeKeeper();
  const lock: EndpointAct = { action: 'lockdown.lock', kind: 'change', target: 'body.name', targetIs: 'body.kind' };
  for (const kind of ['agent', 'server'])
    await actByContract(keeper, lock, { path: {}, body: { kind, name: 'mail' } }, { work: async () => ok({}), answerOf: () => ({}) });
  assert.deepEqual(
    keeper.acts.map(({ target }) => target),
    ['<agent mail>', '<agent mail>', 'mail', 'mail'],
  );
});

test('who: the key that is shown, else the user that the command names, else the owner of the socket', async () => {
  const keeper = fakeKeeper();
  const cases: readonly [Parameters<typeof askActor>[1], string, string][] = [
    [{}, 'os:gateway', 'api'],
    [{ actor: 'alice', via: 'cli' }, 'os:alice', 'cli'],
    [{ actor: 'alice\u001b[2J', via: 'something' }, 'os:gateway', 'api'],
    [{ approver: new Secret('key-of-anna'), actor: 'alice', via: 'console' }, 'key:<agent anna>', 'console'],
    [{ approver: new Secret('wrong'), actor: 'alice' }, 'os:alice', 'api'],
  ];
  for (const [asker, by, via] of cases) assert.deepEqual(await askActor(keeper, asker), ok({ by, via }));
});

test('nobody can say whose a name is: nothing is done, but for what must never wait', async () => {
  const keeper = { ...fakeKeeper(), toName: async () => Promise.reject(new Error('no keeper')) };
  const asked = { path: { agent: 'billing' }, body: {} };
  let done = 0;
  const work = { work: async () => ok((done += 1)), answerOf: () => ({ key: { id: 'k1' } }) };
  const refused = await actByContract(keeper, CHANGE, asked, work);
  assert.equal(refused.ok ? '' : refused.error.code, 'unavailable');
  assert.equal(done, 0);
  assert.deepEqual(await actByContract(keeper, { ...CHANGE, kind: 'emergency' }, asked, work), ok(1));
  await new Promise(setImmediate);
  const [act] = keeper.acts;
  assert.deepEqual([keeper.acts.length, act?.by, act?.target, act?.details], [1, 'unknown', undefined, { key: 'k1' }]);
});

test('an emergency waits neither for the log nor for who it was, and is on record as soon as it can be', async () => {
  const keeper = fakeKeeper();
  keeper.isOpen = false;
  const act: EndpointAct = { ...CHANGE, kind: 'emergency' };
  const answered = await actByContract(
    keeper,
    act,
    { ...ASKED, path: { agent: 'billing' } },
    { work: async () => ok({}), answerOf: () => ({}) },
  );
  assert.deepEqual(answered, ok({}));
  await new Promise(setImmediate);
  assert.deepEqual(
    keeper.late.map(({ outcome, target }) => [outcome, target]),
    [['done', '<agent billing>']],
  );
});

test('who is to be erased stands in the beginning, and in a refusal: as the pseudonym they have, never as a name', async () => {
  const { act } = ENDPOINTS.eraseSubject;
  for (const [kind, name, target] of [
    ['agent', 'ben', '<pseudonym of agent ben>'],
    ['user', 'ann', '<pseudonym of user ann>'],
    ['pseudonym', SUB, SUB],
  ] as const) {
    const keeper = fakeKeeper();
    const asked: Asked = { path: {}, body: { kind, name, reason: 'Art. 17' } };
    await actByContract(keeper, act, asked, { work: async () => ok({ pseudonym: SUB }), answerOf: (value) => value });
    const held = { work: async () => fail({ code: 'subject_held', detail: '' } as const), answerOf: () => ({}) };
    await actByContract(keeper, act, asked, held);
    assert.deepEqual(
      keeper.acts.map((one) => [one.outcome, one.target]),
      [
        ['begun', target],
        ['done', target],
        ['begun', target],
        ['refused', target],
      ],
    );
  }
});

test('a name that nobody may learn the pseudonym of stands nowhere; one where nobody can say keeps the act from being done', async () => {
  const { act } = ENDPOINTS.eraseSubject;
  const asked: Asked = { path: {}, body: { kind: 'agent', name: 'ben', reason: 'Art. 17' } };
  const work = { work: async () => ok(1), answerOf: () => ({}) };
  const hidden = { ...fakeKeeper(), findPseudonym: async () => undefined };
  await actByContract(hidden, act, asked, work);
  assert.deepEqual(
    hidden.acts.map(({ target }) => target),
    [undefined, undefined],
  );
  const away = { ...fakeKeeper(), findPseudonym: async () => Promise.reject(new Error('no keeper')) };
  const refused = await actByContract(away, act, asked, work);
  assert.deepEqual([refused.ok, away.acts.length], [false, 0]);
});

test('what is called a pseudonym is one: it goes on record as it stands', () => {
  const input = ENDPOINTS.eraseSubject.request;
  assert.equal(input.safeParse({ kind: 'pseudonym', name: 'ann', reason: 'x' }).success, false);
  assert.equal(input.safeParse({ kind: 'pseudonym', name: SUB, reason: 'x' }).success, true);
});
