// `node bench/overload.ts [--quick]`: twice as many calls as a worker can carry, on a schedule that does not wait for answers, over many connections. What
// it still answers rightly is held against what it carries at most; a refusal (429, 503) is no answer. Beside it runs a thin load of one agent that is
// critical (`sallyport agents set NAME --priority critical`), on connections of its own.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startGateway } from '../test/harness/index.ts';
import { addAgents } from './agents.ts';
import { readyCallers } from './callers.ts';
import { Children } from './children.ts';
import { AGENTS, everythingOn } from './config.ts';
import { createCertificates } from './certificates.ts';
import { handOver } from './figures.ts';
import { findProgram } from './machine.ts';
import { LOAD_CORE, type Measurement, measureLoad, PROXY_CORE, type Target } from './measure.ts';
import { pinItself, pinTree } from './pinned.ts';
import { SAME_ERA } from './roads.ts';
import { ROUTE } from './workload.ts';

const IS_QUICK = process.argv.includes('--quick');
const TIMING = IS_QUICK ? { warmupMs: 500, measureMs: 1_500 } : { warmupMs: 2_000, measureMs: 8_000 };
/** More connections than a server may have calls under way. */
const CONNECTIONS = 600;
const URGENT = { connections: 5, pace: { kind: 'open', ratePerSecond: 50 }, refusals: 'counted' } as const;
const URGENT_AGENT = 'bench-agent-19';
const UPSTREAM = fileURLToPath(new URL('./upstream.ts', import.meta.url));
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const READY_MS = 30_000;

/** Both loads at once. */
interface Both {
  readonly crowd: Measurement;
  readonly urgent: Measurement;
}

const [openssl, taskset] = ['openssl', 'taskset'].map(findProgram);
if (openssl === undefined) throw new Error('needed: openssl (apt-get install openssl)');
pinItself();
mkdirSync(RESULTS, { recursive: true });
const folder = mkdtempSync(join(RESULTS, 'overload-'));
const certificates = createCertificates(openssl, folder);
await using children = new Children(folder, taskset);
const upstream = children.start({
  name: 'upstream',
  command: process.execPath,
  args: [UPSTREAM, certificates.certificateFile, certificates.keyFile],
  cores: String(LOAD_CORE),
});
const { plainPort, collectorPort }: { plainPort: number; collectorPort: number } = JSON.parse(await upstream.nextLine(READY_MS));
await using gateway = await startGateway({ config: config() });
pinTree(gateway.pid, PROXY_CORE);
const keys = await addAgents(gateway.dataFolder, AGENTS, (name) => (name === URGENT_AGENT ? 'critical' : 'interactive'));
const reached = { port: gateway.port, certificates: undefined, road: SAME_ERA, route: ROUTE };
const { callers, answer } = await readyCallers(reached, keys);
const common = { port: gateway.port, caFile: undefined, route: ROUTE, answer, proxyPid: gateway.pid, standIn: undefined };
const crowd: Target = { ...common, callers: callers.slice(0, -1) };
const urgent: Target = { ...common, callers: callers.slice(-1) };

const closed = { connections: 50, pace: { kind: 'closed' }, refusals: 'errors' } as const;
await measureLoad(children, crowd, closed, { ...TIMING, warmupMs: 3 * TIMING.warmupMs });
const capacity = (await measureLoad(children, crowd, closed, TIMING)).requestsPerSecond;
const half = await both(capacity / 2);
const double = await both(capacity * 2);
report();
await gateway.stop();
await children.close();
rmSync(folder, { recursive: true, force: true });

/** Everything on. */
function config(): object {
  const options = { folder, certificates: undefined, road: SAME_ERA, upstreamPort: plainPort, collectorPort, workers: 1 };
  return {
    ...everythingOn({ ...options, stdioCommand: ['node'] }),
    data: '.sallyport',
    limits: { maxConnectionsPerAddress: 2_000 },
  };
}

async function both(ratePerSecond: number): Promise<Both> {
  const load = { connections: CONNECTIONS, pace: { kind: 'open', ratePerSecond }, refusals: 'counted' } as const;
  const [many, few] = await Promise.all([measureLoad(children, crowd, load, TIMING), measureLoad(children, urgent, URGENT, TIMING)]);
  return { crowd: many, urgent: few };
}

function report(): void {
  const share = ({ generator: { answered, refused, givenUp } }: Measurement): number => answered / (answered + refused + givenUp);
  const goodput = double.crowd.requestsPerSecond / capacity;
  console.log(`capacity, 50 connections: ${capacity.toFixed(0)} calls a second`);
  for (const [offered, { crowd: many, urgent: few }] of [
    ['half of it', half],
    ['twice as many', double],
  ] as const) {
    const { refused, givenUp } = many.generator;
    console.log(
      `${offered}: ${many.requestsPerSecond.toFixed(0)} answered a second, ${refused} refused, ${givenUp} given up, p99 ${many.p99Ms.toFixed(1)} ms; of the critical ones ${(share(few) * 100).toFixed(2)} % answered, p99 ${few.p99Ms.toFixed(1)} ms`,
    );
  }
  console.log(`goodput at twice the capacity: ${goodput.toFixed(3)} of it`);
  handOver({
    capacity,
    goodput,
    'high-priority-answered': share(double.urgent),
    'high-priority-p99': double.urgent.p99Ms / half.urgent.p99Ms,
    'high-priority-p99-half-ms': half.urgent.p99Ms,
    'high-priority-p99-double-ms': double.urgent.p99Ms,
  });
}
