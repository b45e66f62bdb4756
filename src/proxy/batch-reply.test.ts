import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, readMessage } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import { createBatchReply } from './batch-reply.ts';
import type { BatchReply } from './batch-reply.ts';
import { fakeReply } from './fakes.fixture.ts';
import type { SeenReply } from './fakes.fixture.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];
const ping = (id: number): object => ({ jsonrpc: '2.0', id, method: 'ping' });
const NOTE = { jsonrpc: '2.0', method: 'notifications/initialized' };

function messageOf(value: object): Message {
  const parsed = parseJson(Buffer.from(JSON.stringify(value)));
  const message = parsed.ok ? readMessage(parsed.value) : parsed;
  if (!message.ok) throw new Error('no such message');
  return message.value;
}

function batch(...values: readonly object[]): { readonly seen: SeenReply; readonly reply: BatchReply } {
  const seen = fakeReply();
  return { seen, reply: createBatchReply(seen, values.map(messageOf)) };
}
const text = (value: string): Uint8Array => Buffer.from(value);
const event = (data: string) => ({ event: 'message', id: 'x-1', retry: undefined, data: text(data) });

test('plain answers are one array, once the last is there', () => {
  const { seen, reply } = batch(ping(1), NOTE, ping(2));
  const [one, note, two] = [0, 1, 2].map((index) => reply.part(index));
  two?.respond(200, JSON_TYPE, text('{"id":2}'));
  note?.respond(202, []);
  assert.deepEqual(seen.seen, []);
  one?.respond(200, JSON_TYPE, text('{"id":1}'));
  assert.deepEqual([seen.status, seen.body], [200, '[{"id":2},{"id":1}]']);
});

test('one that streams makes events of all, without ids that lead back into one of them', () => {
  const { seen, reply } = batch(ping(1), ping(2));
  const [one, two] = [reply.part(0), reply.part(1)];
  one.respond(200, JSON_TYPE, text('{"id":1}'));
  two.start(200, []);
  assert.equal(two.event?.(event('{"id":2}')), true);
  assert.equal(seen.ended, 'no');
  two.end();
  assert.deepEqual([seen.status, seen.ended], [200, 'end']);
  assert.equal(seen.body, 'event: message\ndata: {"id":1}\n\nevent: message\ndata: {"id":2}\n\n');
});

test('more than may be held goes on as it comes', () => {
  const { seen, reply } = batch(ping(1), ping(2));
  const [one, two] = [reply.part(0), reply.part(1)];
  one.respond(200, JSON_TYPE, text('x'.repeat(1024 * 1024 + 1)));
  assert.equal(seen.seen[0], 'start 200');
  two.respond(200, JSON_TYPE, text('{}'));
  assert.equal(seen.ended, 'end');
});

test('what wants no answer is accepted, and what was not taken is said by its status', () => {
  const accepted = batch(NOTE, NOTE);
  for (const index of [0, 1]) accepted.reply.part(index).respond(202, []);
  assert.equal(accepted.seen.status, 202);
  const refused = batch(NOTE, NOTE);
  refused.reply.part(0).respond(202, []);
  refused.reply.part(1).respond(400, JSON_TYPE, text('{"error":{}}'));
  assert.deepEqual([refused.seen.status, refused.seen.body], [400, '{"error":{}}']);
});

test('a session that is gone is 404 for the whole; another refusal is one answer of several', () => {
  const gone = batch(ping(1), ping(2));
  gone.reply.part(0).respond(404, JSON_TYPE, text('{"id":1}'));
  gone.reply.part(1).respond(404, JSON_TYPE, text('{"id":2}'));
  assert.deepEqual([gone.seen.status, gone.seen.body], [404, '[{"id":1},{"id":2}]']);
  const mixed = batch(ping(1), ping(2));
  mixed.reply.part(0).respond(429, JSON_TYPE, text('{"id":1}'));
  mixed.reply.part(1).respond(200, JSON_TYPE, text('{"id":2}'));
  assert.deepEqual([mixed.seen.status, mixed.seen.body], [200, '[{"id":1},{"id":2}]']);
});

test('hanging up and taking more again reach every part that is under way', () => {
  const { seen, reply } = batch(ping(1), ping(2));
  const told: string[] = [];
  const [one, two] = [reply.part(0), reply.part(1)];
  for (const [name, part] of [
    ['one', one],
    ['two', two],
  ] as const) {
    part.onHangup = () => told.push(`${name} gone`);
    part.onDrain = () => told.push(`${name} drained`);
  }
  seen.full = true;
  assert.equal(one.event?.(event('{}')), false);
  seen.onDrain?.();
  one.end();
  seen.onHangup?.();
  assert.deepEqual(told, ['one drained', 'two drained', 'two gone']);
});

test('a part answers once', () => {
  const { seen, reply } = batch(ping(1), ping(2));
  const one = reply.part(0);
  one.respond(200, JSON_TYPE, text('{"id":1}'));
  one.respond(200, JSON_TYPE, text('{"id":1}'));
  one.end();
  one.abort();
  assert.equal(one.done, true);
  assert.equal(seen.status, 0);
});
