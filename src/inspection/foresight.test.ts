import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_INSPECTION } from './actions.ts';
import { createForesight } from './foresight.ts';

const PLANTED = ['PX', '7Q41', 'ZC88'].join('-');
const foresight = createForesight({
  ...DEFAULT_INSPECTION,
  without: ['*'],
  canaries: { payroll: PLANTED },
  actions: [{ findings: ['canary'], directions: ['requests'], servers: ['files'], tools: ['peek'], action: 'tag' }],
});
const NO_DUTIES = { required: false, redact: [] };

test('arguments of tools and prompts, and URIs of resources, are looked into where they stand in a request', () => {
  const pathOf = (asked: Parameters<typeof foresight.find>[0]): unknown =>
    foresight.find(asked)?.map(({ type, path }) => `${type} ${path}`);
  assert.deepEqual(pathOf({ kind: 'tool', name: 't', args: { note: `see ${PLANTED}` } }), ['payroll $.params.arguments.note']);
  assert.deepEqual(pathOf({ kind: 'prompt', name: 'p', args: { deep: [PLANTED] } }), ['payroll $.params.arguments.deep[0]']);
  assert.deepEqual(pathOf({ kind: 'resource', name: `file:///${PLANTED}`, args: undefined }), ['payroll $.params.uri']);
  assert.deepEqual(pathOf({ kind: 'tool', name: 't', args: undefined }), []);
  assert.deepEqual(pathOf({ kind: 'server', name: '', args: undefined }), []);
});

test('what is done about it is what the lines say, and rules oblige to', () => {
  const found = foresight.find({ kind: 'tool', name: 't', args: { note: PLANTED } }) ?? [];
  const actionFor = (tool: string, duties: Parameters<typeof foresight.tally>[3] = NO_DUTIES): unknown =>
    foresight.tally(found, 'files', tool, duties)[0]?.action;
  assert.equal(actionFor('send'), 'deny');
  assert.equal(actionFor('peek'), 'tag');
  assert.equal(actionFor('peek', { required: true, redact: ['canary'] }), 'redact');
});

test('where the detectors do not compile, nobody can say', () => {
  const broken = createForesight({ ...DEFAULT_INSPECTION, canaries: { short: 'x' } });
  assert.equal(broken.find({ kind: 'tool', name: 't', args: {} }), undefined);
  assert.deepEqual(broken.tally([], 'files', 't', NO_DUTIES), []);
});
