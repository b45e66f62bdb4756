// A legacy agent's session with a legacy server over Streamable HTTP, through the gateway, in both revisions that are relayed.
// Every message travels on a connection of its own, so that the two workers take turns.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import {
  ALLOW_ALL,
  at,
  legacyAnswers,
  LegacySession,
  rpc,
  send,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
  UPSTREAM_SESSION,
} from '../harness/index.ts';
import type { Gateway, HttpStream, ScriptedServer } from '../harness/index.ts';

const ASKED = { sampling: {}, elicitation: {} };

let fixture: Fixture;
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture({ era: 'legacy' });
  server = await startScriptedServer(legacyAnswers());
  gateway = await startGateway({
    config: testConfig({
      servers: { fixture: { url: fixture.url }, scripted: { url: server.url } },
      rules: [ALLOW_ALL, { name: 'no-errors', effect: 'deny', agents: ['*'], servers: ['fixture'], tools: ['test_error_*'] }],
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), server?.close()]);
});

for (const version of ['2025-11-25', '2025-06-18']) {
  describe(`revision ${version}`, () => {
    const open = (capabilities: Readonly<Record<string, unknown>> = {}): Promise<LegacySession> =>
      LegacySession.open(gateway.url('fixture'), { key, version, capabilities });

    test(verifies('legacy.negotiation', 'initialize agrees on the revision asked for'), async () => {
      const session = await open();
      assert.equal(session.version, version);
      assert.partialDeepStrictEqual(session.initialized.result, { capabilities: { tools: { listChanged: true } } });
    });

    test(verifies('legacy.session-id', 'it is unguessable, ours, and needed'), async () => {
      const session = await open();
      const other = await open();
      assert.match(session.id, /^[\x21-\x7e]{32,}$/);
      assert.notEqual(session.id, other.id);
      const headers = session.headers({ 'content-type': 'application/json' });
      const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
      const { 'mcp-session-id': _removed, ...without } = headers;
      assert.equal((await send(gateway.url('fixture'), { headers: without, body: ping })).status, 400);
      assert.equal(
        (await send(gateway.url('fixture'), { headers: { ...headers, 'mcp-session-id': `${session.id}x` }, body: ping })).status,
        404,
      );
      assert.equal((await send(gateway.url('fixture'), { headers, body: ping })).status, 200);
    });

    test('lists and calls, message by message', async () => {
      const session = await open();
      const { result } = await session.request('tools/list');
      const tools = at(result, 'tools');
      assert(Array.isArray(tools) && tools.some((tool) => at(tool, 'name') === 'test_simple_text'));
      for (let round = 0; round < 8; round++) {
        const answer = await session.request('tools/call', { name: 'test_simple_text', arguments: {} });
        assert.equal(at(answer.result, 'content', 0, 'text'), 'This is a simple text response for testing.');
      }
    });

    test('policy hides and denies', async () => {
      const session = await open();
      assert(!JSON.stringify((await session.request('tools/list')).result).includes('test_error_handling'));
      const denied = await session.request('tools/call', { name: 'test_error_handling', arguments: {} });
      assert.equal(at(denied.result, 'isError'), true);
      assert.match(textAt(denied.result, 'content', 0, 'text'), /no-errors/);
    });

    test('progress and log lines come before the result, on the stream of their request', async () => {
      const session = await open();
      assert.deepEqual((await session.request('logging/setLevel', { level: 'info' })).result, {});
      const logged = await session.request('tools/call', { name: 'test_tool_with_logging', arguments: {} });
      assert.equal(logged.notifications.filter((message) => at(message, 'method') === 'notifications/message').length, 3);
      const progressed = await session.request('tools/call', {
        name: 'test_tool_with_progress',
        arguments: {},
        _meta: { progressToken: 'p' },
      });
      assert.deepEqual(
        progressed.notifications.map((message) => at(message, 'params', 'progress')),
        [0, 50, 100],
      );
    });

    test(verifies('legacy.server-requests', 'sampling and elicitation are answered by POST'), async () => {
      const session = await open(ASKED);
      for (const [tool, args, reply, expected] of [
        ['test_sampling', { prompt: 'Hello?' }, { role: 'assistant', content: { type: 'text', text: 'Hi!' }, model: 'm' }, /Hi!/],
        ['test_elicitation', { message: 'Who?' }, { action: 'accept', content: { username: 'ada', email: 'a@example.com' } }, /ada/],
      ] as const) {
        const stream = await session.stream('tools/call', { name: tool, arguments: args });
        const question = await nextMessage(stream);
        assert.match(textAt(question, 'method'), /^(sampling\/createMessage|elicitation\/create)$/);
        assert.equal((await session.respond(at(question, 'id'), reply)).status, 202);
        assert.match(textAt(await nextMessage(stream), 'result', 'content', 0, 'text'), expected);
      }
    });

    test(verifies('legacy.get-stream', 'what belongs to no request arrives there'), async () => {
      const session = await open();
      const stream = await session.listen();
      assert.equal(stream.status, 200);
      assert.match(String(stream.headers['content-type']), /^text\/event-stream/);
      await session.request('resources/subscribe', { uri: 'test://watched-resource' });
      await session.request('tools/call', { name: 'test_trigger_tool_change', arguments: {} });
      assert.equal(at(await nextMessage(stream), 'method'), 'notifications/tools/list_changed');
      await session.request('tools/call', { name: 'test_trigger_resource_update', arguments: {} });
      assert.partialDeepStrictEqual(await nextMessage(stream), {
        method: 'notifications/resources/updated',
        params: { uri: 'test://watched-resource' },
      });
      stream.close();
    });

    test(verifies('legacy.session-end', 'DELETE ends it on both sides'), async () => {
      const before = fixture.sessionCount();
      const session = await open();
      assert.equal(fixture.sessionCount(), before + 1);
      const ended = await session.end();
      assert(ended.status >= 200 && ended.status < 300, `DELETE was answered ${ended.status}`);
      await until(() => fixture.sessionCount() === before, 'the end of the session at the server');
      assert.equal((await session.request('ping')).http.status, 404);
    });

    test('an unsupported revision in the header is refused', async () => {
      const session = await open();
      const headers = { ...session.headers({ 'content-type': 'application/json' }), 'mcp-protocol-version': '1999-01-01' };
      const answer = await send(gateway.url('fixture'), { headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) });
      assert.equal(answer.status, 400);
    });
  });
}

test('a client that asks for a revision that nobody speaks is offered one that the server does', async () => {
  const { result } = await LegacySession.initialize(gateway.url('fixture'), { key, version: '2099-01-01' });
  assert.equal(at(result, 'protocolVersion'), '2025-11-25');
});

test('a cut stream is resumed from its last event', async () => {
  const session = await LegacySession.open(gateway.url('fixture'), { key });
  const stream = await session.stream('tools/call', { name: 'test_reconnection', arguments: {} });
  let last: string | undefined;
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) last = event.id ?? last;
  assert(last !== undefined, 'the first stream carried no event id');
  const resumed = await session.listen(last);
  assert.equal(resumed.status, 200);
  assert.equal(at(await nextMessage(resumed), 'result', 'content', 0, 'text'), 'Reconnection test completed');
  resumed.close();
});

test('the server sees its own session id and the agreed revision on every message, and no key', async () => {
  const session = await LegacySession.open(gateway.url('scripted'), { key });
  const call = session.request('tools/call', { name: 'wait', arguments: {} });
  const exchange = await server.take('tools/call');
  exchange.result({ content: [] });
  await call;
  assert.notEqual(session.id, UPSTREAM_SESSION);
  assert.partialDeepStrictEqual(exchange.headers, { 'mcp-session-id': UPSTREAM_SESSION, 'mcp-protocol-version': '2025-11-25' });
  assert.equal(exchange.headers.authorization, undefined);
  assert(server.seen.some((seen) => seen.method === 'notifications/initialized'));
});

test(verifies('legacy.disconnect-is-no-cancel', 'the server goes on and may finish'), async () => {
  const session = await LegacySession.open(gateway.url('scripted'), { key });
  const opening = session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: 't' } }, 71);
  const exchange = await server.take('tools/call');
  exchange.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 't', progress: 1 } });
  const stream = await opening;
  await stream.next();
  stream.close();
  // Two more round trips on the session: whatever the hang-up sets off in the gateway has been set off by then.
  for (const id of [72, 73]) {
    const call = session.stream('tools/call', { name: 'wait', arguments: {} }, id);
    (await server.take('tools/call')).result({ content: [] });
    await (await call).whole();
  }
  assert.equal(exchange.abandoned, false);
  assert(!server.seen.some((seen) => seen.method === 'notifications/cancelled'));
  exchange.endWith({ content: [] });
});

test(verifies('legacy.cancelled', 'it names the request by the id the server got'), async () => {
  const session = await LegacySession.open(gateway.url('scripted'), { key });
  const opening = session.stream('tools/call', { name: 'wait', arguments: {} }, 81);
  const exchange = await server.take('tools/call');
  assert.equal((await session.notify('notifications/cancelled', { requestId: 81, reason: 'enough' })).status, 202);
  await until(() => server.seen.some((seen) => seen.method === 'notifications/cancelled'), 'the cancelled notification');
  const cancelled = server.seen.find((seen) => seen.method === 'notifications/cancelled');
  assert.partialDeepStrictEqual(at(cancelled?.message, 'params'), { requestId: at(exchange.message, 'id'), reason: 'enough' });
  exchange.result({ content: [] });
  await (await opening).whole();
});

test('a session that the server has forgotten is said to be gone, so that the client begins anew', async () => {
  const session = await LegacySession.open(gateway.url('scripted'), { key });
  const call = session.request('tools/call', { name: 'wait', arguments: {} });
  (await server.take('tools/call')).reply(404, { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null });
  assert.equal((await call).http.status, 404);
});

test(verifies('legacy.session-bound-to-caller', "another agent's session is unknown"), async () => {
  const session = await LegacySession.open(gateway.url('fixture'), { key });
  const stranger = await gateway.addAgent('stranger');
  const headers = { ...session.headers({ 'content-type': 'application/json' }), authorization: `Bearer ${stranger}` };
  const stolen = rpc(await send(gateway.url('fixture'), { headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) }));
  assert.equal(stolen.http.status, 404);
  assert.deepEqual((await session.request('ping')).result, {});
});

test('a session of one server is unknown on the route of another', async () => {
  const session = await LegacySession.open(gateway.url('fixture'), { key });
  const headers = session.headers({ 'content-type': 'application/json' });
  const answer = await send(gateway.url('scripted'), { headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) });
  assert.equal(answer.status, 404);
});

/** The next JSON-RPC message of a stream; skips events without one, such as the priming event. */
async function nextMessage(stream: HttpStream): Promise<unknown> {
  for (;;) {
    const event = await stream.next();
    if (event === undefined) return undefined;
    if (event.json !== undefined && at(event.json, 'jsonrpc') !== undefined) return event.json;
  }
}
