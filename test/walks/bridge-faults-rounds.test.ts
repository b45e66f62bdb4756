// Who may answer what a legacy server asks a modern agent, and what becomes of the question when agents, keys or workers go: two workers,
// and a connection per request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  at,
  createRounds,
  lastDecision,
  legacyAnswers,
  question,
  servingWorkers,
  startGateway,
  startScriptedServer,
  testConfig,
  until,
} from '../harness/index.ts';
import type { Gateway, ParkedCall, Rounds, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const MAX_ROUNDS_PER_AGENT = 32;
const AGENTS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal'];

let server: ScriptedServer;
let gateway: Gateway;
let rounds: Rounds;
const keys = new Map<string, string>();

before(async () => {
  server = await startScriptedServer(legacyAnswers());
  gateway = await startGateway({ config: testConfig({ servers: { old: { url: server.url } } }) });
  for (const agent of AGENTS) keys.set(agent, await gateway.addAgent(agent));
  rounds = createRounds(server, gateway.url('old'));
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const keyOf = (agent: string): string => keys.get(agent) ?? '';

/** What this continues is over, or never was. */
function findsNothing({ error, http }: RpcAnswer): void {
  assert.equal(http.status, 200, http.body);
  assert.equal(at(error, 'code'), 1404, http.body);
}

test('two agents answer each other’s question: both are refused, and each still answers its own', async () => {
  const [ada, bob] = [await rounds.park(keyOf('ada')), await rounds.park(keyOf('bob'))];
  findsNothing(await rounds.answer(ada, keyOf('bob')));
  findsNothing(await rounds.answer(bob, keyOf('ada')));
  await rounds.works(ada, keyOf('ada'));
  await rounds.works(bob, keyOf('bob'));
});

test('an answer that was given is not taken again', async () => {
  const parked = await rounds.park(keyOf('ada'));
  await rounds.works(parked, keyOf('ada'));
  for (let n = 0; n < 4; n++) findsNothing(await rounds.answer(parked, keyOf('ada')));
  assert.equal(rounds.executions(parked.params), 1);
});

test('a state that was altered continues nothing, and does not harm the one that was not', async () => {
  const parked = await rounds.park(keyOf('ada'));
  const { requestState } = parked.round;
  const middle = Math.floor(requestState.length / 2);
  const other = requestState[middle] === 'A' ? 'B' : 'A';
  const altered = [
    `${requestState.slice(0, middle)}${other}${requestState.slice(middle + 1)}`,
    requestState.slice(0, -1),
    `${requestState}A`,
    '',
  ];
  for (const state of altered)
    findsNothing(await rounds.answer({ ...parked, round: { ...parked.round, requestState: state } }, keyOf('ada')));
  await rounds.works(parked, keyOf('ada'));
});

test('a state is for the call that it was given for: other arguments are refused', async () => {
  const parked = await rounds.park(keyOf('ada'));
  const { error } = await rounds.answer({ ...parked, round: { ...parked.round, params: { ...rounds.fresh() } } }, keyOf('ada'));
  assert.equal(at(error, 'code'), -32602);
  await rounds.works(parked, keyOf('ada'));
});

test('many questions wait: those that are too many are refused and cancelled, those that wait are answered', async () => {
  const parked: ParkedCall[] = [];
  while (parked.length < MAX_ROUNDS_PER_AGENT) parked.push(await rounds.park(keyOf('cyd')));
  for (let n = 0; n < 8; n++) {
    const params = rounds.fresh();
    const calling = rounds.call(params, keyOf('cyd'));
    const exchange = await server.take('tools/call');
    exchange.event(question('too-many'));
    const { error, http } = await calling;
    assert.equal(http.status, 503, http.body);
    assert.equal(at(error, 'code'), 1503);
    await until(() => rounds.isCancelled(exchange), 'the cancellation at the server');
    const refusal = await server.take('response');
    assert.equal(typeof at(refusal.message, 'error', 'code'), 'number', 'the question is refused at the server');
    refusal.reply(202);
  }
  const another = await rounds.park(keyOf('dan'));
  await rounds.works(another, keyOf('dan'));
  for (const one of parked) await rounds.works(one, keyOf('cyd'));
});

test('a key is revoked while its round waits: the call is cancelled at the server at once, and nobody else notices', async () => {
  const [lost, kept] = [await rounds.park(keyOf('eve')), await rounds.park(keyOf('fay'))];
  assert.equal((await gateway.cli('agents', 'revoke', 'eve')).code, 0);
  await until(() => rounds.isCancelled(lost.exchange), 'the cancellation at the server');
  const refusal = await server.take('response');
  assert.notEqual(at(refusal.message, 'error'), undefined);
  refusal.reply(202);
  assert.equal((await rounds.answer(lost, keyOf('eve'))).http.status, 401);
  await rounds.works(kept, keyOf('fay'));
});

test('the worker that holds a round is killed: the answer to it finds nothing, and rounds of the other worker go on', async () => {
  const parked = new Map<string, ParkedCall>();
  for (const agent of AGENTS.filter((name) => name !== 'eve')) parked.set(agent, await rounds.park(keyOf(agent)));
  // The worker that holds an agent's state is the one that decides about its calls.
  const owners = new Map([...parked.keys()].map((agent) => [agent, lastDecision(gateway.dataFolder, agent, 'old')?.slot]));
  const [doomed] = owners.values();
  assert(new Set(owners.values()).size === 2, 'both workers hold some of them');
  const victim = (await servingWorkers(gateway.dataFolder)).find(({ slot }) => doomed === `worker-${slot}`);
  assert(victim !== undefined);
  process.kill(victim.pid, 'SIGKILL');

  for (const [agent, one] of parked) if (owners.get(agent) !== doomed) await rounds.works(one, keyOf(agent));
  await until(async () => (await servingWorkers(gateway.dataFolder)).filter(({ pid }) => pid !== victim.pid).length === 2, 'its successor');
  for (const [agent, one] of parked) {
    if (owners.get(agent) !== doomed) continue;
    findsNothing(await rounds.answer(one, keyOf(agent)));
    assert.equal(rounds.executions(one.params), 1);
    // Told to send the request again without the state, it does.
    await rounds.works(await rounds.park(keyOf(agent)), keyOf(agent));
  }
});
