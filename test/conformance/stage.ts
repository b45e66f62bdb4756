// What a conformance run stands on: the fixture in its variants, and a gateway in front of all of them. The suite cannot send a key, so it
// comes in as the loopback listener's anonymous agent; policy, record and code are the same as for any other.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ASKS_ANYTHING, repositoryRoot, startGateway, startTaskServer } from '../harness/index.ts';
import { CLIENT_LEGS } from './client-legs.ts';
import { startRelay } from './client/relay.ts';
import { startFixture } from './fixture/serve.ts';
import type { Ends, Stand } from './leg.ts';

/** Everything that runs. */
export interface Stage {
  readonly ends: Ends;
  /** There is no gateway. */
  readonly directOnly: boolean;
  /** A new folder for one run's results. */
  folder(name: string): string;
  close(): Promise<void>;
}

const EVERYTHING = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const STDIO_FIXTURE = join(repositoryRoot, 'test', 'harness', 'servers', 'fixture-stdio-server.ts');

/** Starts the fixtures and the gateway. */
export async function openStage(options: { readonly directOnly: boolean }): Promise<Stage> {
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  const results = mkdtempSync(join(parent, 'conformance-'));
  const closing: (() => unknown)[] = [() => rmSync(results, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const urls = new Map<Stand, string>();
    for (const era of ['dual', 'modern', 'legacy'] as const) {
      const fixture = await startFixture({ era });
      closing.push(() => fixture.close());
      urls.set(era, fixture.url);
    }
    const tasks = await startTaskServer();
    closing.push(() => tasks.close());
    urls.set('tasks', tasks.url);
    const client = (leg: string): { readonly server: string; readonly aimFile: string } => {
      const server = `client-${CLIENT_LEGS.findIndex(({ name }) => name === leg)}`;
      return { server, aimFile: join(results, server) };
    };
    const servers: Record<string, object> = {};
    for (const [stand, url] of urls) servers[stand] = { url };
    for (const era of ['modern', 'legacy']) servers[`${era}-stdio`] = { command: process.execPath, args: [STDIO_FIXTURE, era] };
    servers['everything'] = { command: process.execPath, args: [EVERYTHING, 'stdio'] };
    for (const { name } of options.directOnly ? [] : CLIENT_LEGS) {
      const { server, aimFile } = client(name);
      const relay = await startRelay(aimFile);
      closing.push(() => relay.close());
      servers[server] = { url: relay.url };
    }
    const gateway = options.directOnly ? undefined : await startGateway({ config: config(servers) });
    if (gateway !== undefined) closing.push(() => gateway.stop());
    return {
      directOnly: options.directOnly,
      folder: (name) => join(results, name),
      close,
      ends: {
        server: (stand, side) => (side === 'through' ? gateway?.url(stand) : urls.get(stand)) ?? '',
        client: (leg, side) => {
          const { server, aimFile } = client(leg);
          return side === 'through' && gateway !== undefined ? ['--through', gateway.url(server), '--aim', aimFile] : [];
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function config(servers: Readonly<Record<string, object>>): object {
  return {
    version: 1,
    workers: 2,
    listen: [{ address: '127.0.0.1:0', anonymous: 'conformance' }],
    servers: Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, { ...server, asks: ASKS_ANYTHING }])),
    // The suite calls tools by fixed names, so that they must not be qualified.
    routes: { '/mcp/several': { servers: ['modern', 'everything'], names: 'bare' } },
    policy: { rules: [{ name: 'conformance', effect: 'allow', agents: ['conformance'], servers: ['*'] }] },
  };
}
