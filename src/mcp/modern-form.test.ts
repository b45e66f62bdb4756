import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { modernMeta, toModernForm, toModernRequest } from './modern-form.ts';
import { readMessage } from './read-message.ts';
import { parseJson } from './parse-json.ts';
import type { ModernRetry } from './modern-form.ts';

const META = modernMeta({ clientCapabilities: { roots: {} }, clientInfo: undefined, logLevel: undefined });
const SAID = '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"roots":{}}';

function modern(text: string, retry?: ModernRetry): string {
  const document = parseJson(Buffer.from(text));
  assert(document.ok);
  return Buffer.from(toModernForm(document.value, META, retry)).toString('utf8');
}

test('what a session says about its agent', () => {
  const meta = modernMeta({ clientCapabilities: {}, clientInfo: { name: 'a' }, logLevel: 'info' });
  assert.deepEqual(Object.fromEntries(meta), {
    'io.modelcontextprotocol/protocolVersion': '"2026-07-28"',
    'io.modelcontextprotocol/clientCapabilities': '{}',
    'io.modelcontextprotocol/clientInfo': '{"name":"a"}',
    'io.modelcontextprotocol/logLevel': '"info"',
  });
});

describe('a request', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"id":1,"method":"m"}', `{"params":{"_meta":{${SAID}}},"id":1,"method":"m"}`],
    ['{"id":1,"params":{}}', `{"id":1,"params":{"_meta":{${SAID}}}}`],
    ['{"id":1,"params":{"a":1.0}}', `{"id":1,"params":{"_meta":{${SAID}},"a":1.0}}`],
    ['{"id":1,"params":{"_meta":{"progressToken":1}}}', `{"id":1,"params":{"_meta":{${SAID},"progressToken":1}}}`],
    ['{"id":1,"params":{"_meta":7}}', `{"id":1,"params":{"_meta":{${SAID}}}}`],
  ];
  for (const [text, expected] of cases) test(text, () => assert.equal(modern(text), expected));

  test('what only the modern era may say is not taken from it', () => {
    const forged =
      '{"id":1,"params":{"task":{},"inputResponses":{},"requestState":"s","_meta":{"io.modelcontextprotocol/logLevel":"debug","io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"a/b":1}}}';
    const taken = JSON.parse(modern(forged));
    assert.deepEqual(Object.keys(taken.params), ['_meta']);
    assert.deepEqual(taken.params._meta, {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
      'a/b': 1,
    });
  });
});

describe('asked again', () => {
  const retry = { id: 'r2', inputResponses: '{"k":{"n":1.0}}', requestState: '"\\u00e9\\/"' };
  test('with the answers and the very text of the state, under a new id', () => {
    assert.equal(
      modern('{"id":1,"params":{"name":"t"}}', retry),
      `{"id":"r2","params":{"_meta":{${SAID}},"inputResponses":{"k":{"n":1.0}},"requestState":"\\u00e9\\/","name":"t"}}`,
    );
  });
  test('also where there were no params, and with a state alone', () => {
    assert.equal(
      modern('{"method":"m","id":1}', { ...retry, inputResponses: undefined }),
      `{"params":{"_meta":{${SAID}},"requestState":"\\u00e9\\/"},"method":"m","id":"r2"}`,
    );
    assert.equal(
      modern('{"id":1,"params":{"requestState":"forged"}}', { ...retry, inputResponses: undefined, requestState: undefined }),
      `{"id":"r2","params":{"_meta":{${SAID}}}}`,
    );
  });
});

for (const [name, text] of [
  ['as it is', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"n":1.50}}}'],
  ['with empty params', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'],
  ['without params', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
  ['with a _meta of its own', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"progressToken":7}}}'],
  ['with what is not its own', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"task":{},"requestState":"x","name":"y"}}'],
] as const) {
  test(`a request ${name} is the same whichever way it is made, and its value is what its bytes say`, () => {
    const self = { clientCapabilities: { roots: {} }, clientInfo: { name: 'a' }, logLevel: 'info' };
    const document = parseJson(Buffer.from(text));
    assert(document.ok);
    const message = readMessage(document.value);
    assert(message.ok && message.value.kind === 'request');
    const made = toModernRequest(message.value, self);
    assert.deepEqual(Buffer.from(made.document.bytes), Buffer.from(toModernForm(document.value, modernMeta(self))));
    const again = parseJson(made.document.bytes);
    assert(again.ok);
    assert.deepEqual(made.document.value, again.value.value);
  });
}
