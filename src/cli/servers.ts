// `sallyport servers`: what the gateway stands in front of, and how it is.

import type { ServerStatus } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

export const serversCommand: Command = {
  name: 'servers',
  summary: 'List the servers and how they are',
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const answered = await deps.admin(folder).servers();
    if (!answered.ok) return complainAbout(deps, answered.error);
    const servers = answered.value;
    if (args.output === 'json') printJson(deps, { servers });
    else printServers(deps, servers);
    return EXIT.ok;
  },
};

function printServers(deps: CliDeps, servers: readonly ServerStatus[]): void {
  if (servers.length === 0) return printLine(deps, "The config names no servers; add one under 'servers'.");
  const rows = servers.map(({ name, kind, state, eras, revisions, target }) => [
    name,
    kind,
    state,
    eras.join(' '),
    revisions.join(' '),
    target,
  ]);
  printTable(deps, ['NAME', 'KIND', 'STATE', 'ERAS', 'REVISIONS', 'TARGET'], rows);
  for (const { name, problem } of servers) if (problem !== null) printText(deps, `\n${name}: ${problem}`);
}
