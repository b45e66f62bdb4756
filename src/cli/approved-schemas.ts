// Holds a config against the tools of its gateway: its conditions against those that are approved, the names in its rules against those that are listed, whether or not it runs: they are read from its data folder.

import { DEFAULT_TENANT } from '../agents/index.ts';
import { lookForStore, openStore } from '../cluster/index.ts';
import type { ConfigProblem, LoadedConfig } from '../config/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { compileToolFacts, createConditionCheck, findStrayTools } from '../policies/index.ts';
import type { ConditionCheck } from '../policies/index.ts';
import type { ServerConfig } from '../servers/index.ts';
import { isObject } from './mcp-http.ts';

/** What of the conditions does not fit. Nothing, where nothing was ever approved. */
export async function conditionMisfits({ shard, placed }: Pick<LoadedConfig, 'shard' | 'placed'>): Promise<readonly ConfigProblem[]> {
  const check = createConditionCheck(shard.policy);
  const servers = shard.servers.filter(({ name }) => check.concerns(name));
  if (servers.length === 0 || lookForStore(shard.dataFolder) !== 'there') return [];
  try {
    await readApproved(shard.dataFolder, servers, check);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [placed(['rules'], `could not be held against the tools that are approved: ${why}`, undefined)];
  }
  return check.problems().map(({ path, message, fix, severity }) => placed(path, message, fix, severity));
}

/** Tools that rules name and no server lists, of the servers that somebody has listed. */
export async function strayTools({ shard, placed }: Pick<LoadedConfig, 'shard' | 'placed'>): Promise<readonly ConfigProblem[]> {
  if (lookForStore(shard.dataFolder) !== 'there') return [];
  const servers = shard.servers.map(({ name }) => name);
  const tools = new Map<string, readonly string[]>();
  try {
    await using store = openStore(shard.dataFolder);
    for (const server of servers) {
      const rows = await store.catalogue.definitions(DEFAULT_TENANT, server);
      const names = rows.flatMap(({ kind, name, state, current }) => (kind === 'tool' && (current || state === 'pinned') ? [name] : []));
      if (names.length > 0) tools.set(server, names);
    }
  } catch {
    return []; // Whoever holds the conditions against it says so.
  }
  return findStrayTools(shard.policy, { servers, tools }).map(({ path, message, fix, severity }) => placed(path, message, fix, severity));
}

async function readApproved(dataFolder: string, servers: readonly ServerConfig[], check: ConditionCheck): Promise<void> {
  const factsOf = compileToolFacts(servers);
  await using store = openStore(dataFolder);
  for (const { name: server } of servers) {
    for (const { kind, name, state, definition } of await store.catalogue.definitions(DEFAULT_TENANT, server)) {
      if (kind !== 'tool' || state !== 'pinned') continue;
      const parsed = parseJson(Buffer.from(definition));
      check.add({ server, tool: name, labels: factsOf(server, name).labels, inputSchema: schemaIn(parsed.ok ? parsed.value.value : null) });
    }
  }
}

function schemaIn(definition: JsonValue): JsonValue {
  return (isObject(definition) ? definition['inputSchema'] : undefined) ?? null;
}
