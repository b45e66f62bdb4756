import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileActions, DEFAULT_ACTIONS, isStricter, withDuties } from './actions.ts';
import { ACTIONS, FINDING_CLASSES, UNSCANNED_REASONS } from './types.ts';
import type { Action, ActionLine, Direction, FindingClass, Found } from './types.ts';

function found(type: string, of: FindingClass, confidence: Found['confidence'] = 'high'): Found {
  return { type, class: of, confidence, kind: 'string', start: 0, end: 4, path: '$.text', layers: [] };
}

function line(findings: readonly string[], action: Action, more: Partial<ActionLine> = {}): ActionLine {
  return { findings, directions: ['requests', 'answers'], servers: ['*'], action, ...more };
}

const defaults: readonly (readonly [of: FindingClass, type: string, requests: Action, answers: Action])[] = [
  ['secret', 'some-token', 'deny', 'redact'],
  ['payment', 'card-number', 'deny', 'redact'],
  ['personal', 'email', 'tag', 'tag'],
  ['hidden', 'zero-width', 'tag', 'redact'],
  ['directive', 'override', 'tag', 'tag'],
  ['active', 'script-url', 'tag', 'redact'],
  ['target', 'private-address', 'tag', 'tag'],
  ['target', 'metadata-address', 'deny', 'tag'],
  ['target', 'metadata-host', 'deny', 'tag'],
  ['canary', 'canary-one', 'deny', 'redact'],
  ['custom', 'project-name', 'tag', 'tag'],
  ['unscanned', 'failed', 'deny', 'deny'],
  ['unscanned', 'over-budget', 'deny', 'deny'],
  ['unscanned', 'too-deep', 'tag', 'tag'],
  ['unscanned', 'binary', 'tag', 'tag'],
  ['unscanned', 'encrypted', 'tag', 'tag'],
  ['unscanned', 'unparsable', 'tag', 'tag'],
];
for (const [of, type, requests, answers] of defaults) {
  test(`without a config, ${type} is ${requests} in a request and ${answers} in an answer`, () => {
    const table = compileActions({ actions: [] });
    assert.equal(table.on('files', 'read', 'requests')(found(type, of)).action, requests);
    assert.equal(table.on('files', undefined, 'answers')(found(type, of)).action, answers);
  });
}

test('the defaults have an answer to every class and every reason', () => {
  assert.deepEqual([...new Set(defaults.map(([of]) => of))].toSorted(), FINDING_CLASSES.toSorted());
  const reasons = defaults.filter(([of]) => of === 'unscanned').map(([, type]) => type);
  assert.deepEqual(reasons.toSorted(), UNSCANNED_REASONS.toSorted());
});

test('the first line that fits decides, in front of the defaults', () => {
  const table = compileActions({
    actions: [
      line(['some-token'], 'tag', { servers: ['vault'], directions: ['answers'] }),
      line(['some-*'], 'ask', { servers: ['va*'] }),
      line(['secret'], 'deny'),
    ],
  });
  const act = (server: string, direction: Direction, type: string) => table.on(server, undefined, direction)(found(type, 'secret')).action;
  assert.equal(act('vault', 'answers', 'some-token'), 'tag');
  assert.equal(act('vault', 'requests', 'some-token'), 'ask');
  assert.equal(act('vault', 'answers', 'some-key'), 'ask');
  assert.equal(act('files', 'answers', 'some-token'), 'deny');
});

test('a line for tools is about calls of these tools and nothing else', () => {
  const table = compileActions({ actions: [line(['secret'], 'tag', { tools: ['get_*', 'peek'] })] });
  const act = (tool: string | undefined) => table.on('files', tool, 'answers')(found('some-token', 'secret')).action;
  assert.deepEqual(['get_one', 'peek', 'peeks', undefined].map(act), ['tag', 'tag', 'redact', 'redact']);
});

test('what a detector is not sure of is tagged and nothing more', () => {
  const table = compileActions({ actions: [line(['*'], 'deny', { taints: ['seen'] })] });
  const of = table.on('files', 'read', 'answers')(found('some-token', 'secret', 'low'));
  assert.equal(of.action, 'tag');
  assert.equal(of.taints, undefined);
  const obliged = withDuties(table.on('files', 'read', 'answers'), { required: true, redact: ['secret'] });
  assert.equal(obliged(found('some-token', 'secret', 'low')).action, 'tag');
});

test('what was not looked into is never less strict for being unsure, and cannot be redacted', () => {
  const all = compileActions({ actions: [line(['*'], 'redact')] }).on('files', 'read', 'answers');
  assert.equal(all(found('email', 'personal')).action, 'redact');
  assert.equal(all(found('failed', 'unscanned', 'low')).action, 'deny');
  assert.equal(all(found('binary', 'unscanned')).action, 'tag');
  const strict = compileActions({ actions: [line(['*'], 'deny')] }).on('files', 'read', 'answers');
  assert.equal(strict(found('binary', 'unscanned')).action, 'deny');
});

test('what has no place is denied where it would be replaced', () => {
  const placeless = { ...found('some-token', 'secret'), kind: 'message' } as const;
  const table = compileActions({ actions: [line(['secret'], 'tag', { servers: ['lax'] })] });
  assert.equal(table.on('files', 'read', 'answers')(placeless).action, 'deny');
  assert.equal(table.on('lax', 'read', 'answers')(placeless).action, 'tag');
  assert.equal(withDuties(table.on('lax', 'read', 'answers'), { required: false, redact: ['secret'] })(placeless).action, 'deny');
});

test('a class is not a type, and a type with the name of a reason is none', () => {
  const of = compileActions({ actions: [line(['personal'], 'deny')] }).on('files', 'read', 'answers');
  assert.equal(of(found('email', 'personal')).action, 'deny');
  assert.equal(of(found('project-name', 'custom')).action, 'tag');
});

test('what a rule obliges to makes nothing milder', () => {
  const table = compileActions({ actions: [line(['payment'], 'deny'), line(['personal'], 'tokenise', { purpose: 'support' })] });
  const of = withDuties(table.on('files', 'read', 'answers'), { required: true, redact: ['payment', 'personal', 'directive'] });
  assert.equal(of(found('card-number', 'payment')).action, 'deny');
  assert.equal(of(found('email', 'personal')).action, 'tokenise');
  assert.equal(of(found('email', 'personal')).purpose, 'support');
  assert.equal(of(found('override', 'directive')).action, 'redact');
  assert.equal(of(found('project-name', 'custom')).action, 'tag');
  for (const reason of UNSCANNED_REASONS) assert.equal(of(found(reason, 'unscanned')).action, 'deny');
});

test('without an obligation nothing is wrapped', () => {
  const of = compileActions({ actions: [] }).on('files', 'read', 'answers');
  assert.equal(withDuties(of, { required: false, redact: [] }), of);
});

test('what was asked for once is remembered, and names without end are not', () => {
  const table = compileActions({ actions: [] });
  const first = table.on('files', 'read', 'answers');
  assert.equal(table.on('files', 'read', 'answers'), first);
  assert.notEqual(table.on('files', 'read', 'requests'), first);
  for (let i = 0; i < 2000; i++) table.on('files', `tool-${i}`, 'answers');
  assert.notEqual(table.on('files', 'read', 'answers'), first);
  assert.equal(table.on('files', 'read', 'answers')(found('some-token', 'secret')).action, 'redact');
});

test('actions are in the order of their strictness', () => {
  for (const [index, action] of ACTIONS.entries())
    for (const [other, than] of ACTIONS.entries()) assert.equal(isStricter(action, than), index > other);
});

test('the defaults are lines like any other', () => {
  for (const one of DEFAULT_ACTIONS) assert.ok(one.findings.length > 0 && one.servers.includes('*'));
});

test('where nobody knows which tool it is about, the strictest that might hold does', () => {
  const table = compileActions({
    actions: [
      { findings: ['email'], directions: ['answers'], servers: ['crm'], tools: ['send'], action: 'tag' },
      { findings: ['email'], directions: ['answers'], servers: ['crm'], tools: ['read'], action: 'deny' },
      { findings: ['email'], directions: ['answers'], servers: ['*'], action: 'redact' },
      { findings: ['email'], directions: ['answers'], servers: ['crm'], tools: ['late'], action: 'deny' },
    ],
  });
  const email: Found = {
    type: 'email',
    class: 'personal',
    confidence: 'high',
    kind: 'string',
    start: 0,
    end: 1,
    path: '$',
    layers: [],
  };
  assert.equal(table.onAny('crm', 'answers')(email).action, 'deny');
  assert.equal(table.onAny('files', 'answers')(email).action, 'redact');
  assert.equal(table.onAny('crm', 'requests')(email).action, 'tag');
  assert.equal(table.onAny('crm', 'answers')({ ...email, confidence: 'low' }).action, 'tag');
});
