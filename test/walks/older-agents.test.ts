// Agents of the revisions before 2025-06-18: HTTP with SSE of 2024-11-05, batches of 2025-03-26, and either in front of newer servers.
// Two workers, and connections of their own wherever the client can be told so.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import {
  at,
  isRunning,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  openStream,
  readRecords,
  repositoryRoot,
  send,
  startGateway,
  startProgram,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream, Program, ScriptedServer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const EVERYTHING = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const INFO = { name: 'sallyport-test', version: '1.0.0' };
const OLD = ['2025-03-26', '2024-11-05'];
const NEWEST = '2025-11-25';
const NAME_FORM = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
const MIB = 1024 * 1024;

let fixture: Fixture;
let scripted: ScriptedServer;
let oldServer: ScriptedServer;
let modern: ScriptedServer;
let tickets: Program;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture();
  tickets = await startProgram('examples/tickets-server/main.ts', ['--port', '0']);
  modern = await startScriptedServer(modernAnswers());
  oldServer = await startScriptedServer(
    legacyAnswers({ initialize: { protocolVersion: '2025-03-26', capabilities: {}, serverInfo: { name: 'old', version: '1.0.0' } } }),
  );
  // It speaks one revision only, whatever it is asked for.
  scripted = await startScriptedServer(
    legacyAnswers({
      initialize: {
        protocolVersion: NEWEST,
        capabilities: { tools: { listChanged: true }, completions: {} },
        serverInfo: { name: 'scripted', title: 'Scripted', version: '1.0.0' },
      },
      'tools/list': {
        tools: [{ name: 'wait', title: 'Wait', icons: [], inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }],
      },
    }),
  );
  gateway = await startGateway({
    config: testConfig({
      servers: {
        piped: { command: process.execPath, args: [STDIO_SERVER] },
        everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
        fixture: { url: fixture.url },
        scripted: { url: scripted.url },
        modern: { url: modern.url },
        batching: { url: oldServer.url },
        tickets: { url: tickets.url },
      },
      limits: { maxListBytes: 4 * MIB },
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), scripted?.close(), modern?.close(), oldServer?.close(), tickets?.stop()]);
});

describe('an agent of an older revision', () => {
  for (const version of OLD) {
    test(verifies('legacy.revision-per-hop', `${version} in front of a newer server over HTTP: each hop keeps to its own`), async () => {
      const session = await LegacySession.open(gateway.url('scripted'), { key, version });
      assert.equal(session.version, version);
      assert.deepEqual(at(session.initialized.result, 'serverInfo'), { name: 'scripted', version: '1.0.0' });
      assert.equal(at(session.initialized.result, 'capabilities', 'completions') !== undefined, version >= '2025-03-26');
      const { result } = await session.request('tools/list');
      assert.deepEqual(at(result, 'tools', 0), {
        name: 'wait',
        inputSchema: { type: 'object' },
        ...(version >= '2025-03-26' && { annotations: { readOnlyHint: true } }),
      });
      const last = scripted.seen.filter(({ method }) => method === 'tools/list').at(-1);
      assert.equal(last?.headers['mcp-protocol-version'], NEWEST);
      const asked = scripted.seen.filter(({ method }) => method === 'initialize');
      assert(
        asked.some(({ message }) => at(message, 'params', 'protocolVersion') === version),
        'the server is asked with what the agent speaks',
      );
    });

    test(`${version}: what it has no word for is said in text`, async () => {
      const session = await LegacySession.open(gateway.url('scripted'), { key, version });
      const answering = session.request('tools/call', { name: 'wait', arguments: {} });
      (await scripted.take('tools/call')).result({
        content: [{ type: 'resource_link', uri: 'file:///a', name: 'a file' }],
        structuredContent: { sum: 12345678901234567890n.toString() },
      });
      const { result } = await answering;
      assert.equal(at(result, 'structuredContent'), undefined);
      assert.equal(at(result, 'content', 0, 'type'), 'text');
      assert.match(textAt(result, 'content', 0, 'text'), /file:\/\/\/a/);
    });

    test(`${version}: a question that it cannot be asked is answered for it, and the call goes on`, async () => {
      const session = await LegacySession.open(gateway.url('scripted'), { key, version });
      const answering = session.request('tools/call', { name: 'wait', arguments: {} });
      const exchange = await scripted.take('tools/call');
      exchange.event({ jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } });
      const instead = await scripted.take('response');
      assert.equal(at(instead.message, 'error', 'code'), -32601);
      assert.equal(at(instead.message, 'id'), 'q');
      instead.reply(202);
      exchange.endWith({ content: [{ type: 'text', text: 'nobody' }] });
      const { result, notifications } = await answering;
      assert.deepEqual(notifications, []);
      assert.equal(at(result, 'content', 0, 'text'), 'nobody');
    });

    test(`${version}: the same over stdio`, async () => {
      const session = await LegacySession.open(gateway.url('piped'), { key, version });
      assert.equal(session.version, version);
      const { result } = await session.request('tools/call', { name: 'ask_user', arguments: {} });
      assert.match(textAt(result, 'content', 0, 'text'), /-32601/);
      await session.end();
    });

    test(`${version} at server-everything, unmodified`, async () => {
      const session = await LegacySession.open(gateway.url('everything'), { key, version });
      assert.equal(session.version, version);
      const { result } = await session.request('tools/list');
      const tools = at(result, 'tools');
      assert(Array.isArray(tools) && tools.length > 5);
      const sum = await session.request('tools/call', { name: 'get-sum', arguments: { a: 2, b: 40 } });
      assert.match(textAt(sum.result, 'content', 0, 'text'), /42/);
      await session.end();
    });
  }

  test('2025-06-18: it is not asked to open a link', async () => {
    const session = await LegacySession.open(gateway.url('scripted'), { key, version: '2025-06-18', capabilities: { elicitation: {} } });
    const answering = session.request('tools/call', { name: 'wait', arguments: {} });
    const exchange = await scripted.take('tools/call');
    const params = { mode: 'url', message: 'Here', url: 'https://example.com/', elicitationId: 'e' };
    exchange.event({ jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params });
    const instead = await scripted.take('response');
    assert.equal(at(instead.message, 'error', 'code'), -32602);
    instead.reply(202);
    exchange.endWith({ content: [] });
    assert.deepEqual((await answering).notifications, []);
  });

  test('an answer that must be shaped and is too large to be held is refused with a sentence', async () => {
    const session = await LegacySession.open(gateway.url('scripted'), { key, version: '2025-03-26' });
    const answering = session.request('tools/call', { name: 'wait', arguments: {} });
    (await scripted.take('tools/call')).result({ content: [{ type: 'text', text: 'x'.repeat(5 * MIB) }] });
    const { error } = await answering;
    assert.match(textAt(error, 'message'), /must be put into the words of MCP 2025-03-26/);
  });

  test('a large answer that fits is shaped', async () => {
    const session = await LegacySession.open(gateway.url('scripted'), { key, version: '2025-03-26' });
    const answering = session.request('tools/call', { name: 'wait', arguments: {} });
    const text = 'x'.repeat(2 * MIB);
    (await scripted.take('tools/call')).result({ content: [{ type: 'text', text }], structuredContent: {} });
    const { result } = await answering;
    assert.deepEqual(result, { content: [{ type: 'text', text }] });
  });

  test('a server that answers in batches, as 2025-03-26 lets it, is understood by every agent', async () => {
    const batching = await LegacySession.open(gateway.url('batching'), { key });
    assert.equal(batching.version, NEWEST);
    const streaming = batching.request('tools/call', { name: 'wait', arguments: {} });
    const first = await oldServer.take('tools/call');
    const said = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } };
    const answer = { jsonrpc: '2.0', id: at(first.message, 'id'), result: { content: [] } };
    first.event([said, answer]);
    first.end();
    const { result, notifications } = await streaming;
    assert.deepEqual([result, notifications], [{ content: [] }, [said]]);
    const plain = batching.request('tools/call', { name: 'wait', arguments: {} });
    const second = await oldServer.take('tools/call');
    second.reply(200, [{ ...answer, id: at(second.message, 'id') }]);
    assert.deepEqual((await plain).result, { content: [] });
    assert.equal(second.headers['mcp-protocol-version'], '2025-03-26');
  });

  test('the version header of another revision is refused, none is fine', async () => {
    const session = await LegacySession.open(gateway.url('scripted'), { key, version: '2025-03-26' });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const { 'mcp-protocol-version': _, ...without } = session.headers({ 'content-type': 'application/json' });
    assert.equal((await send(gateway.url('scripted'), { headers: without, body })).status, 200);
    const wrong = { ...without, 'mcp-protocol-version': NEWEST };
    assert.equal((await send(gateway.url('scripted'), { headers: wrong, body })).status, 400);
  });
});

describe('a batch of 2025-03-26', () => {
  const ping = (id: number): object => ({ jsonrpc: '2.0', id, method: 'ping' });
  const call = (id: number, name: string, args: object = {}): object => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  const open = (route: string): Promise<LegacySession> => LegacySession.open(gateway.url(route), { key, version: '2025-03-26' });

  test(verifies('legacy.batches', 'plain answers come back as one array, in either worker'), async () => {
    const session = await open('piped');
    for (let round = 0; round < 6; round++) {
      const { status, json } = await session.post([
        call(1, 'pid'),
        { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
        ping(2),
      ]);
      assert.equal(status, 200);
      assert(Array.isArray(json));
      assert.deepEqual(new Set(json.map((answer) => at(answer, 'id'))), new Set([1, 2]));
      assert.match(
        textAt(
          json.find((answer) => at(answer, 'id') === 1),
          'result',
          'content',
          0,
          'text',
        ),
        /^\d+$/,
      );
    }
    await session.end();
  });

  test('each of its messages is decided and recorded on its own', async () => {
    const session = await open('everything');
    const messages = [call(1, 'echo', { message: 'one' }), call(2, 'no-such-tool-in-a-batch'), ping(3)];
    const { json } = await session.post(messages);
    assert(Array.isArray(json));
    assert.equal(json.length, 3);
    const about = (tool: string): unknown =>
      readRecords(gateway.dataFolder).find(({ value }) => at(value, 'kind') === 'decision' && at(value, 'tool') === tool)?.value;
    await until(() => about('no-such-tool-in-a-batch') !== undefined, 'its record');
    assert.equal(at(about('no-such-tool-in-a-batch'), 'revision'), '2025-03-26');
    await session.end();
  });

  test('one that streams makes a stream of them all', async () => {
    const session = await open('scripted');
    const posting = session.post([call(1, 'wait'), ping(2)]);
    const exchange = await scripted.take('tools/call');
    exchange.event({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } });
    exchange.endWith({ content: [] });
    const { headers, events } = await posting;
    assert.match(String(headers['content-type']), /event-stream/);
    const ids = events.map(({ json }) => at(json, 'id'));
    assert.deepEqual(new Set(ids), new Set([1, 2, undefined]));
    assert(ids.indexOf(undefined) < ids.indexOf(1));
  });

  test('notifications and responses alone are accepted without an answer', async () => {
    const session = await open('piped');
    const { status, body } = await session.post([{ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }]);
    assert.deepEqual([status, body], [202, '']);
    await session.end();
  });

  test('a session that is gone is said with 404', async () => {
    const session = await open('piped');
    await session.end();
    await until(async () => (await session.post([ping(1), ping(2)])).status === 404, 'both workers know');
  });
});

describe('an agent over HTTP with SSE', () => {
  const authorization = (): Record<string, string> => ({ authorization: `Bearer ${key}` });

  async function connect(route: string, capabilities: object = {}): Promise<Client> {
    const client = new Client(INFO, { capabilities });
    const transport = new SSEClientTransport(new URL(gateway.url(route)), {
      requestInit: { headers: { ...authorization(), connection: 'close' } },
    });
    await client.connect(transport);
    return client;
  }

  for (const [route, tool, args, expected] of [
    ['everything', 'echo', { message: 'ahoy' }, /ahoy/],
    ['fixture', 'test_simple_text', {}, /simple text response/],
    ['tickets', 'list_tickets', { status: 'all' }, /Invoice 2071/],
  ] as const) {
    test(verifies('legacy.http-sse', `the v1 client at ${route}`), async () => {
      const client = await connect(route);
      try {
        assert((await client.listTools()).tools.some(({ name }) => name === tool));
        for (let round = 0; round < 4; round++) {
          const result = await client.callTool({ name: tool, arguments: { ...args } });
          assert.match(JSON.stringify(result.content), expected);
        }
      } finally {
        await client.close();
      }
    });
  }

  test('a server asks it in the middle of a call, and logs', async () => {
    const client = await connect('fixture', { elicitation: {} });
    const logged: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { username: 'ann', email: 'ann@example.com' } }));
    try {
      const result = await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who are you?' } });
      assert.match(JSON.stringify(result.content), /accept/);
      await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
      assert(logged.length > 0);
    } finally {
      await client.close();
    }
  });

  test('a server of the modern era answers it, with a question in the middle', async () => {
    const client = await connect('modern', { elicitation: {} });
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'ann' } }));
    try {
      const answering = client.callTool({ name: 'wait', arguments: {} });
      (await modern.take('tools/call')).result({
        resultType: 'input_required',
        inputRequests: { who: { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: NAME_FORM } } },
      });
      const retry = await modern.take('tools/call');
      assert.equal(at(retry.message, 'params', 'inputResponses', 'who', 'content', 'name'), 'ann');
      retry.result({ resultType: 'complete', content: [{ type: 'text', text: 'hello ann' }] });
      assert.match(JSON.stringify((await answering).content), /hello ann/);
    } finally {
      await client.close();
    }
  });

  test('what belongs to no request arrives on its stream', async () => {
    const agent = await connectByHand('piped');
    await agent.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'announce', arguments: {} } });
    const seen = [await agent.message(), await agent.message()].map((message) => at(message, 'method') ?? at(message, 'id'));
    assert.deepEqual(new Set(seen), new Set([1, 'notifications/tools/list_changed']));
    agent.stream.close();
  });

  test('its session ends with its stream', async () => {
    const agent = await connectByHand('piped');
    await agent.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pid', arguments: {} } });
    const pid = Number(textAt(await agent.message(), 'result', 'content', 0, 'text'));
    assert(isRunning(pid));
    agent.stream.close();
    await until(() => !isRunning(pid), 'the end of the process');
    await until(async () => (await agent.post({ jsonrpc: '2.0', id: 2, method: 'ping' })) === 404, 'the end of the endpoint');
  });

  test('a server that ends under it ends its stream, so that it begins anew', async () => {
    const agent = await connectByHand('piped');
    await agent.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'die', arguments: {} } });
    assert.notEqual(at(await agent.message(), 'error'), undefined);
    await agent.post({ jsonrpc: '2.0', id: 2, method: 'ping' });
    assert.notEqual(at(await agent.message(), 'error'), undefined);
    assert.equal(await agent.stream.next(), undefined);
  });

  test('what is no message is refused at once; initialize happens once', async () => {
    const agent = await connectByHand('piped');
    assert.equal(await agent.post('no message'), 400);
    assert.equal(await agent.post({ jsonrpc: '2.0', id: 9, method: 'initialize', params: { protocolVersion: '2024-11-05' } }), 202);
    assert.match(textAt(await agent.message(), 'error', 'message'), /initialize opens a session/);
    agent.stream.close();
  });

  test('the other transports are not taken for it', async () => {
    const get = (headers: Record<string, string>): Promise<number> =>
      send(gateway.url('piped'), { method: 'GET', headers: { ...authorization(), ...headers } }).then(({ status }) => status);
    assert.equal(await get({ accept: 'text/event-stream', 'mcp-protocol-version': '2025-11-25' }), 405);
    assert.equal(await get({ accept: 'text/event-stream', 'last-event-id': '1-1-0' }), 405);
    assert.equal(await get({ accept: '*/*' }), 405);
  });

  interface ByHand {
    readonly stream: HttpStream;
    post(message: unknown): Promise<number>;
    message(): Promise<unknown>;
  }

  async function connectByHand(route: string): Promise<ByHand> {
    const url = gateway.url(route);
    const stream = await openStream(url, { method: 'GET', headers: { ...authorization(), accept: 'text/event-stream' } });
    assert.equal(stream.status, 200);
    const first = await stream.next();
    assert.equal(first?.event, 'endpoint');
    const endpoint = new URL(first.data, url).href;
    const agent: ByHand = {
      stream,
      // Such agents know nothing of Accept on a POST.
      post: async (message) =>
        (await send(endpoint, { headers: { ...authorization(), 'content-type': 'application/json' }, body: JSON.stringify(message) }))
          .status,
      message: async () => (await stream.next())?.json,
    };
    const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: INFO };
    assert.equal(await agent.post({ jsonrpc: '2.0', id: 0, method: 'initialize', params }), 202);
    assert.equal(at(await agent.message(), 'result', 'protocolVersion'), '2024-11-05');
    assert.equal(await agent.post({ jsonrpc: '2.0', method: 'notifications/initialized' }), 202);
    return agent;
  }
});
