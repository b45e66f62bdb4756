// Sallyport with everything on, set up only through what any operator uses: sallyport.yaml, `serve`, `agents add`.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';

import { type Ready, readyCallers } from './callers.ts';
import type { Certificates } from './certificates.ts';
import type { Child, Children } from './children.ts';
import { type Road, serverOf, twoDigits } from './roads.ts';
import { AGGREGATE_ROUTE, ROUTE, SERVER_NAME, TOOLS } from './workload.ts';

/** A profile sets another program: a copy that tells the profiler the names of its functions. */
const program = (): string => process.env['SALLYPORT_BENCH_PROGRAM'] ?? fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 30_000;

/** The stand-in over stdio; its processes are below the gateway's, but they are not the gateway. */
export const STDIO_STAND_IN = fileURLToPath(new URL('./upstream-stdio.ts', import.meta.url));

/** How one gateway of the bench is set up. */
export interface SallyportOptions {
  readonly name: string;
  readonly folder: string;
  /** TLS on both sides with these; undefined: plain on both sides. */
  readonly certificates: Certificates | undefined;
  readonly road: Road;
  readonly upstreamPort: number;
  /** How the stand-in over stdio is started: pinned away from the gateway, where that can be done. */
  readonly stdioCommand: readonly [string, ...string[]];
  readonly workers: number;
  readonly cores: string;
}

/** A gateway that has answered a call of every agent. */
export interface SallyportRunning extends Ready {
  readonly child: Child;
  readonly port: number;
}

/** The agents, as many as there are tools; each calls its own. */
export const AGENTS: readonly string[] = TOOLS.map((_, n) => `bench-agent-${twoDigits(n)}`);

/** Starts a gateway, adds its agents, and waits until each of them gets a right answer. */
export async function startSallyport(children: Children, options: SallyportOptions): Promise<SallyportRunning> {
  mkdirSync(options.folder, { recursive: true });
  const configFile = join(options.folder, 'sallyport.yaml');
  writeFileSync(configFile, stringify(sallyportConfig(options)));
  const child = children.start({
    name: options.name,
    command: process.execPath,
    args: [program(), 'serve', '--config', configFile, '--output', 'json'],
    cores: options.cores,
  });
  const port = readyPort(await child.nextLine(READY_TIMEOUT_MS));
  const keys: string[] = [];
  for (const agent of AGENTS) keys.push(await addAgent(children, options, agent));
  return { child, port, ...(await readyCallers({ port, certificates: options.certificates, road: options.road }, keys)) };
}

/** The config document: one listener, one server or several as one, metrics, 100 rules, no two alike. */
export function sallyportConfig(options: Omit<SallyportOptions, 'name' | 'cores'>): unknown {
  const { folder, certificates, workers, road } = options;
  const names = [...new Set(AGENTS.map((_, n) => serverOf(road, n)))];
  return {
    version: 1,
    data: join(folder, 'data'),
    workers,
    listen: [
      {
        name: 'main',
        address: '127.0.0.1:0',
        ...(certificates === undefined ? {} : { tls: { certificate: certificates.certificateFile, key: certificates.keyFile } }),
      },
    ],
    metrics: { listen: '127.0.0.1:0' },
    admin: { listen: 'off' },
    servers: Object.fromEntries(names.map((name) => [name, server(options)])),
    ...(names.length === 1 ? {} : { routes: { [AGGREGATE_ROUTE]: { servers: names } } }),
    policy: { rules: policyRules(road) },
  };
}

function server({ certificates, road, upstreamPort, stdioCommand: [command, ...args] }: Omit<SallyportOptions, 'name' | 'cores'>): unknown {
  if (road.transport === 'stdio') return { command, args: [...args, STDIO_STAND_IN, road.server] };
  if (certificates === undefined) return { url: `http://127.0.0.1:${upstreamPort}${ROUTE}` };
  return { url: `https://${SERVER_NAME}:${upstreamPort}${ROUTE}`, tls: { ca: certificates.caFile } };
}

/**
 * 100 different rules, the shapes that a company's document has: each agent's own grant, grants of other teams, and denials
 * that a call of this load has to be held against (its agent and server match, its tool does not).
 */
export function policyRules(road: Road): readonly unknown[] {
  const rules: unknown[] = [];
  for (const [n, agent] of AGENTS.entries()) {
    const number = twoDigits(n);
    const server = serverOf(road, n);
    rules.push(
      { name: `no-deletes-${number}`, effect: 'deny', agents: ['*'], servers: [server], tools: [`delete_${number}_*`] },
      { name: `no-contractors-${number}`, effect: 'deny', agents: [`contractor-${number}-*`], servers: ['*'], tools: ['*'] },
      {
        name: `team-${number}-reads`,
        effect: 'allow',
        agents: [`team-${number}-*`],
        servers: ['b*'],
        tools: ['lookup_*', `read_${number}`],
      },
      { name: `group-${number}-reports`, effect: 'allow', groups: [`reporting-${number}`], servers: ['*'], tools: [`report_${number}_?`] },
      { name: `${agent}-looks-up`, effect: 'allow', agents: [agent], servers: [server], tools: [`lookup_${number}`] },
    );
  }
  return rules;
}

function readyPort(line: string): number {
  const event: { event?: string; listeners?: readonly { url: string }[] } = JSON.parse(line);
  const url = event.listeners?.[0]?.url;
  if (event.event !== 'ready' || url === undefined) throw new Error(`sallyport serve said ${line} where its ready event was expected`);
  return Number(new URL(url).port);
}

async function addAgent(children: Children, { name, folder }: SallyportOptions, agent: string): Promise<string> {
  const command = children.start({
    name: `${name}-agents`,
    command: process.execPath,
    args: [program(), 'agents', 'add', agent, '--data', join(folder, 'data'), '--output', 'json'],
    cores: undefined,
  });
  const added: { key?: string } = JSON.parse(await command.nextLine(COMMAND_TIMEOUT_MS));
  if (added.key === undefined) throw new Error(`sallyport agents add ${agent} gave no key`);
  return added.key;
}
