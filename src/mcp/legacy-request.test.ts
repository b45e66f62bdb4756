import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLegacyRequest } from './legacy-request.ts';
import { rereadMessage } from './write-message.ts';

const META = 'io.modelcontextprotocol/';

const cases: readonly (readonly [string, string, string])[] = [
  [
    'the envelope goes, everything else stays as it was written',
    `{ "jsonrpc":"2.0", "id":"x","method":"tools/call", "params" : {"name":"a","arguments":{"n":1.50,"b":"\\u0041"},"_meta":{"${META}protocolVersion":"2026-07-28","${META}clientCapabilities":{},"com.example/k":[1]}}}`,
    '{ "jsonrpc":"2.0", "id":7,"method":"tools/call", "params" : {"name":"a","arguments":{"n":1.50,"b":"\\u0041"},"_meta":{"com.example/k":[1]}}}',
  ],
  [
    'a progress token becomes the number',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"progressToken":"mine"}}}',
    '{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"progressToken":7}}}',
  ],
  [
    'rounds and tasks are not the server’s',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"inputResponses":{"a":{}},"name":"a","requestState":"s","task":{}}}',
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a"}}',
  ],
  ['no params', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', '{"jsonrpc":"2.0","id":7,"method":"tools/list"}'],
];
for (const [name, given, expected] of cases) {
  test(`a modern request for a legacy server: ${name}`, () => {
    const sent = toLegacyRequest(rereadMessage('request', Buffer.from(given)), 7);
    assert.equal(Buffer.from(sent.document.bytes).toString(), expected);
    assert.equal(sent.id, 7);
  });
}
