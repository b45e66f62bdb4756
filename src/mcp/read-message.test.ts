// What is one JSON-RPC message, from an agent and from a server.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isMessageId, parseJson, readAnswerMessage, readAnswerMessages, readMessage } from './index.ts';
import type { JsonDocument } from './index.ts';

function parse(text: string): JsonDocument {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(parsed.ok);
  return parsed.value;
}

describe('messages', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', { kind: 'request', id: 1, method: 'ping', params: undefined }],
    ['{"jsonrpc":"2.0","id":"","method":"","params":{}}', { kind: 'request', id: '', method: '', params: {} }],
    ['{"jsonrpc":"2.0","id":-9007199254740991,"method":"m"}', { kind: 'request', id: -9007199254740991, method: 'm', params: undefined }],
    ['{"jsonrpc":"2.0","method":"n","params":{"a":1},"extra":[1]}', { kind: 'notification', method: 'n', params: { a: 1 } }],
    ['{"jsonrpc":"2.0","id":"x","result":null}', { kind: 'result', id: 'x', result: null }],
    ['{"jsonrpc":"2.0","id":0,"result":{"a":1}}', { kind: 'result', id: 0, result: { a: 1 } }],
    ['{"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"no"}}', { kind: 'error', id: 3, error: { code: -1, message: 'no' } }],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      const document = parse(text);
      for (const read of [readMessage, readAnswerMessage]) {
        assert.deepEqual(read(document), { ok: true, value: { ...expected, document } });
      }
    });
  }
});

describe('no messages', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', /batches/],
    ['[]', /batches/],
    ['null', /object/],
    ['"{}"', /object/],
    ['{}', /jsonrpc/],
    ['{"jsonrpc":2.0,"id":1,"method":"m"}', /jsonrpc/],
    ['{"jsonrpc":"1.0","id":1,"method":"m"}', /jsonrpc/],
    ['{"jsonrpc":"2.0"}', /exactly one/],
    ['{"jsonrpc":"2.0","id":1}', /exactly one/],
    ['{"jsonrpc":"2.0","id":1,"method":7}', /method/],
    ['{"jsonrpc":"2.0","id":1,"method":null}', /method/],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":9007199254740992,"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":1e999,"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":[1],"method":"m"}', /id/],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":[]}', /params/],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', /params/],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":"x"}', /params/],
    ['{"jsonrpc":"2.0","id":1,"method":"m","result":{}}', /either/],
    ['{"jsonrpc":"2.0","id":1,"method":"m","error":{}}', /either/],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', /exactly one/],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":null}', /exactly one/],
    ['{"jsonrpc":"2.0","result":{}}', /id/],
    ['{"jsonrpc":"2.0","id":null,"result":{}}', /id/],
    ['{"jsonrpc":"2.0","id":1,"error":"no"}', /error/],
    ['{"jsonrpc":"2.0","id":true,"error":{}}', /id/],
  ];
  for (const [text, say] of cases) {
    test(text, () => {
      for (const [read, code] of [
        [readMessage, 'rpc_malformed'],
        [readAnswerMessage, 'upstream_malformed'],
      ] as const) {
        const message = read(parse(text));
        assert.ok(!message.ok);
        assert.equal(message.error.code, code);
        assert.match(message.error.say, say);
      }
    });
  }
});

describe('an error without an id', () => {
  for (const text of ['{"jsonrpc":"2.0","error":{"code":1}}', '{"jsonrpc":"2.0","id":null,"error":{"code":1}}']) {
    test(`${text} is taken from a server only`, () => {
      const document = parse(text);
      assert.deepEqual(readAnswerMessage(document), { ok: true, value: { kind: 'error', id: undefined, error: { code: 1 }, document } });
      assert.equal(readMessage(document).ok, false);
    });
  }
});

test('ids', () => {
  for (const id of ['', 'a', 0, -1, 9007199254740991]) assert.ok(isMessageId(id));
  for (const id of [undefined, null, true, 0.5, 9007199254740992, Infinity, [], {}]) assert.ok(!isMessageId(id));
});

describe('several messages of a server at once', () => {
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const kindsOf = (text: string, revision?: string): readonly string[] | undefined => {
    const messages = readAnswerMessages(parse(text), revision);
    return messages.ok ? messages.value.map(({ kind }) => kind) : undefined;
  };
  test('are read in 2025-03-26, and in no other revision', () => {
    const batch = `[${ping}, {"jsonrpc":"2.0","id":2,"result":{}}]`;
    assert.deepEqual(kindsOf(batch, '2025-03-26'), ['request', 'result']);
    for (const revision of [undefined, '2024-11-05', '2025-06-18', '2025-11-25']) assert.equal(kindsOf(batch, revision), undefined);
  });
  test('one is one in every revision', () => {
    for (const revision of [undefined, '2025-03-26']) assert.deepEqual(kindsOf(ping, revision), ['request']);
  });
  test('are at most a hundred, and each must be a message', () => {
    assert.equal(kindsOf(`[${Array.from({ length: 100 }, () => ping).join()}]`, '2025-03-26')?.length, 100);
    assert.equal(kindsOf(`[${Array.from({ length: 101 }, () => ping).join()}]`, '2025-03-26'), undefined);
    assert.equal(kindsOf(`[${ping},[${ping}]]`, '2025-03-26'), undefined);
  });
});
