// Real programs on both sides: every kind of agent at every kind of server, for every feature that the server has. Two workers, and a
// connection for each request, so that nothing rests on which worker was met. What cannot be carried is listed in
// docs/reference/bridging.md with what the agent reads then; every other cell must be carried, and what is listed must not.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFixture } from '../conformance/fixture/serve.ts';
import { readTable } from '../conformance/misses.ts';
import { repositoryRoot, startGateway, testConfig } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { WORK_FOLDER } from './bridge-matrix/agent.ts';
import type { Access, Agent } from './bridge-matrix/agent.ts';
import { connectV1 } from './bridge-matrix/agent-v1.ts';
import { connectV2 } from './bridge-matrix/agent-v2.ts';
import { everything, FEATURES, FILESYSTEM, fixture, fixtureOf, MEMORY, together } from './bridge-matrix/features.ts';
import type { Feature, Shows } from './bridge-matrix/features.ts';
import { EVERYTHING, startEverything } from './bridge-matrix/programs.ts';

const PACKAGES = join(repositoryRoot, 'node_modules', '@modelcontextprotocol');
const STDIO_FIXTURE = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');

/** The agents, by client and transport. */
const AGENTS: Readonly<Record<string, (access: Access) => Promise<Agent>>> = {
  'SDK v2 client': connectV2,
  'SDK v1 client': (access) => connectV1(access, { over: 'streamable' }),
  'SDK v1 client of 2025-06-18': (access) => connectV1(access, { over: 'streamable', revision: '2025-06-18' }),
  'SDK v1 client of 2025-03-26': (access) => connectV1(access, { over: 'streamable', revision: '2025-03-26' }),
  'SDK v1 client over HTTP+SSE': (access) => connectV1(access, { over: 'sse' }),
  'SDK v1 client of 2024-11-05 over HTTP+SSE': (access) => connectV1(access, { over: 'sse', revision: '2024-11-05' }),
};

/** A server: what it speaks and over what, and what it shows. */
interface Behind {
  readonly revision: string;
  readonly transport: string;
  readonly shows: Shows;
}

/** The servers, by their names in the config; the last is a route that shows two of them as one. */
const SERVERS: Readonly<Record<string, Behind>> = {
  modern: { revision: '2026-07-28', transport: 'Streamable HTTP', shows: fixture() },
  'modern-stdio': { revision: '2026-07-28', transport: 'stdio', shows: fixture() },
  legacy: { revision: '2025-11-25', transport: 'Streamable HTTP', shows: fixture() },
  'legacy-stdio': { revision: '2025-11-25', transport: 'stdio', shows: fixture() },
  'stdio-2025-06-18': { revision: '2025-06-18', transport: 'stdio', shows: fixtureOf('2025-06-18') },
  'stdio-2025-03-26': { revision: '2025-03-26', transport: 'stdio', shows: fixtureOf('2025-03-26') },
  'stdio-2024-11-05': { revision: '2024-11-05', transport: 'stdio', shows: fixtureOf('2024-11-05') },
  everything: { revision: '2025-11-25', transport: 'stdio', shows: everything() },
  'everything-http': { revision: '2025-11-25', transport: 'Streamable HTTP', shows: everything() },
  'everything-sse': { revision: '2025-11-25', transport: 'HTTP+SSE', shows: everything() },
  memory: { revision: '2025-11-25', transport: 'stdio', shows: MEMORY },
  files: { revision: '2025-11-25', transport: 'stdio', shows: FILESYSTEM },
  both: {
    revision: 'both eras',
    transport: 'aggregated',
    shows: together(
      fixture((name) => `modern__${name}`),
      everything((name) => `everything__${name}`),
    ),
  },
};

/** What cannot be carried: agents, servers, features, and what the agent reads. */
const CANNOT = readTable('cannot').map(([agents = '', servers = '', features = '', reads = '']) => ({
  agents: agents.split(', '),
  servers: servers.split(', '),
  features: features.split(', '),
  reads,
}));

const closing: (() => unknown)[] = [];
const rows: string[] = [];
let gateway: Gateway;
let access: Pick<Access, 'headers'>;

before(async () => {
  mkdirSync(WORK_FOLDER, { recursive: true });
  closing.push(() => rmSync(WORK_FOLDER, { recursive: true, force: true }));
  writeFileSync(join(WORK_FOLDER, 'hello.txt'), 'hello from a file');
  const urls: Record<string, object> = {};
  for (const era of ['modern', 'legacy'] as const) {
    const running = await startFixture({ era });
    closing.push(() => running.close());
    urls[era] = { url: running.url };
  }
  for (const [name, mode] of [
    ['everything-http', 'streamableHttp'],
    ['everything-sse', 'sse'],
  ] as const) {
    const running = await startEverything(mode);
    closing.push(() => running.stop());
    urls[name] = { url: running.url };
  }
  const stdio = (...args: readonly string[]): object => ({ command: process.execPath, args });
  gateway = await startGateway({
    config: testConfig({
      servers: {
        ...urls,
        'modern-stdio': stdio(STDIO_FIXTURE, 'modern'),
        'legacy-stdio': stdio(STDIO_FIXTURE, 'legacy'),
        ...Object.fromEntries(
          ['2025-06-18', '2025-03-26', '2024-11-05'].map((revision) => [`stdio-${revision}`, stdio(STDIO_FIXTURE, 'legacy', revision)]),
        ),
        everything: stdio(EVERYTHING, 'stdio'),
        memory: {
          ...stdio(join(PACKAGES, 'server-memory', 'dist', 'index.js')),
          env: { MEMORY_FILE_PATH: join(WORK_FOLDER, 'memory.json') },
        },
        files: stdio(join(PACKAGES, 'server-filesystem', 'dist', 'index.js'), WORK_FOLDER),
      },
      extra: { routes: { '/mcp/both': { servers: ['modern', 'everything'] } } },
    }),
  });
  closing.push(() => gateway.stop());
  access = { headers: { authorization: `Bearer ${await gateway.addAgent('walker')}`, connection: 'close' } };
});
after(async () => {
  console.log(['agent', 'server', ...FEATURES].join(' | '));
  for (const row of rows) console.log(row);
  for (const step of closing.toReversed()) await step();
});

for (const [agentName, connect] of Object.entries(AGENTS)) {
  for (const [serverName, { revision, transport, shows }] of Object.entries(SERVERS)) {
    test(`${agentName} at ${serverName}`, async () => {
      const agent = await connect({ ...access, url: gateway.url(serverName) });
      const cells = new Map<Feature, string>();
      const of = / of (20\S+)/.exec(agentName)?.[1];
      if (of !== undefined) assert.equal(agent.revision, of);
      try {
        for (const feature of FEATURES) {
          const show = shows[feature];
          if (show === undefined) continue;
          cells.set(
            feature,
            await show(agent).then(
              () => 'ok',
              (error: unknown) => (error instanceof Error ? error.message : String(error)),
            ),
          );
        }
      } finally {
        await agent.close();
      }
      const shown = FEATURES.map((feature) => (cells.get(feature) === 'ok' ? 'ok' : cells.has(feature) ? 'cannot' : '–'));
      rows.push([`${agentName} ${agent.revision}`, `${serverName} ${revision} ${transport}`, ...shown].join(' | '));
      const wrong = [...cells].map(([feature, cell]) => judge({ agent: agentName, server: serverName, feature }, cell));
      assert.deepEqual(
        wrong.filter((one) => one !== undefined),
        [],
      );
    });
  }
}

/** What is wrong with a cell: it is not what the list says. */
function judge(where: { readonly agent: string; readonly server: string; readonly feature: Feature }, cell: string): string | undefined {
  const listed = CANNOT.find(
    ({ agents, servers, features }) => agents.includes(where.agent) && servers.includes(where.server) && features.includes(where.feature),
  );
  if (listed === undefined) return cell === 'ok' ? undefined : `${where.feature}: ${cell}`;
  return cell.includes(listed.reads) ? undefined : `${where.feature}: the list says “${listed.reads}”, but it is: ${cell}`;
}

test('the list of what cannot be carried names agents, servers and features that there are', () => {
  for (const { agents, servers, features } of CANNOT) {
    assert.deepEqual(
      agents.filter((name) => !Object.hasOwn(AGENTS, name)),
      [],
    );
    assert.deepEqual(
      servers.filter((name) => !Object.hasOwn(SERVERS, name)),
      [],
    );
    assert.deepEqual(
      features.filter((name) => !FEATURES.some((feature) => feature === name)),
      [],
    );
  }
});
