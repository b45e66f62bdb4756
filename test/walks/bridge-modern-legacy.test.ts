// A modern agent in front of a server that speaks only the legacy era, over Streamable HTTP and over stdio: every feature of the modern
// revision that the older one has in some form. Two workers, and a connection for each request.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { at, META, modernCall, modernStream, repositoryRoot, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { Gateway, RpcAnswer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');
const EVERYTHING = { elicitation: {}, sampling: {}, roots: {} };
const WATCHED = 'test://watched-resource';

/** What an agent says to each kind of question. */
const ANSWERS: Readonly<Record<string, object>> = {
  'elicitation/create': { action: 'accept', content: { name: 'Ann', ok: true, color: 'red', context: 'tests' } },
  'sampling/createMessage': { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm', stopReason: 'endTurn' },
  'roots/list': { roots: [{ uri: 'file:///work' }] },
};

let fixture: Fixture;
let gateway: Gateway;
let ann: string;
let bob: string;

before(async () => {
  fixture = await startFixture({ era: 'legacy' });
  gateway = await startGateway({
    config: testConfig({ servers: { http: { url: fixture.url }, stdio: { command: process.execPath, args: [STDIO_SERVER, 'legacy'] } } }),
  });
  ann = await gateway.addAgent('ann');
  bob = await gateway.addAgent('bob');
});
after(async () => {
  await gateway?.stop();
  await fixture?.close();
});

for (const server of ['http', 'stdio']) {
  const call = (method: string, params: object = {}, options: object = {}): Promise<RpcAnswer> =>
    modernCall(gateway.url(server), method, { ...params }, { key: ann, ...options });
  const tool = (name: string, options: object = {}): Promise<RpcAnswer> => call('tools/call', { name, arguments: {} }, options);
  /** Answers every round of a call; gives the answer to the last one. */
  const play = async (method: string, params: object): Promise<{ readonly last: RpcAnswer; readonly asked: readonly string[] }> => {
    const asked: string[] = [];
    let last = await call(method, params, { capabilities: EVERYTHING });
    while (at(last.result, 'resultType') === 'input_required') {
      const inputResponses: Record<string, object> = {};
      for (const [key, request] of Object.entries(Object(at(last.result, 'inputRequests')))) {
        const kind = textAt(request, 'method');
        asked.push(kind);
        inputResponses[key] = ANSWERS[kind] ?? {};
      }
      const requestState = at(last.result, 'requestState');
      last = await call(method, { ...params, inputResponses, requestState }, { capabilities: EVERYTHING, id: asked.length + 1 });
    }
    return { last, asked };
  };

  test(`${server}: server/discover says what the gateway makes of it`, async () => {
    const { result } = await call('server/discover');
    assert.deepEqual(at(result, 'supportedVersions'), ['2026-07-28']);
    assert.equal(at(result, 'resultType'), 'complete');
    assert.equal(at(result, 'cacheScope'), 'private');
    assert.deepEqual(at(result, 'capabilities', 'resources'), { listChanged: true, subscribe: true });
    assert.equal(at(result, '_meta', META.server, 'name'), 'sallyport-fixture');
  });

  test(`${server}: lists, calls, reads, prompts and completions`, async () => {
    const { result } = await call('tools/list');
    assert.equal(at(result, 'ttlMs'), 0);
    assert.equal(at(result, 'cacheScope'), 'private');
    assert.equal(at(result, 'resultType'), 'complete');
    assert.ok(Array.isArray(at(result, 'tools')));
    assert.equal(at((await tool('test_simple_text', { id: 'mine' })).http.json, 'id'), 'mine');
    assert.equal(at((await tool('test_error_handling')).result, 'isError'), true);
    const read = await call('resources/read', { uri: 'test://static-text' });
    assert.equal(at(read.result, 'contents', 0, 'uri'), 'test://static-text');
    assert.equal(at(read.result, 'ttlMs'), 0);
    assert.ok(Array.isArray(at((await call('prompts/get', { name: 'test_simple_prompt' })).result, 'messages')));
    const completed = await call('completion/complete', {
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'par' },
    });
    assert.ok(Array.isArray(at(completed.result, 'completion', 'values')));
  });

  test(`${server}: what is not there is said in codes of the modern era`, async () => {
    const missing = await call('resources/read', { uri: 'test://nothing' });
    assert.equal(at(missing.error, 'code'), -32602);
    assert.equal(at((await tool('no_such_tool')).http.json, 'id'), 1);
  });

  test(`${server}: progress under the agent's token, log lines only where they were asked for`, async () => {
    const progress = await tool('test_tool_with_progress', { meta: { progressToken: 'mine' } });
    assert.ok(progress.notifications.length >= 3);
    for (const said of progress.notifications) assert.equal(at(said, 'params', 'progressToken'), 'mine');
    assert.deepEqual((await tool('test_tool_with_logging')).notifications, []);
    const logged = await tool('test_tool_with_logging', { meta: { [META.logLevel]: 'info' } });
    assert.equal(logged.notifications.length, 3);
    assert.equal(at(logged.notifications[0], 'method'), 'notifications/message');
  });

  test(`${server}: what the server asks comes back as rounds`, async () => {
    const name = await play('tools/call', { name: 'test_input_required_result_elicitation', arguments: {} });
    assert.equal(textAt(name.last.result, 'content', 0, 'text'), 'Hello, Ann!');
    const roots = await play('tools/call', { name: 'test_input_required_result_list_roots', arguments: {} });
    assert.equal(textAt(roots.last.result, 'content', 0, 'text'), 'file:///work');
    const prompt = await play('prompts/get', { name: 'test_input_required_result_prompt' });
    assert.ok(Array.isArray(at(prompt.last.result, 'messages')));
  });

  test(`${server}: several questions at once are one round, one after the other are several`, async () => {
    const first = await call(
      'tools/call',
      { name: 'test_input_required_result_multiple_inputs', arguments: {} },
      { capabilities: EVERYTHING },
    );
    assert.equal(Object.keys(Object(at(first.result, 'inputRequests'))).length, 3);
    const several = await play('tools/call', { name: 'test_input_required_result_multiple_inputs', arguments: {} });
    assert.equal(at(several.last.result, 'resultType'), 'complete');
    const rounds = await play('tools/call', { name: 'test_input_required_result_multi_round', arguments: {} });
    assert.equal(textAt(rounds.last.result, 'content', 0, 'text'), 'Both steps are done');
    assert.equal(rounds.asked.length, 2);
  });

  test(`${server}: a state that is replayed, altered, somebody else's or for another call continues nothing`, async () => {
    const params = { name: 'test_input_required_result_elicitation', arguments: {} };
    const open = await call('tools/call', params, { capabilities: EVERYTHING });
    const [key = ''] = Object.keys(Object(at(open.result, 'inputRequests')));
    const retry = {
      ...params,
      inputResponses: { [key]: ANSWERS['elicitation/create'] },
      requestState: textAt(open.result, 'requestState'),
    };
    const ask = async (changes: object, options: object = {}): Promise<unknown> =>
      at((await call('tools/call', { ...retry, ...changes }, { capabilities: EVERYTHING, ...options })).error, 'code');
    assert.equal(await ask({}, { key: bob }), 1404);
    assert.equal(await ask({ requestState: `${retry.requestState}-TAMPERED` }), 1404);
    assert.equal(await ask({ name: 'test_input_required_result_list_roots' }), -32602);
    const other = await call('tools/call', { ...retry, arguments: { other: true } }, { capabilities: EVERYTHING });
    assert.match(textAt(other.result, 'content', 0, 'text'), /^arguments\.other is not declared/);
    assert.equal(await ask({ inputResponses: { [key]: 7 } }), -32602);
    const { result } = await call('tools/call', retry, { capabilities: EVERYTHING });
    assert.equal(textAt(result, 'content', 0, 'text'), 'Hello, Ann!');
    assert.equal(await ask({}), 1404, 'used once');
  });

  test(`${server}: a listen stream hears of what it asked for, and only of that`, async () => {
    const notifications = { toolsListChanged: true, resourceSubscriptions: [WATCHED] };
    const stream = await modernStream(gateway.url(server), 'subscriptions/listen', { notifications }, { key: ann, id: 'sub' });
    const acknowledged = (await stream.next())?.json;
    assert.equal(at(acknowledged, 'method'), 'notifications/subscriptions/acknowledged');
    assert.deepEqual(at(acknowledged, 'params', 'notifications'), notifications);
    await tool('test_trigger_prompt_change');
    await tool('test_trigger_tool_change');
    await tool('test_trigger_resource_update');
    const heard = [(await stream.next())?.json, (await stream.next())?.json];
    assert.deepEqual(heard.map((said) => textAt(said, 'method')).toSorted(), [
      'notifications/resources/updated',
      'notifications/tools/list_changed',
    ]);
    for (const said of [acknowledged, ...heard]) assert.equal(at(said, 'params', '_meta', META.subscription), 'sub');
    stream.close();
  });
}
