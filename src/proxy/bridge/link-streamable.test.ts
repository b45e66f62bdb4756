import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { listenUpstream, sayEvent, sayJson, until } from '../../servers/upstream.fixture.ts';
import type { Came } from '../../servers/upstream.fixture.ts';
import { LINK_OPTIONS, message, recordLink } from './link.fixture.ts';
import type { LinkRecorder } from './link.fixture.ts';
import { createStreamableLink } from './link-streamable.ts';
import type { LegacyLink } from './party.ts';

const CALL = { id: 7, method: 'tools/call', params: { name: 'wait' } };
const RESULT = { jsonrpc: '2.0', id: 7, result: { content: [] } };

interface Bed {
  readonly link: LegacyLink;
  readonly heard: LinkRecorder;
  readonly came: Came[];
}

/** A link whose session has begun: the server gave an id, and everything but the handshake is answered by `answer`. */
async function bed(t: TestContext, answer: (came: Came) => void, session = 's-1'): Promise<Bed> {
  const came: Came[] = [];
  const target = await listenUpstream(t, (one) => {
    came.push(one);
    if (one.body.includes('"initialize"'))
      return sayJson(
        one.response,
        200,
        { jsonrpc: '2.0', id: 0, result: { protocolVersion: '2025-11-25' } },
        session === '' ? {} : { 'mcp-session-id': session },
      );
    if (one.body.includes('notifications/initialized')) return void one.response.writeHead(202).end();
    answer(one);
  });
  const heard = recordLink();
  const link = createStreamableLink(target, LINK_OPTIONS)(heard.events);
  t.after(() => link.close());
  link.send(message({ id: 0, method: 'initialize', params: {} }));
  await until(() => heard.messages.length === 1);
  link.agree('2025-11-25');
  heard.messages.length = 0;
  return { link, heard, came };
}

test('the session id and the revision travel with everything after initialize, and the gateway shows its own credentials', async (t) => {
  const { link, heard, came } = await bed(t, ({ response }) => sayJson(response, 200, RESULT));
  link.send(message({ method: 'notifications/initialized' }));
  link.send(message(CALL));
  await until(() => heard.messages.length === 1);
  const [initialize, initialized, call] = came;
  assert.equal(initialize?.headers['mcp-session-id'], undefined);
  assert.equal(initialize?.headers['mcp-protocol-version'], undefined);
  for (const one of [initialized, call]) {
    assert.equal(one?.headers['mcp-session-id'], 's-1');
    assert.equal(one?.headers['mcp-protocol-version'], '2025-11-25');
    assert.equal(one?.headers.authorization, 'Bearer gateway');
    assert.equal(one?.headers.accept, 'application/json, text/event-stream');
  }
  assert.deepEqual(heard.messages, [{ value: RESULT, on: 7 }]);
});

test('what comes behind notifications/initialized waits until the server has taken it', async (t) => {
  const order: string[] = [];
  let release = (): void => {};
  const target = await listenUpstream(t, ({ body, response }) => {
    order.push(JSON.parse(body).method);
    if (body.includes('initialized')) release = () => void response.writeHead(202).end();
    else sayJson(response, 200, RESULT);
  });
  const heard = recordLink();
  const link = createStreamableLink(target, LINK_OPTIONS)(heard.events);
  link.send(message({ method: 'notifications/initialized' }));
  link.send(message(CALL));
  await until(() => order.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(order, ['notifications/initialized']);
  release();
  await until(() => heard.messages.length === 1);
  assert.deepEqual(order, ['notifications/initialized', 'tools/call']);
});

test('what comes on the stream of a request is marked with it; what comes behind the answer is not heard', async (t) => {
  const { link, heard } = await bed(t, ({ response }) => {
    sayEvent(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    sayEvent(response, { jsonrpc: '2.0', id: 1, method: 'roots/list' });
    sayEvent(response, { jsonrpc: '2.0', id: 99, result: {} });
    sayEvent(response, RESULT);
    sayEvent(response, { jsonrpc: '2.0', id: 2, method: 'roots/list' });
  });
  link.send(message(CALL));
  await until(() => heard.messages.length === 3);
  assert.deepEqual(
    heard.messages.map(({ on }) => on),
    [7, 7, 7],
  );
  assert.deepEqual(heard.messages.at(-1)?.value, RESULT);
  assert.deepEqual(heard.lost, []);
});

test('a batch of 2025-03-26 is heard message by message', async (t) => {
  const { link, heard } = await bed(t, ({ response }) =>
    sayJson(response, 200, [{ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 1 } }, RESULT]),
  );
  link.send(message(CALL));
  await until(() => heard.messages.length === 2);
  assert.deepEqual(heard.messages[1], { value: RESULT, on: 7 });
});

test('an error without an id answers the one request of its exchange', async (t) => {
  const { link, heard } = await bed(t, ({ response }) =>
    sayJson(response, 200, { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'No.' } }),
  );
  link.send(message(CALL));
  await until(() => heard.messages.length === 1);
  assert.deepEqual(heard.messages[0]?.value, { jsonrpc: '2.0', id: 7, error: { code: -32600, message: 'No.' } });
});

for (const [what, status, body] of [
  ['404', 404, undefined],
  ['400 with an error that answers no request', 400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No valid session' } }],
] as const) {
  test(`a session that the server does not know any more (${what}) is said so, and is over`, async (t) => {
    const { link, heard, came } = await bed(t, ({ response }) => {
      if (body === undefined) response.writeHead(status).end();
      else sayJson(response, status, body);
    });
    link.send(message(CALL));
    await until(() => heard.ends.length === 1);
    assert.deepEqual(
      heard.lost.map(({ id, state }) => [id, state]),
      [[7, 'expired']],
    );
    link.send(message({ ...CALL, id: 8 }));
    await until(() => heard.lost.length === 2);
    assert.equal(heard.lost[1]?.state, 'expired');
    link.close();
    assert.ok(came.every(({ method }) => method === 'POST'));
    assert.equal(heard.ends.length, 1);
  });
}

for (const [status, code, state] of [
  [401, 'upstream_unreachable', 'not-delivered'],
  [403, 'upstream_unreachable', 'not-delivered'],
  [429, 'overloaded', 'not-delivered'],
  [500, 'upstream_malformed', 'delivered'],
  [503, 'overloaded', 'delivered'],
] as const) {
  test(`status ${status} loses the request and not the session`, async (t) => {
    const { link, heard } = await bed(t, ({ response }) => response.writeHead(status).end('internals'));
    link.send(message(CALL));
    await until(() => heard.lost.length === 1);
    assert.equal(heard.lost[0]?.refused.code, code);
    assert.equal(heard.lost[0]?.state, state);
    assert.doesNotMatch(heard.lost[0]?.refused.say ?? '', /internals/);
    assert.deepEqual(heard.ends, []);
  });
}

test('a connection that is lost before the answer leaves the outcome unknown; one that was never made does not', async (t) => {
  const { link, heard } = await bed(t, ({ response }) => response.destroy());
  link.send(message(CALL));
  await until(() => heard.lost.length === 1);
  assert.deepEqual([heard.lost[0]?.refused.code, heard.lost[0]?.state], ['outcome_unknown', 'delivered']);

  const target = await listenUpstream(t, () => {});
  target.pool.close();
  const other = recordLink();
  createStreamableLink(target, LINK_OPTIONS)(other.events).send(message(CALL));
  await until(() => other.lost.length === 1);
  assert.deepEqual([other.lost[0]?.refused.code, other.lost[0]?.state], ['upstream_unreachable', 'not-delivered']);
});

for (const [what, answer] of [
  ['bytes that are no JSON', (came: Came) => came.response.writeHead(200, { 'content-type': 'application/json' }).end('{')],
  ['the answer to another request', (came: Came) => sayJson(came.response, 200, { ...RESULT, id: 8 })],
  ['202 to a request', (came: Came) => came.response.writeHead(202).end()],
  ['a page', (came: Came) => came.response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
  ['an event that is no message', (came: Came) => sayEvent(came.response, { hello: 1 })],
] as const) {
  test(`${what} cannot be trusted`, async (t) => {
    const { link, heard } = await bed(t, answer);
    link.send(message(CALL));
    await until(() => heard.lost.length === 1);
    assert.deepEqual([heard.lost[0]?.refused.code, heard.lost[0]?.state], ['upstream_malformed', 'delivered']);
    assert.deepEqual(heard.messages, []);
  });
}

test('an answer above the cap is not taken, whole or as an event', async (t) => {
  const big = { ...RESULT, result: { text: 'x'.repeat(LINK_OPTIONS.maxMessageBytes) } };
  const { link, heard } = await bed(t, ({ body, response }) =>
    body.includes('"id":7') ? sayJson(response, 200, big) : sayEvent(response, big),
  );
  link.send(message(CALL));
  link.send(message({ ...CALL, id: 8 }));
  await until(() => heard.lost.length === 2);
  assert.ok(heard.lost.every(({ refused }) => refused.code === 'upstream_too_large'));
});

test('a stream that breaks behind an event with an id is taken up again by that id, after the time that was named', async (t) => {
  const { link, heard, came } = await bed(t, ({ method, response }) => {
    if (method === 'POST') {
      sayEvent(response, '', 'id: e-1\nretry: 150\n');
      response.end();
    } else sayEvent(response, RESULT, 'id: e-2\n');
  });
  link.send(message(CALL));
  await until(() => heard.messages.length === 1);
  assert.deepEqual(heard.messages, [{ value: RESULT, on: 7 }]);
  const resumed = came.find(({ method }) => method === 'GET');
  assert.equal(resumed?.headers['last-event-id'], 'e-1');
  assert.equal(resumed?.headers['mcp-session-id'], 's-1');
});

test('a stream that ends without an id, or that cannot be taken up again, leaves the outcome unknown', async (t) => {
  const { link, heard } = await bed(t, ({ method, body, response }) => {
    if (method === 'GET') return void response.writeHead(405).end();
    sayEvent(response, '', body.includes('"id":7') ? 'id: e-1\nretry: 1\n' : '');
    response.end();
  });
  link.send(message(CALL));
  link.send(message({ ...CALL, id: 8 }));
  await until(() => heard.lost.length === 2);
  assert.ok(heard.lost.every(({ refused, state }) => refused.code === 'outcome_unknown' && state === 'delivered'));
});

test('messages that belong to no request come on the GET stream, which is asked for again when it ends', async (t) => {
  let gets = 0;
  const { link, heard, came } = await bed(t, ({ response }) => {
    gets++;
    sayEvent(response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, `id: g-${gets}\nretry: 100\n`);
    if (gets === 1) response.end();
  });
  const offered: boolean[] = [];
  link.listen((yes) => offered.push(yes));
  await until(() => heard.messages.length === 2);
  assert.deepEqual(offered, [true]);
  assert.ok(heard.messages.every(({ on }) => on === undefined));
  assert.equal(came.at(-1)?.headers['last-event-id'], 'g-1');
  assert.equal(came.at(-1)?.headers.accept, 'text/event-stream');
});

test('a GET stream that is refused later has ended for good', async (t) => {
  let gets = 0;
  const { link, heard } = await bed(t, ({ response }) => {
    if (++gets > 1) return void response.writeHead(405).end();
    sayEvent(response, '', 'id: g-1\nretry: 1\n');
    response.end();
  });
  const offered: boolean[] = [];
  link.listen((yes) => offered.push(yes));
  await until(() => offered.length === 2);
  assert.deepEqual(offered, [true, false]);
  assert.deepEqual(heard.ends, []);
});

test('nobody listens any more: the GET stream is closed', async (t) => {
  let closed = false;
  const { link, heard } = await bed(t, ({ response }) => {
    response.once('close', () => (closed = true));
    sayEvent(response, '', 'id: g-1\n');
  });
  const offered: boolean[] = [];
  link.listen((yes) => offered.push(yes));
  await until(() => offered.length === 1);
  link.unlisten();
  await until(() => closed);
  assert.deepEqual([offered, heard.messages, heard.ends], [[true], [], []]);
});

test('a server without a GET stream says 405', async (t) => {
  const { link, heard } = await bed(t, ({ response }) => response.writeHead(405).end());
  const offered: boolean[] = [];
  link.listen((yes) => offered.push(yes));
  await until(() => offered.length === 1);
  assert.deepEqual(offered, [false]);
  assert.deepEqual(heard.ends, []);
});

test('a request that is forgotten says nothing more, and the session goes on', async (t) => {
  const { link, heard, came } = await bed(t, ({ body, response }) =>
    body.includes('"id":8') ? sayJson(response, 200, { ...RESULT, id: 8 }) : undefined,
  );
  link.send(message(CALL));
  await until(() => came.length === 2);
  link.send(message({ method: 'notifications/cancelled', params: { requestId: 7 } }));
  link.forget(7);
  link.send(message({ ...CALL, id: 8 }));
  await until(() => heard.messages.length === 1);
  assert.equal(heard.messages[0]?.on, 8);
  assert.deepEqual(heard.lost, []);
});

test('a link that is paused hears nothing until it is resumed', async (t) => {
  const { link, heard } = await bed(t, ({ response }) => {
    for (let n = 0; n < 200; n++)
      sayEvent(response, { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(4_000) } });
    sayEvent(response, RESULT);
  });
  link.pause();
  link.send(message(CALL));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const early = heard.messages.length;
  assert.ok(early < 200);
  link.resume();
  await until(() => heard.messages.length === 201);
});

test('closing ends the session at the server, and nothing more is said', async (t) => {
  const { link, heard, came } = await bed(t, ({ method, response }) => (method === 'DELETE' ? response.writeHead(405).end() : undefined));
  link.send(message(CALL));
  await until(() => came.length === 2);
  link.close();
  await until(() => came.some(({ method }) => method === 'DELETE'));
  assert.equal(came.at(-1)?.headers['mcp-session-id'], 's-1');
  assert.deepEqual([heard.lost, heard.ends], [[], []]);
});

test('a session without an id is not ended by 404, nor with DELETE', async (t) => {
  const { link, heard, came } = await bed(t, ({ response }) => response.writeHead(404).end(), '');
  link.send(message(CALL));
  await until(() => heard.lost.length === 1);
  assert.deepEqual([heard.lost[0]?.refused.code, heard.lost[0]?.state], ['upstream_malformed', 'not-delivered']);
  link.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(came.every(({ method }) => method === 'POST'));
});
