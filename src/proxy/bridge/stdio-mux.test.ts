// One pipe, many requests: each gets what is its own under its own names, and nothing of another's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, readAnswerMessage } from '../../mcp/index.ts';
import type { StdioEvents } from '../../servers/index.ts';
import { ANN, bed, rule } from '../fakes.fixture.ts';
import type { Call } from '../exchange.ts';
import { createStdioMux } from './stdio-mux.ts';
import type { StdioMux } from './stdio-mux.ts';
import type { Asking, RequestMessage } from './party.ts';

type Json = Readonly<Record<string, unknown>>;

interface Heard {
  readonly said: Json[];
  readonly failed: string[];
  full: boolean;
  readonly asking: Asking;
}

interface Pipe {
  readonly mux: StdioMux;
  readonly sent: Json[];
  paused: number;
  say(message: Json): void;
  exit(): void;
  ask(id: string | number, method: string, meta?: Json): Heard;
}

function pipe(): Pipe {
  const { server } = bed([rule('all', 'allow')]);
  let events: StdioEvents = { onLine: () => {}, onExit: () => {} };
  const made: Pipe = {
    sent: [],
    paused: 0,
    mux: createStdioMux(
      { server: 'tickets', principal: ANN, shared: false, nowMs: () => 0, onEnd: () => {}, onNoise: () => {} },
      (given) => {
        events = given;
        return {
          send: (line) => void made.sent.push(JSON.parse(Buffer.from(line).toString('utf8'))),
          pause: () => void made.paused++,
          resume: () => void made.paused--,
          close: () => {},
        };
      },
    ),
    say: (message) => events.onLine(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))),
    exit: () => events.onExit('It ended.'),
    ask: (id, method, meta = {}) => {
      const heard: Omit<Heard, 'asking'> = { said: [], failed: [], full: false };
      const asking = made.mux.request(callOf(method, server.server), requestOf(id, method, meta), {
        get full() {
          return heard.full;
        },
        note: ({ document }) => void heard.said.push(JSON.parse(Buffer.from(document.bytes).toString('utf8'))),
        final: ({ document }) => void heard.said.push(JSON.parse(Buffer.from(document.bytes).toString('utf8'))),
        fail: ({ code }) => void heard.failed.push(code),
      });
      return Object.assign(heard, { asking });
    },
  };
  return made;
}

function requestOf(id: string | number, method: string, meta: Json): RequestMessage {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params: { _meta: meta } })));
  const message = document.ok ? readAnswerMessage(document.value) : document;
  assert(message.ok && message.value.kind === 'request');
  return message.value;
}

/** The few facts that counting needs. */
function callOf(method: string, server: Call['server']): Call {
  return Object.assign(Object.create(null), { server, question: { method }, inbound: { kind: 'modern', message: { kind: 'request' } } });
}

const LOGS = { 'io.modelcontextprotocol/logLevel': 'info' };
const tag = (id: unknown): Json => ({ _meta: { 'io.modelcontextprotocol/subscriptionId': id } });

test('equal ids and tokens of two requests are kept apart', () => {
  const one = pipe();
  const [first, second] = [one.ask(7, 'tools/call', { progressToken: 'p' }), one.ask(7, 'tools/call', { progressToken: 'p' })];
  const [a, b] = one.sent.map(({ id }) => id);
  assert.notEqual(a, b);
  assert.partialDeepStrictEqual(one.sent, [{ params: { _meta: { progressToken: a } } }, { params: { _meta: { progressToken: b } } }]);
  one.say({ method: 'notifications/progress', params: { progressToken: b, progress: 1 } });
  one.say({ method: 'notifications/progress', params: { progressToken: 'p', progress: 2 } });
  one.say({ id: b, result: {} });
  one.say({ id: b, result: {} });
  one.say({ id: 99, result: {} });
  assert.deepEqual(first.said, []);
  assert.deepEqual(second.said, [
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } },
    { jsonrpc: '2.0', id: 7, result: {} },
  ]);
  assert.equal(one.mux.running, 1);
});

test('a log line goes to the only one who asked for any, and to nobody where it could be the wrong one', () => {
  const one = pipe();
  const quiet = one.ask(1, 'tools/call');
  const asked = one.ask(2, 'tools/call', LOGS);
  one.say({ method: 'notifications/message', params: { data: 'a' } });
  const another = one.ask(3, 'tools/call', LOGS);
  one.say({ method: 'notifications/message', params: { data: 'b' } });
  assert.deepEqual([quiet.said.length, asked.said.length, another.said.length], [0, 1, 0]);
});

test('a subscription has its own name again, and ends by either word', () => {
  const one = pipe();
  for (const end of [
    (number: unknown) => one.say({ method: 'notifications/cancelled', params: { requestId: number } }),
    (number: unknown) => one.say({ id: number, result: { resultType: 'complete', ...tag(number) } }),
  ]) {
    const heard = one.ask('sub', 'subscriptions/listen');
    const number = one.sent.at(-1)?.['id'];
    one.say({ method: 'notifications/tools/list_changed', params: tag(number) });
    end(number);
    assert.partialDeepStrictEqual(heard.said, [{ params: tag('sub') }, { id: 'sub', result: { resultType: 'complete', ...tag('sub') } }]);
  }
  const call = one.ask(1, 'tools/call');
  one.say({ method: 'notifications/cancelled', params: { requestId: one.sent.at(-1)?.['id'] } });
  assert.deepEqual(call.said, [], 'a call cannot be ended so');
  assert.equal(one.mux.running, 1);
});

test('who gives up says so, once, and hears no more', () => {
  const one = pipe();
  const heard = one.ask('x', 'tools/call');
  const number = one.sent[0]?.['id'];
  heard.asking.giveUp();
  heard.asking.giveUp();
  assert.deepEqual(one.sent.slice(1), [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: number } }]);
  one.say({ id: number, result: {} });
  assert.deepEqual(heard.said, []);
});

test('who takes no more makes the process wait, until there is room or nobody left', () => {
  const one = pipe();
  const heard = one.ask(1, 'tools/call', { progressToken: 1 });
  const number = one.sent[0]?.['id'];
  heard.full = true;
  one.say({ method: 'notifications/progress', params: { progressToken: number, progress: 1 } });
  assert.equal(one.paused, 1);
  heard.full = false;
  heard.asking.resume();
  assert.equal(one.paused, 0);
});

test('when the process ends, what was under way has an unknown end', () => {
  const one = pipe();
  const heard = one.ask(1, 'tools/call');
  one.exit();
  one.exit();
  assert.deepEqual(heard.failed, ['outcome_unknown']);
  assert.equal(one.mux.running, 0);
});
