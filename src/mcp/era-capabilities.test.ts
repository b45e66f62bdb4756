import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingCapability, toLegacyClientCapabilities, toModernServerCapabilities } from './era-capabilities.ts';
import type { JsonObject } from './types.ts';
import { writeRequest } from './write-message.ts';

const TASKS = 'io.modelcontextprotocol/tasks';

test('a legacy session is opened with what a server may ask for, and never with Tasks', () => {
  const declared = {
    elicitation: { url: {} },
    sampling: {},
    roots: {},
    experimental: { x: {} },
    extensions: { [TASKS]: {}, 'a/b': {} },
    tasks: {},
  };
  assert.deepEqual(toLegacyClientCapabilities(declared), {
    elicitation: { url: {} },
    sampling: {},
    roots: {},
    extensions: { 'a/b': {} },
  });
  assert.deepEqual(toLegacyClientCapabilities({ elicitation: true, extensions: [] }), {});
});

test('a modern agent is shown what it can have of a legacy server', () => {
  const declared = {
    tools: { listChanged: true, x: 1 },
    resources: { subscribe: true, listChanged: true },
    prompts: {},
    logging: {},
    tasks: { list: {} },
    unknown: {},
    extensions: { [TASKS]: {} },
  };
  assert.deepEqual(toModernServerCapabilities(declared, true), {
    extensions: {},
    logging: {},
    tools: { listChanged: true, x: 1 },
    prompts: {},
    resources: { subscribe: true, listChanged: true },
  });
  assert.deepEqual(toModernServerCapabilities(declared, false), {
    extensions: {},
    logging: {},
    tools: { x: 1 },
    prompts: {},
    resources: {},
  });
});

const asked: readonly (readonly [string, JsonObject, JsonObject, JsonObject | undefined])[] = [
  ['elicitation/create', {}, { elicitation: {} }, undefined],
  ['elicitation/create', { mode: 'form' }, { elicitation: { form: {} } }, undefined],
  ['elicitation/create', {}, { elicitation: { url: {} } }, { elicitation: { form: {} } }],
  ['elicitation/create', { mode: 'url' }, { elicitation: {} }, { elicitation: { url: {} } }],
  ['elicitation/create', { mode: 'url' }, { elicitation: { url: {} } }, undefined],
  ['elicitation/create', { mode: 'url' }, {}, { elicitation: { url: {} } }],
  ['elicitation/create', {}, {}, { elicitation: {} }],
  ['sampling/createMessage', {}, { sampling: {} }, undefined],
  ['sampling/createMessage', { tools: [] }, { sampling: {} }, { sampling: { tools: {} } }],
  ['sampling/createMessage', { toolChoice: {} }, { sampling: { tools: {} } }, undefined],
  ['sampling/createMessage', {}, { elicitation: {} }, { sampling: {} }],
  ['roots/list', {}, { roots: {} }, undefined],
  ['roots/list', {}, { roots: true }, { roots: {} }],
];
for (const [method, params, declared, expected] of asked) {
  test(`${method} ${JSON.stringify(params)} to an agent that declares ${JSON.stringify(declared)}`, () => {
    assert.deepEqual(missingCapability(writeRequest(1, method, params), declared), expected);
  });
}
