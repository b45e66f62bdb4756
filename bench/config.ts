// What a gateway of the bench is configured with: everything that there is, or nothing that can be left out. Pure.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Certificates } from './certificates.ts';
import { type Road, serverOf, twoDigits } from './roads.ts';
import type { Config } from './rows.ts';
import { AGGREGATE_ROUTE, ROUTE, SERVER_NAME, TOOLS } from './workload.ts';

/** The stand-in over stdio; its processes are below the gateway's, but they are not the gateway. */
export const STDIO_STAND_IN = fileURLToPath(new URL('./upstream-stdio.ts', import.meta.url));

/** The agents, as many as there are tools; each calls its own. */
export const AGENTS: readonly string[] = TOOLS.map((_, n) => `bench-agent-${twoDigits(n)}`);

const NOTHING_LOOKED_FOR = { without: ['*'] };

/** How one gateway of the bench is set up. */
export interface ConfigOptions {
  readonly folder: string;
  /** TLS on both sides with these; undefined: plain on both sides. */
  readonly certificates: Certificates | undefined;
  readonly road: Road;
  readonly upstreamPort: number;
  /** Where telemetry goes. */
  readonly collectorPort: number;
  /** How the stand-in over stdio is started: pinned away from the gateway, where that can be done. */
  readonly stdioCommand: readonly [string, ...string[]];
  readonly workers: number;
}

/** The config of a gateway, by how much is on. */
export function configOf(config: Config, options: ConfigOptions): object {
  if (config === 'lean') return everythingOff(options);
  const { metrics, telemetry, ...judgedAndInspected } = everythingOn(options);
  if (config === 'everything') return { ...judgedAndInspected, metrics, telemetry };
  return config === 'inspected' ? judgedAndInspected : { ...judgedAndInspected, inspection: NOTHING_LOOKED_FOR };
}

/** Everything on: keys, 100 rules of which no two are alike, inspection as it is by default, the record, metrics, traces that are sent on. */
export function everythingOn(options: ConfigOptions): Readonly<Record<string, unknown>> {
  const { road, collectorPort } = options;
  const names = [...new Set(AGENTS.map((_, n) => serverOf(road, n)))];
  return {
    ...common(options),
    listen: [listener(options)],
    metrics: { listen: '127.0.0.1:0' },
    telemetry: { otlp: { endpoint: `http://127.0.0.1:${collectorPort}` }, metricsEveryMs: 15_000 },
    servers: Object.fromEntries(names.map((name) => [name, server(options)])),
    ...(names.length === 1 ? {} : { routes: { [AGGREGATE_ROUTE]: { servers: names } } }),
    policy: { rules: policyRules(road) },
  };
}

/**
 * Everything off that an operator can leave out: nobody shows a key, one rule allows everything, nothing is measured or sent on, no detector looks. What
 * cannot be switched off stays: each call is read strictly, judged, and on record, and the record is on disk before its answer leaves.
 */
export function everythingOff(options: ConfigOptions): object {
  return {
    ...common(options),
    listen: [{ ...listener(options), anonymous: 'visitor' }],
    limits: { maxSessionsPerAgent: 1_000, maxProcessesPerAgent: 100 },
    servers: { bench: server(options) },
    policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
    inspection: NOTHING_LOOKED_FOR,
  };
}

function common({ folder, workers }: ConfigOptions): Readonly<Record<string, unknown>> {
  return { version: 1, data: join(folder, 'data'), workers, admin: { listen: 'off' } };
}

function listener({ certificates }: ConfigOptions): object {
  const tls = certificates === undefined ? {} : { tls: { certificate: certificates.certificateFile, key: certificates.keyFile } };
  return { name: 'main', address: '127.0.0.1:0', ...tls };
}

function server({ certificates, road, upstreamPort, stdioCommand: [command, ...args] }: ConfigOptions): object {
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
