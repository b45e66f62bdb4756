import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rereadMessage } from '../../mcp/index.ts';
import type { FinalMessage } from '../bridge/index.ts';
import { inStep } from './in-step.ts';

const result = (value: object): FinalMessage =>
  rereadMessage('result', Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })));
const valueOf = ({ document }: FinalMessage): unknown => document.value;
const both = (structured: object, ...texts: readonly string[]): object => ({
  content: texts.map((text) => ({ type: 'text', text })),
  structuredContent: structured,
});

test('a text that says what the structured content said says what is left of it', () => {
  const was = { card: '4111', total: 2 };
  const is = { card: '[redacted:card]', total: 2 };
  // Members in another order, and other white space, say the same.
  const before = result(both(was, '{ "total": 2, "card": "4111" }', 'paid'));
  const edited = result(both(is, '{ "total": 2, "card": "4111" }', 'paid'));
  const { final, isAligned } = inStep(before, edited);
  assert.ok(isAligned);
  assert.deepEqual(valueOf(final), valueOf(result(both(is, JSON.stringify(is), 'paid'))));
});

test('so it does inside of a task', () => {
  const before = result({ result: both({ a: '4111' }, '{"a":"4111"}') });
  const { final, isAligned } = inStep(before, result({ result: both({ a: 'x' }, '{"a":"4111"}') }));
  assert.ok(isAligned);
  assert.deepEqual(valueOf(final), valueOf(result({ result: both({ a: 'x' }, '{"a":"x"}') })));
});

test('texts of their own stay as they are', () => {
  for (const text of ['paid', '', '{"a":', '{"a":"other"}', '[]']) {
    const edited = result(both({ a: 'x' }, text));
    const aligned = inStep(result(both({ a: '4111' }, text)), edited);
    assert.ok(!aligned.isAligned, text);
    assert.equal(aligned.final, edited);
  }
  for (const value of [{}, { content: [] }, { structuredContent: { a: 1 } }, { content: [{ type: 'image' }], structuredContent: { a: 1 } }])
    assert.ok(!inStep(result(value), result(value)).isAligned);
});
