// Legal holds in the embedded store.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { HoldRecord, HoldRefusal, HoldStore, Lifting } from './holds.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

/** The table of holds. */
export function createSqliteHolds(database: Database): HoldStore {
  const read = (tenant: string, id: string): HoldRecord | undefined =>
    database.all('SELECT * FROM holds WHERE tenant = ? AND id = ?', tenant, id).map(toRecord)[0];
  const lift = ({ tenant, id, by, alsoBy = [], reason, nowMs }: Lifting): Result<HoldRecord, HoldRefusal> => {
    const found = read(tenant, id);
    if (found === undefined) return fail('hold_unknown');
    if (found.lifted !== null) return fail('hold_lifted');
    if (found.by === by || alsoBy.includes(found.by)) return fail('same_person');
    database.run(
      'UPDATE holds SET lifted_by = ?, lifted_reason = ?, lifted_ms = ? WHERE tenant = ? AND id = ?',
      by,
      reason,
      nowMs,
      tenant,
      id,
    );
    return ok({ ...found, lifted: { by, reason, atMs: nowMs } });
  };
  return {
    add: async ({ tenant, id, server, agent, subject, fromMs, toMs, reason, by, sinceMs }) =>
      database.write(() =>
        database.run(
          'INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)',
          tenant,
          id,
          server,
          agent,
          subject,
          fromMs,
          toMs,
          reason,
          by,
          sinceMs,
        ),
      ),
    lift: async (lifting) => database.write(() => lift(lifting)),
    list: async (tenant) => database.all('SELECT * FROM holds WHERE tenant = ? ORDER BY since_ms, id', tenant).map(toRecord),
  };
}

/** A hold that cannot be read holds everything: whoever asks is told so, and removes nothing. */
function toRecord(row: Row): HoldRecord {
  const liftedBy = textOrNull(row, 'lifted_by');
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    server: textOrNull(row, 'server'),
    agent: textOrNull(row, 'agent'),
    subject: textOrNull(row, 'subject'),
    fromMs: numberOrNull(row, 'from_ms'),
    toMs: numberOrNull(row, 'to_ms'),
    reason: text(row, 'reason'),
    by: text(row, 'by'),
    sinceMs: numberOrNull(row, 'since_ms') ?? 0,
    lifted:
      liftedBy === null
        ? null
        : { by: liftedBy, reason: textOrNull(row, 'lifted_reason') ?? '', atMs: numberOrNull(row, 'lifted_ms') ?? 0 },
  };
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  if (value === null || typeof value === 'number') return value;
  throw new GatewayError('internal', { say: `The store holds a legal hold whose ${column} cannot be read.` });
}
