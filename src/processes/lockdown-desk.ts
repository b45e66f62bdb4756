// Control's end of the kill switch: it makes every worker look at once, and waits until each has said that what it found is in force. Where it is
// away, they look by themselves.

import { createLockdownPort } from '../admin/index.ts';
import type { InForce, LockdownPort } from '../admin/index.ts';
import { compileLockName } from '../policies/index.ts';
import type { LockKind } from '../policies/index.ts';
import type { Channel } from './channel.ts';
import type { Links } from './child.ts';

export interface LockdownDeskOptions {
  readonly dataFolder: string;
  readonly links: Links;
  readonly tenant: string;
  readonly agents: () => Promise<readonly string[]>;
  readonly servers: () => readonly string[];
  /** Names of the tools of a server; undefined: nobody knows them. */
  readonly toolsOf: (server: string) => readonly string[] | undefined;
  /** A worker, as a person knows it. */
  readonly nameOf: (worker: Channel) => string;
}

/** A worker that has not looked by then is stuck, and is not counted. */
const CONFIRM_MS = 2_000;

/** The kill switch of a running gateway. */
export function createLockdownDesk({ dataFolder, links, tenant, agents, servers, toolsOf, nameOf }: LockdownDeskOptions): LockdownPort {
  const isKnown = async (kind: Exclude<LockKind, 'all'>, name: string): Promise<boolean | null> => {
    const matches = compileLockName(kind, name);
    switch (kind) {
      case 'agent':
        return (await agents()).some((agent) => matches('', agent));
      case 'server':
        return servers().some((server) => matches('', server));
      case 'tool': {
        const tools = servers().map((server) => ({ server, names: toolsOf(server) }));
        if (tools.some(({ server, names }) => names?.some((tool) => matches(server, tool)) === true)) return true;
        return tools.every(({ names }) => names !== undefined) ? false : null;
      }
      default:
        return kind satisfies never;
    }
  };

  return createLockdownPort({
    dataFolder,
    tenant,
    now: () => new Date(),
    isKnown,
    enforce: async ({ locked, lifted }): Promise<InForce> => {
      const workers = links.all('worker');
      const said = await Promise.all(workers.map(idsAt));
      const goesByIt = (ids: ReadonlySet<string> | undefined): boolean =>
        ids !== undefined && locked.every((id) => ids.has(id)) && !lifted.some((id) => ids.has(id));
      const silent = workers.filter((_, index) => !goesByIt(said[index])).map(nameOf);
      return { workers: workers.length, confirmed: workers.length - silent.length, silent };
    },
  });
}

/** What a worker has in force once it has looked; undefined: it did not say. */
async function idsAt(worker: Channel): Promise<ReadonlySet<string> | undefined> {
  try {
    const { fields } = await worker.request('lockdown', {}, CONFIRM_MS);
    return Array.isArray(fields['locks']) ? new Set(fields['locks'].map(String)) : undefined;
  } catch {
    return undefined;
  }
}
