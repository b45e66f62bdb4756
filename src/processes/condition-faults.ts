// Whether a policy fits what servers list: its conditions the arguments that tools take by their approved schemas, the tools it names those that
// there are. Asked before a config is put in force, and again
// whenever something is approved: a schema that comes later can make a condition wrong that was right.

import type { ConfigShard } from '../config/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { compileToolFacts, createConditionCheck, findStrayTools } from '../policies/index.ts';
import type { PolicyProblem } from '../policies/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';

/** What is wrong. Tools of servers that no such condition is about are not read. */
export async function conditionProblems(
  { policy, servers }: Pick<ConfigShard, 'policy' | 'servers'>,
  authority: Pick<CatalogueAuthority, 'all' | 'seen'>,
): Promise<readonly PolicyProblem[]> {
  const check = createConditionCheck(policy);
  const configured = new Set(servers.map(({ name }) => name));
  for (const { server, guesses } of authority.all()) {
    if (!configured.has(server) || !check.concerns(server)) continue;
    const guessed = new Map(guesses.map((guess) => [guess.name, guess]));
    const factsOf = compileToolFacts(
      servers.filter(({ name }) => name === server),
      (_, tool) => ({ fingerprint: undefined, guess: guessed.get(tool) }),
    );
    // A store that cannot be read is a fault of its own, and no reason to refuse a policy.
    for (const { kind, name, state, definition } of await authority.seen(server).catch(() => [])) {
      if (kind !== 'tool' || state !== 'pinned') continue;
      const parsed = parseJson(Buffer.from(definition));
      check.add({ server, tool: name, labels: factsOf(server, name).labels, inputSchema: schemaIn(parsed.ok ? parsed.value.value : null) });
    }
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return check.problems();
}

/** Tools that rules name and no server lists. Of a server that nobody has listed yet, nothing is known. */
export function strayToolProblems(
  { policy, servers }: Pick<ConfigShard, 'policy' | 'servers'>,
  authority: Pick<CatalogueAuthority, 'all'>,
): readonly PolicyProblem[] {
  const listed = authority
    .all()
    .map(({ server, pins, withheld }): readonly [string, readonly string[]] => [
      server,
      [...(pins?.pins ?? []), ...withheld].flatMap(({ kind, name }) => (kind === 'tool' ? [name] : [])),
    ]);
  return findStrayTools(policy, {
    servers: servers.map(({ name }) => name),
    tools: new Map(listed.filter(([, names]) => names.length > 0)),
  });
}

function schemaIn(definition: JsonValue): JsonValue {
  return (isObject(definition) ? definition['inputSchema'] : undefined) ?? null;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
