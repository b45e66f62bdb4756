// What policy is asked about, for each kind of request.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { METHODS, readSubject } from './index.ts';
import type { JsonObject, Subject } from './index.ts';

function read(method: string, params: JsonObject | undefined) {
  const rule = METHODS.get(method);
  assert.ok(rule);
  return readSubject(method, rule, params);
}

describe('the subject', () => {
  const cases: readonly (readonly [string, JsonObject | undefined, Subject])[] = [
    ['tools/call', { name: 'echo' }, { kind: 'tool', name: 'echo' }],
    ['prompts/get', { name: 'p' }, { kind: 'prompt', name: 'p' }],
    ['resources/read', { uri: 'file:///x' }, { kind: 'resource', name: 'file:///x' }],
    ['resources/subscribe', { uri: 'u' }, { kind: 'resource', name: 'u' }],
    ['tools/list', undefined, { kind: 'server' }],
    ['tasks/get', { taskId: 't' }, { kind: 'server' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'p' } }, { kind: 'prompt', name: 'p' }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'x://{id}' } }, { kind: 'resource', name: 'x://{id}' }],
  ];
  for (const [method, params, subject] of cases) {
    test(`of ${method} ${JSON.stringify(params)}`, () => {
      assert.deepEqual(read(method, params), { ok: true, value: subject });
    });
  }
});

describe('no subject', () => {
  const cases: readonly (readonly [string, JsonObject | undefined])[] = [
    ['tools/call', undefined],
    ['tools/call', {}],
    ['tools/call', { name: null }],
    ['tools/call', { name: ['echo'] }],
    ['resources/read', { name: 'x' }],
    ['completion/complete', undefined],
    ['completion/complete', { ref: 'ref/prompt' }],
    ['completion/complete', { ref: { type: 'ref/prompt', uri: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/resource', name: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'x', uri: 'x' } }],
  ];
  for (const [method, params] of cases) {
    test(`in ${method} ${JSON.stringify(params)}`, () => {
      const subject = read(method, params);
      assert.ok(!subject.ok);
      assert.equal(subject.error.code, 'params_malformed');
    });
  }
});
