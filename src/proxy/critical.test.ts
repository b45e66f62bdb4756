// What a rule calls critical: what is about to be done is on disk before the server is asked, and how it ended before the agent can act on it.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { bed, modern, rule, useRoad } from './fakes.fixture.ts';
import type { Bed } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const STREAM_HEAD = createHeaderList(['content-type'], ['text/event-stream']);
const call = modern('tools/call', { name: 'pay', arguments: {} });
const RESULT = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { resultType: 'complete', content: [{ type: 'text', text: 'paid' }] } });
const PROGRESS = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
const event = (data: string): Buffer => Buffer.from(`data: ${data}\n\n`);

let road: Bed;
beforeEach(() => {
  road = bed([{ ...rule('pay', 'allow'), class: 'critical' }]);
});
const outcomes = (): readonly unknown[] =>
  road.audit.records.filter(({ kind }) => kind === 'outcome').map((one) => 'status' in one && one.status);

test('the server is asked when the decision is on disk, and not before', () => {
  road.audit.durable = false;
  road.arrive(...call);
  assert.equal(road.server.requests.length, 0);
  road.audit.settle();
  assert.equal(road.server.requests.length, 1);
});

test('an answer leaves when the outcome is on disk, and not before', () => {
  const reply = road.arrive(...call);
  road.audit.durable = false;
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.from(RESULT));
  road.server.handler?.onEnd();
  assert.deepEqual([reply.seen, outcomes()], [[], ['ok']]);
  road.audit.settle();
  assert.deepEqual([reply.seen, outcomes()], [['respond 200'], ['ok']]);
  assert.equal(reply.body, RESULT);
});

test('of a stream, what comes before the answer leaves at once, and the answer waits', () => {
  const reply = road.arrive(...call);
  road.server.handler?.onHead(200, STREAM_HEAD);
  road.server.handler?.onBody(event(PROGRESS));
  assert.deepEqual(reply.seen, ['start 200', 'write']);
  road.audit.durable = false;
  const bytes = event(RESULT);
  road.server.handler?.onBody(bytes);
  bytes.fill(0); // What a connection reads into is used again.
  road.server.handler?.onEnd();
  assert.deepEqual([reply.seen, outcomes()], [['start 200', 'write'], ['ok']]);
  road.audit.settle();
  assert.deepEqual([reply.seen, outcomes()], [['start 200', 'write', 'write', 'end'], ['ok']]);
  assert.match(reply.body, /paid/);
});

test('an outcome that does not get to the disk shows nothing of the answer', () => {
  const reply = road.arrive(...call);
  road.audit.durable = false;
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.from(RESULT));
  road.server.handler?.onEnd();
  road.audit.settle(new Error('disk full'));
  assert.equal(reply.status, 503);
  assert.doesNotMatch(reply.body, /paid/);
  assert.equal(road.ports.open.count, 0);
});

test('an agent that hangs up meanwhile costs nothing, and is recorded once', () => {
  const reply = road.arrive(...call);
  road.audit.durable = false;
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(Buffer.from(RESULT));
  road.server.handler?.onEnd();
  reply.onHangup?.();
  road.audit.settle();
  assert.deepEqual(outcomes(), ['ok']);
  assert.equal(road.ports.open.count, 0);
  assert.equal(road.server.server.inFlight, 0);
});
