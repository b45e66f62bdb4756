// Errors of modern servers in the words of agents that do not know their codes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './parse-json.ts';
import { shapeError } from './shape-error.ts';

function shaped(error: object, method: string, revision: string): unknown {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 'theirs', error })));
  assert(document.ok);
  return JSON.parse(Buffer.from(shapeError(document.value, method, 7, revision)).toString());
}

const needs = (requiredCapabilities: unknown): object => ({ code: -32021, message: 'missing', data: { requiredCapabilities } });

for (const [what, error, revision, message] of [
  ['a form', needs({ elicitation: {} }), '2025-11-25', 'The MCP server needs elicitation, which this agent did not declare.'],
  [
    'a form, before there were any',
    needs({ elicitation: {} }),
    '2025-03-26',
    'The MCP server needs elicitation, which MCP 2025-03-26 does not have.',
  ],
  [
    'a URL',
    needs({ elicitation: { url: {} } }),
    '2025-11-25',
    'The MCP server needs elicitation by URL, which this agent did not declare.',
  ],
  [
    'a URL, before there were any',
    needs({ elicitation: { url: {} } }),
    '2025-06-18',
    'The MCP server needs elicitation by URL, which MCP 2025-06-18 does not have.',
  ],
  ['a model', needs({ sampling: {} }), '2024-11-05', 'The MCP server needs sampling, which this agent did not declare.'],
  ['what nobody knows', needs({ 'anything at all': {} }), '2025-11-25', 'The MCP server needs what this agent did not declare.'],
  ['nothing in particular', needs('sampling'), '2025-11-25', 'The MCP server needs what this agent did not declare.'],
] as const) {
  test(`a capability that is missing: ${what}`, () => {
    assert.deepEqual(shaped(error, 'tools/call', revision), { jsonrpc: '2.0', id: 7, error: { code: -32602, message } });
  });
}

test('a resource that is not there has a code of its own in the legacy era, and nothing else has', () => {
  const error = { code: -32602, message: 'no', data: { uri: 'test://gone', n: 1 } };
  assert.deepEqual(shaped(error, 'resources/read', '2025-11-25'), { jsonrpc: '2.0', id: 7, error: { ...error, code: -32002 } });
  assert.deepEqual(shaped(error, 'tools/call', '2025-11-25'), { jsonrpc: '2.0', id: 7, error });
});

test('what is wrong between gateway and server is no fault of the agent', () => {
  for (const code of [-32020, -32022]) {
    const { error } = Object(shaped({ code, message: 'theirs', data: { supported: ['theirs'] } }, 'tools/call', '2025-11-25'));
    assert.equal(error.code, -32603);
    assert.doesNotMatch(JSON.stringify(error), /theirs/);
  }
});
