// What goes wrong in the middle of a bridged call over stdio, in a session that the gateway plays for a legacy agent, and on a route that
// shows several servers as one: two workers, and a connection per request.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  answerRound,
  ASKABLE,
  at,
  isRunning,
  lastDecision,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  readRecords,
  repositoryRoot,
  roundIn,
  servingWorkers,
  startGateway,
  startScriptedServer,
  testConfig,
  until,
  YES,
} from '../harness/index.ts';
import type { Gateway, HttpStream, OpenRound, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const QUESTION = { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } } };
const COMPLETE = { resultType: 'complete', content: [{ type: 'text', text: 'done' }] };

let modern: ScriptedServer;
let left: ScriptedServer;
let right: ScriptedServer;
let gateway: Gateway;
let keys: { readonly ada: string; readonly bob: string };

before(async () => {
  const listed = { 'tools/list': { tools: [{ name: 'wait', inputSchema: { type: 'object' } }] } };
  modern = await startScriptedServer(modernAnswers());
  [left, right] = [await startScriptedServer(legacyAnswers(listed)), await startScriptedServer(legacyAnswers(listed))];
  gateway = await startGateway({
    config: testConfig({
      servers: {
        program: { command: process.execPath, args: [STDIO_SERVER] },
        modern: { url: modern.url },
        left: { url: left.url },
        right: { url: right.url },
      },
      extra: { routes: { '/mcp': { servers: ['left', 'right'] } } },
    }),
  });
  keys = { ada: await gateway.addAgent('ada'), bob: await gateway.addAgent('bob') };
});
after(async () => {
  await gateway?.stop();
  for (const server of [modern, left, right]) await server?.close();
});

function textOf({ result, http }: RpcAnswer): string {
  const text = at(result, 'content', 0, 'text');
  return typeof text === 'string' ? text : http.body;
}

function codeOf({ error, http }: RpcAnswer): unknown {
  return at(error, 'code') ?? http.body;
}

/** Calls a tool of the program. */
function run(name: string, key: string): Promise<RpcAnswer> {
  return modernCall(gateway.url('program'), 'tools/call', { name, arguments: {} }, { key, capabilities: ASKABLE });
}

async function ask(key: string): Promise<OpenRound> {
  return roundIn({ name: 'ask_user', arguments: {} }, await run('ask_user', key));
}

test('a program is killed while a round waits: the answer finds nothing, the next call has another program, others keep theirs', async () => {
  const [lost, kept] = [await ask(keys.ada), await ask(keys.bob)];
  const pid = Number(textOf(await run('pid', keys.ada)));
  process.kill(pid, 'SIGKILL');
  await until(() => !isRunning(pid), 'its end');
  await until(async () => codeOf(await answerRound(gateway.url('program'), lost, { key: keys.ada })) === 1404, 'the round to be gone');
  const successor = Number(textOf(await run('pid', keys.ada)));
  assert(successor > 0 && successor !== pid);
  assert.match(textOf(await answerRound(gateway.url('program'), kept, { key: keys.bob })), /"sure":true/);
});

test('a program dies under a call: what came of it is unknown, and nobody calls again', async () => {
  const before = Number(textOf(await run('pid', keys.ada)));
  assert.equal(codeOf(await run('die', keys.ada)), 1506);
  const after = Number(textOf(await run('pid', keys.ada)));
  assert(after > 0 && after !== before);
  assert.equal(decisions('die'), 1);
});

/** A legacy agent whose call waits for its answer to a question of a modern server. */
async function openPlayed(key: string): Promise<{ session: LegacySession; stream: HttpStream; id: unknown }> {
  const session = await LegacySession.open(gateway.url('modern'), { key, capabilities: { elicitation: {} } });
  const opening = session.stream('tools/call', { name: 'wait', arguments: {} });
  const exchange = await modern.take('tools/call');
  exchange.result({ resultType: 'input_required', inputRequests: { sure: QUESTION }, requestState: 'state-of-the-server' });
  const stream = await opening;
  const asked = await said(stream);
  assert.equal(at(asked, 'method'), 'elicitation/create');
  return { session, stream, id: at(asked, 'id') };
}

/** The next message of a stream, behind what only primes it. */
async function said(stream: HttpStream): Promise<unknown> {
  let event = await stream.next();
  while (event !== undefined && event.data === '') event = await stream.next();
  return event?.json;
}

test('a modern server breaks off after the answer of a legacy agent: what came of the call is unknown, and it is not made again', async () => {
  const { session, stream, id } = await openPlayed(keys.ada);
  assert.equal((await session.respond(id, YES)).status, 202);
  const retried = await modern.take('tools/call');
  assert.equal(at(retried.message, 'params', 'requestState'), 'state-of-the-server');
  const before = callsOf(modern);
  retried.cut();
  assert.equal(at(await said(stream), 'error', 'code'), 1506);
  assert.equal(callsOf(modern), before);
  await session.end();
});

test('a legacy agent answers the question of another: it is not taken, and the right answer still is', async () => {
  const [ada, bob] = [await openPlayed(keys.ada), await LegacySession.open(gateway.url('modern'), { key: keys.bob })];
  await bob.respond(ada.id, YES);
  const foreign = await bob.post({ jsonrpc: '2.0', id: ada.id, result: YES });
  assert(foreign.status >= 400, 'nothing like it was asked in this session');
  assert.equal((await ada.session.respond(ada.id, YES)).status, 202);
  (await modern.take('tools/call')).result(COMPLETE);
  assert.equal(at(await said(ada.stream), 'result', 'content', 0, 'text'), 'done');
  assert((await ada.session.respond(ada.id, YES)).status >= 400, 'an answer is taken once');
  await Promise.all([ada.session.end(), bob.end()]);
});

test('a member of a route breaks off in the middle: its calls and rounds fail as on its own route, those of the others go on', async () => {
  const url = `${gateway.origin}/mcp`;
  const call = (name: string): Promise<RpcAnswer> =>
    modernCall(url, 'tools/call', { name, arguments: {} }, { key: keys.ada, capabilities: ASKABLE });
  const park = async (server: ScriptedServer, name: string) => {
    const calling = call(name);
    const exchange = await server.take('tools/call');
    exchange.event({ jsonrpc: '2.0', id: `q-${name}`, ...QUESTION });
    return { round: roundIn({ name, arguments: {} }, await calling), exchange };
  };
  const [lost, kept] = [await park(left, 'left__wait'), await park(right, 'right__wait')];
  const underway = call('left__wait');
  (await left.take('tools/call')).cut();
  lost.exchange.cut();
  assert.equal(codeOf(await underway), 1506);
  await until(async () => codeOf(await answerRound(url, lost.round, { key: keys.ada })) === 1404, 'the round to be gone');
  assert.equal(callsOf(left), 2, 'neither is made again');

  const answering = answerRound(url, kept.round, { key: keys.ada });
  (await right.take('response')).reply(202);
  kept.exchange.endWith({ content: [{ type: 'text', text: 'done' }] });
  assert.equal(textOf(await answering), 'done');
});

test('a worker is killed while a legacy agent’s question waits: its stream ends, its session is unknown, and it can open another', async () => {
  const { session, stream } = await openPlayed(keys.ada);
  const slot = lastDecision(gateway.dataFolder, 'ada', 'modern')?.slot;
  const owners = await servingWorkers(gateway.dataFolder);
  const owner = owners.find((worker) => slot === `worker-${worker.slot}`);
  assert(owner !== undefined);
  process.kill(owner.pid, 'SIGKILL');
  await assert.doesNotReject(
    said(stream).then(
      (message) => assert.equal(message, undefined),
      () => undefined,
    ),
  );
  await until(async () => (await servingWorkers(gateway.dataFolder)).filter(({ pid }) => pid !== owner.pid).length === 2, 'its successor');
  assert.equal((await session.request('ping')).http.status, 404);
  const next = await LegacySession.open(gateway.url('modern'), { key: keys.ada });
  assert.equal((await next.request('ping')).http.status, 200);
});

const callsOf = (server: ScriptedServer): number => server.seen.filter(({ method }) => method === 'tools/call').length;

function decisions(tool: string): number {
  return readRecords(gateway.dataFolder).filter(({ value }) => at(value, 'kind') === 'decision' && at(value, 'tool') === tool).length;
}
