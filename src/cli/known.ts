// What exists beside the config, as far as somebody can be asked: agents from the gateway, or from its store where none runs; what is approved
// and in force from the gateway alone.

import type { AgentView, WorldView } from '../admin/index.ts';
import { lookForStore } from '../cluster/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';
import { findDataFolder } from './locate.ts';

/** The agents, by name; undefined: nobody can say. */
export async function knownAgents(args: ParsedArguments, deps: CliDeps): Promise<ReadonlyMap<string, AgentView> | undefined> {
  const folder = findDataFolder(args, deps);
  if (!folder.ok) return undefined;
  const listed = await deps.admin(folder.value).agents.list();
  if (listed.ok) return byName(listed.value.agents);
  if (lookForStore(folder.value) !== 'there') return undefined;
  const opened = deps.openAgents(folder.value);
  try {
    const stored = await opened.agents.list();
    return stored.ok ? byName(stored.value.agents) : undefined;
  } finally {
    await opened.close();
  }
}

/** What is approved and in force; undefined: no gateway runs. */
export async function knownWorld(args: ParsedArguments, deps: CliDeps): Promise<WorldView | undefined> {
  const folder = findDataFolder(args, deps);
  if (!folder.ok) return undefined;
  const read = await deps.admin(folder.value).policy.world();
  return read.ok ? read.value : undefined;
}

function byName(agents: readonly AgentView[]): ReadonlyMap<string, AgentView> {
  return new Map(agents.map((agent) => [agent.name, agent]));
}
