// Sessions that the gateway plays, against agents and servers that do what they may not. The server is played by the test, answer by answer.

import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { bed as roadBed, rule, useRoad } from './fakes.fixture.ts';
import type { Bed, SeenReply } from './fakes.fixture.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

type Json = Readonly<Record<string, unknown>>;

const ALLOW = [rule('all', 'allow')];
const DISCOVERED = {
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: { listChanged: true }, logging: {}, resources: { subscribe: true } },
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'desk', version: '2' } },
};
const ASKS = { elicitation: {}, sampling: {}, roots: {} };
const MINUTE = 60_000;

/** What went to the server last. */
function sent(bed: Bed): { readonly id: unknown; readonly method: string; readonly params: Json } {
  return JSON.parse(Buffer.from(bed.server.requests.at(-1)?.body ?? []).toString('utf8'));
}

/** The server answers what went to it last, as JSON. */
function answer(bed: Bed, message: Json, status = 200): void {
  const { handler } = bed.server;
  handler?.onHead(status, createHeaderList(['content-type'], ['application/json']));
  handler?.onBody(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: sent(bed).id, ...message })));
  handler?.onEnd();
}

/** The server begins a stream in answer to what went to it last; gives the way to say more on it. */
function stream(bed: Bed): (message: Json) => void {
  const { handler } = bed.server;
  handler?.onHead(200, createHeaderList(['content-type'], ['text/event-stream']));
  return (message) => handler?.onBody(Buffer.from(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`));
}

/** The server answers with a long page. */
function page(bed: Bed, type = 'text/html'): void {
  const { handler } = bed.server;
  handler?.onHead(200, createHeaderList(['content-type'], [type]));
  handler?.onBody(Buffer.from('<html>123'.repeat(10_000)));
  handler?.onEnd();
}

interface Agent {
  readonly token: string;
  post(message: Json): SeenReply;
  call(id: number, method?: string, params?: Json): SeenReply;
  get(): SeenReply;
}

function open(bed: Bed, capabilities: Json = ASKS): Agent {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'a', version: '1' } };
  const reply = bed.arrive({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  answer(bed, { result: { resultType: 'complete', ...DISCOVERED } });
  assert.equal(reply.status, 200, reply.body);
  const token = reply.headers[reply.headers.indexOf('Mcp-Session-Id') + 1] ?? '';
  const headers = { 'mcp-session-id': token, 'mcp-protocol-version': '2025-11-25' };
  const post = (message: Json): SeenReply => bed.arrive({ jsonrpc: '2.0', ...message }, headers);
  return {
    token,
    post,
    call: (id, method = 'tools/call', given = { name: 't', arguments: {} }) => post({ id, method, params: given }),
    get: () => bed.arrive('', headers, 'GET'),
  };
}

/** The messages in what an agent got: one, or those of a stream. */
function messages({ body }: SeenReply): readonly Json[] {
  if (body.startsWith('{')) return [JSON.parse(body)];
  return body
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

const inputs = (...methods: readonly string[]): Json => ({
  result: {
    resultType: 'input_required',
    inputRequests: Object.fromEntries(
      methods.map((method, index) => [
        `k${index}`,
        { method, ...(method !== 'roots/list' && { params: { message: 'm', messages: [], maxTokens: 1, requestedSchema: {} } }) },
      ]),
    ),
    requestState: 'state',
  },
});
const done = { result: { resultType: 'complete', content: [] } };

describe('initialize', () => {
  test('is answered with what the server says about itself', () => {
    const bed = roadBed(ALLOW);
    const reply = bed.arrive({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '1999-01-01', capabilities: {} } });
    assert.equal(sent(bed).method, 'server/discover');
    answer(bed, { result: { ...DISCOVERED, instructions: 'i' } });
    assert.deepEqual(messages(reply)[0]?.['result'], {
      protocolVersion: '2025-11-25',
      capabilities: DISCOVERED.capabilities,
      serverInfo: { name: 'desk', version: '2' },
      instructions: 'i',
    });
  });

  test('without capabilities it is refused, and a server that says no is quoted', () => {
    const bed = roadBed(ALLOW);
    const params = { protocolVersion: '2025-11-25' };
    assert.equal(bed.arrive({ jsonrpc: '2.0', id: 0, method: 'initialize', params }).status, 400);
    const reply = bed.arrive({ jsonrpc: '2.0', id: 5, method: 'initialize', params: { ...params, capabilities: {} } });
    answer(bed, { error: { code: -32022, message: 'no', data: { supported: ['2099-01-01'] } } }, 400);
    assert.partialDeepStrictEqual(messages(reply), [{ id: 5, error: { code: -32603 } }]);
    assert(!reply.body.includes('2099'));
  });

  test('nobody opens more sessions than the cap says; ended and idle ones do not count', () => {
    const bed = roadBed(ALLOW);
    const first = open(bed);
    open(bed);
    const third = bed.arrive({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } });
    answer(bed, { result: DISCOVERED });
    assert.equal(third.status, 429);
    assert.equal(bed.arrive('', { 'mcp-session-id': first.token }, 'DELETE').status, 204);
    assert.equal(first.post({ id: 1, method: 'ping' }).status, 404);
    assert.equal(bed.ports.sessions.counts()('tickets'), 1);
    const busy = open(bed);
    busy.call(1);
    bed.ports.sessions.sweep(bed.ports.snapshot(), 1_000 + MINUTE);
    assert.equal(bed.ports.sessions.counts()('tickets'), 1, 'the one with a call under way is left');
    bed.ports.sessions.close();
    assert.equal(bed.ports.sessions.counts()('tickets'), 0);
  });
});

describe('what the session itself answers', () => {
  const bed = roadBed(ALLOW);
  const agent = open(bed);
  const asked = bed.server.requests.length;
  test('ping, levels, notifications', () => {
    assert.deepEqual(messages(agent.post({ id: 'p', method: 'ping' })), [{ jsonrpc: '2.0', id: 'p', result: {} }]);
    assert.deepEqual(messages(agent.call(1, 'logging/setLevel', { level: 'error' }))[0]?.['result'], {});
    assert.partialDeepStrictEqual(messages(agent.call(2, 'logging/setLevel', { level: 'loud' })), [{ error: { code: -32602 } }]);
    for (const method of ['notifications/initialized', 'notifications/roots/list_changed', 'notifications/cancelled'])
      assert.equal(agent.post({ method, params: { requestId: 99 } }).status, 202);
    assert.equal(bed.server.requests.length, asked, 'none of it reached the server');
  });
  test('the level goes with each request', () => {
    agent.call(3);
    assert.partialDeepStrictEqual(sent(bed).params, { _meta: { 'io.modelcontextprotocol/logLevel': 'error' } });
    answer(bed, done);
  });
  test('a request with an id that is under way is refused', () => {
    agent.call(4);
    assert.equal(agent.call(4).status, 400);
    answer(bed, done);
    const again = agent.call(4);
    answer(bed, done);
    assert.equal(again.status, 200);
  });
});

describe('answers to what the server asks', () => {
  test('a foreign session cannot give them, nor anybody twice', () => {
    const bed = roadBed(ALLOW);
    const [agent, other] = [open(bed), open(bed)];
    const reply = agent.call(1);
    answer(bed, inputs('elicitation/create'));
    const [question] = messages(reply);
    const response = { id: question?.['id'], result: { action: 'accept', content: {} } };
    const before = bed.server.requests.length;
    assert.equal(other.post(response).status, 400);
    assert.equal(bed.server.requests.length, before);
    assert.equal(agent.post(response).status, 202);
    assert.equal(agent.post(response).status, 400);
    assert.equal(bed.server.requests.length, before + 1);
    answer(bed, done);
    assert.partialDeepStrictEqual(messages(reply).at(-1), { id: 1, result: { content: [] } });
  });

  test('several are joined, in whichever order they come', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1);
    answer(bed, inputs('elicitation/create', 'sampling/createMessage', 'roots/list'));
    const questions = messages(reply);
    assert.equal(questions.length, 3);
    const before = bed.server.requests.length;
    for (const [index, question] of [...questions.entries()].toReversed()) {
      assert.equal(bed.server.requests.length, before);
      agent.post({ id: question['id'], result: { index } });
    }
    assert.partialDeepStrictEqual(sent(bed).params, {
      requestState: 'state',
      inputResponses: { k0: { index: 0 }, k1: { index: 1 }, k2: { index: 2 } },
    });
    answer(bed, done);
  });

  test('too much of it ends the call', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1);
    answer(bed, inputs('elicitation/create', 'roots/list'));
    const before = bed.server.requests.length;
    for (const question of messages(reply)) agent.post({ id: question['id'], result: { text: 'x'.repeat(600_000) } });
    assert.equal(bed.server.requests.length, before);
    assert.match(JSON.stringify(messages(reply).at(-1)), /too large together/);
    assert.equal(reply.ended, 'end');
  });

  test('an error for one question forgets the others', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1);
    answer(bed, inputs('roots/list', 'elicitation/create'));
    const [roots, form] = messages(reply);
    assert.equal(agent.post({ id: roots?.['id'], error: { code: -1, message: 'No' } }).status, 202);
    assert.equal(agent.post({ id: form?.['id'], result: { action: 'accept' } }).status, 400);
    assert.partialDeepStrictEqual(messages(reply).at(-1), { id: 1, result: { isError: true } });
    const prompt = agent.call(2, 'prompts/get', { name: 'p' });
    answer(bed, inputs('roots/list'));
    agent.post({ id: messages(prompt)[0]?.['id'], error: { code: -1 } });
    assert.partialDeepStrictEqual(messages(prompt).at(-1), { id: 2, error: { code: -32603 } });
  });

  test('nobody waits for ever', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const bed = roadBed(ALLOW);
      const agent = open(bed);
      const reply = agent.call(1);
      answer(bed, inputs('elicitation/create'));
      mock.timers.tick(15 * MINUTE);
      assert.match(JSON.stringify(messages(reply).at(-1)), /not answered in time/);
      assert.equal(agent.post({ id: messages(reply)[0]?.['id'], result: { action: 'accept' } }).status, 400);
    } finally {
      mock.timers.reset();
    }
  });

  const hostile: readonly (readonly [string, Json, Json])[] = [
    ['a kind that nobody knows', ASKS, inputs('tools/call')],
    ['what the agent does not offer', { roots: {} }, inputs('elicitation/create')],
    [
      'a link of an agent that has forms only',
      ASKS,
      {
        result: {
          resultType: 'input_required',
          inputRequests: { a: { method: 'elicitation/create', params: { mode: 'url', url: 'https://pay.example/' } } },
        },
      },
    ],
    ['no object', ASKS, { result: { resultType: 'input_required', inputRequests: { a: 1 } } }],
    ['nothing at all', ASKS, { result: { resultType: 'input_required' } }],
    ['a state that is no text', ASKS, { result: { resultType: 'input_required', requestState: 1 } }],
    ['a task', ASKS, { result: { resultType: 'task', taskId: 'x' } }],
    ['more than anybody answers', ASKS, inputs(...Array.from({ length: 33 }, () => 'roots/list'))],
  ];
  for (const [name, capabilities, said] of hostile)
    test(`a server may not ask for ${name}`, () => {
      const bed = roadBed(ALLOW);
      const reply = open(bed, capabilities).call(1);
      answer(bed, said);
      assert.partialDeepStrictEqual(messages(reply), [{ id: 1, error: { code: 1502 } }]);
      assert.equal(messages(reply).length, 1, 'and the agent was asked nothing');
    });

  test('nor where it may not ask at all', () => {
    const bed = roadBed(ALLOW);
    const reply = open(bed).call(1, 'tools/list', {});
    answer(bed, inputs('roots/list'));
    assert.partialDeepStrictEqual(messages(reply), [{ error: { code: 1502 } }]);
  });
});

describe('a call', () => {
  test('goes on when its agent hangs up, and ends when the agent loses its right', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    agent.call(1).onHangup?.();
    assert.equal(bed.server.aborted, 0);
    answer(bed, done);
    agent.call(2);
    bed.ports.open.cutAll();
    assert.equal(bed.server.aborted, 1);
    assert.equal(bed.server.server.inFlight, 0);
  });

  test('whose agent has hung up is not asked anything', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1);
    reply.onHangup?.();
    answer(bed, inputs('roots/list'));
    assert.equal(reply.body, '');
    assert.equal(agent.call(1).status, 0, 'its id is free again');
    answer(bed, done);
  });

  test('is cancelled by the word of its agent, also between two rounds', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    agent.call(1);
    agent.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
    assert.equal(bed.server.aborted, 1);
    const reply = agent.call(2);
    answer(bed, inputs('roots/list'));
    agent.post({ method: 'notifications/cancelled', params: { requestId: 2 } });
    assert.equal(reply.ended, 'end');
    assert.equal(agent.post({ id: messages(reply)[0]?.['id'], result: { roots: [] } }).status, 400);
    const outcomes = bed.audit.records.filter((record) => record.kind === 'outcome' && record.status === 'cancelled');
    assert.equal(outcomes.length, 2);
  });

  test('is decided again in each round, and is on record once', () => {
    const bed = roadBed([rule('no-x', 'deny', ['x']), ...ALLOW]);
    const agent = open(bed);
    assert.partialDeepStrictEqual(messages(agent.call(1, 'tools/call', { name: 'x' })), [{ result: { isError: true } }]);
    const before = bed.audit.records.length;
    const reply = agent.call(2);
    answer(bed, inputs('roots/list'));
    agent.post({ id: messages(reply)[0]?.['id'], result: { roots: [] } });
    answer(bed, done);
    const kinds = bed.audit.records.slice(before).map((record) => record.kind);
    assert.deepEqual(kinds.toSorted(), ['decision', 'decision', 'outcome', 'outcome'], 'the call, and the response');
  });

  test('the tools that policy hides are not listed', () => {
    const bed = roadBed([rule('no-x', 'deny', ['x']), ...ALLOW]);
    const reply = open(bed).call(1, 'tools/list', {});
    const tools = ['a', 'x', 'b'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    answer(bed, { result: { resultType: 'complete', tools, ttlMs: 1, cacheScope: 'public' } });
    assert.deepEqual(messages(reply)[0]?.['result'], { tools: [tools[0], tools[2]] });
  });

  for (const [name, end, code] of [
    ['a stream that breaks off', (bed: Bed) => (stream(bed), bed.server.handler?.onEnd()), 1506],
    ['an answer to another request', (bed: Bed) => answer(bed, { ...done, id: 'other' }), 1502],
    ['a request in a stream', (bed: Bed) => stream(bed)({ id: 1, method: 'ping' }), 1502],
    ['an error that is about its own access', (bed: Bed) => answer(bed, { error: { code: 1, message: 'key 123' } }, 401), 1502],
    ['a list without its list', (bed: Bed) => answer(bed, { result: 1 }), 1502],
    ['an answer that nobody can hold', (bed: Bed) => answer(bed, { result: { content: 'x'.repeat(1_100_000) } }), 1502],
    ['an event that nobody can hold', (bed: Bed) => stream(bed)({ result: { content: 'x'.repeat(1_100_000) } }), 1502],
    ['a page instead of an answer', (bed: Bed) => page(bed), 1502],
    ['what is no JSON', (bed: Bed) => page(bed, 'application/json'), 1502],
    ['a connection that fails', (bed: Bed) => bed.server.handler?.onError('upstream_unreachable', 'no'), 1502],
  ] as const)
    test(`${name} ends it with ${code}`, () => {
      const bed = roadBed(ALLOW);
      const reply = open(bed).call(1);
      end(bed);
      assert.partialDeepStrictEqual(messages(reply), [{ id: 1, error: { code } }]);
      assert(!reply.body.includes('123'));
      assert.equal(bed.server.server.inFlight, 0);
      assert.equal(bed.server.server.heldBytes, 0);
    });

  test('is over with its answer: a server that goes on talking is given up', () => {
    const bed = roadBed(ALLOW);
    const reply = open(bed).call(1);
    const say = stream(bed);
    say({ ...done, id: sent(bed).id });
    say({ method: 'notifications/message', params: { level: 'info', data: 'late' } });
    assert.equal(bed.server.aborted, 1);
    assert.equal(messages(reply).length, 1);
    assert.equal(reply.ended, 'end');
  });

  test('an agent that does not read makes the server wait', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1, 'tools/call', { name: 't', _meta: { progressToken: 'p' } });
    reply.full = true;
    const say = stream(bed);
    say({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } });
    assert.equal(bed.server.paused, 1);
    reply.onDrain?.();
    assert.equal(bed.server.paused, 0);
    say({ ...done, id: sent(bed).id });
    assert.partialDeepStrictEqual(messages(reply).at(-1), { id: 1, result: { content: [] } });
  });
});

describe('changes', () => {
  const acknowledged = (say: (message: Json) => void, id: unknown, notifications: Json = {}): void =>
    say({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications, _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
    });

  test('a resource is watched once the server has acknowledged it', (t) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const reply = agent.call(1, 'resources/subscribe', { uri: 'a:b' });
    assert.deepEqual(sent(bed).params['notifications'], { toolsListChanged: true, resourceSubscriptions: ['a:b'] });
    assert.equal(reply.status, 0);
    acknowledged(stream(bed), sent(bed).id, { resourceSubscriptions: ['a:b'] });
    assert.deepEqual(messages(reply)[0]?.['result'], {});
    const refused = agent.call(2, 'resources/subscribe', { uri: 'c:d' });
    acknowledged(stream(bed), sent(bed).id, { resourceSubscriptions: ['a:b'] });
    assert.partialDeepStrictEqual(messages(refused), [{ error: { code: -32602 } }]);
    assert.equal(bed.server.aborted, 0, 'what is on its way on the stream before it may arrive');
    mock.timers.tick(1_000);
    assert.equal(bed.server.aborted, 1, 'the stream before it has ended');
  });

  test('what is watched together goes to the servers with each change, so its length has an end', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const watch = (id: number): SeenReply => agent.call(id, 'resources/subscribe', { uri: `a:${id}${'x'.repeat(4_000)}` });
    for (let id = 1; id <= 65; id++) watch(id);
    const asked = bed.server.requests.length;
    const refused = watch(66);
    assert.equal(refused.status, 429, refused.body);
    assert.equal(bed.server.requests.length, asked);
  });

  test('an unwatched resource that was never watched asks nothing of the server', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    const before = bed.server.requests.length;
    assert.deepEqual(messages(agent.call(1, 'resources/unsubscribe', { uri: 'a:b' }))[0]?.['result'], {});
    assert.equal(bed.server.requests.length, before);
  });

  test('a server that says nothing is given up; one that ends the stream is asked again, later each time', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const bed = roadBed(ALLOW);
      const agent = open(bed);
      const reply = agent.call(1, 'resources/subscribe', { uri: 'a:b' });
      mock.timers.tick(10_000);
      assert.partialDeepStrictEqual(messages(reply), [{ error: { code: 1505 } }]);
      assert.equal(bed.server.aborted, 1);
      const before = bed.server.requests.length;
      for (const waitMs of [500, 1_000]) {
        mock.timers.tick(waitMs - 1);
        mock.timers.tick(1);
        stream(bed);
        bed.server.handler?.onEnd();
      }
      assert.equal(bed.server.requests.length, before + 2);
      bed.ports.sessions.close();
      mock.timers.tick(10 * MINUTE);
      assert.equal(bed.server.requests.length, before + 2, 'a closed session asks nothing');
    } finally {
      mock.timers.reset();
    }
  });

  test('what comes while nobody listens is kept, once each and not without end', () => {
    const bed = roadBed([{ ...rule('no', 'deny'), resources: ['secret://*'] }, ...ALLOW]);
    const agent = open(bed);
    agent.get().onHangup?.();
    acknowledged(stream(bed), sent(bed).id);
    agent.call(1, 'resources/subscribe', { uri: 'a:/' });
    const id = sent(bed).id;
    const say = stream(bed);
    acknowledged(say, id, { toolsListChanged: true, resourceSubscriptions: ['a:/'] });
    const note = (method: string, params: Json = {}): void =>
      say({ method, params: { ...params, _meta: { 'io.modelcontextprotocol/subscriptionId': id } } });
    for (let index = 0; index < 3; index++) note('notifications/tools/list_changed');
    note('notifications/resources/updated', { uri: 'secret://a' });
    for (let index = 0; index < 100; index++) note('notifications/resources/updated', { uri: `a:/${index}` });
    const told = messages(agent.get());
    assert.equal(told.length, 64, '64 are kept, and of the secret one nothing is said');
    assert.equal(told.filter(({ method }) => method === 'notifications/tools/list_changed').length, 1);
    assert(!JSON.stringify(told).includes('secret') && !JSON.stringify(told).includes('subscriptionId'));
  });

  test('a session has one stream', () => {
    const bed = roadBed(ALLOW);
    const agent = open(bed);
    agent.get();
    assert.equal(agent.get().status, 429);
  });
});
