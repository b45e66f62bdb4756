import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_INSPECTION, editsFor } from '../../inspection/index.ts';
import type { Found } from '../../inspection/index.ts';
import { parseJson, readMessage } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import { rewritten } from './rewrite.ts';
import type { Destination } from './rewrite.ts';
import { createTokens } from './tokens.ts';

const tokens = createTokens(new Uint8Array(32).fill(3));
const to: Destination = {
  tenant: 'default',
  server: 'bank',
  tool: 'pay',
  inspection: { ...DEFAULT_INSPECTION, reveal: [{ purpose: 'billing', servers: ['ba*'], tools: ['pay'] }] },
};

function message(args: object): Extract<Message, { kind: 'request' }> {
  const document = parseJson(
    Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pay', arguments: args } })),
  );
  const read = document.ok ? readMessage(document.value) : document;
  assert.ok(read.ok && read.value.kind === 'request');
  return read.value;
}
const found = ({ document }: Message, text: string): Found => {
  const start = Buffer.from(document.bytes).indexOf(text);
  return {
    type: 'card',
    class: 'payment',
    confidence: 'high',
    kind: 'string',
    start,
    end: start + text.length,
    path: '$.params.arguments.a',
    layers: [],
  };
};
const argumentsOf = (said: Message): unknown => (said.kind === 'request' ? said.params?.['arguments'] : undefined);

test('a message that needs no change is the same message', () => {
  const said = message({ a: 'hello' });
  assert.equal(rewritten(said, [], to, tokens), said);
});

test('what is taken out is not in it, in its bytes or in its values', () => {
  const said = message({ a: 'pay 4111 now', b: 1 });
  const sent = rewritten(said, editsFor([{ found: found(said, '4111') }]), to, tokens);
  assert.deepEqual(argumentsOf(sent), { a: 'pay [redacted:card] now', b: 1 });
  assert.ok(!Buffer.from(sent.document.bytes).includes('4111'));
});

test('tokens of the purpose become their values, escaped as JSON wants it', () => {
  const value = 'a "quoted"\nvalue \\ with ünïcode';
  const token = tokens.make(value, 'card', { tenant: 'default', purpose: 'billing' }) ?? '';
  assert.deepEqual(argumentsOf(rewritten(message({ a: `${token}, ${token}` }), [], to, tokens)), { a: `${value}, ${value}` });
});

test('for another server, tool, tenant or purpose they stay tokens', () => {
  const token = tokens.make('x', 'card', { tenant: 'default', purpose: 'billing' }) ?? '';
  const other = tokens.make('x', 'card', { tenant: 'default', purpose: 'support' }) ?? '';
  for (const [where, text] of [
    [{ ...to, server: 'files' }, token],
    [{ ...to, tool: 'log' }, token],
    [{ ...to, tool: undefined }, token],
    [{ ...to, tenant: 'acme' }, token],
    [to, other],
  ] as const) {
    const said = message({ a: text });
    assert.equal(rewritten(said, [], where, tokens), said);
  }
});

test('a token is turned back among the values that an agent sends, and nowhere else', () => {
  const token = tokens.make('x', 'card', { tenant: 'default', purpose: 'billing' }) ?? '';
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id: token,
    method: 'tools/call',
    params: { name: 'pay', arguments: { a: token }, _meta: { progressToken: token } },
  });
  const document = parseJson(Buffer.from(text));
  const read = document.ok ? readMessage(document.value) : document;
  assert.ok(read.ok && read.value.kind === 'request');
  const sent = rewritten(read.value, [], to, tokens);
  assert.equal(sent.id, token);
  assert.deepEqual(sent.params, { name: 'pay', arguments: { a: 'x' }, _meta: { progressToken: token } });
});
