import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../base/index.ts';
import { isPermit, settle } from './index.ts';
import type { Denial, Envelope, Permit, Verdict } from './index.ts';

const allow: Verdict = { kind: 'allow', rule: 'readers', obligations: { class: 'standard' } };
const envelope: Envelope<{ readonly era: string }> = {
  bytes: Uint8Array.of(123, 125),
  server: 'files',
  method: 'tools/call',
  name: 'read',
  principal: { tenant: 'default', agent: 'ada', user: undefined, groups: [], attributes: {}, keyId: 'key_1' },
  revision: 7,
  payload: { era: 'modern' },
};
const permitOf = (): Permit<{ readonly era: string }> => {
  const settled = settle(allow, envelope);
  assert.ok(settled.kind === 'permit');
  return settled.permit;
};

test('an allowed call gets a permit for exactly its envelope', () => {
  const permit = permitOf();
  assert.equal(permit.rule, 'readers');
  assert.deepEqual(permit.obligations, { class: 'standard' });
  assert.equal(permit.take(), envelope);
});

test('a permit works once', () => {
  const permit = permitOf();
  permit.take();
  assert.throws(
    () => permit.take(),
    (error) => error instanceof GatewayError && error.code === 'internal',
  );
  assert.throws(() => permit.take(), GatewayError, 'and never again');
});

test('a denied call gets its denial', () => {
  const denial: Denial = { kind: 'deny', rule: 'no-deletes', reason: 'rule' };
  assert.equal(settle(denial, envelope), denial);
});

test('a verdict of an unknown kind grants nothing', () => {
  const verdict: Verdict = JSON.parse('{"kind":"maybe","rule":"r"}');
  assert.deepEqual(settle(verdict, envelope), { kind: 'deny', rule: undefined, reason: 'no-rule' });
});

test('a question to a person is no leave', () => {
  const approval = { expiresAfterMs: 1, approvers: [], notRequester: false } as const;
  const ask: Verdict = { kind: 'ask', rule: 'r', approval, obligations: { class: 'standard' } };
  assert.deepEqual(settle(ask, envelope), { kind: 'deny', rule: 'r', reason: 'approval-needed' });
});

test('what merely looks like a permit is none', () => {
  const permit = permitOf();
  const fakes: readonly unknown[] = [
    undefined,
    null,
    1,
    'permit',
    {},
    Object.assign({}, permit, { take: () => envelope }),
    Object.create(Object.getPrototypeOf(permit)),
    structuredClone(permit),
  ];
  for (const fake of fakes) assert.equal(isPermit(fake), false);
  assert.equal(isPermit(permit), true);
  permit.take();
  assert.equal(isPermit(permit), true, 'a used permit is still one; it only gives nothing');
});

test('a proxy around a permit is no permit, and cannot take', () => {
  const around = new Proxy(permitOf(), {});
  assert.equal(isPermit(around), false);
  assert.throws(() => around.take(), TypeError);
});

test('the class is not to be had from outside, nor of use through a permit', async () => {
  const names = Object.keys(await import('./index.ts'));
  assert.deepEqual(
    names.filter((name) => /permit/i.test(name)),
    ['isPermit'],
  );
  for (const mint of [undefined, Symbol('mint'), Symbol.for('mint'), 'mint']) {
    assert.throws(() => Reflect.construct(permitOf().constructor, [mint, envelope, 'r', {}]), GatewayError);
  }
});
