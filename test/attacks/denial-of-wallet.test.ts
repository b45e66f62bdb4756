// T29: an agent that loops, or is made to, until somebody's money or somebody's server is used up. A thousand identical calls; tools that call for
// each other in a circle; one budget spread over many agents of a group, or over many keys of one. The budget ends it: what is over is refused
// before the server hears of it, each worker counts for all, and whoever asks is told when to come again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ALLOW_ALL, at, modernCall, numbered, readRecords, startEchoServer, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { EchoServer, Gateway, RpcAnswer } from '../harness/index.ts';

const DAY_MS = 86_400_000;
const CHAIN = numbered('chain', 10);

let paid: EchoServer;
let gateway: Gateway;

before(async () => {
  paid = await startEchoServer({ tools: ['generate', 'search', 'fan', 'rotate', ...CHAIN] });
  gateway = await startGateway({
    config: {
      ...testConfig({ servers: { paid: { url: paid.url, overLimit: 'status' } } }),
      policy: {
        rules: [ALLOW_ALL],
        limits: {
          loop: { tools: ['generate'], repeats: { calls: 5, windowMs: 600_000, coolDownMs: 600_000 } },
          chains: { tools: ['chain-*'], rate: { calls: 25, periodMs: DAY_MS } },
          budget: { groups: ['interns'], per: ['group'], tools: ['fan'], spend: { units: 100, periodMs: DAY_MS, costs: { fan: 7 } } },
          keys: { tools: ['rotate'], rate: { calls: 10, periodMs: DAY_MS } },
          share: { tools: ['search'], per: [], concurrent: 3 },
        },
      },
    },
  });
});
after(async () => {
  await gateway?.stop();
  await paid?.close();
});

const call = (key: string, name: string): Promise<RpcAnswer> =>
  modernCall(gateway.url('paid'), 'tools/call', { name, arguments: {} }, { key });
const passed = (answers: readonly RpcAnswer[]): number =>
  answers.filter((answer) => answer.http.status === 200 && at(answer.result, 'isError') !== true).length;

/** So many at a time, as agents do. */
async function all(count: number, one: (i: number) => Promise<RpcAnswer>): Promise<readonly RpcAnswer[]> {
  const answers: RpcAnswer[] = [];
  for (let from = 0; from < count; from += 50)
    answers.push(...(await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, i) => one(from + i)))));
  return answers;
}

test('a thousand identical calls: five reach the server, the others are told when to come again', async () => {
  const key = await gateway.addAgent('looper');
  const answers = await all(1_000, () => call(key, 'generate'));
  assert.equal(passed(answers), 5);
  assert.equal(paid.calls.get('generate'), 5);
  for (const answer of answers.filter(({ http }) => http.status !== 200)) {
    assert.equal(answer.http.status, 429);
    const seconds = Number(answer.http.headers['retry-after']);
    assert.ok(seconds > 0 && seconds <= 600, String(seconds));
    assert.equal(at(answer.error, 'data', 'limit'), 'loop');
  }
  const denied = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'reason') === 'repeated-call');
  assert.equal(denied.length, 995, 'each is on record');
});

test('another agent, and the same one with another tool, are not held up by it', async () => {
  const key = await gateway.addAgent('bystander');
  assert.equal(passed([await call(key, 'generate'), await call(key, 'chain-0')]), 2);
});

test('a chain of tools that begins again and again ends with its budget, though no two calls in a row are alike', async () => {
  const key = await gateway.addAgent('chained');
  let steps = 0;
  for (; steps < 200; steps++) if (passed([await call(key, CHAIN[steps % CHAIN.length] ?? '')]) === 0) break;
  assert.equal(steps, 25);
});

test('agents of one group share its budget, to the last unit that buys a call', async () => {
  const keys = await Promise.all(numbered('intern', 8).map((name) => gateway.addAgent(name, ['interns'])));
  const answers = await all(120, (i) => call(keys[i % keys.length] ?? '', 'fan'));
  assert.equal(passed(answers), Math.floor(100 / 7));
  assert.equal(paid.calls.get('fan'), 14);
});

test('whoever changes keys stands where they stood', async () => {
  let key = await gateway.addAgent('rotator');
  let reached = 0;
  for (let round = 0; round < 4; round++) {
    reached += passed(await all(6, () => call(key, 'rotate')));
    const rotated = await gateway.cli('agents', 'key', 'rotator', '--output', 'json');
    key = textAt(JSON.parse(rotated.stdout), 'key');
    assert.notEqual(key, '', rotated.stderr);
  }
  assert.equal(reached, 10);
  assert.equal(paid.calls.get('rotate'), 10);
});
