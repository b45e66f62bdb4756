// Several servers as one: real servers of both eras and both transports on one route, for agents of both eras. Two workers, a connection
// per request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import {
  anyTool,
  at,
  LegacySession,
  META,
  modernAnswers,
  modernCall,
  modernRequest,
  modernStream,
  readRecords,
  repositoryRoot,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const STDIO = `${repositoryRoot}/test/harness/servers/fixture-stdio-server.ts`;
const stdio = (era: string): object => ({ command: process.execPath, args: [STDIO, era] });

const tool = (name: string, more: object = {}): object => ({ ...anyTool(name), ...more });
const list = (member: string, elements: readonly object[], more: object = {}): object => ({
  resultType: 'complete',
  [member]: elements,
  ttlMs: 30_000,
  cacheScope: 'public',
  ...more,
});

let modern: Fixture;
let legacy: Fixture;
let desk: ScriptedServer;
let shop: ScriptedServer;
let hidden: ScriptedServer;
let slow: ScriptedServer;
let gateway: Gateway;
let key: string;
let url: string;
/** The config, with rules that allow more servers. */
let config: (...more: readonly string[]) => object;

before(async () => {
  modern = await startFixture({ era: 'modern' });
  legacy = await startFixture({ era: 'legacy' });
  desk = await startScriptedServer(
    modernAnswers({
      'tools/list': list('tools', [tool('open'), tool('x'.repeat(90)), tool('only-app', { _meta: { ui: { visibility: ['app'] } } })]),
      'prompts/list': list('prompts', [{ name: 'greet' }]),
      'resources/list': list('resources', [
        { uri: 'desk://one', name: 'one' },
        { uri: 'both://same', name: 'of the desk' },
      ]),
      'resources/templates/list': list('resourceTemplates', [{ uriTemplate: 'desk://item/{id}', name: 'item' }]),
    }),
  );
  shop = await startScriptedServer(
    modernAnswers({
      'tools/list': (params: unknown) => {
        const page = Number(at(params, 'cursor') ?? 0);
        return list('tools', [tool(`page-${page}`), ...(page === 0 ? [tool('open')] : [])], {
          ...(page < 19 && { nextCursor: String(page + 1) }),
          ttlMs: 10_000,
        });
      },
      'prompts/list': list('prompts', []),
      'resources/list': list('resources', [{ uri: 'both://same', name: 'of the shop' }]),
      'resources/templates/list': list('resourceTemplates', []),
    }),
  );
  hidden = await startScriptedServer(modernAnswers());
  slow = await startScriptedServer({ 'server/discover': modernAnswers()['server/discover'] });
  config = (...more) =>
    testConfig({
      servers: {
        modern: { url: modern.url },
        legacy: { url: legacy.url },
        'modern-stdio': stdio('modern'),
        'legacy-stdio': stdio('legacy'),
        desk: { url: desk.url },
        shop: { url: shop.url },
        hidden: { url: hidden.url },
        slow: { url: slow.url },
        dead: { url: 'http://127.0.0.1:1/mcp' },
      },
      rules: [
        { name: 'most', effect: 'allow', agents: ['*'], servers: ['modern*', 'legacy*', 'desk', 'shop', 'slow', 'dead', ...more] },
        { name: 'no-errors', effect: 'deny', agents: ['*'], servers: ['modern'], tools: ['test_error_handling'] },
      ],
      extra: {
        routes: {
          '/mcp': { servers: ['modern', 'legacy', 'modern-stdio', 'legacy-stdio'], waitMs: 20_000 },
          '/mcp/few': { servers: ['desk', 'shop', 'hidden'] },
          '/mcp/bare': { servers: ['desk', 'shop'], names: 'bare' },
          '/mcp/troubled': { servers: ['desk', 'slow', 'dead'], waitMs: 1_500 },
        },
      },
    });
  gateway = await startGateway({ config: config() });
  key = await gateway.addAgent('walker');
  url = `${gateway.origin}/mcp`;
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern, legacy, desk, shop, hidden, slow].map((one) => one?.close()));
});

const MEMBERS = ['modern', 'legacy', 'modern-stdio', 'legacy-stdio'];
const namesIn = (answer: RpcAnswer, member: string, name = 'name'): readonly string[] => {
  const elements = at(answer.result, member);
  assert.ok(Array.isArray(elements), JSON.stringify(answer.error ?? answer.result ?? answer.http.body));
  return elements.map((element) => textAt(element, name));
};

test('server/discover: the gateway, with what its servers can do together', async () => {
  const { result } = await modernCall(url, 'server/discover', {}, { key });
  assert.partialDeepStrictEqual(result, {
    resultType: 'complete',
    cacheScope: 'private',
    capabilities: { tools: { listChanged: true }, prompts: {}, resources: {}, completions: {} },
    _meta: { [META.server]: { name: 'sallyport' } },
  });
  assert.ok(Array.isArray(at(result, 'supportedVersions')));
});

test('tools of servers of both eras and both transports, under the names of their servers, in the order of the config', async () => {
  const first = await modernCall(url, 'tools/list', {}, { key });
  const names = namesIn(first, 'tools');
  for (const server of MEMBERS) assert.ok(names.includes(`${server}__test_simple_text`), `${server}: ${names.join(' ')}`);
  assert.ok(!names.includes('modern__test_error_handling'), 'what is denied is not shown');
  assert.ok(names.includes('legacy__test_error_handling'));
  const order = names.map((name) => MEMBERS.indexOf(name.slice(0, name.indexOf('__'))));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.deepEqual(namesIn(await modernCall(url, 'tools/list', {}, { key }), 'tools'), names, 'the same each time, on every worker');
});

for (const server of MEMBERS) {
  test(`a modern agent uses a tool, a prompt and a resource of ${server}`, async () => {
    const called = await modernCall(url, 'tools/call', { name: `${server}__test_simple_text`, arguments: {} }, { key });
    assert.equal(typeof at(called.result, 'content', 0, 'text'), 'string', JSON.stringify(called));
    const prompt = await modernCall(url, 'prompts/get', { name: `${server}__test_simple_prompt` }, { key });
    assert.ok(Array.isArray(at(prompt.result, 'messages')), JSON.stringify(prompt.error));
    const isRecord = (value: unknown): boolean => at(value, 'tool') === 'test_simple_text' && at(value, 'server') === server;
    await until(() => readRecords(gateway.dataFolder).some(({ value }) => isRecord(value)), 'a record under its own name');
  });
}

test('a resource that several have is the first server’s; templates too', async () => {
  const listed = await modernCall(url, 'resources/list', {}, { key });
  const uris = namesIn(listed, 'resources', 'uri');
  assert.equal(new Set(uris).size, uris.length);
  const read = await modernCall(url, 'resources/read', { uri: 'test://static-text' }, { key });
  assert.equal(at(read.result, 'contents', 0, 'uri'), 'test://static-text', JSON.stringify(read.error));
  const fromTemplate = await modernCall(url, 'resources/read', { uri: 'test://template/7/data' }, { key });
  assert.equal(at(fromTemplate.result, 'contents', 0, 'uri'), 'test://template/7/data', JSON.stringify(fromTemplate.error));
});

test('what there is not, and what is denied', async () => {
  const cases: readonly (readonly [string, object])[] = [
    ['tools/call', { name: 'modern__no_such_tool', arguments: {} }],
    ['tools/call', { name: 'test_simple_text', arguments: {} }],
    ['tools/call', { name: 'hidden__wait', arguments: {} }],
    ['tools/call', { name: 'nowhere__wait', arguments: {} }],
    ['prompts/get', { name: 'test_simple_prompt' }],
  ];
  for (const [method, params] of cases) {
    const { error, http } = await modernCall(url, method, { ...params }, { key });
    assert.deepEqual([http.status, at(error, 'code')], [200, -32602], JSON.stringify(params));
    assert.match(textAt(error, 'message'), /^There is no (tool|prompt) ".*" here\.$/);
  }
  const { error } = await modernCall(url, 'resources/read', { uri: 'nobody://knows' }, { key });
  assert.partialDeepStrictEqual(error, { code: -32602, data: { uri: 'nobody://knows' } });
  const denied = await modernCall(url, 'tools/call', { name: 'modern__test_error_handling', arguments: {} }, { key });
  assert.match(textAt(denied.result, 'content', 0, 'text'), /rule "no-errors" forbids the tool "test_error_handling"/);
});

test('a completion goes to the server of its prompt', async () => {
  const params = { ref: { type: 'ref/prompt', name: 'legacy__test_prompt_with_arguments' }, argument: { name: 'arg1', value: 't' } };
  const { result, error } = await modernCall(url, 'completion/complete', params, { key });
  assert.ok(Array.isArray(at(result, 'completion', 'values')), JSON.stringify(error));
});

test('a question of a server says whose it is', async () => {
  const params = { name: 'modern__test_input_required_result_elicitation', arguments: {} };
  const { result, error } = await modernCall(url, 'tools/call', params, { key, capabilities: { elicitation: {} } });
  const requests: unknown = at(result, 'inputRequests');
  assert.ok(typeof requests === 'object' && requests !== null, JSON.stringify(error ?? result));
  for (const request of Object.values(requests)) assert.match(textAt(request, 'params', 'message'), /^\[modern\] /);
});

test('pages of our own: a cursor leads through the pages of every server', async () => {
  const few = `${gateway.origin}/mcp/few`;
  const first = await modernCall(few, 'tools/list', {}, { key });
  assert.partialDeepStrictEqual(first.result, { cacheScope: 'private', ttlMs: 10_000 });
  const names = [...namesIn(first, 'tools')];
  assert.ok(names.includes('desk__open') && names.includes('shop__open') && names.includes('shop__page-0'));
  assert.ok(!names.some((name) => name.startsWith('hidden__') || name.includes('only-app')));
  const long = names.filter((name) => name.startsWith('desk__xxx'));
  assert.equal(long.length, 1);
  assert.equal(long[0]?.length, 64);
  let cursor = at(first.result, 'nextCursor');
  while (typeof cursor === 'string') {
    const next = await modernCall(few, 'tools/list', { cursor }, { key });
    names.push(...namesIn(next, 'tools'));
    cursor = at(next.result, 'nextCursor');
  }
  assert.equal(new Set(names).size, names.length);
  assert.equal(names.filter((name) => name.startsWith('shop__page-')).length, 20);
});

test('a name that was cut leads to its tool, and the server sees its own', async () => {
  const few = `${gateway.origin}/mcp/few`;
  const name = namesIn(await modernCall(few, 'tools/list', {}, { key }), 'tools').find((one) => one.startsWith('desk__xxx')) ?? '';
  const calling = modernCall(few, 'tools/call', { name, arguments: { a: 1 } }, { key });
  const exchange = await desk.take('tools/call');
  assert.equal(at(exchange.message, 'params', 'name'), 'x'.repeat(90));
  assert.equal(exchange.headers['mcp-name'], 'x'.repeat(90));
  exchange.result({ resultType: 'complete', content: [] });
  assert.deepEqual(at((await calling).result, 'content'), []);
});

test('a tool for apps alone is neither shown nor callable', async () => {
  const { error } = await modernCall(`${gateway.origin}/mcp/few`, 'tools/call', { name: 'desk__only-app', arguments: {} }, { key });
  assert.equal(at(error, 'code'), -32602);
});

test('bare names stay, and of two that are equal the second is qualified', async () => {
  const bare = `${gateway.origin}/mcp/bare`;
  const names = namesIn(await modernCall(bare, 'tools/list', {}, { key }), 'tools');
  assert.ok(names.includes('open') && names.includes('shop__open') && names.includes('page-0') && !names.includes('desk__open'));
  for (const [name, server] of [
    ['open', desk],
    ['shop__open', shop],
    ['page-0', shop],
  ] as const) {
    const calling = modernCall(bare, 'tools/call', { name, arguments: {} }, { key });
    const exchange = await server.take('tools/call');
    assert.equal(at(exchange.message, 'params', 'name'), name === 'page-0' ? name : 'open');
    exchange.result({ resultType: 'complete', content: [] });
    await calling;
  }
});

test('a server that is dead or slow holds nobody up, and others are not affected', async () => {
  const troubled = `${gateway.origin}/mcp/troubled`;
  const { result } = await modernCall(troubled, 'tools/list', {}, { key });
  assert.equal(at(result, 'tools', 0, 'name'), 'desk__open');
  assert.deepEqual(at(result, '_meta', 'io.github.sallyport/unavailable'), ['slow', 'dead']);
  const { error } = await modernCall(troubled, 'tools/call', { name: 'dead__any', arguments: {} }, { key });
  assert.match(textAt(error, 'message'), /'dead' cannot be reached/);
  // It answers late; what it said is shown the next time, marked, as nobody waits for it then either.
  (await slow.take('tools/list')).result(list('tools', [tool('crawl')]));
  await until(async () => {
    const again = await modernCall(troubled, 'tools/list', {}, { key });
    const tools = at(again.result, 'tools');
    const crawl = Array.isArray(tools) ? tools.find((one) => at(one, 'name') === 'slow__crawl') : undefined;
    return at(crawl, '_meta', 'io.github.sallyport/stale') === true;
  }, 'the tool of the slow server');
});

test('an agent that hangs up cancels what was asked of the servers', async () => {
  const controller = new AbortController();
  const { headers, body } = modernRequest('prompts/list', {}, { key });
  const listing = fetch(`${gateway.origin}/mcp/troubled`, { method: 'POST', headers, body: String(body), signal: controller.signal });
  const exchange = await slow.take('prompts/list');
  controller.abort();
  await assert.rejects(listing, { name: 'AbortError' });
  await exchange.untilAbandoned();
});

test('one stream for the changes of all servers', async () => {
  const notifications = { toolsListChanged: true, resourceSubscriptions: ['desk://one', 'nobody://knows'] };
  const opening = modernStream(`${gateway.origin}/mcp/few`, 'subscriptions/listen', { notifications }, { key, id: 'sub-9' });
  const [atDesk, atShop] = await Promise.all([desk.take('subscriptions/listen'), shop.take('subscriptions/listen')]);
  assert.deepEqual(at(atDesk.message, 'params', 'notifications'), { toolsListChanged: true, resourceSubscriptions: ['desk://one'] });
  assert.deepEqual(at(atShop.message, 'params', 'notifications'), { toolsListChanged: true });
  for (const exchange of [atDesk, atShop]) {
    exchange.event({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: {
        notifications: at(exchange.message, 'params', 'notifications'),
        _meta: { [META.subscription]: at(exchange.message, 'id') },
      },
    });
  }
  const stream = await opening;
  const tag = { _meta: { [META.subscription]: 'sub-9' } };
  assert.partialDeepStrictEqual((await stream.next())?.json, {
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { toolsListChanged: true, resourceSubscriptions: ['desk://one'] }, ...tag },
  });
  const say = (exchange: typeof atDesk, method: string, params: object = {}): void =>
    exchange.event({ jsonrpc: '2.0', method, params: { ...params, _meta: { [META.subscription]: at(exchange.message, 'id') } } });
  say(atShop, 'notifications/resources/updated', { uri: 'desk://one' }); // Not its own.
  say(atShop, 'notifications/prompts/list_changed'); // Not asked for.
  say(atShop, 'notifications/tools/list_changed');
  assert.partialDeepStrictEqual((await stream.next())?.json, { method: 'notifications/tools/list_changed', params: tag });
  say(atDesk, 'notifications/resources/updated', { uri: 'desk://one' });
  assert.partialDeepStrictEqual((await stream.next())?.json, {
    method: 'notifications/resources/updated',
    params: { uri: 'desk://one', ...tag },
  });
  // One goes away in the middle: it is listened to again, and the agent is told that things may have changed.
  atShop.cut();
  const back = await shop.take('subscriptions/listen');
  say(back, 'notifications/subscriptions/acknowledged', { notifications: { toolsListChanged: true } });
  assert.partialDeepStrictEqual((await stream.next())?.json, { method: 'notifications/tools/list_changed', params: tag });
  stream.close();
  await Promise.all([atDesk.untilAbandoned(), back.untilAbandoned()]);
});

test('a legacy agent uses all of them in one session', async () => {
  const session = await LegacySession.open(url, { key });
  const names = namesIn(await session.request('tools/list'), 'tools');
  for (const server of MEMBERS) {
    assert.ok(names.includes(`${server}__test_simple_text`), server);
    const called = await session.request('tools/call', { name: `${server}__test_simple_text`, arguments: {} });
    assert.equal(typeof at(called.result, 'content', 0, 'text'), 'string', JSON.stringify(called));
  }
  const read = await session.request('resources/read', { uri: 'test://static-text' });
  assert.equal(at(read.result, 'contents', 0, 'uri'), 'test://static-text', JSON.stringify(read.error));
  const unknown = await session.request('tools/call', { name: 'hidden__wait', arguments: {} });
  assert.equal(at(unknown.error, 'code'), -32602);
  assert.ok([200, 204].includes((await session.end()).status));
});

test('an agent that may use another server from now on opens its stream anew, and hears that one too', async () => {
  const few = `${gateway.origin}/mcp/few`;
  const listen = (): ReturnType<typeof modernStream> =>
    modernStream(few, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, { key });
  const acknowledge = async (server: ScriptedServer): ReturnType<ScriptedServer['take']> => {
    const exchange = await server.take('subscriptions/listen');
    const params = { notifications: { toolsListChanged: true }, _meta: { [META.subscription]: at(exchange.message, 'id') } };
    exchange.event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params });
    return exchange;
  };
  const opening = listen();
  const heard = await Promise.all([acknowledge(desk), acknowledge(shop)]);
  const stream = await opening;
  assert.notEqual(await stream.next(), undefined);
  gateway.reload(config('hidden'));
  assert.equal(await stream.next(), undefined, 'it is cut');
  // For a moment it is kept for who comes again.
  await Promise.all(heard.map((exchange) => exchange.untilAbandoned()));
  // Until every worker knows.
  for (let times = 0; times < 6; times++)
    await until(async () => namesIn(await modernCall(few, 'tools/list', {}, { key }), 'tools').includes('hidden__wait'), 'the new policy');
  const again = listen();
  await Promise.all([acknowledge(desk), acknowledge(shop), acknowledge(hidden)]);
  assert.notEqual(await (await again).next(), undefined);
  (await again).close();
});
