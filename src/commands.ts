// The composition root of every command but `serve`: hands them what they may use.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAdminClient, createAgentsPort, createLockdownPort } from './admin/index.ts';
import { nodeName, openActLog } from './audit/index.ts';
import type { ActLog } from './audit/index.ts';
import { runCli, userName } from './cli/index.ts';
import type { CliDeps } from './cli/index.ts';
import { openStore } from './cluster/index.ts';

const TENANT = 'default';
/** Each waits some seconds for another command to end. */
const COMMAND_LOG_ATTEMPTS = 4;

/** Runs a command; resolves with its exit code. */
export function runWithPorts(
  argv: readonly string[],
  outside: Omit<CliDeps, 'admin' | 'openActs' | 'openAgents' | 'openLockdown'>,
): Promise<number> {
  return runCli(argv, {
    ...outside,
    admin: (dataFolder) => createAdminClient(join(dataFolder, 'run', 'admin.sock'), { actor: userName(process.env), via: 'cli' }),
    openActs: openCommandLog,
    openAgents: (dataFolder) => {
      const store = openStore(dataFolder);
      return {
        agents: createAgentsPort({
          store,
          tenant: TENANT,
          randomBytes: (count) => randomBytes(count),
          now: () => new Date(),
          changed: () => Promise.resolve(),
        }),
        close: () => store.close(),
      };
    },
    openLockdown: (dataFolder) =>
      createLockdownPort({
        dataFolder,
        tenant: TENANT,
        now: () => new Date(),
        enforce: () => Promise.resolve({ workers: 0, confirmed: 0, silent: [] }),
        isKnown: () => Promise.resolve(null),
      }),
  });
}

/** One command at a time writes it: another one waits its turn. */
async function openCommandLog(dataFolder: string): Promise<ActLog> {
  const options = {
    directory: join(dataFolder, 'audit', 'cli'),
    node: nodeName(dataFolder),
    writer: `command pid ${process.pid}`,
    nowMs: () => Date.now(),
    onFault: () => {},
  };
  for (let left = COMMAND_LOG_ATTEMPTS; ; left--) {
    try {
      return await openActLog(options);
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}
