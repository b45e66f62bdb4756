// A legacy agent in front of servers that speak only the modern era: the gateway plays the session. Every message travels on a connection of
// its own, so that both workers take turns and whoever does not hold the session hands on.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import {
  ALLOW_ALL,
  anyTool,
  at,
  decisionAbout,
  LegacySession,
  META,
  modernAnswers,
  readRecords,
  repositoryRoot,
  rpc,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream, ScriptedServer, SseEvent } from '../harness/index.ts';

const STDIO = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');
const ASKED = { elicitation: {}, sampling: {}, roots: {} };
const WATCHED = 'test://watched-resource';

let fixture: Fixture;
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture({ era: 'modern' });
  const discovered = at(modernAnswers(), 'server/discover');
  assert(typeof discovered === 'object' && discovered !== null);
  const capabilities = { tools: {}, logging: {}, resources: { subscribe: true, listChanged: true }, extensions: { 'com.example/x': {} } };
  server = await startScriptedServer(
    modernAnswers({ 'server/discover': { ...discovered, capabilities }, 'tools/list': () => ({ ...LISTED, tools: listed }) }),
  );
  gateway = await startGateway({
    config: testConfig({
      servers: { http: { url: fixture.url }, stdio: { command: process.execPath, args: [STDIO, 'modern'] }, scripted: { url: server.url } },
      rules: [ALLOW_ALL, { name: 'no-secrets', effect: 'deny', agents: ['*'], servers: ['scripted'], resources: ['secret://*'] }],
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), server?.close()]);
});

const WAIT = anyTool('wait');

/** From now on the server lists these, and somebody approves that. */
async function show(tools: typeof listed): Promise<void> {
  listed = tools;
  const session = await LegacySession.open(gateway.url('scripted'), { key });
  await session.request('tools/list');
  const approved = await gateway.cli('tools', 'approve', 'scripted', '--all');
  assert.equal(approved.code, 0, approved.stderr);
}

/** The next message of a stream, behind what only primes it. */
async function message(stream: HttpStream): Promise<SseEvent | undefined> {
  let event = await stream.next();
  while (event !== undefined && event.data === '') event = await stream.next();
  return event;
}

const LISTED = { resultType: 'complete', ttlMs: 1_000, cacheScope: 'public' };
let listed: readonly object[] = [WAIT];

for (const route of ['http', 'stdio']) {
  describe(`the v1 client in front of a modern server over ${route}`, () => {
    let client: Client;
    const heard: unknown[] = [];

    before(async () => {
      client = new Client({ name: 'v1', version: '1.0.0' }, { capabilities: ASKED });
      client.setRequestHandler(ElicitRequestSchema, () => ({
        action: 'accept',
        content: { color: 'blue', context: 'harbour', name: 'Grace', ok: true },
      }));
      client.setRequestHandler(CreateMessageRequestSchema, () => ({
        role: 'assistant',
        model: 'none',
        content: { type: 'text', text: 'Paris' },
      }));
      client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home/grace' }] }));
      for (const schema of [LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema])
        client.setNotificationHandler(schema, (said) => void heard.push(said));
      const requestInit = { headers: { authorization: `Bearer ${key}`, connection: 'close' } };
      const transport = new StreamableHTTPClientTransport(new URL(gateway.url(route)), { requestInit });
      // The cast: the SDK's type was not written for exactOptionalPropertyTypes.
      await client.connect(transport as Parameters<Client['connect']>[0]);
    });
    after(() => client.close());

    const call = async (name: string): Promise<string> => {
      const result = await client.callTool({ name, arguments: {} });
      return textAt(result, 'content', 0, 'text');
    };

    test('it is welcomed as by a server of its own era', () => {
      assert.equal(client.getServerVersion()?.name, 'sallyport-fixture');
      assert.deepEqual(client.getServerCapabilities()?.tools, { listChanged: true });
      assert.match(client.getInstructions() ?? '', /fixture/);
    });

    test('lists, reads, prompts and completes', async () => {
      const { tools } = await client.listTools();
      assert(tools.some(({ name }) => name === 'test_simple_text'));
      const { contents } = await client.readResource({ uri: 'test://static-text' });
      assert.equal(textAt(contents, 0, 'uri'), 'test://static-text');
      assert((await client.listPrompts()).prompts.length > 0);
      assert((await client.listResourceTemplates()).resourceTemplates.length > 0);
      await client.complete({
        ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
        argument: { name: 'arg1', value: '' },
      });
      await client.ping();
    });

    test('a resource that is not there has the error of the era', async () => {
      await assert.rejects(client.readResource({ uri: 'test://nothing' }), (error) => at(error, 'code') === -32002);
    });

    const questions: readonly (readonly [tool: string, answer: RegExp])[] = [
      ['elicitation', /Hello, Grace!/],
      ['sampling', /Paris/],
      ['list_roots', /file:\/\/\/home\/grace/],
      ['multiple_inputs', /Grace.*Paris.*1 roots/],
      ['multi_round', /Both steps are done/],
      ['request_state', /state-ok/],
      ['capabilities', /All questions are answered/],
    ];
    for (const [tool, answer] of questions)
      test(`it is asked for ${tool}, and its answer arrives`, async () => {
        assert.match(await call(`test_input_required_result_${tool}`), answer);
      });

    test('a prompt may ask as well', async () => {
      const { messages } = await client.getPrompt({ name: 'test_input_required_result_prompt' });
      assert.match(JSON.stringify(messages), /Use this context: harbour/);
    });

    test('progress and log messages come while a call is under way', async () => {
      const progress: number[] = [];
      await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, {
        onprogress: (said) => progress.push(said.progress),
      });
      assert.deepEqual(progress, [0, 50, 100]);
      await client.setLoggingLevel('debug');
      heard.length = 0;
      await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
      assert.equal(heard.filter((said) => at(said, 'method') === 'notifications/message').length, 3);
    });

    test('a level above a message silences it', async () => {
      await client.setLoggingLevel('error');
      heard.length = 0;
      await call('test_tool_with_logging');
      assert.deepEqual(heard, []);
    });

    test('what it subscribed to and what changes for everybody comes on its own stream', async () => {
      heard.length = 0;
      await client.subscribeResource({ uri: WATCHED });
      await call('test_trigger_resource_update');
      await call('test_trigger_tool_change');
      await until(() => heard.length === 2, 'both changes');
      assert.partialDeepStrictEqual(heard, [{ params: { uri: WATCHED } }, { method: 'notifications/tools/list_changed' }]);
      heard.length = 0;
      await client.unsubscribeResource({ uri: WATCHED });
      await call('test_trigger_resource_update');
      await call('test_trigger_tool_change');
      await until(() => heard.length > 0, 'the change that is still wanted');
      assert.partialDeepStrictEqual(heard, [{ method: 'notifications/tools/list_changed' }]);
    });

    test('a cancelled call is cancelled at the server', async () => {
      const before = Number(await call('test_cancelled'));
      const given = new AbortController();
      const waiting = client.callTool({ name: 'test_wait', arguments: {} }, undefined, {
        signal: given.signal,
        onprogress: () => given.abort(),
      });
      await assert.rejects(waiting);
      await until(async () => Number(await call('test_cancelled')) === before + 1, 'the server to know');
    });
  });
}

describe('on the wire', () => {
  const open = (options: { capabilities?: Readonly<Record<string, unknown>>; version?: string } = {}): Promise<LegacySession> =>
    LegacySession.open(gateway.url('scripted'), { key, capabilities: { ...ASKED }, ...options });

  test('each request says in the modern form who the agent is, and nothing of its key', async () => {
    const session = await open({ capabilities: { elicitation: {}, tasks: { list: {} }, 'com.example': {} } });
    const answer = session.request('tools/call', {
      name: 'wait',
      arguments: { n: 1 },
      task: {},
      requestState: 'forged',
      _meta: { 'com.example/trace': 'kept', [META.capabilities]: { sampling: {} } },
    });
    const asked = await server.take('tools/call');
    assert.partialDeepStrictEqual(asked.headers, {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'wait',
    });
    for (const name of ['authorization', 'mcp-session-id']) assert.equal(asked.headers[name], undefined);
    assert.deepEqual(at(asked.message, 'params'), {
      name: 'wait',
      arguments: { n: 1 },
      _meta: {
        [META.version]: '2026-07-28',
        [META.capabilities]: { elicitation: {} },
        [META.client]: { name: 'sallyport-test', version: '1.0.0' },
        [META.logLevel]: 'info',
        'com.example/trace': 'kept',
      },
    });
    asked.result({ ...LISTED, content: [], _meta: { [META.server]: { name: 'x', version: '1' }, 'com.example/own': 1 } });
    assert.deepEqual((await answer).result, { content: [], _meta: { 'com.example/own': 1 } });
  });

  test('initialize shows no extension, and nobody else can use the session', async () => {
    const session = await open();
    assert.deepEqual(Object.keys(at(session.initialized.result, 'capabilities') ?? {}).sort(), ['logging', 'resources', 'tools']);
    const other = await gateway.addAgent('stranger');
    const headers = session.headers({ authorization: `Bearer ${other}`, 'content-type': 'application/json' });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const refused = await fetch(gateway.url('scripted'), { method: 'POST', headers, body });
    assert.equal(refused.status, 404);
    assert.equal((await session.request('ping')).http.status, 200);
  });

  test(verifies('modern.request-state-exact', 'a round ends with the very state, the old params and the answers'), async () => {
    const session = await open();
    const state = 'é\u0000"\\ not ours';
    const stream = session.stream('tools/call', { name: 'wait', arguments: { amount: 1e2 } });
    const first = await server.take('tools/call');
    const inputs = {
      ask: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: { type: 'object', properties: {} } } },
    };
    first.result({ resultType: 'input_required', inputRequests: inputs, requestState: state });
    const asked = await message(await stream);
    assert.partialDeepStrictEqual(asked?.json, { method: 'elicitation/create', params: { message: 'Who?' } });
    assert.equal((await session.respond(at(asked?.json, 'id'), { action: 'accept', content: { n: 1 } })).status, 202);
    const second = await server.take('tools/call');
    assert.notEqual(at(second.message, 'id'), at(first.message, 'id'));
    assert.partialDeepStrictEqual(at(second.message, 'params'), {
      arguments: { amount: 100 },
      requestState: state,
      inputResponses: { ask: { action: 'accept', content: { n: 1 } } },
    });
    second.result({ ...LISTED, content: [{ type: 'text', text: 'done' }] });
    const final = await message(await stream);
    assert.equal(textAt(final?.json, 'result', 'content', 0, 'text'), 'done');
    assert.equal(at(final?.json, 'id'), 1, 'under the id of the agent');
    // An answer is taken once, and only for what was asked.
    assert.equal((await session.respond(at(asked?.json, 'id'), { action: 'accept' })).status, 400);
    assert.equal((await session.respond(4711, { action: 'accept' })).status, 400);
  });

  test('a round without questions is asked again at once', async () => {
    const session = await open();
    const answer = session.request('tools/call', { name: 'wait', arguments: {} });
    (await server.take('tools/call')).result({ resultType: 'input_required', requestState: 'one' });
    const again = await server.take('tools/call');
    assert.equal(at(again.message, 'params', 'requestState'), 'one');
    assert.equal(at(again.message, 'params', 'inputResponses'), undefined);
    again.result({ ...LISTED, content: [] });
    assert.deepEqual((await answer).result, { content: [] });
  });

  test('an agent that does not offer it is not asked', async () => {
    const session = await open({ capabilities: { elicitation: {} } });
    const answer = session.request('tools/call', { name: 'wait', arguments: {} });
    const params = { messages: [], maxTokens: 1 };
    (await server.take('tools/call')).result({
      resultType: 'input_required',
      inputRequests: { ask: { method: 'sampling/createMessage', params } },
    });
    const { http, error } = await answer;
    assert.equal(http.events.length, 0);
    assert.equal(at(error, 'code'), 1502);
  });

  test('who refuses to answer gets a failed call, who may cancel has cancelled', async () => {
    const session = await open();
    for (const [method, outcome] of [
      ['sampling/createMessage', 'fails'],
      ['elicitation/create', 'cancels'],
    ] as const) {
      const stream = await startCall(session, method);
      const asked = await message(stream);
      const error = { code: -1, message: 'User rejected' };
      assert.equal((await session.post({ jsonrpc: '2.0', id: at(asked?.json, 'id'), error })).status, 202);
      if (outcome === 'cancels') {
        const second = await server.take('tools/call');
        assert.deepEqual(at(second.message, 'params', 'inputResponses', 'ask'), { action: 'cancel' });
        second.result({ ...LISTED, content: [] });
        continue;
      }
      const final = await message(stream);
      assert.equal(at(final?.json, 'result', 'isError'), true);
      assert.match(textAt(final?.json, 'result', 'content', 0, 'text'), /User rejected/);
    }
  });

  async function startCall(session: LegacySession, method: string): Promise<Awaited<ReturnType<LegacySession['stream']>>> {
    const stream = session.stream('tools/call', { name: 'wait', arguments: {} });
    const params =
      method === 'sampling/createMessage' ? { messages: [], maxTokens: 1 } : { message: 'Who?', requestedSchema: { type: 'object' } };
    (await server.take('tools/call')).result({ resultType: 'input_required', inputRequests: { ask: { method, params } } });
    return stream;
  }

  test('a tool that mirrors arguments gets them as its approved schema says; where it wants others, its list is read before the next call', async () => {
    const session = await open();
    await show([{ name: 'wait', inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } } }]);
    const call = { name: 'wait', arguments: { region: 'us' } };
    const answer = session.request('tools/call', call);
    const first = await server.take('tools/call');
    assert.equal(first.headers['mcp-param-region'], 'us');
    first.reply(400, { jsonrpc: '2.0', id: at(first.message, 'id'), error: { code: -32020, message: 'Header mismatch' } });
    assert.equal(at((await answer).error, 'code'), -32603, 'the code of a hop that is not its own stays here');
    const before = server.seen.length;
    const again = session.request('tools/call', call);
    (await server.take('tools/call')).result({ ...LISTED, content: [] });
    assert.equal(at((await again).error, 'code'), undefined);
    assert(server.seen.slice(before).some(({ method }) => method === 'tools/list'));
  });

  test('structured results that are no objects are wrapped, as their listed schemas are', async () => {
    const session = await open();
    await show([{ name: 'count', inputSchema: { type: 'object' }, outputSchema: { type: 'array', items: { type: 'number' } } }, WAIT]);
    const tools = at((await session.request('tools/list')).result, 'tools');
    assert.deepEqual(at(tools, 0, 'outputSchema'), {
      type: 'object',
      properties: { value: { type: 'array', items: { type: 'number' } } },
      required: ['value'],
    });
    const answer = session.request('tools/call', { name: 'count', arguments: {} });
    (await server.take('tools/call')).result({ ...LISTED, content: [], structuredContent: [1, 2] });
    assert.deepEqual((await answer).result, { content: [], structuredContent: { value: [1, 2] } });
  });

  test('older revisions get what they have words for', async () => {
    await show([
      { name: 'old', title: 'Old', icons: [], annotations: {}, inputSchema: { type: 'object' }, outputSchema: { type: 'object' } },
      WAIT,
    ]);
    const content = [
      { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'test://x', name: 'X' },
    ];
    for (const [version, members, kinds] of [
      ['2025-11-25', ['annotations', 'icons', 'inputSchema', 'name', 'outputSchema', 'title'], ['audio', 'resource_link']],
      ['2025-06-18', ['annotations', 'inputSchema', 'name', 'outputSchema', 'title'], ['audio', 'resource_link']],
      ['2025-03-26', ['annotations', 'inputSchema', 'name'], ['audio', 'text', 'text']],
      ['2024-11-05', ['inputSchema', 'name'], ['text', 'text']],
    ] as const) {
      const session = await open({ version });
      assert.equal(session.version, version);
      const tools = at((await session.request('tools/list')).result, 'tools');
      assert.deepEqual(Object.keys(at(tools, 0) ?? {}).sort(), members, version);
      const answer = session.request('tools/call', { name: 'old', arguments: {} });
      const structured = version === '2025-03-26' ? { content: content.slice(0, 1) } : { content };
      (await server.take('tools/call')).result({ ...LISTED, ...structured, structuredContent: { a: 1 } });
      const { result } = await answer;
      const blocks = at(result, 'content');
      assert(Array.isArray(blocks));
      const expected = version === '2025-03-26' ? ['audio', 'text'] : kinds;
      assert.deepEqual(
        blocks.map((block) => textAt(block, 'type')),
        expected,
        version,
      );
      assert.equal(at(result, 'structuredContent') === undefined, version < '2025-06-18');
    }
  });

  test('a server that asks for ever, or for too much at once, ends the call', async () => {
    const session = await open();
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, { method: 'roots/list' }]));
    const refused = session.request('tools/call', { name: 'wait', arguments: {} });
    (await server.take('tools/call')).result({ resultType: 'input_required', inputRequests: many });
    assert.match(textAt((await refused).error, 'message'), /more than 32/);
    const answer = session.request('tools/call', { name: 'wait', arguments: {} });
    for (let round = 0; round < 11; round++)
      (await server.take('tools/call')).result({ resultType: 'input_required', requestState: String(round) });
    assert.match(textAt((await answer).error, 'message'), /more than 10 times/);
  });

  test(verifies('legacy.disconnect-is-no-cancel', 'who hangs up has cancelled nothing, and the end is on record'), async () => {
    await show([WAIT, { ...WAIT, name: 'hung-up' }]);
    const session = await open();
    const stream = await (async () => {
      const begun = session.stream('tools/call', { name: 'hung-up', arguments: {}, _meta: { progressToken: 1 } });
      const asked = await server.take('tools/call');
      asked.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
      return { agent: await begun, asked };
    })();
    assert.partialDeepStrictEqual((await message(stream.agent))?.json, { method: 'notifications/progress' });
    stream.agent.close();
    assert.equal((await session.request('ping')).http.status, 200);
    assert.equal(stream.asked.abandoned, false);
    stream.asked.endWith({ ...LISTED, content: [] });
    const decision = decisionAbout(gateway.dataFolder, 'hung-up');
    await until(
      () =>
        readRecords(gateway.dataFolder).some(
          ({ value }) => at(value, 'kind') === 'outcome' && at(value, 'id') === at(decision?.value, 'id') && at(value, 'status') === 'ok',
        ),
      'the outcome',
    );
  });

  test(verifies('legacy.cancelled', 'its word is what cancels'), async () => {
    const session = await open();
    const id = session.newId();
    const stream = session.stream('tools/call', { name: 'wait', arguments: {} }, id);
    const asked = await server.take('tools/call');
    assert.equal((await session.notify('notifications/cancelled', { requestId: id })).status, 202);
    await asked.untilAbandoned();
    assert.equal(await message(await stream), undefined);
  });

  test('what may not be read is not watched, and updates of it do not pass', async () => {
    const session = await open();
    const denied = await session.request('resources/subscribe', { uri: 'secret://x' });
    assert.equal(at(denied.error, 'code'), 1403);
    const taken = session.request('resources/subscribe', { uri: 'open://x' });
    const listen = await server.take('subscriptions/listen');
    assert.deepEqual(at(listen.message, 'params', 'notifications'), { resourcesListChanged: true, resourceSubscriptions: ['open://x'] });
    const subscription = { [META.subscription]: at(listen.message, 'id') };
    const say = (method: string, params: object): void =>
      listen.event({ jsonrpc: '2.0', method, params: { ...params, _meta: subscription } });
    say('notifications/subscriptions/acknowledged', { notifications: { resourceSubscriptions: ['open://x'] } });
    assert.deepEqual((await taken).result, {});
    // Nobody listens yet: what comes is kept, each change once.
    for (const uri of ['secret://x', 'open://x', 'open://x']) say('notifications/resources/updated', { uri });
    const stream = await session.listen();
    assert.deepEqual((await message(stream))?.json, {
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'open://x' },
    });
    say('notifications/resources/list_changed', {});
    assert.equal(textAt((await message(stream))?.json, 'method'), 'notifications/resources/list_changed');
    assert.equal((await session.end()).status, 204);
    await listen.untilAbandoned();
    assert.equal(await message(stream), undefined);
  });

  test('a server that breaks off leaves an unknown end', async () => {
    const session = await open();
    const answer = session.stream('tools/call', { name: 'wait', arguments: {} });
    const asked = await server.take('tools/call');
    asked.cut();
    const { error } = rpc(await (await answer).whole());
    assert.equal(at(error, 'code'), 1506);
  });
});
