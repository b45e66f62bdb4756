// The gateway's own answers, as an agent reads them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorAnswer, parseJson, readAnswerMessage, resultAnswer, toolRefusal } from './index.ts';

const cases: readonly (readonly [string, Uint8Array, string])[] = [
  ['an error', errorAnswer(1, -32601, 'No.'), '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"No."}}'],
  ['an error without an id', errorAnswer(undefined, -32700, 'No.'), '{"jsonrpc":"2.0","error":{"code":-32700,"message":"No."}}'],
  [
    'an error with data',
    errorAnswer('é', -32022, 'No.', { supported: ['2026-07-28'], requested: 'x' }),
    '{"jsonrpc":"2.0","id":"é","error":{"code":-32022,"message":"No.","data":{"supported":["2026-07-28"],"requested":"x"}}}',
  ],
  [
    'a refused call of the legacy era',
    toolRefusal(0, 'legacy', 'Denied by the rule "no".'),
    '{"jsonrpc":"2.0","id":0,"result":{"content":[{"type":"text","text":"Denied by the rule \\"no\\"."}],"isError":true}}',
  ],
  [
    'a refused call of the modern era',
    toolRefusal('a', 'modern', 'No.'),
    '{"jsonrpc":"2.0","id":"a","result":{"resultType":"complete","content":[{"type":"text","text":"No."}],"isError":true}}',
  ],
  ['a result', resultAnswer(5, { tools: [] }), '{"jsonrpc":"2.0","id":5,"result":{"tools":[]}}'],
];

describe('answers', () => {
  for (const [name, bytes, text] of cases) {
    test(name, () => {
      assert.equal(Buffer.from(bytes).toString(), text);
      const document = parseJson(bytes);
      assert.ok(document.ok);
      assert.ok(readAnswerMessage(document.value).ok);
    });
  }
});
