import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { modernClientCapabilities, shapeInput } from './shape-input.ts';
import type { JsonObject } from './types.ts';

describe('what an agent declared, in the modern form', () => {
  const declared = {
    roots: { listChanged: true },
    sampling: { context: {}, tools: {}, other: {} },
    elicitation: { form: {}, url: {} },
    experimental: { a: {} },
    tasks: {},
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  };
  const cases: readonly (readonly [string, JsonObject, JsonObject])[] = [
    [
      '2025-11-25',
      declared,
      { experimental: { a: {} }, roots: {}, sampling: { context: {}, tools: {} }, elicitation: { form: {}, url: {} } },
    ],
    ['2025-06-18', declared, { experimental: { a: {} }, roots: {}, sampling: {}, elicitation: {} }],
    ['2025-03-26', declared, { experimental: { a: {} }, roots: {}, sampling: {} }],
    ['2025-11-25', { roots: true, sampling: null, elicitation: [], experimental: 1 }, {}],
    ['2025-11-25', { elicitation: { url: 1 } }, { elicitation: {} }],
  ];
  for (const [revision, given, expected] of cases)
    test(`${JSON.stringify(given).slice(0, 60)} under ${revision}`, () => {
      assert.deepEqual(modernClientCapabilities(given, revision), expected);
    });
});

describe('what a server asks', () => {
  const ask = (method: string, params: JsonObject | undefined, capabilities: JsonObject, revision = '2025-11-25') =>
    shapeInput(method, params, { revision, capabilities, newId: () => 'new' });

  const refused: readonly (readonly [string, JsonObject | undefined, JsonObject, string?])[] = [
    ['tools/call', {}, {}],
    ['roots/list', undefined, {}],
    ['sampling/createMessage', {}, {}],
    ['sampling/createMessage', { tools: [] }, { sampling: {} }],
    ['sampling/createMessage', { toolChoice: {} }, { sampling: { context: {} } }],
    ['elicitation/create', undefined, {}],
    ['elicitation/create', { mode: 'url' }, { elicitation: {} }],
    ['elicitation/create', { mode: 'url' }, { elicitation: { url: {} } }, '2025-06-18'],
    ['elicitation/create', {}, { elicitation: { url: {} } }],
    ['elicitation/create', { requestedSchema: { properties: { a: { type: 'array' } } } }, { elicitation: {} }, '2025-06-18'],
  ];
  for (const [method, params, capabilities, revision] of refused)
    test(`${method} ${JSON.stringify(params)} of an agent with ${JSON.stringify(capabilities)}`, () => {
      assert.equal(ask(method, params, capabilities, revision).ok, false);
    });

  const taken: readonly (readonly [string, JsonObject | undefined, JsonObject, string, JsonObject | undefined])[] = [
    ['roots/list', undefined, { roots: {} }, '2024-11-05', undefined],
    ['elicitation/create', { mode: 'form' }, { elicitation: { form: {}, url: {} } }, '2025-11-25', { mode: 'form' }],
    [
      'elicitation/create',
      { mode: 'url', url: 'u' },
      { elicitation: { url: {} } },
      '2025-11-25',
      { mode: 'url', url: 'u', elicitationId: 'new' },
    ],
    ['elicitation/create', { mode: 'form', message: 'm' }, { elicitation: {} }, '2025-06-18', { message: 'm' }],
    [
      'elicitation/create',
      {
        requestedSchema: {
          type: 'object',
          properties: { a: { type: 'string', oneOf: [{ const: 'x', title: 'X' }, { const: 'y' }, {}] }, b: true, c: { type: 'string' } },
        },
      },
      { elicitation: {} },
      '2025-06-18',
      {
        requestedSchema: {
          type: 'object',
          properties: { a: { type: 'string', enum: ['x', 'y', ''], enumNames: ['X', 'y', ''] }, b: true, c: { type: 'string' } },
        },
      },
    ],
    ['elicitation/create', { requestedSchema: 1 }, { elicitation: {} }, '2025-06-18', { requestedSchema: 1 }],
    ['sampling/createMessage', undefined, { sampling: {} }, '2025-11-25', {}],
    [
      'elicitation/create',
      { requestedSchema: { properties: 1 } },
      { elicitation: {} },
      '2025-06-18',
      { requestedSchema: { properties: 1 } },
    ],
    ['sampling/createMessage', { messages: 1 }, { sampling: {} }, '2024-11-05', { messages: 1 }],
    [
      'sampling/createMessage',
      { messages: [{ content: [{ type: 'text', text: 'a' }] }] },
      { sampling: {} },
      '2025-06-18',
      { messages: [{ content: { type: 'text', text: 'a' } }] },
    ],
  ];
  for (const [method, params, capabilities, revision, expected] of taken)
    test(`${method} ${JSON.stringify(params)} under ${revision}`, () => {
      assert.deepEqual(ask(method, params, capabilities, revision), { ok: true, value: expected });
    });

  test('what need not change is the same object, so that its text can stay', () => {
    const params = { messages: [], tools: [] };
    const shaped = ask('sampling/createMessage', params, { sampling: { tools: {} } });
    assert(shaped.ok && shaped.value === params);
  });
});
