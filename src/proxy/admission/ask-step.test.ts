// The person's step, with the test answering for control: what it asks, when a call goes on, and that nothing goes on otherwise.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createHeaderList } from '../../http/index.ts';
import type { AskedAnswer, AskedQuestion, Taken } from '../approvals/types.ts';
import { bed, modern, rule, snapshotWith, useRoad } from '../fakes.fixture.ts';
import type { Bed, SeenReply } from '../fakes.fixture.ts';
import { carry } from '../pipeline.ts';

useRoad(carry);

const PENDING: AskedAnswer = { kind: 'pending', id: 'apr_1', expiresAtMs: 3_601_000 };
const params = { name: 'pay', arguments: { amount: 7 } };
const accepts = { accept: 'application/json, text/event-stream' };

let road: Bed;
let asked: AskedQuestion[];
let taken: Taken[];
let heard: (answer: AskedAnswer) => void;
let dropped: number;
let allowTake: boolean | undefined;

beforeEach(() => {
  road = bed([rule('people', 'ask')]);
  asked = [];
  taken = [];
  dropped = 0;
  allowTake = true;
  Object.assign(road.ports, {
    approvals: {
      ...road.ports.approvals,
      ask: (question: AskedQuestion, _: string, hear: (answer: AskedAnswer) => void) => {
        asked.push(question);
        heard = hear;
        return { drop: () => dropped++ };
      },
      take: (taking: Taken, done: (isTaken: boolean | undefined) => void) => {
        taken.push(taking);
        queueMicrotask(() => done(allowTake));
      },
    },
  });
});

const call = (headers: Readonly<Record<string, string>> = {}): SeenReply => {
  const [body, own] = modern('tools/call', params);
  return road.arrive(body, { ...own, ...headers });
};
const later = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const decisions = (): readonly (readonly unknown[])[] =>
  road.audit.records.flatMap((one) => (one.kind === 'decision' ? [[one.verdict, one.reason, one.approval]] : []));
const finish = (text: string): void => {
  road.server.handler?.onHead(200, createHeaderList(['content-type'], ['application/json']));
  road.server.handler?.onBody(Buffer.from(text));
  road.server.handler?.onEnd();
};
const RESULT = '{"jsonrpc":"2.0","id":1,\n"result":{"resultType":"complete","content":[]}}';

test('it asks about all of the call, waits, and goes on when approved: taken once, then forwarded as it came', async () => {
  const reply = call(accepts);
  assert.equal(asked[0]?.content, '{"arguments":{"amount":7}}');
  heard(PENDING);
  assert.equal(reply.status, 200);
  assert.match(reply.headers.join(), /text\/event-stream/);
  assert.equal(road.server.requests.length, 0);
  heard({ kind: 'approved', id: 'apr_1' });
  await later();
  assert.deepEqual(taken, [{ tenant: 'default', id: 'apr_1', call: 'call-1' }]);
  assert.equal(Buffer.from(road.server.requests[0]?.body ?? []).toString(), JSON.stringify(modern('tools/call', params)[0]));
  finish(RESULT);
  assert.match(reply.body, /^: waiting for a person\n\nevent: message\ndata: \{/);
  assert.equal(reply.ended, 'end');
  assert.deepEqual(decisions(), [
    ['ask', 'approval-asked', 'apr_1'],
    ['allow', undefined, 'apr_1'],
  ]);
});

test('no byte of the answer before the question is durable on record', () => {
  road.audit.durable = false;
  const reply = call(accepts);
  heard(PENDING);
  assert.deepEqual(reply.seen, []);
  road.audit.settle();
  assert.deepEqual(reply.seen.slice(0, 1), ['start 200']);
});

test('an agent that takes no streams simply waits', async () => {
  const reply = call({ accept: 'application/json' });
  heard(PENDING);
  assert.deepEqual(reply.seen, []);
  heard({ kind: 'approved', id: 'apr_1' });
  await later();
  finish(RESULT);
  assert.equal(reply.body, RESULT);
});

test('approved before: taken with the question, and nothing waits', async () => {
  const reply = call(accepts);
  heard({ kind: 'granted', id: 'apr_0' });
  await later();
  assert.deepEqual([reply.seen, taken, road.server.requests.length], [[], [], 1]);
  assert.deepEqual(decisions(), [['allow', undefined, 'apr_0']]);
});

for (const [what, answers, reason] of [
  ['rejected', [PENDING, { kind: 'rejected', id: 'apr_1', expiresAtMs: 5_000 }], 'approval-rejected'],
  ['rejected before', [{ kind: 'rejected', id: 'apr_1', expiresAtMs: 5_000 }], 'approval-rejected'],
  ['nobody can be asked', [{ kind: 'refused', why: 'unavailable' }], 'approvals-unavailable'],
  ['too many wait', [{ kind: 'refused', why: 'full' }], 'approvals-full'],
  ['of this agent', [{ kind: 'refused', why: 'agent-full' }], 'approvals-full'],
  ['asked too often', [{ kind: 'refused', why: 'asked-too-often' }], 'approvals-too-many'],
] as const satisfies readonly (readonly [string, readonly AskedAnswer[], string])[]) {
  test(`${what}: refused, on record, and nothing reaches the server`, async () => {
    const reply = call();
    for (const answer of answers) heard(answer);
    await later();
    assert.match(reply.body, /"isError":true/);
    assert.equal(decisions().at(-1)?.[1], reason);
    assert.equal(road.server.requests.length, 0);
  });
}

for (const [answer, reason] of [
  [false, 'approval-used'],
  [undefined, 'approvals-unavailable'],
] as const) {
  test(`approved, but it cannot be taken (${reason}): refused`, async () => {
    allowTake = answer;
    const reply = call();
    heard(PENDING);
    heard({ kind: 'approved', id: 'apr_1' });
    await later();
    assert.match(reply.body, /"isError":true/);
    assert.equal(decisions().at(-1)?.[1], reason);
    assert.equal(road.server.requests.length, 0);
  });
}

test('what policy denies by the time it is approved is denied, and the approval is not used', async () => {
  const reply = call();
  heard(PENDING);
  const next = snapshotWith([rule('people', 'ask'), rule('no', 'deny', ['pay'])], ['tickets'], ['ann']);
  Object.assign(road.ports, { snapshot: () => next });
  heard({ kind: 'approved', id: 'apr_1' });
  await later();
  assert.match(reply.body, /"isError":true/);
  assert.deepEqual([taken, road.server.requests.length], [[], 0]);
});

test('what another rule asks by then is not what was approved', async () => {
  const reply = call();
  heard(PENDING);
  const next = snapshotWith([rule('others', 'ask')], ['tickets'], ['ann']);
  Object.assign(road.ports, { snapshot: () => next });
  heard({ kind: 'approved', id: 'apr_1' });
  await later();
  assert.match(reply.body, /void/);
  assert.deepEqual([taken, road.server.requests.length], [[], 0]);
});

test('hanging up ends the wait, and is on record', () => {
  const reply = call(accepts);
  heard(PENDING);
  reply.onHangup?.();
  assert.equal(dropped, 1);
  heard({ kind: 'approved', id: 'apr_1' });
  assert.deepEqual([taken, road.server.requests.length], [[], 0]);
  assert.deepEqual(decisions().at(-1), ['deny', 'hung-up', 'apr_1']);
});

test('without a log nobody is waited for', async () => {
  const reply = call(accepts);
  road.audit.takes = false;
  heard(PENDING);
  await later();
  assert.equal(reply.status, 503);
  assert.equal(road.server.requests.length, 0);
});

test('what is larger than people read is not asked about', () => {
  const [body, headers] = modern('tools/call', { name: 'pay', arguments: { text: 'x'.repeat(70_000) } });
  const reply = road.arrive(body, headers);
  assert.match(reply.body, /larger than the 65536 bytes/);
  assert.equal(asked.length, 0);
});

test('what nobody can be asked about is refused: a completion, and resources to be watched', async () => {
  const [body, headers] = modern('completion/complete', {
    ref: { type: 'ref/prompt', name: 'p' },
    argument: { name: 'x', value: 'private' },
  });
  const completed = road.arrive(body, headers);
  assert.match(completed.body, /wants a person to approve/);
  assert.deepEqual(decisions(), [['deny', 'approval-needed', undefined]]);
  const watching = modern('subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions: ['x://private'] } });
  road.arrive(...watching);
  await later();
  const { params } = JSON.parse(Buffer.from(road.server.requests[0]?.body ?? []).toString());
  assert.deepEqual(params.notifications, { toolsListChanged: true });
  assert.deepEqual([asked.length, road.server.requests.length], [0, 1]);
});
