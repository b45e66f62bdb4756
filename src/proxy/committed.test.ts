// What records commit to, on the road: that whoever knows the value and has the key can tell, whatever way it took, and that names stay out where they must.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { toMac } from '../audit/index.ts';
import type { CallRecord, DecisionRecord, OutcomeRecord } from '../audit/index.ts';
import { createHeaderList } from '../http/index.ts';
import { ANNS, bed, modern, rule, useRoad } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad((arrival, ports) => carry({ ...arrival, snapshot: ports.snapshot() }, ports));

const KEY = new Uint8Array(32).fill(1);
const sha256 = (value: string): Uint8Array => createHash('sha256').update(value).digest();
const macOf = (member: 'args' | 'answer', value: string): string => toMac(KEY, member, sha256(value));

let road: Bed;
beforeEach(() => {
  road = bed([rule('all', 'allow')]);
});

const decisions = (records: readonly CallRecord[] = road.audit.records): readonly DecisionRecord[] =>
  records.filter((one) => one.kind === 'decision');
const outcomes = (): readonly OutcomeRecord[] => road.audit.records.filter((one) => one.kind === 'outcome');
const send = (method: string, params: Readonly<Record<string, unknown>>): SeenReply => road.arrive(...modern(method, params));
const answer = (text: string, type = 'application/json'): void => {
  road.server.handler?.onHead(200, createHeaderList(['content-type'], [type]));
  road.server.handler?.onBody(Buffer.from(text));
  road.server.handler?.onEnd();
};

test('arguments are committed to in their canonical form, under the key of whom the call is about', () => {
  send('tools/call', { name: 'pay', arguments: { b: [1.0, 'x'], a: null } });
  assert.deepEqual(decisions()[0]?.args, { key: ANNS.keyName, mac: macOf('args', '{"a":null,"b":[1,"x"]}') });
  assert.equal(decisions()[0]?.subject, ANNS.pseudonym);
});

for (const [method, params, value] of [
  ['tools/call', { name: 'pay' }, '{}'],
  ['prompts/get', { name: 'greet', arguments: { who: 'ann' } }, '{"who":"ann"}'],
  ['resources/read', { uri: 'notes://one?token=7' }, '"notes://one?token=7"'],
  ['tools/list', {}, undefined],
] as const) {
  test(`of ${method} it is ${value ?? 'nothing'}`, () => {
    send(method, params);
    assert.equal(decisions()[0]?.args?.mac, value === undefined ? undefined : macOf('args', value));
  });
}

test('a denied call commits to what it wanted, and to no answer', () => {
  road = bed([rule('none', 'deny')]);
  send('tools/call', { name: 'pay', arguments: { a: 1 } });
  assert.equal(decisions()[0]?.args?.mac, macOf('args', '{"a":1}'));
  assert.deepEqual(outcomes(), []);
});

test('a result is committed to byte by byte, as it was released', () => {
  const result = '{ "resultType":"complete", "content":[{"type":"text","text":"ok"}] }';
  const reply = send('tools/call', { name: 'pay' });
  answer(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
  assert.ok(reply.body.includes(result));
  assert.deepEqual(outcomes()[0]?.answer, { key: ANNS.keyName, mac: macOf('answer', result) });
});

test('an answer that comes as an event is committed to like any', () => {
  send('tools/call', { name: 'pay' });
  const result = '{"resultType":"complete","content":[]}';
  answer(`event: message\ndata: {"jsonrpc":"2.0","id":1,"result":${result}}\n\n`, 'text/event-stream');
  assert.equal(outcomes()[0]?.answer?.mac, macOf('answer', result));
});

test('an answer that is too large to be held is committed to as it was passed on, all of it', () => {
  const reply = send('tools/call', { name: 'pay' });
  const text = `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"${'x'.repeat(1_200_000)}"}]}}`;
  road.server.handler?.onHead(200, createHeaderList(['content-type'], ['application/json']));
  for (let at = 0; at < text.length; at += 100_000) road.server.handler?.onBody(Buffer.from(text.slice(at, at + 100_000)));
  road.server.handler?.onEnd();
  assert.equal(reply.body, text);
  assert.equal(outcomes()[0]?.answer?.mac, macOf('answer', text));
});

test('what the server says went wrong is committed to; what the gateway says is not', () => {
  send('tools/call', { name: 'pay' });
  answer('{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"private"}}');
  assert.equal(outcomes()[0]?.answer?.mac, macOf('answer', '{"code":-32000,"message":"private"}'));
  send('tools/call', { name: 'pay' });
  answer('{"jsonrpc":"2.0","id":7,"result":{}}');
  assert.equal(outcomes()[1]?.answer, undefined);
});

test('who cannot be known is refused, on record, and nothing reaches the server', () => {
  Object.assign(road.ports, { subjects: { know: (_: unknown, done: (subject: undefined) => void) => done(undefined) } });
  const reply = send('tools/call', { name: 'pay' });
  assert.equal(reply.status, 503);
  assert.match(reply.body, /cannot be put on record now/);
  assert.deepEqual(
    decisions().map(({ verdict, reason, subject }) => [verdict, reason, subject]),
    [['deny', 'audit_unavailable', undefined]],
  );
  assert.equal(road.server.requests.length, 0);
});

test('who hangs up before they are known has begun nothing', () => {
  let known: (() => void) | undefined;
  Object.assign(road.ports, {
    subjects: { know: (_: unknown, done: (subject: typeof ANNS) => void) => (known = () => done(ANNS)) },
  });
  const reply = send('tools/call', { name: 'pay' });
  reply.abort();
  known?.();
  assert.deepEqual([road.audit.records, road.server.requests], [[], []]);
});

test('by the profile names stay out of the record: a pseudonym stands for the agent, an alias for its key', () => {
  const snapshot = road.ports.snapshot();
  const veiled = { ...snapshot, audit: { ...snapshot.audit, subjects: 'pseudonyms' as const } };
  Object.assign(road.ports, { snapshot: () => veiled });
  send('tools/call', { name: 'pay' });
  answer('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}');
  const [decision] = decisions();
  assert.equal(decision?.agent, undefined);
  assert.equal(decision?.subject, ANNS.pseudonym);
  assert.match(decision?.keyId ?? '', /^alias_[0-9a-f]{16}$/);
  assert.doesNotMatch(JSON.stringify(road.audit.records), /"ann"|"k1"/);
});
