// A modern agent calls a modern server through the gateway: everything that 2026-07-28 lets pass between the two, passes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { verifies } from '../conformance/requirements.ts';
import {
  ALLOW_ALL,
  anyTool,
  at,
  META,
  modernAnswers,
  modernCall,
  modernRequest,
  openStream,
  send,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';

const PAGES: Readonly<Record<string, { readonly tools: readonly string[]; readonly nextCursor?: string }>> = {
  first: { tools: ['alpha', 'hidden'], nextCursor: '' },
  '': { tools: ['beta'], nextCursor: 'pägé/2=="\\' },
  'pägé/2=="\\': { tools: ['gamma', 'wait'] },
};

let fixture: Fixture;
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  fixture = await startFixture({ era: 'modern' });
  server = await startScriptedServer(modernAnswers({ 'tools/list': listPage }));
  gateway = await startGateway({
    config: testConfig({
      servers: { fixture: { url: fixture.url }, scripted: { url: server.url } },
      rules: [ALLOW_ALL, { name: 'nothing-hidden', effect: 'deny', agents: ['*'], servers: ['scripted'], tools: ['hidden'] }],
    }),
  });
  key = await gateway.addAgent('walker');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), server?.close()]);
});

test('two workers serve', () => assert.equal(gateway.workers().length, 2));

test('server/discover tells what the server can do', async () => {
  const { http, result } = await modernCall(gateway.url('fixture'), 'server/discover', {}, { key });
  assert.equal(http.status, 200);
  assert.partialDeepStrictEqual(result, {
    resultType: 'complete',
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
  });
  assert.deepEqual(at(result, 'supportedVersions'), ['2026-07-28']);
});

test('a call comes back with every kind of content', async () => {
  const { result } = await modernCall(
    gateway.url('fixture'),
    'tools/call',
    { name: 'test_multiple_content_types', arguments: {} },
    { key },
  );
  const direct = await modernCall(fixture.url, 'tools/call', { name: 'test_multiple_content_types', arguments: {} });
  assert.deepEqual(result, direct.result);
});

test('the server receives the very bytes the agent sent, and the agent those of the server', async () => {
  const request = modernRequest('tools/call', { name: 'wait', arguments: { n: 1e2, text: 'snow ☃ and \\/ and é' } }, { key });
  const body = String(request.body).replace('"arguments":', '"arguments" :\t').replace('☃', '\\u2603');
  const answer = send(gateway.url('scripted'), { ...request, body });
  const exchange = await server.take('tools/call');
  assert.equal(exchange.body, body);
  exchange.reply(200, {
    jsonrpc: '2.0',
    id: 1,
    result: { resultType: 'complete', content: [{ type: 'hologram', depth: 3 }], vendor: { x: [1] } },
  });
  assert.equal(
    (await answer).body,
    '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"hologram","depth":3}],"vendor":{"x":[1]}}}',
  );
});

test(verifies('modern.meta-preserved', 'vendor keys, trace context and client info reach the server'), async () => {
  const meta = {
    'com.example/tenant': { deep: ['value'] },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=opaque',
    [META.logLevel]: 'warning',
  };
  const answer = modernCall(gateway.url('scripted'), 'tools/call', { name: 'wait', arguments: {} }, { key, meta });
  const exchange = await server.take('tools/call');
  exchange.result({ resultType: 'complete', content: [], _meta: { 'com.example/answer': true } });
  const seen = at(exchange.message, 'params', '_meta');
  assert.partialDeepStrictEqual(seen, {
    'com.example/tenant': { deep: ['value'] },
    tracestate: 'vendor=opaque',
    [META.logLevel]: 'warning',
  });
  // The gateway may put a span of its own between the two, never another trace.
  assert.match(textAt(seen, 'traceparent'), /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  assert.equal(at((await answer).result, '_meta', 'com.example/answer'), true);
});

test(verifies('gateway.no-token-passthrough', "the agent's key stays here"), async () => {
  const answer = modernCall(
    gateway.url('scripted'),
    'tools/call',
    { name: 'wait', arguments: {} },
    { key, headers: { cookie: 'session=1' } },
  );
  const exchange = await server.take('tools/call');
  exchange.result({ resultType: 'complete', content: [] });
  await answer;
  assert.equal(exchange.headers.authorization, undefined);
  assert.equal(exchange.headers.cookie, undefined);
  assert(!JSON.stringify(server.seen.map(({ headers, body }) => [headers, body])).includes(key));
});

test(verifies('modern.cursor-opaque', 'pages are fetched one by one, and policy hides tools without breaking the chain'), async () => {
  const names: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < 5; page++) {
    const { result } = await modernCall(gateway.url('scripted'), 'tools/list', cursor === undefined ? {} : { cursor }, { key });
    const tools = at(result, 'tools');
    assert(Array.isArray(tools));
    names.push(...tools.map((tool) => at(tool, 'name')));
    cursor = at(result, 'nextCursor');
    if (cursor === undefined) break;
  }
  assert.deepEqual(names, ['alpha', 'beta', 'gamma', 'wait']);
});

test(verifies('modern.cache-hints', 'they are kept, and a filtered list is private'), async () => {
  const read = await modernCall(gateway.url('fixture'), 'resources/read', { uri: 'test://static-text' }, { key });
  assert.partialDeepStrictEqual(read.result, { ttlMs: 5_000, cacheScope: 'private' });
  const whole = await modernCall(gateway.url('fixture'), 'tools/list', {}, { key });
  assert.equal(at(whole.result, 'ttlMs'), 60_000);
  const filtered = await modernCall(gateway.url('scripted'), 'tools/list', {}, { key });
  assert.partialDeepStrictEqual(filtered.result, { ttlMs: 30_000, cacheScope: 'private' });
});

test('a question of the server is answered in a second round', async () => {
  const call = { name: 'test_input_required_result_elicitation', arguments: {} };
  const capabilities = { elicitation: {} };
  const first = await modernCall(gateway.url('fixture'), 'tools/call', call, { key, capabilities });
  assert.partialDeepStrictEqual(first.result, {
    resultType: 'input_required',
    inputRequests: { user_name: { method: 'elicitation/create' } },
  });
  const inputResponses = { user_name: { action: 'accept', content: { name: 'Ada' } } };
  const second = await modernCall(gateway.url('fixture'), 'tools/call', { ...call, inputResponses }, { key, capabilities, id: 2 });
  assert.equal(at(second.result, 'content', 0, 'text'), 'Hello, Ada!');
});

test(verifies('modern.request-state-exact', 'whatever the server put into it'), async () => {
  const requestState = `v1.${'A'.repeat(3000)}=="/\\ \t é ☃ 😀 {"a":1}`;
  const call = { name: 'wait', arguments: { step: 1 } };
  const first = modernCall(gateway.url('scripted'), 'tools/call', call, { key });
  (await server.take('tools/call')).result({ resultType: 'input_required', inputRequests: {}, requestState });
  assert.equal(at((await first).result, 'requestState'), requestState);
  const second = modernCall(gateway.url('scripted'), 'tools/call', { ...call, requestState, inputResponses: {} }, { key, id: 'two' });
  const exchange = await server.take('tools/call');
  exchange.result({ resultType: 'complete', content: [] });
  await second;
  assert.partialDeepStrictEqual(at(exchange.message, 'params'), { ...call, requestState, inputResponses: {} });
});

test(verifies('modern.param-headers-of-the-schema', 'no parameter header that the approved schema does not declare'), async () => {
  const headers = { 'mcp-param-region': '=?base64?SGVsbG8sIOS4lueVjA==?=', 'mcp-param-unheard-of': 'x' };
  const answer = modernCall(
    gateway.url('scripted'),
    'tools/call',
    { name: 'wait', arguments: { region: 'Hello, 世界' } },
    { key, headers },
  );
  const exchange = await server.take('tools/call');
  exchange.result({ resultType: 'complete', content: [] });
  await answer;
  for (const name of Object.keys(headers)) assert.equal(exchange.headers[name], undefined);
});

test('arguments that a schema mirrors in headers arrive, and are refused when they disagree', async () => {
  const call = { name: 'test_x_mcp_header', arguments: { region: 'eu-1', attempts: 3, dryRun: true } };
  const headers = { 'mcp-param-region': 'eu-1', 'mcp-param-attempts': '3', 'mcp-param-dry-run': 'true' };
  const good = await modernCall(gateway.url('fixture'), 'tools/call', call, { key, headers });
  assert.deepEqual(JSON.parse(textAt(good.result, 'content', 0, 'text')), call.arguments);
  const bad = await modernCall(gateway.url('fixture'), 'tools/call', call, { key, headers: { ...headers, 'mcp-param-region': 'us-1' } });
  assert.equal(bad.http.status, 400);
  assert.equal(at(bad.error, 'code'), -32020);
});

for (const [what, headers] of [
  ['Mcp-Method', { 'mcp-method': 'tools/list' }],
  ['Mcp-Name', { 'mcp-name': 'another' }],
  ['MCP-Protocol-Version', { 'mcp-protocol-version': '2025-11-25' }],
] as const) {
  test(verifies('modern.headers-match-body', `${what} that contradicts the body never reaches the server`), async () => {
    const before = server.seen.length;
    const { http, error } = await modernCall(gateway.url('scripted'), 'tools/call', { name: 'wait', arguments: {} }, { key, headers });
    assert.equal(http.status, 400);
    assert.equal(at(error, 'code'), -32020);
    assert.equal(server.seen.slice(before).filter((exchange) => exchange.method === 'tools/call').length, 0);
  });
}

for (const method of ['GET', 'DELETE']) {
  test(verifies('modern.post-only', `${method} is refused`), async () => {
    const answer = await send(gateway.url('scripted'), {
      method,
      headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', 'mcp-protocol-version': '2026-07-28' },
    });
    assert.equal(answer.status, 405);
  });
}

test('a denial is a result that names the rule, and the server hears nothing of it', async () => {
  const before = server.seen.length;
  const { http, result } = await modernCall(gateway.url('scripted'), 'tools/call', { name: 'hidden', arguments: {} }, { key });
  assert.equal(http.status, 200);
  assert.equal(at(result, 'isError'), true);
  assert.equal(at(result, 'resultType'), 'complete');
  assert.match(textAt(result, 'content', 0, 'text'), /nothing-hidden/);
  assert.equal(server.seen.slice(before).filter((exchange) => exchange.method === 'tools/call').length, 0);
});

test("an error of the server comes back with the agent's id, code and data", async () => {
  const answer = modernCall(gateway.url('scripted'), 'tools/call', { name: 'wait', arguments: {} }, { key, id: 'my-id' });
  const exchange = await server.take('tools/call');
  exchange.reply(200, { jsonrpc: '2.0', id: 'my-id', error: { code: -32602, message: 'Unknown tool', data: { name: 'wait' } } });
  assert.deepEqual((await answer).http.json, {
    jsonrpc: '2.0',
    id: 'my-id',
    error: { code: -32602, message: 'Unknown tool', data: { name: 'wait' } },
  });
});

test('a server that breaks off in the middle of a call: the outcome is said to be unknown', async () => {
  const answer = modernCall(gateway.url('scripted'), 'tools/call', { name: 'wait', arguments: {} }, { key });
  (await server.take('tools/call')).cut();
  const { http, error } = await answer;
  assert.equal(http.status, 502);
  assert.equal(at(error, 'code'), 1506);
});

test('many calls at once, each on a connection of its own, all come back to whom they belong', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `call-${index}`);
  const answers = await Promise.all(
    ids.map((id) => modernCall(gateway.url('fixture'), 'tools/call', { name: 'test_simple_text', arguments: {} }, { key, id })),
  );
  assert.deepEqual(
    answers.map(({ http }) => at(http.json, 'id')),
    ids,
  );
});

test('without a key nothing is answered', async () => {
  const stream = await openStream(gateway.url('fixture'), modernRequest('server/discover'));
  const answer = await stream.whole();
  assert.equal(answer.status, 401);
  assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
});

function listPage(params: unknown): unknown {
  const page = PAGES[at(params, 'cursor') === undefined ? 'first' : textAt(params, 'cursor')];
  const tools = page?.tools.map(anyTool) ?? [];
  return {
    resultType: 'complete',
    tools,
    ...(page?.nextCursor !== undefined && { nextCursor: page.nextCursor }),
    ttlMs: 30_000,
    cacheScope: 'public',
  };
}
