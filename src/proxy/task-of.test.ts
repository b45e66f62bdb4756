import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '../base/index.ts';
import { createHeaderList } from '../http/index.ts';
import { parseJson, readMessage } from '../mcp/index.ts';
import type { Call } from './exchange.ts';
import { ANN, fakeReply, rule, snapshotWith } from './fakes.fixture.ts';
import { taskOf } from './task-of.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const OTHER = '0af7651916cd43dd8448eb211c80319c';
const parent = (id: string): string => `00-${id}-00f067aa0ba902b7-01`;

function callWith(header: string | undefined, meta: unknown, token?: string): Pick<Call, 'arrival' | 'inbound'> {
  const params = { name: 'x', ...(meta !== undefined && { _meta: { traceparent: meta } }) };
  const parsed = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })));
  assert.ok(parsed.ok);
  const message = readMessage(parsed.value);
  assert.ok(message.ok);
  return {
    arrival: {
      method: 'POST',
      headers: header === undefined ? createHeaderList([], []) : createHeaderList(['traceparent'], [header]),
      body: new Uint8Array(0),
      peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
      route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
      relayed: false,
      principal: ANN,
      snapshot: snapshotWith([rule('all', 'allow')], ['tickets']),
      reply: fakeReply(),
      arrivedUs: 0,
    },
    inbound: { kind: 'legacy', message: message.value, rule: undefined, token, subject: { kind: 'tool', name: 'x' } },
  };
}
const traces = (header: string | undefined, meta?: unknown): readonly string[] => taskOf(callWith(header, meta), ANN).traces;

test('the trace is read where it may stand, and both where they differ', () => {
  assert.deepEqual(traces(undefined), []);
  assert.deepEqual(traces(parent(ID)), [sha256Hex(ID)]);
  assert.deepEqual(traces(undefined, parent(ID)), [sha256Hex(ID)]);
  assert.deepEqual(traces(parent(ID), parent(ID)), [sha256Hex(ID)]);
  assert.deepEqual(traces(parent(ID), parent(OTHER)), [sha256Hex(ID), sha256Hex(OTHER)]);
  assert.deepEqual(traces(`01-${ID}-00f067aa0ba902b7-01-more`), [sha256Hex(ID)]);
});

test('what is no trace is none', () => {
  for (const wrong of [
    '',
    'x',
    ID,
    `ff-${ID}-00f067aa0ba902b7-01`,
    parent('0'.repeat(32)),
    parent(ID.toUpperCase()),
    `00-${ID}-0000000000000000-01`,
    `00-${ID}-00f067aa0ba902b7-01x`,
    ` ${parent(ID)}`,
  ])
    assert.deepEqual(traces(wrong), [], wrong);
  assert.deepEqual(traces(undefined, 7), []);
});

test('a session is known by a digest, and the agent by who it is', () => {
  assert.deepEqual(taskOf(callWith(undefined, undefined, 'token'), ANN), {
    tenant: 'default',
    agent: 'ann',
    session: sha256Hex('token'),
    traces: [],
  });
});
