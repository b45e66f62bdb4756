// Whatever is cut into whatever pieces, the scan says yes to what the whole checks would take, and no to what decides otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerScan } from './answer-scan.ts';
import { checkAnswer } from './check-answer.ts';
import type { Asked } from './check-answer.ts';
import { parseJson } from './parse-json.ts';
import { readAnswerMessage } from './read-message.ts';

const ASKED: Asked = { id: 7, method: 'tools/call', era: 'modern', clientCapabilities: { elicitation: {} } };

/** Scans a text in pieces of this size. */
function scanned(text: string | Uint8Array, pieceBytes: number, asked: Asked = ASKED): boolean {
  const bytes = Buffer.from(text);
  const scan = createAnswerScan(asked);
  for (let at = 0; at < bytes.length; at += pieceBytes) if (!scan.push(bytes.subarray(at, at + pieceBytes))) return false;
  return scan.end();
}

const taken: Readonly<Record<string, string>> = {
  'a result': '{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[{"type":"text","text":"a\\"b\\\\"}]}}',
  'an old result': '{"jsonrpc":"2.0","id":7,"result":{"content":[]}}',
  'members in any order':
    ' {"result" : {"x":[1,2.5,-3e2,true,null,{"id":9,"resultType":"task"}],"resultType":"complete"} , "id":7,"vendor":["id"],\n"jsonrpc":"2.0"}\r\n',
  'escaped names': '{"json\\u0072pc":"2.0","i\\u0064":7.0,"result":{}}',
  'an error': '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no"}}',
  'inner names that decide elsewhere': '{"jsonrpc":"2.0","id":7,"error":{"code":1,"resultType":"input_required","method":"x","id":8}}',
  'characters of every width': '{"jsonrpc":"2.0","id":7,"result":{"text":"é☃😀"}}',
};

for (const [name, text] of Object.entries(taken)) {
  test(`takes ${name}, in pieces of every size`, () => {
    for (let size = 1; size <= Buffer.byteLength(text); size++) assert(scanned(text, size), `in pieces of ${size}`);
  });
}

const PAD = `"pad":"${'x'.repeat(9_000)}"`;
const refused: Readonly<Record<string, string | Uint8Array>> = {
  'another id': '{"jsonrpc":"2.0","id":8,"result":{}}',
  'an id of another type': '{"jsonrpc":"2.0","id":"7","result":{}}',
  'an id in a list': '{"jsonrpc":"2.0","id":[7],"result":{}}',
  'an id in an object': '{"jsonrpc":"2.0","id":{"id":7},"result":{}}',
  'no id': '{"jsonrpc":"2.0","result":{}}',
  'two ids': '{"jsonrpc":"2.0","id":7,"id":7,"result":{}}',
  'two ids, one escaped': '{"jsonrpc":"2.0","id":7,"\\u0069d":7,"result":{}}',
  'no jsonrpc': '{"id":7,"result":{}}',
  'another jsonrpc': '{"jsonrpc":"1.0","id":7,"result":{}}',
  'a method': '{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}',
  'a method beside the result': '{"jsonrpc":"2.0","id":7,"result":{},"method":"x"}',
  'result and error': '{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1}}',
  'two results': '{"jsonrpc":"2.0","id":7,"result":{},"result":{}}',
  'a list as result': '{"jsonrpc":"2.0","id":7,"result":[]}',
  'text as result': '{"jsonrpc":"2.0","id":7,"result":"x"}',
  'null as result': '{"jsonrpc":"2.0","id":7,"result":null}',
  'a question': '{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","inputRequests":{}}}',
  'an error that asks for pages to be opened': '{"jsonrpc":"2.0","id":7,"error":{"code":-32042,"message":"m","data":{"elicitations":[]}}}',
  'one in another spelling': '{"jsonrpc":"2.0","id":7,"error":{"co\\u0064e":-3.2042e4}}',
  'one behind another code': '{"jsonrpc":"2.0","id":7,"error":{"code":1,"code":-32042}}',
  'a task': '{"jsonrpc":"2.0","id":7,"result":{"resultType":"task"}}',
  'a type in a list': '{"jsonrpc":"2.0","id":7,"result":{"resultType":["complete"]}}',
  'two types': '{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","resultType":"complete"}}',
  'a second member of the result that was there': '{"jsonrpc":"2.0","id":7,"result":{"content":[],"cont\\u0065nt":[]}}',
  __proto__: '{"jsonrpc":"2.0","id":7,"__proto__":{"id":8},"result":{}}',
  '__proto__ in the result': '{"jsonrpc":"2.0","id":7,"result":{"__pr\\u006fto__":{}}}',
  'another id behind padding': `{${PAD},"jsonrpc":"2.0","id":8,"result":{}}`,
  'a question behind padding': `{"jsonrpc":"2.0","id":7,"result":{${PAD},"resultType":"input_required"}}`,
  'a name as long as padding': `{"jsonrpc":"2.0","id":7,"${'x'.repeat(9_000)}":1,"result":{}}`,
  'more members than a message has': `{"jsonrpc":"2.0","id":7,${Array.from({ length: 300 }, (_, index) => `"m${index}":1`).join()},"result":{}}`,
  'a batch': '[{"jsonrpc":"2.0","id":7,"result":{}}]',
  'two messages': '{"jsonrpc":"2.0","id":7,"result":{}}{"jsonrpc":"2.0","id":7,"result":{}}',
  'text behind it': '{"jsonrpc":"2.0","id":7,"result":{}} x',
  'half of it': '{"jsonrpc":"2.0","id":7,"result":{}',
  'a trailing comma': '{"jsonrpc":"2.0","id":7,"result":{},}',
  'a trailing comma in a list': '{"jsonrpc":"2.0","id":7,"result":{"x":[1,]}}',
  'a missing colon': '{"jsonrpc" "2.0","id":7,"result":{}}',
  'a missing comma': '{"jsonrpc":"2.0" "id":7,"result":{}}',
  'the wrong bracket': '{"jsonrpc":"2.0","id":7,"result":{"x":[1}}}',
  'a line break in a string': '{"jsonrpc":"2.0","id":7,"result":{"x":"a\nb"}}',
  'no literal': '{"jsonrpc":"2.0","id":7,"result":{"x":nul}}',
  'no number': '{"jsonrpc":"2.0","id":7,"result":{"x":01}}',
  'a name without quotes': '{"jsonrpc":"2.0","id":7,result:{}}',
  'nesting without end': `{"jsonrpc":"2.0","id":7,"result":{"x":${'['.repeat(70)}${']'.repeat(70)}}}`,
  'bytes that are no UTF-8': Buffer.from('{"jsonrpc":"2.0","id":7,"result":{"x":"\xff"}}', 'latin1'),
  'half a character at the end': Buffer.from('{"jsonrpc":"2.0","id":7,"result":{}}\xe2\x98', 'latin1'),
  nothing: '',
};

for (const [name, text] of Object.entries(refused)) {
  test(`refuses ${name}, in pieces of every size`, () => {
    const { length } = Buffer.from(text);
    for (const size of new Set([1, 2, 3, 7, 64, Math.max(1, length - 1), Math.max(1, length)]))
      assert(!scanned(text, size), `in pieces of ${size}`);
  });
}

test('what decides is refused with the bytes that say it, and nothing goes on after them', () => {
  const scan = createAnswerScan(ASKED);
  assert(scan.push(Buffer.from('{"jsonrpc":"2.0","result":{"x":"')));
  assert(scan.push(Buffer.from('y'.repeat(100_000))));
  assert(!scan.push(Buffer.from('"},"id":8,')));
  assert(!scan.push(Buffer.from('"more":1}')));
  assert(!scan.end());
});

test('a legacy result may have a resultType of its own', () => {
  const asked: Asked = { id: 7, method: 'tools/call', era: 'legacy' };
  assert(scanned('{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required"}}', 5, asked));
});

test('of all JSON, it takes what the whole checks take as a complete answer', () => {
  const message = fc.record({
    jsonrpc: fc.constantFrom('2.0', '1.0'),
    id: fc.constantFrom<unknown>(7, 7, 7, 8, '7'),
    result: fc.oneof(
      fc.dictionary(fc.constantFrom('resultType', 'content', 'x"y', '\u00e9'), fc.oneof(fc.constant('complete'), fc.jsonValue())),
      fc.jsonValue(),
    ),
    extra: fc.jsonValue(),
  });
  fc.assert(
    fc.property(message, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 2 }), (value, size, indent) => {
      const text = JSON.stringify(value, null, indent);
      const document = parseJson(Buffer.from(text), { repairSurrogates: true });
      const read = document.ok ? readAnswerMessage(document.value) : document;
      const whole = read.ok && checkAnswer(read.value, ASKED);
      assert.equal(scanned(text, size), whole !== false && whole.ok && whole.value === 'complete', text);
    }),
  );
});
