import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './parse-json.ts';
import { isHeaderMismatch, shapeError } from './shape-error.ts';
import { isObject, valueAt } from './json-value.ts';
import type { JsonObject } from './types.ts';

function shaped(error: unknown, method: string, revision = '2025-11-25'): JsonObject {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 'ours', error })));
  assert(document.ok);
  const again = parseJson(shapeError(document.value, method, 7, revision));
  assert(again.ok);
  assert.equal(valueAt(again.value.value, ['id']), 7, 'under the id of the agent');
  const said = valueAt(again.value.value, ['error']);
  assert(isObject(said));
  return said;
}

function wordsOf({ message }: JsonObject): string {
  assert(typeof message === 'string');
  return message;
}

const cases: readonly (readonly [string, number, unknown, number, RegExp])[] = [
  ['tools/call', -32020, undefined, -32603, /did not accept/],
  [
    'tools/call',
    -32021,
    { requiredCapabilities: { elicitation: {}, '<b>': {} } },
    -32602,
    /needs elicitation, which this agent did not declare\.$/,
  ],
  ['tools/call', -32021, { requiredCapabilities: 1 }, -32602, /did not declare\.$/],
  ['tools/call', -32021, undefined, -32602, /did not declare\.$/],
  ['tools/list', -32022, { supported: ['2099-01-01'] }, -32603, /revision/],
  ['resources/read', -32602, { uri: 'a:b' }, -32002, /^said$/],
  ['resources/read', -32602, {}, -32602, /^said$/],
  ['resources/read', -32602, undefined, -32602, /^said$/],
  ['tools/call', -32602, { uri: 'a:b' }, -32602, /^said$/],
  ['tools/call', 4711, { x: 1 }, 4711, /^said$/],
];
for (const [method, code, data, expected, message] of cases)
  test(`${code} ${JSON.stringify(data)} of ${method} is ${expected}`, () => {
    const error = shaped({ code, message: 'said', data }, method);
    assert.equal(error['code'], expected);
    assert.match(wordsOf(error), message);
    if (code === expected || expected === -32002) assert.deepEqual(error['data'], data);
    else assert.equal(error['data'], undefined, 'what was about another hop stays there');
  });

test('a capability that the revision does not have is named as such', () => {
  const needs = (requiredCapabilities: unknown, revision: string): string =>
    wordsOf(shaped({ code: -32021, message: 'said', data: { requiredCapabilities } }, 'tools/call', revision));
  assert.match(needs({ elicitation: { url: {} } }, '2025-06-18'), /elicitation by URL, which MCP 2025-06-18 does not have/);
  assert.match(needs({ elicitation: {} }, '2024-11-05'), /elicitation, which MCP 2024-11-05 does not have/);
  assert.match(needs({ sampling: {} }, '2024-11-05'), /sampling, which this agent did not declare/);
});

test('an error that is none is passed on under its id', () => {
  const document = parseJson(Buffer.from('{"id":1}'));
  assert(document.ok);
  assert.equal(Buffer.from(shapeError(document.value, 'ping', 2, '2025-11-25')).toString(), '{"id":2}');
});

test('which error is about the headers', () => {
  assert.equal(isHeaderMismatch({ code: -32020 }), true);
  assert.equal(isHeaderMismatch({ code: -32602 }), false);
});
