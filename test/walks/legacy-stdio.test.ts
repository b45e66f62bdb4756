// A legacy agent's session with a server that is a child process: the gateway is the HTTP side of it, one process per session.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verifies } from '../conformance/requirements.ts';
import { at, isRunning, LegacySession, repositoryRoot, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway, HttpStream } from '../harness/index.ts';

const SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const EVERYTHING = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');

let gateway: Gateway;
let key: string;

before(async () => {
  gateway = await startGateway({
    config: testConfig({
      servers: {
        scripted: { command: process.execPath, args: [SERVER], env: { PLAIN: 'as written', FROM_ENV: { env: 'WALK_SECRET' } } },
        everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
      },
    }),
    env: { WALK_SECRET: 'from the environment', WALK_UNRELATED: 'nobody named this one' },
  });
  key = await gateway.addAgent('walker');
});
after(() => gateway?.stop());

const open = (capabilities: Readonly<Record<string, unknown>> = {}, version = '2025-11-25'): Promise<LegacySession> =>
  LegacySession.open(gateway.url('scripted'), { key, capabilities, version });

for (const version of ['2025-11-25', '2025-06-18']) {
  test(verifies('legacy.negotiation', `${version} is agreed on with a stdio server`), async () => {
    const session = await open({}, version);
    assert.equal(session.version, version);
    assert.equal(at(session.initialized.result, 'serverInfo', 'name'), 'stdio-server');
    await session.end();
  });
}

test(verifies('stdio.process-per-session', 'a process serves one session, and all of it'), async () => {
  const [first, second] = await Promise.all([open(), open()]);
  const pids = { first: new Set<string>(), second: new Set<string>() };
  // Connections of their own, so that both workers carry messages of both sessions.
  for (let round = 0; round < 8; round++) {
    pids.first.add(await tell(first, 'pid'));
    pids.second.add(await tell(second, 'pid'));
  }
  assert.equal(pids.first.size, 1);
  assert.equal(pids.second.size, 1);
  assert.notDeepEqual(pids.first, pids.second);
  await Promise.all([first.end(), second.end()]);
});

test(verifies('legacy.session-end', 'DELETE ends the process'), async () => {
  const session = await open();
  const pid = Number(await tell(session, 'pid'));
  assert(isRunning(pid));
  const ended = await session.end();
  assert(ended.status >= 200 && ended.status < 300, `DELETE was answered ${ended.status}`);
  await until(() => !isRunning(pid), 'the end of the process');
  assert.equal((await session.request('ping')).http.status, 404);
});

test('a process gets the variables that the config names, and no others of the gateway', async () => {
  const session = await open();
  assert.equal(await tell(session, 'environment', { name: 'PLAIN' }), 'as written');
  assert.equal(await tell(session, 'environment', { name: 'FROM_ENV' }), 'from the environment');
  assert.equal(await tell(session, 'environment', { name: 'WALK_UNRELATED' }), '');
  await session.end();
});

test(verifies('legacy.server-requests', 'a stdio server asks the model and the user'), async () => {
  const session = await open({ sampling: {}, elicitation: {} });
  for (const [tool, method] of [
    ['ask_model', 'sampling/createMessage'],
    ['ask_user', 'elicitation/create'],
  ] as const) {
    const stream = await session.stream('tools/call', { name: tool, arguments: {} });
    const question = await nextMessage(stream);
    assert.equal(at(question, 'method'), method);
    assert.equal((await session.respond(at(question, 'id'), { action: 'accept', content: { name: tool } })).status, 202);
    assert.match(textAt(await nextMessage(stream), 'result', 'content', 0, 'text'), new RegExp(tool));
  }
  await session.end();
});

test('two requests at once with the same question to each do not mix', async () => {
  const sessions = await Promise.all([open({ sampling: {} }), open({ sampling: {} })]);
  const streams = await Promise.all(sessions.map((session) => session.stream('tools/call', { name: 'ask_model', arguments: {} })));
  const questions = await Promise.all(streams.map(nextMessage));
  await Promise.all(sessions.map((session, index) => session.respond(at(questions[index], 'id'), { from: `session-${index}` })));
  const texts = (await Promise.all(streams.map(nextMessage))).map((message) => at(message, 'result', 'content', 0, 'text'));
  assert.deepEqual(texts, ['{"from":"session-0"}', '{"from":"session-1"}']);
  await Promise.all(sessions.map((session) => session.end()));
});

test(verifies('legacy.get-stream', 'a notification that belongs to no request arrives there'), async () => {
  const session = await open();
  const stream = await session.listen();
  assert.equal(stream.status, 200);
  await tell(session, 'announce');
  assert.equal(at(await nextMessage(stream), 'method'), 'notifications/tools/list_changed');
  stream.close();
  await session.end();
});

test(verifies('legacy.disconnect-is-no-cancel', 'a stdio server is told nothing of a hang-up'), async () => {
  const session = await open();
  const stream = await session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: 'p' } });
  assert.equal(at(await nextMessage(stream), 'method'), 'notifications/progress');
  stream.close();
  await tell(session, 'pid');
  assert.deepEqual(JSON.parse(await tell(session, 'received')), { received: ['notifications/initialized'], cancelled: [] });
  await tell(session, 'finish');
  assert.match(await tell(session, 'pid'), /^\d+$/, 'a late answer to nobody disturbs nothing');
  await session.end();
});

test(verifies('legacy.cancelled', 'a stdio server is told which request, by the id it knows'), async () => {
  const session = await open();
  const stream = await session.stream('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: 'p' } }, 4711);
  await nextMessage(stream);
  assert.equal((await session.notify('notifications/cancelled', { requestId: 4711 })).status, 202);
  await until(async () => (await tell(session, 'received')).includes('notifications/cancelled'), 'the notification at the server');
  const { cancelled } = JSON.parse(await tell(session, 'received'));
  assert.equal(cancelled.length, 1);
  assert.notEqual(cancelled[0], null);
  stream.close();
  await session.end();
});

test('a process that dies: its session is gone, the next one gets a new process', async () => {
  const session = await open();
  const died = await session.request('tools/call', { name: 'die', arguments: {} });
  assert(died.http.status >= 400 || died.error !== undefined, 'a call whose server died has no result');
  assert.equal((await session.request('ping')).http.status, 404);
  const next = await open();
  assert.match(await tell(next, 'pid'), /^\d+$/);
  await next.end();
});

test('server-everything from npm, unmodified, lists and calls', async () => {
  const session = await LegacySession.open(gateway.url('everything'), { key });
  const { result } = await session.request('tools/list');
  const tools = at(result, 'tools');
  assert(Array.isArray(tools) && tools.length > 5);
  const echoed = await session.request('tools/call', { name: 'echo', arguments: { message: 'ahoy' } });
  assert.match(textAt(echoed.result, 'content', 0, 'text'), /ahoy/);
  await session.end();
});

test('when the gateway stops, no process of a server is left', async () => {
  const session = await open();
  const pid = Number(await tell(session, 'pid'));
  assert(isRunning(pid));
  assert.equal(await gateway.stop(), 0);
  await until(() => !isRunning(pid), 'the end of the process');
});

async function tell(session: LegacySession, tool: string, args: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const answer = await session.request('tools/call', { name: tool, arguments: args });
  const text = at(answer.result, 'content', 0, 'text');
  if (typeof text !== 'string') throw new Error(`${tool} was answered ${answer.http.status}: ${answer.http.body}`);
  return text;
}

async function nextMessage(stream: HttpStream): Promise<unknown> {
  for (;;) {
    const event = await stream.next();
    if (event === undefined) return undefined;
    if (event.json !== undefined && at(event.json, 'jsonrpc') !== undefined) return event.json;
  }
}
