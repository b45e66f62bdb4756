// What tasks have used, in the embedded store.

import { GatewayError } from '../base/index.ts';
import type { TaintKind, TaintRow } from '../policies/index.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';
import type { TaintStore } from './taint.ts';

const KINDS: readonly TaintKind[] = ['agent', 'session', 'trace', 'rest'];

/** The table of what tasks have used. */
export function createSqliteTaint(database: Database): TaintStore {
  return {
    // In the order in which they were written: the ledger takes the first for the least recent.
    rows: async (nowMs) => database.all('SELECT * FROM taint WHERE until_ms > ? ORDER BY rowid', nowMs).map(toTaintRow),
    write: async ({ put, drop }) =>
      database.write(() => {
        for (const { tenant, agent, kind, key, label } of drop)
          database.run(
            'DELETE FROM taint WHERE tenant = ? AND agent = ? AND kind = ? AND key = ? AND label = ?',
            tenant,
            agent,
            kind,
            key,
            label,
          );
        for (const { tenant, agent, kind, key, label, untilMs } of put)
          database.run('INSERT OR REPLACE INTO taint VALUES (?, ?, ?, ?, ?, ?)', tenant, agent, kind, key, label, untilMs);
      }),
    clear: async (tenant, agent) =>
      database.write(() => {
        if (agent === undefined) database.run('DELETE FROM taint WHERE tenant = ?', tenant);
        else database.run('DELETE FROM taint WHERE tenant = ? AND agent = ?', tenant, agent);
      }),
    prune: async (nowMs) => database.write(() => database.run('DELETE FROM taint WHERE until_ms <= ?', nowMs)),
  };
}

function toTaintRow(row: Row): TaintRow {
  const kind = KINDS.find((known) => known === row['kind']);
  const untilMs = row['until_ms'];
  if (kind === undefined || typeof untilMs !== 'number')
    throw new GatewayError('internal', { say: 'The store holds something about what a task has used that cannot be read.' });
  return { tenant: text(row, 'tenant'), agent: text(row, 'agent'), kind, key: text(row, 'key'), label: text(row, 'label'), untilMs };
}
