// What others put where the gateway stands, for the rows that compare like with like: a relay made of the SDK (bench/sdk-relay.ts), and two programs
// from npm, which are fetched once into the bench's folder, pinned, without running what they would run at their installation.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Ready, readyCallers } from './callers.ts';
import type { Child, Children } from './children.ts';
import { AGENTS, STDIO_STAND_IN } from './config.ts';
import { freePort } from './ports.ts';
import { SAME_ERA } from './roads.ts';
import type { Rival } from './rows.ts';
import { ROUTE } from './workload.ts';

const SDK_RELAY = fileURLToPath(new URL('./sdk-relay.ts', import.meta.url));
const PIPE_RELAY = fileURLToPath(new URL('./pipe-relay.ts', import.meta.url));
const FETCHED = fileURLToPath(new URL('./results/rivals/', import.meta.url));
const VERSIONS = { 'mcp-proxy': '6.7.19', supergateway: '4.0.0' } as const;
const START_TIMEOUT_MS = 30_000;
const FETCH_TIMEOUT_MS = 180_000;

/** How to start one. */
export interface RivalOptions {
  readonly rival: Rival['rival'];
  readonly upstreamPort: number;
  /** What starts the stand-in over stdio, on the load's core. */
  readonly stdioCommand: readonly string[];
  readonly cores: string;
}

/** Which versions are compared with. */
export function rivalVersions(): string {
  const sdk: { version?: string } = JSON.parse(
    readFileSync(new URL('../node_modules/@modelcontextprotocol/sdk/package.json', import.meta.url), 'utf8'),
  );
  const named = Object.entries({ '@modelcontextprotocol/sdk': sdk.version ?? '?', ...VERSIONS });
  return named.map(([name, version]) => `${name} ${version}`).join(', ');
}

/** Starts one, opens a session for each caller, and waits until each of them gets a right answer. */
export async function startRival(
  children: Children,
  options: RivalOptions,
): Promise<Ready & { child: Child; port: number; route: string }> {
  const { child, port, route } = await start(children, options);
  const reached = { port, certificates: undefined, road: { ...SAME_ERA, agent: 'legacy', server: 'legacy' }, route } as const;
  return {
    child,
    port,
    route,
    ...(await readyCallers(
      reached,
      AGENTS.map(() => undefined),
    )),
  };
}

async function start(children: Children, options: RivalOptions): Promise<{ child: Child; port: number; route: string }> {
  const { rival, upstreamPort, cores, stdioCommand } = options;
  const run = (...args: readonly string[]): Child => children.start({ name: rival, command: process.execPath, args, cores });
  const server = [...stdioCommand, STDIO_STAND_IN, 'legacy'];
  if (rival === 'sdk-relay' || rival === 'pipe-relay') {
    const child = rival === 'sdk-relay' ? run(SDK_RELAY, `http://127.0.0.1:${upstreamPort}${ROUTE}`) : run(PIPE_RELAY, ...server);
    const { port }: { port: number } = JSON.parse(await child.nextLine(START_TIMEOUT_MS));
    return { child, port, route: ROUTE };
  }
  const script = fetched(rival);
  const port = await freePort();
  const child =
    rival === 'mcp-proxy'
      ? run(script, '--host', '127.0.0.1', '--port', `${port}`, '--server', 'stream', '--no-eventStore', '--', ...server)
      : run(
          script,
          '--stdio',
          server.join(' '),
          '--outputTransport',
          'streamableHttp',
          '--stateful',
          '--port',
          `${port}`,
          '--logLevel',
          'none',
        );
  return { child, port, route: '/mcp' };
}

/** The program of a package, fetched where it is not there yet. Throws where it cannot be had: its row is then without a figure, and says so. */
function fetched(name: keyof typeof VERSIONS): string {
  const folder = join(FETCHED, `${name}-${VERSIONS[name]}`);
  const home = join(folder, 'node_modules', name);
  if (!existsSync(join(home, 'package.json'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: VERSIONS[name] } }));
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: FETCH_TIMEOUT_MS,
    });
  }
  const { bin }: { bin?: Record<string, string> } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, bin?.[name] ?? '');
}
