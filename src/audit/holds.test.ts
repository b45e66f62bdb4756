import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFrame } from './format.ts';
import type { Frame } from './format.ts';
import { createEnvelopeTest, createHoldCheck, describeScope } from './holds.ts';
import type { Hold } from './holds.ts';

const ANY: Hold = {
  id: 'h',
  tenant: 'default',
  server: null,
  agent: null,
  subject: null,
  fromMs: null,
  toMs: null,
  reason: 'case 7',
  by: 'key:counsel',
  sinceMs: 0,
};

function line(time: number, kind: string, members: Readonly<Record<string, string>>): { readonly frame: Frame; readonly text: string } {
  const head = JSON.stringify({ v: 1, seq: 1, time, kind, ...members });
  const text = `${head.slice(0, -1)},"chain":"${'0'.repeat(64)}"}`;
  const frame = parseFrame(text);
  assert.ok(frame !== undefined);
  return { frame, text };
}

const call = line(1_000, 'decision', { id: 'c1', verdict: 'allow', agent: 'builder', subject: 'sub_1', server: 'notes' });

describe('a hold', () => {
  const table: readonly (readonly [what: string, scope: Partial<Hold>, held: boolean])[] = [
    ['without a word about what', {}, true],
    ['on the server', { server: 'notes' }, true],
    ['on servers by glob', { server: 'no*' }, true],
    ['on another server', { server: 'files' }, false],
    ['on the agent', { agent: 'builder' }, true],
    ['on another agent', { agent: 'build' }, false],
    ['on the subject', { subject: 'sub_1' }, true],
    ['on another subject', { subject: 'sub_2' }, false],
    ['on the time, its ends included', { fromMs: 1_000, toMs: 1_000 }, true],
    ['on the time before', { toMs: 999 }, false],
    ['on the time after', { fromMs: 1_001 }, false],
    ['of which all but one fits', { server: 'notes', agent: 'builder', subject: 'sub_2' }, false],
  ];
  for (const [what, scope, held] of table) {
    it(`${what} ${held ? 'keeps' : 'does not keep'} a call`, () => {
      assert.deepEqual(createHoldCheck([{ ...ANY, ...scope }]).holdsOf(call.frame, call.text), held ? ['h'] : []);
    });
  }

  it('keeps the outcome of a call that it keeps, and no other', () => {
    const check = createHoldCheck([{ ...ANY, server: 'notes', toMs: 1_500 }]);
    check.holdsOf(call.frame, call.text);
    const other = line(2_000, 'outcome', { id: 'c2' });
    const outcome = line(2_000, 'outcome', { id: 'c1' });
    assert.deepEqual(check.holdsOf(other.frame, other.text), []);
    assert.deepEqual(check.holdsOf(outcome.frame, outcome.text), ['h']);
    assert.deepEqual(check.holdsOf(outcome.frame, outcome.text), [], 'a call has one outcome');
  });

  it('keeps what people did to what it is about', () => {
    const act = line(1_000, 'act', { act: 'a1', action: 'audit.whois', target: 'sub_1' });
    assert.deepEqual(createHoldCheck([{ ...ANY, subject: 'sub_1' }]).holdsOf(act.frame, act.text), ['h']);
    assert.deepEqual(createHoldCheck([{ ...ANY, server: 'notes' }]).holdsOf(act.frame, act.text), []);
  });

  it('is told apart from others', () => {
    const check = createHoldCheck([ANY, { ...ANY, id: 'i', server: 'files' }, { ...ANY, id: 'j', agent: 'builder' }]);
    assert.deepEqual(check.holdsOf(call.frame, call.text), ['h', 'j']);
  });

  it('keeps what was sealed, of whichever agent', () => {
    const sealed = { time: 1_000, server: 'notes', subject: 'sub_1' };
    const keeps = (scope: Partial<Hold>): boolean => createEnvelopeTest([{ ...ANY, ...scope }])(sealed);
    assert.equal(keeps({ server: 'notes', subject: 'sub_1', agent: 'builder' }), true);
    assert.equal(keeps({ subject: 'sub_2' }), false);
    assert.equal(keeps({ server: 'files' }), false);
    assert.equal(keeps({ toMs: 999 }), false);
    assert.equal(createEnvelopeTest([])(sealed), false);
  });

  it('says what it is about', () => {
    assert.equal(describeScope(ANY), 'everything');
    assert.equal(
      describeScope({ server: 'notes', agent: null, subject: 'sub_1', fromMs: 0, toMs: null }),
      'server notes, subject sub_1, from 1970-01-01T00:00:00.000Z',
    );
  });
});
