// `node bench/scale.ts [--quick]`: what many servers and tools cost. Three real gateways side by side, with 10, 1 000 and 100 000 tools, all
// different, each seen on its server's own list as any agent would make it be seen. Then, in turns: the same calls at each, lists, searches, and a
// route that shows all servers as one. Holds the figures against its budgets, and ends with exit code 1 where one is missed.
//
// CPU is that of the gateway's workers as the scheduler counts it (/proc/<pid>/task/*/schedstat, in nanoseconds), so that neither the load nor
// the servers nor other programs are in it; they are still in the caches, so there are many short rounds, gateway by gateway, and a
// figure is that of the quieter ones: their first quartile.

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { monotonicMs } from './clock.ts';
import { handOver } from './figures.ts';
import { spread } from './statistics.ts';
import { type Costed, cpuUs, quiet } from './worker-cost.ts';
import { ask, inLanes, LANES } from './scale-load.ts';
import type { Target } from './scale-load.ts';
import { toolOf } from './scale-server.ts';
import { at, startGateway } from '../test/harness/index.ts';

const IS_QUICK = process.argv.includes('--quick');
const ROUNDS = IS_QUICK ? 8 : 48;
const CALLS = 500;
/** What a worker does for itself is measured for so long. */
const REST_MS = IS_QUICK ? 3_000 : 10_000;
const SIZES: readonly (readonly [servers: number, tools: number])[] = [
  [1, 10],
  [10, 100],
  [1_000, 100],
];

/** What must hold; the figures are those that this script prints. */
const BUDGETS = {
  /** CPU of a call, over that with 10 tools. */
  callRatio: IS_QUICK ? 1.25 : 1.1,
  /** CPU of a list of 100 tools, over that with 1 000 tools in all. */
  listRatio: IS_QUICK ? 1.25 : 1.1,
  /** CPU of filtering and comparing one tool on a list, in µs. */
  listUsPerTool: 60,
  /** A search among 100 000, from question to answer, in ms. */
  searchMs: IS_QUICK ? 100 : 50,
  /** What a worker with 1 000 servers takes by itself. */
  restPercent: 5,
  /** The longest that a call waits while 100 000 tools are taken into the search, in ms. */
  stallMs: IS_QUICK ? 500 : 250,
} as const;

interface Bed extends Target, Costed {
  readonly servers: number;
  readonly tools: number;
}

const verdicts: { readonly name: string; readonly measured: number; readonly atMost: number }[] = [];
const hold = (name: string, measured: number, atMost: number): void => {
  verdicts.push({ name, measured, atMost });
};

/** What a run of the whole bench wants to know. */
const figures: Record<string, number> = {};
const children: ChildProcess[] = [];
const beds: Bed[] = [];
try {
  for (const [servers, tools] of SIZES) beds.push(await startBed(servers, tools));
  const [small, middle, big] = beds;
  if (small === undefined || middle === undefined || big === undefined) throw new Error('three gateways are needed');
  await measureRest();
  await measureCalls();
  await measureLists(middle, big);
  await measureSearch(big);
  await measureAll(big);
} finally {
  for (const { gateway, agent } of beds) {
    agent.destroy();
    await gateway.stop();
  }
  for (const child of children) child.kill();
}
handOver(figures);
console.log('\nbudgets');
for (const { name, measured, atMost } of verdicts)
  console.log(`  ${measured <= atMost ? 'kept  ' : 'MISSED'}  ${name}: ${measured.toFixed(2)}, at most ${atMost}`);
process.exitCode = verdicts.every(({ measured, atMost }) => measured <= atMost) ? 0 : 1;

async function startBed(servers: number, tools: number): Promise<Bed> {
  const child = fork(fileURLToPath(new URL('scale-server.ts', import.meta.url)), [String(tools)]);
  children.push(child);
  const [port]: readonly unknown[] = await once(child, 'message');
  const gateway = await startGateway({
    config: {
      version: 1,
      workers: 1,
      listen: [{ address: '127.0.0.1:0' }],
      servers: Object.fromEntries(
        Array.from({ length: servers }, (_, n) => [`s${n}`, { url: `http://127.0.0.1:${String(port)}/s${n}/mcp` }]),
      ),
      routes: { '/mcp': { discovery: 'search', waitMs: 60_000 }, '/mcp/all': { waitMs: 60_000 } },
      policy: {
        rules: [
          { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
          { name: 'nothing-is-deleted', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['delete_*'] },
        ],
      },
    },
  });
  const bed = {
    servers,
    tools,
    gateway,
    origin: gateway.origin,
    key: await gateway.addAgent('ada'),
    agent: new Agent({ keepAlive: true, maxSockets: LANES }),
    restUs: 0,
  };
  const began = monotonicMs();
  await inLanes(servers, async (n) => {
    const listed = await ask(bed, `s${n}`, 'tools/list');
    const shown = at(listed, 'result', 'tools');
    if (!Array.isArray(shown) || shown.length !== tools - tools / 10)
      throw new Error(`s${n} lists ${JSON.stringify(listed).slice(0, 300)}`);
  });
  const took = monotonicMs() - began;
  // Each has seen as many definitions pass by, so that none has the memory of a process that has just begun.
  await inLanes(100_000 / tools - servers, () => ask(bed, 's0', 'tools/list'));
  console.log(
    `${servers * tools} tools of ${servers} servers: seen and approved in ${(took / 1000).toFixed(1)} s; the worker has ${Math.round(rssOf(bed) / 1e6)} MB`,
  );
  return bed;
}

/** Nobody calls: metrics, sweeps, looks at the lockdown folder. */
async function measureRest(): Promise<void> {
  console.log('\nat rest, CPU of the worker');
  for (const bed of beds) {
    bed.restUs = (await cpuUs(bed, () => sleep(REST_MS))) / REST_MS;
    console.log(`  ${bed.servers} servers: ${(bed.restUs / 10).toFixed(2)} % of a core`);
    if (bed.servers === 1_000) hold('a worker with 1 000 servers at rest, % of a core', bed.restUs / 10, BUDGETS.restPercent);
  }
}

/** The same ten tools at each; and, for comparison, tools of all servers. */
async function measureCalls(): Promise<void> {
  const tools = [0, 1, 2, 3, 5, 6, 7, 8, 9].map((number) => String(at(toolOf(0, number), 'name')));
  const call = (bed: Bed, n: number): Promise<unknown> =>
    ask(bed, 's0', 'tools/call', { name: tools[n % tools.length] ?? '', arguments: { limit: 7, note: 'n'.repeat(900) } });
  for (const bed of beds) await inLanes(CALLS, (n) => call(bed, n));
  const costs = beds.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < beds.length; turn++) {
      const which = (turn + round) % beds.length;
      const bed = beds[which];
      if (bed !== undefined) costs[which]?.push((await cpuUs(bed, () => inLanes(CALLS, (n) => call(bed, n)))) / CALLS);
    }
  }
  console.log('\na call, CPU of the worker');
  for (const [which, { servers, tools: each }] of beds.entries()) {
    const own = costs[which] ?? [];
    const { median, min, max } = spread(own);
    const ratio = quiet(own) / quiet(costs[0] ?? []);
    console.log(
      `  ${servers * each} tools: ${quiet(own).toFixed(0)} µs [${min.toFixed(0)}, median ${median.toFixed(0)}, ${max.toFixed(0)}], ${ratio.toFixed(3)} of the first`,
    );
    if (which > 0) hold(`a call among ${servers * each} tools, over one among 10`, ratio, BUDGETS.callRatio);
    figures[`call-${servers * each}-tools`] = ratio;
  }
}

/** A list of a hundred, of which ten are hidden by policy. */
async function measureLists(middle: Bed, big: Bed): Promise<void> {
  const count = 50;
  const list = (bed: Bed): Promise<number> => cpuUs(bed, () => inLanes(count, (n) => ask(bed, `s${n % 10}`, 'tools/list')));
  await list(middle);
  await list(big);
  const [few, many]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    few.push((await list(middle)) / count);
    many.push((await list(big)) / count);
  }
  const cost = quiet(many);
  console.log(`\na list of 100 tools among 100 000: ${(cost / 1000).toFixed(2)} ms, ${(cost / 100).toFixed(1)} µs a tool`);
  hold('a list of 100 tools among 100 000, over one among 1 000', cost / quiet(few), BUDGETS.listRatio);
  hold('filtering a list, µs a tool', cost / 100, BUDGETS.listUsPerTool);
}

/** The first search takes everything in; calls go on meanwhile, and none may wait for long. */
async function measureSearch(big: Bed): Promise<void> {
  const find = (query: string): Promise<unknown> => ask(big, '', 'tools/call', { name: 'find_tools', arguments: { query } });
  let isOver = false;
  let waits: number[] = [];
  const calling = (async (): Promise<void> => {
    while (!isOver) {
      const began = monotonicMs();
      await ask(big, 's0', 'tools/call', { name: String(at(toolOf(0, 1), 'name')), arguments: {} });
      waits.push(monotonicMs() - began);
    }
  })();
  await sleep(REST_MS);
  const usual = Math.max(...waits);
  waits = [];
  const began = monotonicMs();
  await find('sign a report of department 17');
  const first = monotonicMs() - began;
  isOver = true;
  await calling;
  const took: number[] = [];
  const count = IS_QUICK ? 50 : 200;
  for (let n = 0; n < count; n++) {
    const server = (n * 37) % big.servers;
    const asked = monotonicMs();
    const answer = await find(`${n % 2 === 0 ? 'write' : 'export'} department ${server} desk ${n % 100}`);
    took.push(monotonicMs() - asked);
    const found = at(answer, 'result', 'structuredContent', 'tools');
    if (!Array.isArray(found) || found.length === 0) throw new Error(JSON.stringify(answer).slice(0, 300));
  }
  const { median, max } = spread(took);
  console.log(
    `\na search among 100 000 tools: ${median.toFixed(1)} ms [to ${max.toFixed(1)}]; the first one ${(first / 1000).toFixed(1)} s, while calls took ${spread(waits).median.toFixed(1)} ms, at most ${Math.max(...waits).toFixed(0)} ms (before: at most ${usual.toFixed(0)} ms)`,
  );
  hold('a search among 100 000 tools, ms', median, BUDGETS.searchMs);
  hold('the longest call while everything is taken in, ms', Math.max(...waits), BUDGETS.stallMs);
}

/** All servers as one: page by page, everything once. */
async function measureAll(big: Bed): Promise<void> {
  const seen = new Set<string>();
  let cursor: unknown;
  let pages = 0;
  let largest = 0;
  const began = monotonicMs();
  do {
    const answer = await ask(big, 'all', 'tools/list', cursor === undefined ? {} : { cursor });
    const tools = at(answer, 'result', 'tools');
    if (!Array.isArray(tools)) throw new Error(JSON.stringify(answer).slice(0, 300));
    for (const tool of tools) seen.add(String(at(tool, 'name')));
    largest = Math.max(largest, JSON.stringify(answer).length);
    cursor = at(answer, 'result', 'nextCursor');
    pages++;
  } while (cursor !== undefined);
  const expected = (big.servers * big.tools * 9) / 10;
  console.log(
    `\n${big.servers} servers as one: ${seen.size} tools on ${pages} pages, the largest ${(largest / 1e6).toFixed(1)} MB, in ${((monotonicMs() - began) / 1000).toFixed(1)} s; the worker has ${Math.round(rssOf(big) / 1e6)} MB`,
  );
  hold('tools that are missing on the list of all servers as one', expected - seen.size, 0);
}

function rssOf({ gateway }: Bed): number {
  return gateway
    .workers()
    .map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}
