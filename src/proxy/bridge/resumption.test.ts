import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createHeaderList } from '../../http/index.ts';
import { METHODS, parseJson, readMessage } from '../../mcp/index.ts';
import type { Subject } from '../../policies/index.ts';
import { createAnswer } from '../agent-answer.ts';
import type { Answer } from '../answer.ts';
import { beginCall } from '../call.ts';
import type { Call, Inbound } from '../exchange.ts';
import { ANN, bed, fakeReply, rule, snapshotWith } from '../fakes.fixture.ts';
import type { Bed, SeenReply } from '../fakes.fixture.ts';
import { createEventStore } from './event-store.ts';
import type { EventStore } from './event-store.ts';
import { createResumption } from './resumption.ts';
import type { Resumable, Resumption } from './resumption.ts';

const CAPS = { maxEvents: 100, maxBytes: 10_000 };
const NOTE = { event: 'message', id: undefined, retry: undefined, data: Buffer.from('{"method":"notifications/message"}') };
const ALLOW = rule('all', 'allow');

let road: Bed;
let store: EventStore<Resumable>;
let resumption: Resumption;

beforeEach(() => {
  road = bed([ALLOW]);
  store = createEventStore<Resumable>({ session: CAPS, worker: CAPS });
  resumption = createResumption(store.log(1));
});

interface Made {
  readonly call: Call;
  readonly answer: Answer;
  readonly reply: SeenReply;
}

function made(
  inbound: Inbound,
  question: { readonly method: string; readonly subject: Subject },
  rules = [ALLOW],
  revision = '2025-11-25',
): Made {
  const reply = fakeReply();
  const call = beginCall(
    {
      id: 'c',
      arrival: {
        method: 'POST',
        headers: createHeaderList([], []),
        body: Buffer.from(''),
        peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
        route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
        relayed: false,
        principal: ANN,
        snapshot: snapshotWith(rules, ['tickets']),
        reply,
        arrivedUs: 0,
      },
      inbound,
      question: { era: 'legacy', revision, rule: METHODS.get(question.method), ...question },
      server: road.server.server,
      members: undefined,
    },
    road.ports,
  );
  call.decisionSeq = 1;
  return { call, reply, answer: createAnswer(call, road.ports) };
}

function asked(method = 'tools/call', name = 'wait', revision?: string): Made {
  const parsed = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params: { name } })));
  const message = parsed.ok ? readMessage(parsed.value) : parsed;
  if (!message.ok) throw new Error('no such message');
  const subject: Subject = method === 'tools/call' ? { kind: 'tool', name } : { kind: 'server' };
  return made({ kind: 'legacy', message: message.value, rule: undefined, token: 't', subject }, { method, subject }, [ALLOW], revision);
}

const fetched = (rules = [ALLOW]): Made => made({ kind: 'stream', token: 't' }, { method: 'GET', subject: { kind: 'server' } }, rules);
/** Fetches what came after an event. */
function fetch(lastId: string, rules = [ALLOW]): SeenReply {
  const { call, answer, reply } = fetched(rules);
  resumption.resume(lastId, call, answer, road.ports);
  return reply;
}
const FINAL = Buffer.from('{"jsonrpc":"2.0","id":7,"result":{}}');

describe('a stream that breaks', () => {
  test('is kept while nobody listens, and its end is on record once', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    assert.equal(reply.body, 'id: 1-1-0\ndata: \n\nevent: message\nid: 1-1-1\ndata: {"method":"notifications/message"}\n\n');
    reply.onHangup?.();
    assert.equal(lasting.gone, false);
    lasting.event({ ...NOTE, data: FINAL });
    lasting.end('ok');
    assert.equal(call.outcome, 'ok');
    assert.deepEqual([fetch('1-1-1').body, fetch('1-1-1').ended], [`event: message\nid: 1-1-2\ndata: ${FINAL.toString()}\n\n`, 'end']);
  });

  test('before anything was said cannot be come back to', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    let told = 0;
    lasting.onGone = () => told++;
    reply.onHangup?.();
    assert.deepEqual([lasting.gone, told], [true, 1]);
    lasting.event(NOTE);
    assert.equal(store.events, 0);
  });

  test('ends with the refusal where the server is lost', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    reply.onHangup?.();
    lasting.refuse({ code: 'outcome_unknown' }, 'unknown');
    assert.match(fetch('1-1-1').body, /"id":7,"error":\{"code":1506/);
    assert.deepEqual([call.outcome, call.refusedWith], ['unknown', 'outcome_unknown']);
  });

  test('goes on for who came last', () => {
    const { call, answer } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    const [first, second] = [fetch('1-1-1'), fetch('1-1-1')];
    assert.deepEqual([first.ended, second.ended], ['end', 'no']);
    lasting.event({ ...NOTE, data: FINAL });
    lasting.end('ok');
    assert.match(second.body, /1-1-2/);
    assert.deepEqual([second.ended, first.body], ['end', '']);
  });

  test('holds the server back while who came back takes nothing, and no longer than that', () => {
    const { call, answer } = asked();
    const lasting = resumption.wrap(call, answer);
    let drained = 0;
    lasting.onDrain = () => drained++;
    lasting.event(NOTE);
    const reply = fetch('1-1-1');
    reply.full = true;
    lasting.event(NOTE);
    assert.equal(lasting.full, true);
    reply.onHangup?.();
    assert.deepEqual([lasting.full, drained > 0], [false, true]);
  });
});

describe('what is said again is judged again', () => {
  test('a tool that is denied by now: not even its answer', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    reply.onHangup?.();
    const denied = fetch('1-1-0', [ALLOW, rule('no-waiting', 'deny', ['wait'])]);
    assert.match(denied.body, /no-waiting/);
    assert.doesNotMatch(denied.body, /notifications\/message/);
  });

  test('a list without what is hidden by now', () => {
    const { call, answer, reply } = asked('tools/list');
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    reply.onHangup?.();
    lasting.event({ ...NOTE, data: Buffer.from('{"jsonrpc":"2.0","id":7,"result":{"tools":[{"name":"open"},{"name":"hidden"}]}}') });
    lasting.end('ok');
    const { body } = fetch('1-1-1', [ALLOW, rule('hide', 'deny', ['hidden'])]);
    assert.match(body, /"open"/);
    assert.doesNotMatch(body, /"hidden"/);
  });

  test('who was cut has lost the rest too', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    reply.onHangup?.();
    const listening = fetch('1-1-1');
    answer.cut('cancelled');
    assert.deepEqual([listening.ended, lasting.gone, store.events], ['abort', true, 0]);
    assert.equal(fetch('1-1-1').status, 400);
  });

  test('nothing before the decision about its question is durable', () => {
    const { call, answer, reply } = asked();
    const lasting = resumption.wrap(call, answer);
    lasting.event(NOTE);
    reply.onHangup?.();
    road.audit.durable = false;
    const waiting = fetch('1-1-0');
    assert.equal(waiting.body, '');
    lasting.event({ ...NOTE, data: FINAL });
    lasting.end('ok');
    road.audit.settle();
    road.audit.settle();
    assert.match(waiting.body, /1-1-1[^]*1-1-2/);
  });
});

describe('what is not made resumable', () => {
  test('an older revision is not told of ids by an event without data', () => {
    const { call, answer, reply } = asked('tools/call', 'wait', '2025-06-18');
    resumption.wrap(call, answer).event(NOTE);
    assert.match(reply.body, /^event: message\nid: 1-1-1/);
  });

  test('a plain answer goes out as it is', () => {
    const { call, answer, reply } = asked();
    resumption.wrap(call, answer).json(200, FINAL, 'ok');
    assert.deepEqual([reply.status, reply.body, store.events], [200, FINAL.toString(), 0]);
  });

  test('a part of another answer has no stream of its own', () => {
    const { call, answer } = asked();
    const part: Call = { ...call, arrival: { ...call.arrival, reply: { ...fakeReply(), event: () => true } } };
    assert.equal(resumption.wrap(part, answer), answer);
  });
});
