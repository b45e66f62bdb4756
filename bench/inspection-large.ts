// `node bench/inspection-large.ts [--quick]`: what small calls feel of large ones. One gateway with one worker; small calls, one after the other, alone
// and while answers of 100 MiB pass through the same worker, are looked into to their end and are read by others. In turns, so that both see the same
// machine. Holds the ratio of the p99 against its budget, and ends with exit code 1 where it is missed.
//
// Worker, inspector, server, and two readers share the cores of the machine, and some of what small calls wait for is that. So there is a second gateway
// whose config looks for nothing: what it makes small calls wait is what large answers cost anyway.

import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { monotonicMs } from './clock.ts';
import { ask } from './scale-load.ts';
import type { Target } from './scale-load.ts';
import { percentile } from './statistics.ts';
import { modernRequest, startGateway, startLargeServer } from '../test/harness/index.ts';
import type { Gateway } from '../test/harness/index.ts';
import { bodyText } from '../test/inspection-eval/bodies.ts';
import { createRandom } from '../test/inspection-eval/random.ts';

const IS_QUICK = process.argv.includes('--quick');
const MIB = 1024 * 1024;
const LARGE_MIB = 100;
const ROUNDS = IS_QUICK ? 2 : 6;
const ROUND_MS = IS_QUICK ? 2_000 : 5_000;
const PAUSE_MS = 4;

/** The p99 of a small call behind a large one, over what it is behind one that nobody looks into. */
const P99_RATIO = IS_QUICK ? 2 : 1.5;

interface Bed extends Target {
  readonly name: string;
  readonly gateway: Gateway;
  readonly alone: number[];
  readonly behind: number[];
}

const server = await startLargeServer({ mebibyte: Buffer.from(JSON.stringify(bodyText(createRandom(5), MIB)).slice(1, -1)) });
const beds: Bed[] = [];
let exitCode = 1;
try {
  beds.push(await startBed('everything is looked for', {}), await startBed('nothing is looked for', { inspection: { without: ['*'] } }));
  for (const bed of beds) await measure(bed, [], 1_000);
  for (let round = 0; round < ROUNDS; round++)
    for (const bed of beds) {
      await measure(bed, bed.alone, ROUND_MS / 2);
      const large = keepReading(bed);
      await sleep(200);
      await measure(bed, bed.behind, ROUND_MS);
      await large.stop();
    }
  exitCode = report();
} finally {
  for (const { gateway, agent } of beds) {
    agent.destroy();
    await gateway.stop();
  }
  await server.close();
}
process.exitCode = exitCode;

async function startBed(name: string, extra: object): Promise<Bed> {
  const gateway = await startGateway({
    config: {
      version: 1,
      workers: 1,
      listen: [{ address: '127.0.0.1:0' }],
      servers: { large: { url: server.url } },
      policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
      ...extra,
    },
  });
  const key = await gateway.addAgent('reader');
  return { name, gateway, origin: gateway.origin, key, agent: new Agent({ keepAlive: true, maxSockets: 1 }), alone: [], behind: [] };
}

/** Small calls, one after the other; how long each took. */
async function measure(bed: Bed, took: number[], forMs: number): Promise<void> {
  for (const until = monotonicMs() + forMs; monotonicMs() < until;) {
    const began = monotonicMs();
    await ask(bed, 'large', 'tools/call', { name: 'small', arguments: { note: 'n'.repeat(600) } });
    took.push(monotonicMs() - began);
    await sleep(PAUSE_MS);
  }
}

/** Large answers, one after the other, read as fast as they come and thrown away. */
function keepReading(bed: Bed): { stop(): Promise<void> } {
  let isOver = false;
  let hangUp = (): void => undefined;
  const reading = (async (): Promise<void> => {
    while (!isOver) {
      const { headers, body } = modernRequest('tools/call', { name: 'large', arguments: { mib: LARGE_MIB } }, { key: bed.key });
      await new Promise<void>((resolve) => {
        const request = httpRequest(`${bed.origin}/mcp/large`, { method: 'POST', agent: false, headers });
        hangUp = () => request.destroy();
        request.on('response', (response) => response.on('close', resolve).resume());
        request.on('error', () => resolve());
        request.end(body);
      });
    }
  })();
  return {
    stop: () => {
      isOver = true;
      hangUp();
      return reading;
    },
  };
}

function report(): number {
  const p99 = new Map<string, number>();
  for (const { name, alone, behind } of beds) {
    const shown = (samples: readonly number[]): string => {
      const ascending = samples.toSorted((a, b) => a - b);
      return `p50 ${percentile(ascending, 50).toFixed(2)} ms, p99 ${percentile(ascending, 99).toFixed(2)} ms (${samples.length} calls)`;
    };
    console.log(`${name}\n  alone            ${shown(alone)}\n  behind ${LARGE_MIB} MiB   ${shown(behind)}`);
    p99.set(
      name,
      percentile(
        behind.toSorted((a, b) => a - b),
        99,
      ),
    );
  }
  const [looked = Number.NaN, unlooked = Number.NaN] = beds.map(({ name }) => p99.get(name));
  const ratio = looked / unlooked;
  console.log(
    `\nbudgets\n  ${ratio <= P99_RATIO ? 'kept  ' : 'MISSED'}  p99 of a small call behind a large one, over the same with nothing looked for: ${ratio.toFixed(2)}, at most ${P99_RATIO}`,
  );
  return ratio <= P99_RATIO ? 0 : 1;
}
