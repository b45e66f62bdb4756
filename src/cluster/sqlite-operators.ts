// Operators in the embedded store.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type {
  NewLink,
  NewSession,
  OperatorChange,
  OperatorEntry,
  OperatorRecord,
  OperatorRefusal,
  OperatorRole,
  OperatorScope,
  OperatorStore,
  SessionRecord,
  Standing,
} from './operators.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

const MAX_OPERATORS = 1_000;
/** More browsers than anybody has: the one that was used longest ago gives way. */
const MAX_SESSIONS = 32;
const ROLES: ReadonlySet<string> = new Set<OperatorRole>(['viewer', 'operator', 'approver', 'auditor', 'admin']);
/** Sessions that stand: the parameters are now, and the time before which nobody may have been seen last. */
const STANDS = 'ends_ms > ? AND seen_ms > ?';

/** The tables of operators, their links and their sessions. */
export function createSqliteOperators(database: Database): OperatorStore {
  const version = (tenant: string): number =>
    Number(database.all("SELECT value FROM counters WHERE tenant = ? AND name = 'operators'", tenant)[0]?.['value'] ?? 0);
  const read = (tenant: string, name: string): OperatorRecord | undefined =>
    database.all('SELECT * FROM operators WHERE tenant = ? AND name = ?', tenant, name).map(toRecord)[0];
  const count = (sql: string, ...values: (string | number)[]): number => Number(database.all(sql, ...values)[0]?.['count'] ?? 0);
  const isLastAdmin = (tenant: string, { role }: OperatorRecord): boolean =>
    role === 'admin' && count("SELECT count(*) AS count FROM operators WHERE tenant = ? AND role = 'admin'", tenant) === 1;
  const endAll = (tenant: string, name: string): void => {
    database.run('DELETE FROM operator_sessions WHERE tenant = ? AND operator = ?', tenant, name);
    database.run('DELETE FROM operator_links WHERE tenant = ? AND operator = ?', tenant, name);
  };

  const write = (
    { tenant, expectedVersion, isDryRun = false }: OperatorScope,
    action: () => Result<OperatorRecord, OperatorRefusal>,
  ): Result<OperatorRecord, OperatorRefusal> => {
    const attempt = (): Result<OperatorRecord, OperatorRefusal> => {
      const found = version(tenant);
      if (expectedVersion !== undefined && expectedVersion !== found) return fail('version_changed');
      const result = action();
      if (result.ok) database.run("INSERT OR REPLACE INTO counters VALUES (?, 'operators', ?)", tenant, found + 1);
      return result;
    };
    return isDryRun ? database.rehearse(attempt) : database.write(attempt);
  };
  const add = (operator: OperatorRecord, tenant: string): Result<OperatorRecord, OperatorRefusal> => {
    if (read(tenant, operator.name) !== undefined) return fail('operator_exists');
    if (count('SELECT count(*) AS count FROM operators WHERE tenant = ?', tenant) >= MAX_OPERATORS) return fail('too_many');
    const { name, role, groups, agents, createdMs } = operator;
    const lists = [JSON.stringify(groups), JSON.stringify(agents)] as const;
    database.run('INSERT INTO operators VALUES (?, ?, ?, ?, ?, ?, NULL)', tenant, name, role, ...lists, createdMs);
    return ok(operator);
  };
  const change = (name: string, asked: OperatorChange, tenant: string): Result<OperatorRecord, OperatorRefusal> => {
    const before = read(tenant, name);
    if (before === undefined) return fail('operator_unknown');
    const { role = before.role, groups = before.groups, agents = before.agents } = asked;
    if (role !== before.role) {
      if (isLastAdmin(tenant, before)) return fail('last_admin');
      endAll(tenant, name);
    }
    const lists = [JSON.stringify(groups), JSON.stringify(agents)] as const;
    database.run('UPDATE operators SET role = ?, groups = ?, agents = ? WHERE tenant = ? AND name = ?', role, ...lists, tenant, name);
    return ok({ ...before, role, groups, agents });
  };
  const remove = (name: string, tenant: string): Result<OperatorRecord, OperatorRefusal> => {
    const before = read(tenant, name);
    if (before === undefined) return fail('operator_unknown');
    if (isLastAdmin(tenant, before)) return fail('last_admin');
    database.run('DELETE FROM operators WHERE tenant = ? AND name = ?', tenant, name);
    return ok(before);
  };
  const setLink = ({ tenant, operator, sha256, madeMs, endsMs }: NewLink): boolean => {
    if (read(tenant, operator) === undefined) return false;
    database.run('INSERT OR REPLACE INTO operator_links VALUES (?, ?, ?, ?, ?)', tenant, operator, sha256, madeMs, endsMs);
    return true;
  };
  const linkOf = (tenant: string, sha256: string, nowMs: number): Row | undefined =>
    database.all('SELECT * FROM operator_links WHERE tenant = ? AND sha256 = ? AND ends_ms > ?', tenant, sha256, nowMs)[0];
  const begin = ({ tenant, linkSha256, sha256, beginsMs, endsMs }: NewSession): OperatorRecord | undefined => {
    const link = linkOf(tenant, linkSha256, beginsMs);
    const operator = link === undefined ? undefined : read(tenant, text(link, 'operator'));
    if (link === undefined || operator === undefined) return undefined;
    database.run('DELETE FROM operator_links WHERE tenant = ? AND sha256 = ?', tenant, linkSha256);
    database.run('DELETE FROM operator_sessions WHERE ends_ms <= ?', beginsMs);
    database.run(
      `DELETE FROM operator_sessions WHERE sha256 IN (
        SELECT sha256 FROM operator_sessions WHERE tenant = ? AND operator = ? ORDER BY seen_ms DESC, sha256 LIMIT -1 OFFSET ?)`,
      tenant,
      operator.name,
      MAX_SESSIONS - 1,
    );
    const madeMs = integer(link, 'made_ms');
    database.run('INSERT INTO operator_sessions VALUES (?, ?, ?, ?, ?, ?)', sha256, tenant, operator.name, madeMs, beginsMs, endsMs);
    database.run('UPDATE operators SET seen_ms = ? WHERE tenant = ? AND name = ?', beginsMs, tenant, operator.name);
    return operator;
  };
  const session = (sha256: string, { tenant, nowMs, idleMs }: Standing): SessionRecord | undefined => {
    const [row] = database.all(
      `SELECT * FROM operator_sessions WHERE sha256 = ? AND tenant = ? AND ${STANDS}`,
      sha256,
      tenant,
      nowMs,
      nowMs - idleMs,
    );
    const operator = row === undefined ? undefined : read(tenant, text(row, 'operator'));
    if (row === undefined || operator === undefined) return undefined;
    return { operator, linkMs: integer(row, 'link_ms'), seenMs: integer(row, 'seen_ms'), endsMs: integer(row, 'ends_ms') };
  };
  const touch = (sha256: string, nowMs: number): void => {
    database.run('UPDATE operator_sessions SET seen_ms = ? WHERE sha256 = ?', nowMs, sha256);
    database.run(
      'UPDATE operators SET seen_ms = ? WHERE (tenant, name) IN (SELECT tenant, operator FROM operator_sessions WHERE sha256 = ?)',
      nowMs,
      sha256,
    );
  };
  const countSessions = (name: string, { tenant, nowMs, idleMs }: Standing): number =>
    count(
      `SELECT count(*) AS count FROM operator_sessions WHERE tenant = ? AND operator = ? AND ${STANDS}`,
      tenant,
      name,
      nowMs,
      nowMs - idleMs,
    );

  return {
    list: async ({ tenant, nowMs, idleMs }) => {
      const rows = database.all(
        `SELECT operators.*,
          (SELECT count(*) FROM operator_sessions WHERE tenant = operators.tenant AND operator = operators.name AND ends_ms > ?2 AND seen_ms > ?3) AS sessions,
          (SELECT ends_ms FROM operator_links WHERE tenant = operators.tenant AND operator = operators.name AND ends_ms > ?2) AS link_ends_ms
        FROM operators WHERE tenant = ?1 ORDER BY name`,
        tenant,
        nowMs,
        nowMs - idleMs,
      );
      return { version: version(tenant), operators: rows.map(toEntry) };
    },
    all: async (tenant) => database.all('SELECT * FROM operators WHERE tenant = ? ORDER BY name', tenant).map(toRecord),
    add: async (operator, scope) => write(scope, () => add(operator, scope.tenant)),
    change: async (name, asked, scope) => write(scope, () => change(name, asked, scope.tenant)),
    remove: async (name, scope) => write(scope, () => remove(name, scope.tenant)),
    setLink: async (link) => database.write(() => setLink(link)),
    whoseLink: async (tenant, sha256, nowMs) => {
      const link = linkOf(tenant, sha256, nowMs);
      return link === undefined ? undefined : read(tenant, text(link, 'operator'));
    },
    begin: async (asked) => database.write(() => begin(asked)),
    session: async (sha256, standing) => session(sha256, standing),
    touch: async (sha256, nowMs) => database.write(() => touch(sha256, nowMs)),
    end: async (sha256) => database.write(() => database.run('DELETE FROM operator_sessions WHERE sha256 = ?', sha256)),
    endAll: async (name, standing) =>
      database.write(() => {
        if (read(standing.tenant, name) === undefined) return undefined;
        const ended = countSessions(name, standing);
        endAll(standing.tenant, name);
        return ended;
      }),
  };
}

function toRecord(row: Row): OperatorRecord {
  const role = text(row, 'role');
  if (!isRole(role)) throw new GatewayError('internal', { say: 'The store holds an operator whose role cannot be read.' });
  return {
    name: text(row, 'name'),
    role,
    groups: names(row, 'groups'),
    agents: names(row, 'agents'),
    createdMs: integer(row, 'created_ms'),
  };
}

function toEntry(row: Row): OperatorEntry {
  return {
    ...toRecord(row),
    seenMs: row['seen_ms'] === null ? null : integer(row, 'seen_ms'),
    sessions: integer(row, 'sessions'),
    linkEndsMs: row['link_ends_ms'] === null ? null : integer(row, 'link_ends_ms'),
  };
}

function isRole(value: string): value is OperatorRole {
  return ROLES.has(value);
}

function names(row: Row, column: string): readonly string[] {
  const value: unknown = JSON.parse(text(row, column));
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new GatewayError('internal', { say: `The store holds an operator whose ${column} cannot be read.` });
}

function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new GatewayError('internal', { say: `The store holds a row whose ${column} cannot be read.` });
}
