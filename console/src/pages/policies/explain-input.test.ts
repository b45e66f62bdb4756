import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toInput, toWords } from './explain-input.ts';
import type { ExplainForm } from './explain-input.ts';

const FORM: ExplainForm = { agent: 'desk', server: 'files', kind: 'tool', name: 'read_file', args: '{ "path": "/tmp" }', user: '' };

test('asks as it was typed', () => {
  assert.deepEqual(toInput(FORM), {
    ok: true,
    value: { agent: 'desk', server: 'files', kind: 'tool', name: 'read_file', args: { path: '/tmp' }, user: null },
  });
});

test('asks about a server without a name or arguments', () => {
  const asked = toInput({ ...FORM, kind: 'server' });
  assert.deepEqual(asked.ok && [asked.value.name, asked.value.args], ['', null]);
});

test('says by field what is wrong', () => {
  const asked = toInput({ ...FORM, agent: ' ', name: '', args: '[1]' });
  assert.deepEqual(asked.ok ? [] : Object.keys(asked.problems), ['agent', 'name', 'args']);
});

test('says it for a command: arguments on one line, or as they were typed where they are no JSON yet', () => {
  assert.deepEqual(toWords({ ...FORM, agent: ' desk ' }), { ...FORM, args: '{"path":"/tmp"}' });
  assert.equal(toWords({ ...FORM, args: '{' }).args, '{');
  assert.equal(toWords({ ...FORM, args: ' ' }).args, '');
});
