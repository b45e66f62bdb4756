import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toInputRequest, toModernChange, toModernError, toModernProgress, toModernResult } from './modern-answer.ts';
import type { Message } from './types.ts';
import { rereadMessage, writeError } from './write-message.ts';

const textOf = ({ document }: Message): string => Buffer.from(document.bytes).toString();
const INFO = '"io.modelcontextprotocol/serverInfo":{"name":"old"}';

const results: readonly (readonly [string, string, string, string])[] = [
  ['tools/call', 'as written', '{"content":[{"n":1.0}]}', `{"resultType":"complete","_meta":{${INFO}},"content":[{"n":1.0}]}`],
  ['tools/call', 'empty', '{}', `{"resultType":"complete","_meta":{${INFO}}}`],
  ['tools/call', 'with a meta', '{"_meta":{"a":1}}', `{"resultType":"complete","_meta":{${INFO},"a":1}}`],
  ['tools/call', 'with an empty meta', '{"_meta":{ }}', `{"resultType":"complete","_meta":{${INFO} }}`],
  ['tools/call', 'with a meta that is none', '{"_meta":7}', `{"resultType":"complete","_meta":{${INFO}}}`],
  ['tools/call', 'that says it is something else', '{"resultType":"task"}', `{"_meta":{${INFO}},"resultType":"complete"}`],
  ['tools/list', 'a list', '{"tools":[]}', `{"resultType":"complete","ttlMs":0,"cacheScope":"private","_meta":{${INFO}},"tools":[]}`],
  [
    'resources/read',
    'that may be kept, it says',
    '{"ttlMs":9,"cacheScope":"public"}',
    `{"resultType":"complete","_meta":{${INFO}},"ttlMs":0,"cacheScope":"private"}`,
  ],
  ['tools/call', 'no object', '7', '7'],
];
for (const [method, name, given, expected] of results) {
  test(`a result in the modern form: ${method} ${name}`, () => {
    const said = rereadMessage('result', Buffer.from(`{"jsonrpc":"2.0","id":7,"result":${given}}`));
    const modern = toModernResult(said, { id: 'x', method, serverInfo: { name: 'old' } });
    const sorted = (text: string): unknown => JSON.parse(text);
    assert.deepEqual(sorted(textOf(modern)), sorted(`{"jsonrpc":"2.0","id":"x","result":${expected}}`));
    if (name === 'as written') assert.match(textOf(modern), /"content":\[\{"n":1\.0\}\]/);
  });
}

test('a server that does not say who it is', () => {
  const said = rereadMessage('result', Buffer.from('{"jsonrpc":"2.0","id":7,"result":{}}'));
  const modern = toModernResult(said, { id: 1, method: 'tools/call', serverInfo: undefined });
  assert.deepEqual(modern.result, { resultType: 'complete', _meta: {} });
});

const errors: readonly (readonly [number, string, number])[] = [
  [-32601, 'tools/call', -32601],
  [-32002, 'resources/read', -32602],
  [-32002, 'tools/call', -32002],
  [-32020, 'tools/call', -32603],
  [-32099, 'tools/call', -32603],
  [-32019, 'tools/call', -32019],
  [-32100, 'tools/call', -32100],
  [7, 'tools/call', 7],
];
for (const [code, method, expected] of errors) {
  test(`an error in the modern form: ${code} of ${method}`, () => {
    assert.equal(toModernError(writeError(7, code, 'no'), 1, { method, uri: undefined }).error['code'], expected);
  });
}

test('notifications of changes say what the modern schema has, and no more', () => {
  assert.equal(
    textOf(toModernChange('notifications/resources/updated', 'a:1', 's')),
    '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1","_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}',
  );
  const progress = rereadMessage(
    'notification',
    Buffer.from('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1.0}}'),
  );
  assert.equal(
    textOf(toModernProgress(progress, 'mine')),
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine","progress":1.0}}',
  );
});

test('a question is carried as it was written, without what belongs to its session', () => {
  const ask = (params: string): string =>
    toInputRequest(rereadMessage('request', Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"elicitation/create"${params}}`)));
  assert.equal(
    ask(',"params":{"message":"\\u0041","_meta":{"progressToken":1},"max":1.0,"task":{},"elicitationId":"e"}'),
    '{"method":"elicitation/create","params":{"message":"\\u0041","max":1.0}}',
  );
  assert.equal(ask(''), '{"method":"elicitation/create","params":{}}');
});
