import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf } from './asked.ts';
import type { Wish } from './asked.ts';
import type { Ask } from '../../policies/index.ts';

const ask: Ask = {
  kind: 'ask',
  rule: 'large',
  approval: { expiresAfterMs: 60_000, approvers: [['law']], notRequester: false },
  obligations: { class: 'standard' },
};
const wish: Wish = {
  principal: { tenant: 'default', agent: 'ada', user: undefined, groups: [], attributes: {}, keyId: 'k' },
  server: 'bank',
  subject: { kind: 'tool', name: 'pay' },
  labels: [],
  fingerprints: ['f1'],
  params: { name: 'pay', arguments: { amount: 1, to: 'x' } },
  isRetry: false,
};
const keyOf = (change: Partial<Wish> = {}, by: Partial<Ask> = {}): string => askedOf({ ...wish, ...change }, { ...ask, ...by }).key;
const principal = (change: object): Partial<Wish> => ({ principal: { ...wish.principal, ...change } });
const params = (change: object): Partial<Wish> => ({ params: { ...wish.params, ...change } });

for (const [what, change, by] of [
  ['the tenant', principal({ tenant: 'other' })],
  ['the agent', principal({ agent: 'bob' })],
  ['the person behind it', principal({ user: 'eve' })],
  ['the server', { server: 'twin' }],
  ['the tool', { subject: { kind: 'tool', name: 'pay_more' } }],
  ['the kind', { subject: { kind: 'prompt', name: 'pay' } }],
  ['the definition', { fingerprints: ['f2'] }],
  ['a further definition', { fingerprints: ['f1', 'f2'] }],
  ['a value', params({ arguments: { amount: 2, to: 'x' } })],
  ['a type', params({ arguments: { amount: '1', to: 'x' } })],
  ['a member beside the arguments', params({ more: 1 })],
  ['a member of _meta', params({ _meta: { 'com.example/to': 'me' } })],
  ['what only looks like the protocol in _meta', params({ _meta: { 'io.modelcontextprotocol/override': { to: 'me' } } })],
  ['baggage', params({ _meta: { baggage: 'to=me' } })],
  ['the state of a trace', params({ _meta: { tracestate: 'to=me' } })],
  ['a progress token that speaks', params({ _meta: { progressToken: 'send it to me' } })],
  ['a trace that is none', params({ _meta: { traceparent: 'to=me' } })],
  ['answers of the agent', params({ inputResponses: {} })],
  ['the rule', {}, { rule: 'other' }],
  ['the approvers', {}, { approval: { ...ask.approval, approvers: [] } }],
  ['that it must be somebody else', {}, { approval: { ...ask.approval, notRequester: true } }],
] as const satisfies readonly (readonly [string, Partial<Wish>, Partial<Ask>?])[]) {
  test(`${what} makes it another question`, () => assert.notEqual(keyOf(change, by), keyOf()));
}

for (const [what, change] of [
  ['the order of members', params({ arguments: { to: 'x', amount: 1 } })],
  ['a progress token', params({ _meta: { progressToken: 7 } })],
  ['what the protocol says in _meta', params({ _meta: { 'io.modelcontextprotocol/clientInfo': { name: 'x' } } })],
  ['the place in a trace', params({ _meta: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })],
  ['another key of the same agent', principal({ keyId: 'k2' })],
  ['its groups', principal({ groups: ['staff'] })],
] as const satisfies readonly (readonly [string, Partial<Wish>])[]) {
  test(`${what} does not`, () => assert.equal(keyOf(change), keyOf()));
}

test('without arguments and with none are the same', () =>
  assert.equal(keyOf({ params: { name: 'pay' } }), keyOf({ params: { name: 'pay', arguments: {} } })));

test('a later round of a call is the same but for its answers', () => {
  const retry = params({ inputResponses: { sure: true }, requestState: 's' });
  assert.equal(keyOf({ ...retry, isRetry: true }), keyOf());
  assert.equal(askedOf({ ...wish, ...params({ _meta: { 'com.example/x': 1 } }) }, ask).base, askedOf(wish, ask).base);
});

test('a person reads everything that a server could go by, and nothing else', () => {
  const also = { 'com.example/to': 'me', progressToken: 1 };
  assert.equal(
    askedOf({ ...wish, ...params({ _meta: also, more: [1] }) }, ask).question.content,
    '{"also":{"_meta":{"com.example/to":"me"},"more":[1]},"arguments":{"amount":1,"to":"x"}}',
  );
  const resource = askedOf({ ...wish, subject: { kind: 'resource', name: 'file:///a' }, params: { uri: 'file:///a' } }, ask);
  assert.equal(resource.question.content, '{}');
});
