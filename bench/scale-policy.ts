// `node bench/scale-policy.ts [--quick]`: what many agents and many rules cost a call. Three gateways side by side: one agent and one rule; 10 000 agents;
// 10 000 rules, of which 20 match. The same calls are made at each in turn, over connections that stay open, each of one agent for some rounds, and of
// another then. Only the workers' own CPU counts (bench/worker-cost.ts).

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { at, startGateway } from '../test/harness/index.ts';
import { addAgents } from './agents.ts';
import { monotonicMs } from './clock.ts';
import { handOver } from './figures.ts';
import { ask, inLanes } from './scale-load.ts';
import { toolOf } from './scale-server.ts';
import { spread } from './statistics.ts';
import { type Costed, cpuUs, quiet } from './worker-cost.ts';

const IS_QUICK = process.argv.includes('--quick');
const ROUNDS = IS_QUICK ? 8 : 48;
const CALLS = 500;
const CONNECTIONS = 100;
/** Rounds for which a connection is one agent's. */
const ROUNDS_OF_AN_AGENT = 4;
const MANY = 10_000;
const MATCHING = 20;
const REST_MS = IS_QUICK ? 2_000 : 10_000;

interface Bed extends Costed {
  readonly name: string;
  readonly keys: readonly string[];
  readonly connections: readonly Agent[];
  readonly costs: number[];
}

const ALL = { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] };
const TOOLS = [0, 1, 2, 3, 5, 6, 7, 8, 9].map((number) => String(at(toolOf(0, number), 'name')));
const server = fork(fileURLToPath(new URL('scale-server.ts', import.meta.url)), ['10']);
const [port]: readonly unknown[] = await once(server, 'message');
const beds: Bed[] = [];
try {
  beds.push(await startBed('one agent, one rule', 1, [ALL]));
  beds.push(await startBed(`call-${MANY}-agents`, MANY, [ALL]));
  beds.push(await startBed(`call-${MANY}-rules`, 1, manyRules()));
  for (const bed of beds) bed.restUs = (await cpuUs(bed, () => sleep(REST_MS))) / REST_MS;
  for (let round = 0; round < ROUNDS; round++)
    for (let turn = 0; turn < beds.length; turn++) await measure(beds[(turn + round) % beds.length], round);
  report();
} finally {
  for (const { gateway, connections } of beds) {
    for (const connection of connections) connection.destroy();
    await gateway.stop();
  }
  server.kill();
}

async function startBed(name: string, agents: number, rules: readonly object[]): Promise<Bed> {
  const gateway = await startGateway({
    config: {
      version: 1,
      workers: 1,
      listen: [{ address: '127.0.0.1:0' }],
      servers: { s0: { url: `http://127.0.0.1:${String(port)}/s0/mcp` } },
      policy: { rules },
    },
  });
  const began = monotonicMs();
  const names = Array.from({ length: agents }, (_, n) => `agent-${String(n).padStart(5, '0')}`);
  const keys = await addAgents(gateway.dataFolder, names);
  console.log(`${name}: ${agents} agents added in ${((monotonicMs() - began) / 1000).toFixed(1)} s`);
  const connections = Array.from({ length: CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const bed: Bed = { name, gateway, keys, connections, costs: [], restUs: 0 };
  await untilKnown(bed);
  // As many calls at each before anything counts: a worker that has just begun compiles, and has a small heap.
  for (let n = 0; n < (IS_QUICK ? 4 : 20); n++) await inLanes(CALLS, (each) => call(bed, n, each));
  return bed;
}

/** The last key has reached the worker, and the server is known. */
async function untilKnown(bed: Bed): Promise<void> {
  const deadline = monotonicMs() + 60_000;
  for (;;) {
    try {
      await call({ ...bed, keys: bed.keys.slice(-1) }, 0, 0);
      return;
    } catch (error) {
      if (monotonicMs() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function call({ gateway, keys, connections }: Bed, round: number, n: number): Promise<void> {
  const lane = n % CONNECTIONS;
  const key = keys[(Math.floor(round / ROUNDS_OF_AN_AGENT) * CONNECTIONS + lane) % keys.length] ?? '';
  const agent = connections[lane];
  if (agent === undefined) throw new Error('there is no such connection');
  const params = { name: TOOLS[n % TOOLS.length] ?? '', arguments: { limit: 7, note: 'n'.repeat(900) } };
  const answer = await ask({ origin: gateway.origin, key, agent }, 's0', 'tools/call', params);
  if (at(answer, 'result', 'content') === undefined) throw new Error(JSON.stringify(answer).slice(0, 300));
}

async function measure(bed: Bed | undefined, round: number): Promise<void> {
  if (bed === undefined) return;
  // The connections are warm, and each has been its agent's before.
  await inLanes(CONNECTIONS, (n) => call(bed, round, n));
  bed.costs.push((await cpuUs(bed, () => inLanes(CALLS, (n) => call(bed, round, n)))) / CALLS);
}

/** What a large company's document has: of 10 000 rules 20 are about this agent, this server and its tools. */
function manyRules(): readonly object[] {
  return Array.from({ length: MANY }, (_, n) => {
    const number = String(n).padStart(5, '0');
    if (n % (MANY / MATCHING) === 0)
      return { name: `match-${number}`, effect: 'allow', agents: ['agent-*'], servers: ['s0'], tools: [`*_0_${(n / 500) % 10}`, '*'] };
    return n % 2 === 0
      ? { name: `team-${number}`, effect: 'allow', agents: [`team-${number}-*`], servers: ['s*'], tools: [`read_${number}_*`] }
      : { name: `no-${number}`, effect: 'deny', agents: ['*'], servers: [`branch-${number}-*`], tools: ['delete_*'] };
  });
}

function report(): void {
  const figures: Record<string, number> = {};
  const yardstick = quiet(beds[0]?.costs ?? []);
  for (const { name, costs } of beds) {
    const { median, min, max } = spread(costs);
    const ratio = quiet(costs) / yardstick;
    console.log(
      `${name}: ${quiet(costs).toFixed(0)} µs a call [${min.toFixed(0)}, median ${median.toFixed(0)}, ${max.toFixed(0)}], ${ratio.toFixed(3)} of the first`,
    );
    if (name.startsWith('call-')) figures[name] = ratio;
  }
  handOver(figures);
}
