// Many who listen to one server: one stream there, and for each exactly what is its own.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { createHeaderList } from '../../http/index.ts';
import type { UpstreamHandler } from '../../http/index.ts';
import type { HttpTarget } from '../../servers/index.ts';
import { bed, modern, rule, useRoad } from '../fakes.fixture.ts';
import type { Bed, SeenReply } from '../fakes.fixture.ts';
import { carry } from '../pipeline.ts';

type Json = Readonly<Record<string, unknown>>;

useRoad(carry);

const TOOLS = { toolsListChanged: true };
const PROMPTS = { promptsListChanged: true };
const TOOLS_CHANGED = 'notifications/tools/list_changed';
const PROMPTS_CHANGED = 'notifications/prompts/list_changed';
const UPDATED = 'notifications/resources/updated';

/** One stream at the server. */
interface Above {
  readonly id: unknown;
  readonly asked: unknown;
  readonly body: string;
  isAborted: boolean;
  isPaused: boolean;
  say(method: string, params?: Json): void;
  grant(notifications?: unknown): void;
  raw(message: Json): void;
  readonly handler: UpstreamHandler;
}

interface Room {
  readonly bed: Bed;
  readonly above: Above[];
  headers: readonly string[];
  readonly listen: (notifications: Json, id?: string | number) => SeenReply;
}

/** A road in front of a server that only tells of changes. */
function room(): Room {
  const made = bed([{ ...rule('no', 'deny'), resources: ['secret://*'] }, rule('all', 'allow')]);
  const above: Above[] = [];
  const known = made.server.server.readiness;
  assert(known?.kind === 'ready' && known.http !== undefined);
  const limits = { ...made.ports.snapshot().limits, maxStreamsPerAgent: 1_000 };
  const one: Room = {
    bed: made,
    above,
    headers: known.http.headers,
    listen: (notifications, id = 1) => made.arrive(...modern('subscriptions/listen', { notifications }, id), 'POST', { limits }),
  };
  const target: HttpTarget = {
    ...known.http,
    get headers() {
      return one.headers;
    },
    pool: {
      ...known.http.pool,
      send: (request, handler) => {
        const body = Buffer.from(request.body ?? '').toString();
        const { id, params } = JSON.parse(body);
        let isOpen = false;
        const stream: Above = {
          id,
          asked: params.notifications,
          body,
          isAborted: false,
          isPaused: false,
          handler,
          raw: (message) => {
            if (!isOpen) handler.onHead(200, createHeaderList(['content-type'], ['text/event-stream']));
            isOpen = true;
            handler.onBody(Buffer.from(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`));
          },
          say: (method, more = {}) => stream.raw({ method, params: { ...more, _meta: { 'io.modelcontextprotocol/subscriptionId': id } } }),
          grant: (notifications = params.notifications) => stream.say('notifications/subscriptions/acknowledged', { notifications }),
        };
        above.push(stream);
        return {
          pause: () => void (stream.isPaused = true),
          resume: () => void (stream.isPaused = false),
          abort: () => void (stream.isAborted = true),
        };
      },
    },
  };
  const readiness = { ...known, http: target };
  Object.assign(made.server.server, { readiness, prepare: (ready: (state: typeof readiness) => void) => ready(readiness) });
  return one;
}

/** What an agent has read. */
function read({ body }: SeenReply): readonly Json[] {
  return body
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line): Json => JSON.parse(line.slice(6)));
}

function methods(reply: SeenReply): readonly unknown[] {
  return read(reply).map(({ method }) => method);
}

/** Whoever is acknowledged by what is known already is so a moment later. */
const soon = (): Promise<void> => Promise.resolve();

describe('listen streams of one server', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  test('have one stream there, and each its own acknowledgement, filter and id', async () => {
    const { above, listen } = room();
    const ann = listen(TOOLS, 'a');
    above[0]?.grant();
    const bob = listen(TOOLS, 7);
    await soon();
    const quiet = listen({}, 'q');
    await soon();
    assert.equal(above.length, 1);
    above[0]?.say(TOOLS_CHANGED, { note: 'as it was said' });
    const meta = (id: unknown): Json => ({ _meta: { 'io.modelcontextprotocol/subscriptionId': id } });
    for (const [reply, id] of [[ann, 'a'] as const, [bob, 7] as const])
      assert.deepEqual(read(reply), [
        { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications: TOOLS, ...meta(id) } },
        { jsonrpc: '2.0', method: TOOLS_CHANGED, params: { note: 'as it was said', ...meta(id) } },
      ]);
    assert.deepEqual(methods(quiet), ['notifications/subscriptions/acknowledged']);
  });

  test('say nothing of who listens: not who they are, and not under whose id', () => {
    const { above, bed: made } = room();
    const [body, headers] = modern('subscriptions/listen', { notifications: TOOLS }, 'of-ann');
    const info = { 'io.modelcontextprotocol/clientInfo': { name: 'anns-program', version: '1' } };
    const params = { notifications: TOOLS, _meta: { ...Reflect.get(Reflect.get(body, 'params'), '_meta'), ...info } };
    made.arrive({ ...body, params }, headers);
    assert.equal(above[0]?.body.includes('of-ann') || above[0]?.body.includes('anns-program'), false);
  });

  test('are opened with one credential each', async () => {
    const one = room();
    one.listen(TOOLS);
    one.above[0]?.grant();
    one.headers = ['Authorization', 'Bearer another'];
    const later = one.listen(TOOLS);
    await soon();
    assert.equal(one.above.length, 2);
    one.above[0]?.say(TOOLS_CHANGED);
    assert.deepEqual(methods(later), [], 'what was told to another is not for it');
    one.above[1]?.grant();
    one.above[1]?.say(TOOLS_CHANGED);
    assert.deepEqual(methods(later), ['notifications/subscriptions/acknowledged', TOOLS_CHANGED]);
  });

  test('are opened wider for who wishes more, before the one before is closed', async () => {
    const { above, listen } = room();
    const ann = listen(TOOLS);
    above[0]?.grant();
    const bob = listen(PROMPTS);
    assert.deepEqual(above[1]?.asked, { ...TOOLS, ...PROMPTS });
    above[0]?.say(TOOLS_CHANGED);
    assert.deepEqual(methods(bob), []);
    above[1]?.grant();
    assert.equal(above[0]?.isAborted, false);
    above[0]?.say(TOOLS_CHANGED);
    above[1]?.say(PROMPTS_CHANGED);
    above[1]?.say(TOOLS_CHANGED);
    mock.timers.tick(1_000);
    assert.deepEqual([above[0]?.isAborted, above[1]?.isAborted], [true, false]);
    assert.deepEqual(methods(ann), ['notifications/subscriptions/acknowledged', TOOLS_CHANGED, TOOLS_CHANGED, TOOLS_CHANGED]);
    assert.deepEqual(methods(bob), ['notifications/subscriptions/acknowledged', PROMPTS_CHANGED]);
    listen({ ...TOOLS, ...PROMPTS });
    await soon();
    assert.equal(above.length, 2);
  });

  test('wait together for a stream that is being opened, and for one that follows it', () => {
    const { above, listen } = room();
    const [ann, bob, cid] = [listen(TOOLS), listen(TOOLS), listen(PROMPTS)];
    assert.equal(above.length, 1);
    above[0]?.grant();
    assert.equal(above.length, 2);
    above[1]?.grant();
    for (const reply of [ann, bob, cid]) assert.equal(read(reply).length, 1);
  });

  test('who wishes what the server will not have beside the rest gets a stream of its own, and the others notice nothing', async () => {
    const { above, listen } = room();
    const ann = listen(TOOLS);
    above[0]?.grant();
    const bob = listen({ resourceSubscriptions: ['too:much'] }, 'bobs');
    above[1]?.raw({ id: above[1]?.id, error: { code: -32602, message: 'no' } });
    assert.deepEqual([above[2]?.id, above[2]?.asked], ['bobs', { resourceSubscriptions: ['too:much'] }], 'as it was sent');
    above[2]?.grant();
    above[2]?.say(UPDATED, { uri: 'too:much' });
    above[0]?.say(TOOLS_CHANGED);
    assert.deepEqual(methods(ann), ['notifications/subscriptions/acknowledged', TOOLS_CHANGED]);
    assert.deepEqual(methods(bob), ['notifications/subscriptions/acknowledged', UPDATED]);
    bob.onHangup?.();
    assert.deepEqual([above[0]?.isAborted, above[2]?.isAborted], [false, true]);
    listen(TOOLS);
    await soon();
    assert.equal(above.length, 3);
  });

  test('a wider stream that grants less is not taken', () => {
    const { above, listen } = room();
    const ann = listen(TOOLS);
    above[0]?.grant();
    listen(PROMPTS);
    above[1]?.grant(PROMPTS);
    assert.deepEqual([above[0]?.isAborted, above[1]?.isAborted, above.length], [false, true, 3]);
    above[0]?.say(TOOLS_CHANGED);
    assert.deepEqual(methods(ann), ['notifications/subscriptions/acknowledged', TOOLS_CHANGED]);
  });

  test('who wishes what is not understood here has a stream of its own', () => {
    const { above, listen } = room();
    listen(TOOLS);
    above[0]?.grant();
    for (const more of [{ 'com.example/orders': true }, { toolsListChanged: 'yes' }, { resourceSubscriptions: 'all' }])
      listen({ ...TOOLS, ...more }, 'own');
    assert.deepEqual(
      above.map(({ id }) => id),
      [above[0]?.id, 'own', 'own', 'own'],
    );
  });

  test('what a server did not grant is asked for again, but not by everybody who comes', async () => {
    const one = room();
    let nowMs = 1_000;
    Object.assign(one.bed.ports, { nowMs: () => nowMs });
    one.listen({ ...TOOLS, ...PROMPTS });
    one.above[0]?.grant(TOOLS);
    const bob = one.listen(PROMPTS);
    await soon();
    assert.deepEqual(
      [one.above.length, read(bob)[0]?.['params']],
      [1, { notifications: {}, _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } }],
    );
    nowMs += 30_000;
    one.listen(PROMPTS);
    await soon();
    assert.equal(one.above.length, 2);
  });

  test('updates go to who watches the resource, or what it lies below, and may read it', () => {
    const { above, listen } = room();
    const [ann, bob] = [listen({ resourceSubscriptions: ['file:///a', 'secret://x'] }), listen({ resourceSubscriptions: ['file:///b/'] })];
    above[0]?.grant();
    assert.deepEqual(above[1]?.asked, { resourceSubscriptions: ['file:///a', 'file:///b/'] });
    above[1]?.grant();
    for (const uri of ['file:///a', 'file:///a/1', 'file:///ab', 'file:///b/2', 'secret://x', 'other:y']) above[1]?.say(UPDATED, { uri });
    const uris = (reply: SeenReply): readonly unknown[] =>
      read(reply)
        .slice(1)
        .map(({ params }) => Reflect.get(Object(params), 'uri'));
    assert.deepEqual(uris(ann), ['file:///a', 'file:///a/1']);
    assert.deepEqual(uris(bob), ['file:///b/2']);
  });

  test('what nobody asked for, of another subscription, or before the acknowledgement, is said to nobody', () => {
    const { above, listen } = room();
    const ann = listen(TOOLS);
    above[0]?.say(TOOLS_CHANGED);
    above[0]?.grant();
    for (const method of [PROMPTS_CHANGED, UPDATED, 'notifications/tasks', 'notifications/message', 'notifications/progress'])
      above[0]?.say(method, { uri: 'a:b', taskId: 't', status: 'working' });
    above[0]?.raw({ method: TOOLS_CHANGED, params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'of-another' } } });
    assert.deepEqual(methods(ann), ['notifications/subscriptions/acknowledged']);
  });

  test('end together, each under its own id, and as a whole where the server breaks off', () => {
    for (const isOrderly of [true, false]) {
      const { above, listen, bed: made } = room();
      const replies = [listen(TOOLS, 'a'), listen(TOOLS, 2)];
      above[0]?.grant();
      if (isOrderly)
        above[0]?.raw({
          id: above[0].id,
          result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': above[0].id } },
        });
      else above[0]?.handler.onEnd();
      const last = replies.map((reply) => read(reply).at(-1));
      if (isOrderly)
        assert.deepEqual(
          last,
          ['a', 2].map((id) => ({
            jsonrpc: '2.0',
            id,
            result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
          })),
        );
      else
        assert.partialDeepStrictEqual(last, [
          { id: 'a', error: { code: 1506 } },
          { id: 2, error: { code: 1506 } },
        ]);
      assert.deepEqual(
        replies.map(({ ended }) => ended),
        ['end', 'end'],
      );
      const outcomes = made.audit.records
        .filter((record) => record.kind === 'outcome')
        .map((record) => Reflect.get(record, 'outcome') ?? Reflect.get(record, 'status'));
      assert.equal(outcomes.length, 2);
    }
  });

  test('a server that cannot be reached, or refuses, answers each', () => {
    const { above, listen } = room();
    const replies = [listen(TOOLS, 1), listen(TOOLS, 2)];
    above[0]?.handler.onError('upstream_unreachable', 'nobody there');
    assert.deepEqual(
      replies.map(({ status }) => status),
      [502, 502],
    );
    listen(TOOLS);
    assert.equal(above.length, 2, 'who comes later asks again');
  });

  test('a server that takes no listen answers each in its own words', () => {
    const { above, listen } = room();
    const reply = listen(TOOLS, 'mine');
    above[0]?.raw({ id: above[0].id, error: { code: -32601, message: 'no' } });
    assert.equal(above[1]?.id, 'mine');
    listen(TOOLS, 'next');
    assert.deepEqual([above.length, above[2]?.id, reply.body], [3, 'next', ''], 'and is not asked for all of them for a while');
  });

  test('a server that acknowledges nothing is listened to by each alone', () => {
    const { above, listen } = room();
    listen(TOOLS, 'a');
    listen(TOOLS, 'b');
    mock.timers.tick(10_000);
    assert.deepEqual(
      above.map(({ id, isAborted }) => [typeof id, isAborted]),
      [
        ['number', true],
        ['string', false],
        ['string', false],
      ],
    );
  });

  test('the last one who leaves closes the stream, a moment later', async () => {
    const { above, listen } = room();
    const [ann, bob] = [listen(TOOLS), listen(TOOLS)];
    above[0]?.grant();
    ann.onHangup?.();
    mock.timers.tick(5_000);
    assert.equal(above[0]?.isAborted, false);
    bob.onHangup?.();
    const again = listen(TOOLS);
    await soon();
    mock.timers.tick(5_000);
    assert.deepEqual([above.length, above[0]?.isAborted], [1, false]);
    again.onHangup?.();
    mock.timers.tick(1_000);
    assert.equal(above[0]?.isAborted, true);
    listen(TOOLS);
    assert.equal(above.length, 2);
  });

  test('one that takes no more does not hold up the others, and is ended where it falls too far behind', () => {
    const { above, listen } = room();
    const [slow, quick] = [listen(TOOLS), listen(TOOLS)];
    above[0]?.grant();
    slow.full = true;
    const text = 'x'.repeat(8_000);
    for (let times = 0; times < 20; times += 1) above[0]?.say(TOOLS_CHANGED, { text });
    assert.equal(above[0]?.isPaused, false);
    assert.equal(methods(quick).filter((method) => method === TOOLS_CHANGED).length, 20);
    assert.equal(slow.ended, 'end');
    assert(slow.body.length < 100_000, `${slow.body.length} bytes were kept for it`);
    assert.partialDeepStrictEqual(read(slow).at(-1), { id: 1, error: { code: 1503 } });
    assert.equal(quick.ended, 'no');
  });

  test('where nobody takes more, the server waits', () => {
    const { above, listen } = room();
    const ann = listen(TOOLS);
    above[0]?.grant();
    ann.full = true;
    above[0]?.say(TOOLS_CHANGED);
    above[0]?.say(TOOLS_CHANGED);
    assert.equal(above[0]?.isPaused, true);
    ann.full = false;
    ann.onDrain?.();
    assert.equal(above[0]?.isPaused, false);
  });

  test('what is said beside a change has an end: it is said to all', () => {
    const { above, listen } = room();
    const ann = listen({ resourceSubscriptions: ['a:b'] });
    above[0]?.grant();
    above[0]?.say(UPDATED, { uri: 'a:b', text: 'x'.repeat(20_000) });
    assert.deepEqual(read(ann)[1]?.['params'], { uri: 'a:b', _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } });
  });

  test('thousands are told in pieces, and changes of the same thing that wait become one', async () => {
    const { above, listen } = room();
    const replies = Array.from({ length: 100 }, (_, id) => listen(TOOLS, id));
    above[0]?.grant();
    for (let times = 0; times < 10; times += 1) above[0]?.say(TOOLS_CHANGED);
    const told = (): number => replies.filter((reply) => methods(reply).includes(TOOLS_CHANGED)).length;
    assert.equal(told(), 64);
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    for (const reply of replies) assert.deepEqual(methods(reply).slice(1), [TOOLS_CHANGED, TOOLS_CHANGED]);
  });
});
