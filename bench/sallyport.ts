// Sallyport with everything on, set up only through what any operator uses: sallyport.yaml, `serve`, `agents add`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';

import type { Certificates } from './certificates.ts';
import type { Child, Children } from './children.ts';
import { callBody, answerBody, REVISION, ROUTE, SERVER_NAME, TOOLS } from './workload.ts';

const PROGRAM = fileURLToPath(new URL('../bin/sallyport.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 30_000;
const FIRST_CALL_TIMEOUT_MS = 30_000;

/** How one gateway of the bench is set up. */
export interface SallyportOptions {
  readonly name: string;
  readonly folder: string;
  /** TLS on both sides with these; undefined: plain on both sides. */
  readonly certificates: Certificates | undefined;
  readonly upstreamPort: number;
  readonly workers: number;
  readonly cores: string;
}

/** A gateway that has answered a call of every agent. */
export interface SallyportRunning {
  readonly child: Child;
  readonly port: number;
  readonly keys: readonly string[];
}

/** The agents, as many as there are tools; each calls its own. */
export const AGENTS: readonly string[] = TOOLS.map((_, n) => `bench-agent-${String(n).padStart(2, '0')}`);

/** Starts a gateway, adds its agents, and waits until each of them gets a right answer. */
export async function startSallyport(children: Children, options: SallyportOptions): Promise<SallyportRunning> {
  mkdirSync(options.folder, { recursive: true });
  const configFile = join(options.folder, 'sallyport.yaml');
  writeFileSync(configFile, stringify(sallyportConfig(options)));
  const child = children.start({
    name: options.name,
    command: process.execPath,
    args: [PROGRAM, 'serve', '--config', configFile, '--output', 'json'],
    cores: options.cores,
  });
  const port = readyPort(await child.nextLine(READY_TIMEOUT_MS));
  const keys: string[] = [];
  for (const agent of AGENTS) keys.push(await addAgent(children, options, agent));
  for (const [n, key] of keys.entries()) await firstCall(options, port, key, TOOLS[n] ?? '');
  return { child, port, keys };
}

/** The config document: one listener, one server, metrics, 100 rules, no two alike. */
export function sallyportConfig({ folder, certificates, upstreamPort, workers }: Omit<SallyportOptions, 'name' | 'cores'>): unknown {
  const origin = certificates === undefined ? `http://127.0.0.1:${upstreamPort}` : `https://${SERVER_NAME}:${upstreamPort}`;
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
    servers: { bench: { url: `${origin}${ROUTE}`, ...(certificates === undefined ? {} : { tls: { ca: certificates.caFile } }) } },
    policy: { rules: policyRules() },
  };
}

/**
 * 100 different rules, the shapes that a company's document has: each agent's own grant, grants of other teams, and denials
 * that a call of this load has to be held against (its agent and server match, its tool does not).
 */
export function policyRules(): readonly unknown[] {
  const rules: unknown[] = [];
  for (const [n, agent] of AGENTS.entries()) {
    const number = String(n).padStart(2, '0');
    rules.push(
      { name: `no-deletes-${number}`, effect: 'deny', agents: ['*'], servers: ['bench'], tools: [`delete_${number}_*`] },
      { name: `no-contractors-${number}`, effect: 'deny', agents: [`contractor-${number}-*`], servers: ['*'], tools: ['*'] },
      {
        name: `team-${number}-reads`,
        effect: 'allow',
        agents: [`team-${number}-*`],
        servers: ['b*'],
        tools: ['lookup_*', `read_${number}`],
      },
      { name: `group-${number}-reports`, effect: 'allow', groups: [`reporting-${number}`], servers: ['*'], tools: [`report_${number}_?`] },
      { name: `${agent}-looks-up`, effect: 'allow', agents: [agent], servers: ['bench'], tools: [`lookup_${number}`] },
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
    args: [PROGRAM, 'agents', 'add', agent, '--data', join(folder, 'data'), '--output', 'json'],
    cores: undefined,
  });
  const added: { key?: string } = JSON.parse(await command.nextLine(COMMAND_TIMEOUT_MS));
  if (added.key === undefined) throw new Error(`sallyport agents add ${agent} gave no key`);
  return added.key;
}

/** A key reaches the workers within a second, and the first call may wait for the server to be probed: so it is repeated for a while. */
async function firstCall(options: SallyportOptions, port: number, key: string, tool: string): Promise<void> {
  const deadline = Date.now() + FIRST_CALL_TIMEOUT_MS;
  for (;;) {
    const answer = await call(options, port, key, tool);
    if (answer === Buffer.from(answerBody(100_000)).toString()) return;
    if (Date.now() > deadline) throw new Error(`${options.name} does not answer a call of ${tool} rightly: ${answer.slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function call({ certificates }: SallyportOptions, port: number, key: string, tool: string): Promise<string> {
  const body = callBody(100_000, tool);
  const headers = {
    host: `${SERVER_NAME}:${port}`,
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': REVISION,
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    'content-length': body.length,
  };
  const options = { host: '127.0.0.1', port, path: ROUTE, method: 'POST', headers, agent: false } as const;
  return new Promise((resolve) => {
    const request =
      certificates === undefined
        ? requestPlain(options)
        : requestTls({ ...options, servername: SERVER_NAME, ca: readFileSync(certificates.caFile) });
    request.on('error', (error) => resolve(error.message));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', (error) => resolve(error.message));
    });
    request.end(body);
  });
}
