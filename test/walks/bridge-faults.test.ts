// What goes wrong at a legacy server in the middle of a modern agent's call, over HTTP, with two workers and a connection per request:
// every fault has one answer, and whatever may have happened at the server is never done again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  at,
  createRounds,
  legacyAnswers,
  modernCall,
  readRecords,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, Rounds, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const PATIENCE_MS = 400;
const DONE = { content: [{ type: 'text', text: 'done' }] };
const SESSION_NOT_FOUND = { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } };

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let rounds: Rounds;

before(async () => {
  server = await startScriptedServer(legacyAnswers());
  gateway = await startGateway({
    config: testConfig({ servers: { old: { url: server.url }, impatient: { url: server.url, timeoutMs: PATIENCE_MS } } }),
  });
  key = await gateway.addAgent('ada');
  rounds = createRounds(server, gateway.url('old'));
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const opened = (): number => server.seen.filter(({ method }) => method === 'initialize').length;

function isDone({ result, http }: RpcAnswer): void {
  assert.equal(textAt(result, 'content', 0, 'text'), 'done', http.body);
}

function failsWith({ error, http }: RpcAnswer, code: number): void {
  assert.equal(at(error, 'code'), code, `${http.status} ${http.body}`);
}

test('a round goes through, whichever worker the answer reaches', async () => {
  for (let n = 0; n < 6; n++) await rounds.works(await rounds.park(key), key);
});

test('the server breaks off while a round waits: the answer finds nothing, the call is not made again, other rounds wait on', async () => {
  const [parked, other] = [await rounds.park(key), await rounds.park(key)];
  parked.exchange.cut();
  await until(async () => at((await rounds.answer(parked, key)).error, 'code') === 1404, 'the round to be gone');
  assert.equal(rounds.executions(parked.params), 1);
  await rounds.works(other, key);
});

test('the server breaks off after the answer: what came of the call is unknown, and it is not made again', async () => {
  const parked = await rounds.park(key);
  const answering = rounds.answer(parked, key);
  (await server.take('response')).reply(202);
  parked.exchange.cut();
  failsWith(await answering, 1506);
  assert.equal(rounds.executions(parked.params), 1);
  await until(() => outcomeOf('unknown'), 'the outcome on record');
});

test('the server does not know the session any more: another is opened once, and a call that it did not take is made there', async () => {
  const params = rounds.fresh();
  const calling = rounds.call(params, key);
  const refused = await server.take('tools/call');
  const before = opened();
  refused.reply(404, SESSION_NOT_FOUND);
  (await server.take('tools/call')).result(DONE);
  isDone(await calling);
  assert.equal(opened(), before + 1);
  assert.equal(rounds.executions(params), 2, 'the first was refused, so it was not carried out');
});

test('it does not know any session: the agent is told, and nothing is tried for ever', async () => {
  const params = rounds.fresh();
  const calling = rounds.call(params, key);
  for (let n = 0; n < 2; n++) (await server.take('tools/call')).reply(404);
  const { error, http } = await calling;
  assert.equal(typeof at(error, 'code'), 'number', http.body);
  assert.equal(rounds.executions(params), 2);
});

test('it forgets the session while a call is under way: the call is not made again, the next one opens another', async () => {
  const [first, second] = [rounds.fresh(), rounds.fresh()];
  const calling = rounds.call(first, key);
  const delivered = await server.take('tools/call');
  delivered.event({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'begun' } });
  const next = rounds.call(second, key);
  (await server.take('tools/call')).reply(404, SESSION_NOT_FOUND);
  (await server.take('tools/call')).result(DONE);
  isDone(await next);
  delivered.cut();
  failsWith(await calling, 1506);
  assert.equal(rounds.executions(first), 1);
});

test('a server that is slow is not waited for without end: the call is cancelled there, and said to be', async () => {
  const calling = modernCall(gateway.url('impatient'), 'tools/call', { ...rounds.fresh() }, { key });
  const exchange = await server.take('tools/call');
  const answer = await calling;
  assert.equal(at(answer.error, 'code'), 1505, answer.http.body);
  await until(() => rounds.isCancelled(exchange), 'the cancellation at the server');
});

test('a server that answers twice is heard once', async () => {
  const calling = rounds.call(rounds.fresh(), key);
  const exchange = await server.take('tools/call');
  const answer = (text: string): object => ({
    jsonrpc: '2.0',
    id: at(exchange.message, 'id'),
    result: { content: [{ type: 'text', text }] },
  });
  exchange.event(answer('done'));
  exchange.event(answer('done again'));
  exchange.end();
  isDone(await calling);
  await rounds.works(await rounds.park(key), key);
});

test('a server that answers under the id of another call answers nobody', async () => {
  const [first, second] = [rounds.call(rounds.fresh(), key), rounds.call(rounds.fresh(), key)];
  const [one, two] = [await server.take('tools/call'), await server.take('tools/call')];
  const foreign = { jsonrpc: '2.0', id: at(two.message, 'id'), result: { content: [{ type: 'text', text: 'foreign' }] } };
  one.event(foreign);
  one.event({ ...foreign, id: 'nobody' });
  one.endWith(DONE);
  two.endWith(DONE);
  for (const answer of [await first, await second]) isDone(answer);
});

function outcomeOf(status: string): boolean {
  return readRecords(gateway.dataFolder).some(({ value }) => at(value, 'kind') === 'outcome' && at(value, 'status') === status);
}
