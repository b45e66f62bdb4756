// `node bench/start.ts`: from starting a gateway to its first answered call, from source and from a build, with 20 HTTP servers configured, one of which
// takes connections and says nothing. What came before the measured starts (the first, which fills the cache of compiled code) is not counted. A median
// over its budget is a miss: exit code 1.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { at, callOnce, startEchoServer, startGateway, testConfig, until } from '../test/harness/index.ts';
import { monotonicMs } from './clock.ts';
import { handOver } from './figures.ts';
import { spread } from './statistics.ts';

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = fileURLToPath(new URL(`./results/start-${process.pid}/`, import.meta.url));
const STARTS = 5;
const SERVERS = 20;
const COMPILE_MS = 60_000;
const BUDGETS_MS = { source: 2_500, build: 1_000 } as const;

mkdirSync(FOLDER, { recursive: true });
const echo = await startEchoServer({ tools: ['one'] });
const silent = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => silent.once('listening', resolve));
const programs = { source: join(CHECKOUT, 'bin', 'sallyport.mjs'), build: release(join(FOLDER, 'release')) } as const;
const seconds: Partial<Record<keyof typeof programs, number>> = {};
let isMissed = false;
for (const form of ['source', 'build'] as const) {
  const { median, min, max } = spread(await starts(form));
  const isKept = median <= BUDGETS_MS[form];
  isMissed ||= !isKept;
  seconds[form] = median / 1000;
  console.log(
    `${isKept ? 'kept  ' : 'MISSED'}  from ${form}: the first call is answered ${median.toFixed(0)} ms [${min.toFixed(0)}–${max.toFixed(0)}] after the start; at most ${BUDGETS_MS[form]}`,
  );
}
handOver({ 'source-s': seconds.source ?? Infinity, 'dist-s': seconds.build ?? Infinity });
silent.close();
await echo.close();
rmSync(FOLDER, { recursive: true, force: true });
process.exitCode = isMissed ? 1 : 0;

/** How long each start took, in the same data folder and with the same agent. */
async function starts(form: keyof typeof programs): Promise<readonly number[]> {
  const folder = join(FOLDER, form);
  mkdirSync(folder);
  const options = { config: config(), folder, program: programs[form] };
  const first = await startGateway(options);
  const key = await first.addAgent('starter');
  await callOnce(first.url('server-1'), key)('one');
  await until(() => isCompiled(programs[form]), 'compiled code', COMPILE_MS);
  await first.stop();
  const took: number[] = [];
  for (let count = 0; count < STARTS; count++) {
    const began = monotonicMs();
    const gateway = await startGateway(options);
    const answer = await callOnce(gateway.url('server-1'), key)('one');
    took.push(monotonicMs() - began);
    await gateway.stop();
    if (answer !== true) throw new Error(`the call was answered with ${answer}`);
  }
  return took;
}

/** Whether the code of those that may not write it is compiled as well. */
function isCompiled(program: string): boolean {
  const kept = join(dirname(dirname(program)), 'node_modules', '.cache', 'sallyport');
  return existsSync(kept) && readdirSync(kept).filter((name) => name.startsWith('compiled-')).length >= 2;
}

function config(): object {
  const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/mcp`;
  const names = Array.from({ length: SERVERS }, (_, n) => `server-${n}`);
  return testConfig({ servers: Object.fromEntries(names.map((name, n) => [name, { url: n === 0 ? silentUrl : echo.url }])) });
}

/** The build, laid out as a release is: no sources, and only the libraries that run needs. */
function release(folder: string): string {
  const built = spawnSync(process.execPath, [join(CHECKOUT, 'scripts', 'build.ts'), join(folder, 'dist')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`);
  const manifest: unknown = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
  const libraries = Object.keys(at(manifest, 'dependencies') ?? {}).map((name) => join('node_modules', name));
  for (const part of ['package.json', 'bin', join('scripts', 'launch.mjs'), ...libraries])
    cpSync(join(CHECKOUT, part), join(folder, part), { recursive: true });
  return join(folder, 'bin', 'sallyport.mjs');
}
