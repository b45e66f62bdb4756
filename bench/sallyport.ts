// A gateway of the bench, set up only through what any operator uses: sallyport.yaml, `serve`, the admin API.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';

import { addAgents } from './agents.ts';
import { type Ready, readyCallers } from './callers.ts';
import type { Child, Children } from './children.ts';
import { AGENTS, configOf, type ConfigOptions } from './config.ts';
import { routeOf } from './roads.ts';
import type { Config } from './rows.ts';

/** A profile sets another program: a copy that tells the profiler the names of its functions. */
const program = (): string => process.env['SALLYPORT_BENCH_PROGRAM'] ?? fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

/** How one gateway of the bench is started. */
export interface SallyportOptions extends ConfigOptions {
  readonly name: string;
  readonly config: Config;
  readonly cores: string;
}

/** A gateway that has answered a call of every agent. */
export interface SallyportRunning extends Ready {
  readonly child: Child;
  readonly port: number;
}

/** Starts a gateway, adds its agents, and waits until each of them gets a right answer. */
export async function startSallyport(children: Children, options: SallyportOptions): Promise<SallyportRunning> {
  mkdirSync(options.folder, { recursive: true });
  const configFile = join(options.folder, 'sallyport.yaml');
  writeFileSync(configFile, stringify(configOf(options.config, options)));
  const child = children.start({
    name: options.name,
    command: process.execPath,
    args: [program(), 'serve', '--config', configFile, '--output', 'json'],
    cores: options.cores,
  });
  const port = readyPort(await child.nextLine(READY_TIMEOUT_MS));
  const keys = options.config === 'lean' ? AGENTS.map(() => undefined) : await addAgents(join(options.folder, 'data'), AGENTS);
  const { certificates, road } = options;
  return { child, port, ...(await readyCallers({ port, certificates, road, route: routeOf(road) }, keys)) };
}

function readyPort(line: string): number {
  const event: { event?: string; listeners?: readonly { url: string }[] } = JSON.parse(line);
  const url = event.listeners?.[0]?.url;
  if (event.event !== 'ready' || url === undefined) throw new Error(`sallyport serve said ${line} where its ready event was expected`);
  return Number(new URL(url).port);
}
