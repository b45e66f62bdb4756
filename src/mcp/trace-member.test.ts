import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './parse-json.ts';
import { withTraceparent } from './trace-member.ts';
import { rereadMessage } from './write-message.ts';

const OLD = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NEW = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
const textOf = (traceparent: string): string =>
  `{ "jsonrpc":"2.0","id": 7, "method":"tools/call","params":{"_meta":{"x":"ü","traceparent": ${traceparent} ,"y":1},"name":"a"} }`;

test('the member is another one, every other byte is what it was, and all readings agree', () => {
  const message = rereadMessage('request', Buffer.from(textOf(JSON.stringify(OLD))));
  const renewed = withTraceparent(message, NEW);
  assert.equal(Buffer.from(renewed.document.bytes).toString(), textOf(JSON.stringify(NEW)));
  assert.equal(Buffer.from(message.document.bytes).toString(), textOf(JSON.stringify(OLD)), 'the first one is not touched');
  const read = parseJson(renewed.document.bytes);
  assert.ok(read.ok);
  assert.deepEqual(renewed.document.value, read.value.value);
  assert.equal(renewed.params?.['_meta'], Object(Object(renewed.document.value)['params'])['_meta']);
  for (const path of [['params', 'name'], ['params', '_meta', 'traceparent'], ['id']])
    assert.deepEqual(renewed.document.span(path), read.value.span(path));
});

for (const [what, text] of [
  ['no such member', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{}}}'],
  ['no _meta', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
  ['what is no text', textOf('{"a":1}')],
  ['one of another length', textOf('"00-1-2-3"')],
  ['one that is spelt in another way', textOf(`"\\u0030${OLD.slice(1)}"`)],
] as const) {
  test(`${what}: the request stays as it is`, () => {
    const message = rereadMessage('request', Buffer.from(text));
    assert.equal(withTraceparent(message, NEW), message);
  });
}
