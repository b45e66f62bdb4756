// `sallyport servers`: what the gateway stands in front of, and how it is. Without a running gateway, what the config names.

import { existsSync } from 'node:fs';
import { loadConfigFile, showTarget } from '../config/index.ts';
import type { ConfigShard } from '../config/index.ts';
import type { ServerStatus } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { formatAge } from './duration.ts';
import { EXIT } from './exit-codes.ts';
import { configPath, dataFolder, namedDataFolder } from './locate.ts';
import { printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

/** One line of the list. */
interface Listed {
  readonly name: string;
  readonly kind: 'stdio' | 'http';
  readonly target: string;
  readonly state: string;
  readonly eras: readonly string[];
  readonly revisions: readonly string[];
  readonly transport: string | null;
  readonly problem: string | null;
  readonly checkedAt: string | null;
  /** Known while a gateway runs. */
  readonly holds: ServerStatus['holds'] | null;
}

export const serversCommand: Command = {
  name: 'servers',
  summary: 'List the servers and how they are',
  description: ['While no gateway runs, the servers of the config are listed; how they are is then not known.'],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const answered = await deps.admin(folder).servers();
    if (answered.ok) return print(args, deps, answered.value, true);
    const configured = answered.error.code === 'gateway_not_running' ? fromConfig(args, deps) : undefined;
    return configured === undefined ? complainAbout(deps, answered.error) : print(args, deps, configured, false);
  },
};

function fromConfig(args: ParsedArguments, deps: CliDeps): readonly Listed[] | undefined {
  const file = configPath(args, deps);
  const loaded = existsSync(file) ? loadConfigFile(file, deps.env, namedDataFolder(args, deps)) : undefined;
  return loaded?.ok === true ? loaded.value.shard.servers.map(toListed) : undefined;
}

function toListed(server: ConfigShard['servers'][number]): Listed {
  return {
    name: server.name,
    kind: server.kind,
    target: showTarget(server),
    state: 'unknown',
    eras: [],
    revisions: [],
    transport: null,
    problem: null,
    checkedAt: null,
    holds: null,
  };
}

/** Sessions are those kept for agents and those open with the server; `-` stands for what is not known. */
function toRow({ name, kind, state, eras, revisions, transport, checkedAt, holds, target }: Listed, nowMs: number): readonly string[] {
  const checked = checkedAt === null ? '-' : formatAge(nowMs - Date.parse(checkedAt));
  const kept = holds === null ? ['-', '-', '-'] : [holds.sessions + holds.bridgeSessions, holds.parkedRounds, holds.processes].map(String);
  return [name, kind, state, eras.join(' '), revisions.join(' '), transport ?? '-', checked, ...kept, target];
}

function print(args: ParsedArguments, deps: CliDeps, servers: readonly Listed[], running: boolean): 0 {
  if (args.output === 'json') {
    printJson(deps, { running, servers });
    return EXIT.ok;
  }
  if (servers.length === 0) printLine(deps, "The config names no servers; add one under 'servers'.");
  else {
    const rows = servers.map((server) => toRow(server, deps.now().getTime()));
    printTable(deps, ['NAME', 'KIND', 'STATE', 'ERAS', 'REVISIONS', 'VIA', 'CHECKED', 'SESSIONS', 'ROUNDS', 'PROCESSES', 'TARGET'], rows);
  }
  for (const { name, problem } of servers) if (problem !== null) printText(deps, `\n${name}: ${problem}`);
  if (!running) printLine(deps, '\nNo gateway is running; this is what the config names.');
  return EXIT.ok;
}
