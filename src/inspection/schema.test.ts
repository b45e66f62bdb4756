import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectionSchema, toInspection } from './schema.ts';

test('inspection as short as it may be has its defaults filled in', () => {
  assert.deepEqual(toInspection(inspectionSchema.parse({})), { actions: [], detectors: [], canaries: {}, without: [], reveal: [] });
  assert.deepEqual(inspectionSchema.parse({ actions: [{ findings: ['secret'], action: 'deny' }] }).actions, [
    { findings: ['secret'], directions: ['requests', 'answers'], servers: ['*'], action: 'deny' },
  ]);
});

test('where a detector begins to look is one of three', () => {
  const anchors = (written: object): unknown =>
    toInspection(inspectionSchema.parse({ detectors: [{ name: 'own', ...written }] })).detectors[0]?.anchors;
  assert.deepEqual(anchors({ literals: ['EMP-'] }), { kind: 'literals', literals: ['EMP-'] });
  assert.deepEqual(anchors({ literals: ['EMP-'], exact: true }), { kind: 'literals', literals: ['EMP-'], exact: true });
  assert.deepEqual(anchors({ run: 'digits', min: 8 }), { kind: 'run', run: 'digits', min: 8 });
  assert.deepEqual(anchors({ member: ['badge'] }), { kind: 'name', literals: ['badge'] });
});

test('a detector of an operator is sure, and of class custom, unless it says otherwise', () => {
  assert.deepEqual(toInspection(inspectionSchema.parse({ detectors: [{ name: 'own', literals: ['EMP-'] }] })).detectors, [
    { name: 'own', class: 'custom', confidence: 'high', anchors: { kind: 'literals', literals: ['EMP-'] } },
  ]);
});

const line = { findings: ['secret'], action: 'deny' };
const own = { name: 'own', literals: ['EMP-'] };
const refused: readonly (readonly [what: string, document: unknown])[] = [
  ['an unknown key', { action: [line] }],
  ['a line about nothing', { actions: [{ ...line, findings: [] }] }],
  ['a line without an action', { actions: [{ findings: ['secret'] }] }],
  ['an action that there is not', { actions: [{ ...line, action: 'block' }] }],
  ['no direction', { actions: [{ ...line, directions: [] }] }],
  ['a direction that there is not', { actions: [{ ...line, directions: ['both'] }] }],
  ['tokens without a purpose', { actions: [{ ...line, action: 'tokenise' }] }],
  ['a purpose without tokens', { actions: [{ ...line, purpose: 'support' }] }],
  ['to redact what nobody has looked into', { actions: [{ findings: ['unscanned'], action: 'redact' }] }],
  ['tokens for what nobody has looked into', { actions: [{ findings: ['binary'], action: 'tokenise', purpose: 'support' }] }],
  ['a label in capitals', { actions: [{ ...line, taints: ['Private'] }] }],
  ['a detector that begins nowhere', { detectors: [{ name: 'own', pattern: 'EMP-[0-9]+' }] }],
  ['a detector that begins in two ways', { detectors: [{ ...own, run: 'digits', min: 8 }] }],
  ['a run of any length', { detectors: [{ name: 'own', run: 'digits' }] }],
  ['a length of no run', { detectors: [{ ...own, min: 8 }] }],
  ['the case of no literal', { detectors: [{ name: 'own', member: ['badge'], exact: true }] }],
  ['a literal that is everywhere', { detectors: [{ name: 'own', literals: ['ab'] }] }],
  ['a detector that finds canaries', { detectors: [{ ...own, class: 'canary' }] }],
  ['a detector that finds what was not looked into', { detectors: [{ ...own, class: 'unscanned' }] }],
  ['a name with a space', { detectors: [{ ...own, name: 'my own' }] }],
  ['a short canary', { canaries: { one: '1234567' } }],
  ['a canary that is none', { canaries: { one: 12345678 } }],
  ['a canary with a name in capitals', { canaries: { One: 'PX-7Q41-ZC88' } }],
  ['tokens turned back nowhere', { reveal: [{ purpose: 'support' }] }],
];
for (const [what, document] of refused) {
  test(`${what} is refused`, () => {
    const parsed = inspectionSchema.safeParse(document);
    assert.ok(!parsed.success, JSON.stringify(parsed.data));
    assert.doesNotMatch(JSON.stringify(parsed.error.issues), /1234567/);
  });
}
