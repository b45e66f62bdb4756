import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestAt } from './policy-completion.ts';
import type { SchemaNode } from './policy-completion.ts';
import { placeAt } from './yaml-place.ts';

const SCHEMA: SchemaNode = {
  type: 'object',
  properties: {
    rules: { type: 'array', items: { $ref: '#/$defs/rule' } },
    denyDetail: { enum: ['rule', 'generic'] },
    limits: { type: 'object', additionalProperties: { properties: { per: { type: 'array', items: { enum: ['agent', 'tool'] } } } } },
  },
  $defs: {
    rule: {
      properties: {
        name: { type: 'string', description: 'Name of the rule.' },
        effect: { enum: ['allow', 'ask', 'deny'] },
        servers: { type: 'array', items: { type: 'string' } },
        approval: {
          properties: {
            approvers: { anyOf: [{ const: 'any' }, { type: 'array', items: { type: 'string' } }] },
            notRequester: { type: 'boolean' },
          },
        },
        when: { type: 'string' },
      },
    },
  },
};
const KNOWN = { servers: ['files', 'weather'], groups: ['security'] };

function labelsAt(marked: string): readonly string[] {
  const at = marked.indexOf('|');
  const place = placeAt(marked.replace('|', ''), at);
  return place === undefined ? [] : suggestAt(place, SCHEMA, KNOWN).map(({ label }) => label);
}

test('suggests members that are not there yet', () => {
  assert.deepEqual(labelsAt('rules: []\n|'), ['denyDetail', 'limits']);
  assert.deepEqual(labelsAt('rules:\n  - name: a\n    |\n    effect: ask'), ['servers', 'approval', 'when']);
});

test('suggests values by the schema, through references and alternatives', () => {
  assert.deepEqual(labelsAt('rules:\n  - effect: |'), ['allow', 'ask', 'deny']);
  assert.deepEqual(labelsAt('limits:\n  calls:\n    per: [|'), ['agent', 'tool']);
  assert.deepEqual(labelsAt('rules:\n  - approval: { notRequester: |'), ['true', 'false']);
  assert.deepEqual(labelsAt('rules:\n  - approval: { approvers: |'), ['security', 'any']);
});

test('suggests names that the gateway knows', () => {
  assert.deepEqual(labelsAt('rules:\n  - servers: [fi|'), ['files', 'weather']);
  assert.deepEqual(labelsAt('rules:\n  - approval:\n      approvers:\n        - |'), ['security']);
});

test('writes a list of plain values in brackets', () => {
  const place = placeAt('rules:\n  - ser', 15);
  assert.ok(place);
  assert.equal(suggestAt(place, SCHEMA, KNOWN).find(({ label }) => label === 'servers')?.text, 'servers: [');
});

test('suggests nothing where the schema has nothing', () => {
  assert.deepEqual(labelsAt('unknown:\n  deeper: |'), []);
});
