// Agents page by page, for whoever looks at some of very many.

import type { AgentKey, AgentRecord } from '../agents/index.ts';
import type { AgentPage, AgentPageQuery } from './store.ts';
import type { Database } from './sqlite-definitions.ts';
import { text, toAgent, toKey } from './sqlite-rows.ts';

/** What is searched for may stand in the name or in the name of a group. Names hold no character that means anything in JSON or to `instr`. */
const MATCHES = "tenant = ?1 AND (?2 = '' OR instr(lower(name), ?2) > 0 OR instr(lower(groups), ?2) > 0)";

/** A page, in order of names. */
export function readAgentPage(database: Pick<Database, 'all'>, tenant: string, { search, limit, after }: AgentPageQuery): AgentPage {
  const wanted = search.toLowerCase();
  const total = Number(database.all(`SELECT count(*) AS count FROM agents WHERE ${MATCHES}`, tenant, wanted)[0]?.['count'] ?? 0);
  // One more than is shown says whether there is a next page.
  const rows = database.all(
    `SELECT * FROM agents WHERE ${MATCHES} AND name > ?3 ORDER BY name LIMIT ?4`,
    tenant,
    wanted,
    after,
    limit === undefined ? -1 : limit + 1,
  );
  const shown = limit === undefined ? rows : rows.slice(0, limit);
  const keys = readKeys(database, tenant, shown.length > 0 && limit !== undefined ? shown.map((row) => text(row, 'name')) : undefined);
  const agents = shown.map((row): AgentRecord => toAgent(row, keys.get(text(row, 'name')) ?? []));
  return { agents, total, next: rows.length > shown.length ? (agents.at(-1)?.name ?? null) : null };
}

function readKeys(database: Pick<Database, 'all'>, tenant: string, agents: readonly string[] | undefined): Map<string, AgentKey[]> {
  const some = agents === undefined ? '' : 'AND agent IN (SELECT value FROM json_each(?))';
  const values = agents === undefined ? [tenant] : [tenant, JSON.stringify(agents)];
  const found = new Map<string, AgentKey[]>();
  for (const row of database.all(
    `SELECT * FROM agent_keys WHERE tenant = ? AND revoked_at IS NULL ${some} ORDER BY created_at, id`,
    ...values,
  )) {
    const keys = found.get(text(row, 'agent'));
    if (keys === undefined) found.set(text(row, 'agent'), [toKey(row)]);
    else keys.push(toKey(row));
  }
  return found;
}
