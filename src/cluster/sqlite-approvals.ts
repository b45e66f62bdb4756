// Questions to people in the embedded store. Every method takes the write lock before it reads what it decides on, so that of any number of calls that
// would use one approval, in whatever process, one does.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { RISKS } from '../policies/index.ts';
import type { ApprovalTerms } from '../policies/index.ts';
import type {
  ApprovalCaps,
  ApprovalDecision,
  ApprovalQuestion,
  ApprovalRecord,
  ApprovalRefusal,
  ApprovalState,
  ApprovalStore,
  Asked,
  Asking,
} from './approvals.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

const STATES: readonly ApprovalState[] = ['pending', 'approved', 'rejected', 'used'];
const KINDS = ['tool', 'prompt', 'resource'] as const;
const MAX_LISTED = 10_000;

/** The table of approvals. */
export function createSqliteApprovals(database: Database): ApprovalStore {
  const count = (sql: string, ...values: (string | number)[]): number => Number(database.all(sql, ...values)[0]?.['n'] ?? 0);
  const read = (tenant: string, id: string): ApprovalRecord | undefined => {
    const row = database.all('SELECT * FROM approvals WHERE tenant = ? AND id = ?', tenant, id)[0];
    return row === undefined ? undefined : toRecord(row);
  };
  /** What stands under a digest: what can still be used, answered, or has been refused. */
  const standing = ({ tenant, digest }: ApprovalQuestion, nowMs: number): ApprovalRecord | undefined => {
    const sql = `SELECT * FROM approvals WHERE tenant = ? AND digest = ? AND state IN ('pending', 'approved', 'rejected') AND expires_at > ?`;
    const row = database.all(sql, tenant, digest, nowMs)[0];
    return row === undefined ? undefined : toRecord(row);
  };
  const full = ({ tenant, agent }: ApprovalQuestion, nowMs: number, caps: ApprovalCaps): Extract<Asked, { kind: 'full' }> | undefined => {
    const pending = `SELECT count(*) AS n FROM approvals WHERE tenant = ? AND state = 'pending' AND expires_at > ?`;
    if (count(`${pending} AND agent = ?`, tenant, nowMs, agent) >= caps.maxPendingPerAgent) return { kind: 'full', which: 'agent' };
    if (count(pending, tenant, nowMs) >= caps.maxPending) return { kind: 'full', which: 'all' };
    const asked = 'SELECT count(*) AS n FROM approvals WHERE tenant = ? AND agent = ? AND created_at > ?';
    return count(asked, tenant, agent, nowMs - caps.windowMs) >= caps.maxAskedPerAgent
      ? { kind: 'full', which: 'asked-too-often' }
      : undefined;
  };
  const insert = (question: ApprovalQuestion, { id, nowMs }: Asking): void =>
    database.run(
      `INSERT INTO approvals (tenant, id, digest, agent, user, server, kind, name, fingerprint, rule, terms, risk, created_at, expires_at, state, rounds)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0)`,
      question.tenant,
      id,
      question.digest,
      question.agent,
      question.user,
      question.server,
      question.kind,
      question.name,
      question.fingerprint,
      question.rule,
      JSON.stringify(question.terms),
      question.risk,
      nowMs,
      nowMs + question.terms.expiresAfterMs,
    );
  const use = (tenant: string, id: string, call: string): void =>
    database.run("UPDATE approvals SET state = 'used', used_by = ? WHERE tenant = ? AND id = ?", call, tenant, id);

  const ask = (question: ApprovalQuestion, asking: Asking): Asked => {
    const { tenant } = question;
    const { call, nowMs } = asking;
    // The answer may have been lost with the process that gave it.
    const taken = database.all('SELECT * FROM approvals WHERE tenant = ? AND digest = ? AND used_by = ?', tenant, question.digest, call)[0];
    if (taken !== undefined) return { kind: 'granted', record: toRecord(taken) };
    const found = standing(question, nowMs);
    if (found?.state === 'rejected') return { kind: 'rejected', record: found };
    if (found?.state === 'pending') return { kind: 'pending', record: found, isNew: false };
    if (found !== undefined) {
      use(tenant, found.id, call);
      return { kind: 'granted', record: { ...found, state: 'used', usedBy: call } };
    }
    const refused = full(question, nowMs, asking.caps);
    if (refused !== undefined) return refused;
    insert(question, asking);
    return { kind: 'pending', record: known(read(tenant, asking.id)), isNew: true };
  };

  const decide = (decision: ApprovalDecision): Result<readonly ApprovalRecord[], ApprovalRefusal> => {
    const { tenant, by, act, nowMs, pace } = decision;
    const state = decision.decision === 'approve' ? 'approved' : 'rejected';
    for (const id of decision.ids) {
      const found = read(tenant, id);
      if (found === undefined) return fail({ kind: 'approval_unknown', id, state: undefined });
      if (found.state !== 'pending') return fail({ kind: 'approval_over', id, state: found.state });
      if (found.expiresAt <= nowMs) return fail({ kind: 'approval_over', id, state: 'expired' });
    }
    if (state === 'approved') {
      const acts = database.all(
        `SELECT act, max(decided_at) AS at FROM approvals
         WHERE tenant = ? AND decided_by = ? AND state IN ('approved', 'used') AND decided_at > ? GROUP BY act ORDER BY at`,
        tenant,
        by,
        nowMs - pace.windowMs,
      );
      const first = acts[acts.length - pace.maxActs];
      if (first !== undefined) return fail({ kind: 'cooling_down', untilMs: Number(first['at']) + pace.windowMs });
    }
    for (const id of decision.ids)
      database.run(
        'UPDATE approvals SET state = ?, decided_by = ?, decided_at = ?, act = ? WHERE tenant = ? AND id = ?',
        state,
        by,
        nowMs,
        act,
        tenant,
        id,
      );
    return ok(decision.ids.map((id) => known(read(tenant, id))));
  };

  return {
    ask: async (question, asking) => database.write(() => ask(question, asking)),
    take: async ({ tenant, id, call, nowMs }) =>
      database.write(() => {
        const found = read(tenant, id);
        if (found?.state === 'used') return found.usedBy === call && found.rounds === 0;
        if (found?.state !== 'approved' || found.expiresAt <= nowMs) return false;
        use(tenant, id, call);
        return true;
      }),
    takeRound: async ({ tenant, id, call }, round) =>
      database.write(() => {
        const found = read(tenant, id);
        if (found?.state !== 'used') return false;
        if (found.rounds === round + 1) return found.usedBy === call;
        if (found.rounds !== round) return false;
        database.run('UPDATE approvals SET rounds = ?, used_by = ? WHERE tenant = ? AND id = ?', round + 1, call, tenant, id);
        return true;
      }),
    decide: async (decision) => database.write(() => decide(decision)),
    read: async (tenant, id) => read(tenant, id),
    list: async (tenant) =>
      database.all('SELECT * FROM approvals WHERE tenant = ? ORDER BY created_at, id LIMIT ?', tenant, MAX_LISTED).map(toRecord),
    prune: async (beforeMs) =>
      database.write(() => database.run('DELETE FROM approvals WHERE expires_at < ? AND coalesce(decided_at, 0) < ?', beforeMs, beforeMs)),
  };
}

function toRecord(row: Row): ApprovalRecord {
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    digest: text(row, 'digest'),
    agent: text(row, 'agent'),
    user: textOrNull(row, 'user'),
    server: text(row, 'server'),
    kind: oneOf(KINDS, row, 'kind'),
    name: text(row, 'name'),
    fingerprint: textOrNull(row, 'fingerprint'),
    rule: text(row, 'rule'),
    terms: readTerms(text(row, 'terms')),
    risk: oneOf(RISKS, row, 'risk'),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    state: oneOf(STATES, row, 'state'),
    decidedBy: textOrNull(row, 'decided_by'),
    decidedAt: row['decided_at'] === null ? null : Number(row['decided_at']),
    act: textOrNull(row, 'act'),
    usedBy: textOrNull(row, 'used_by'),
    rounds: Number(row['rounds']),
  };
}

function oneOf<T extends string>(values: readonly T[], row: Row, column: string): T {
  const found = values.find((value) => value === row[column]);
  if (found === undefined) throw unreadable(column);
  return found;
}

function readTerms(json: string): ApprovalTerms {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || !('expiresAfterMs' in value) || !('approvers' in value) || !('notRequester' in value))
    throw unreadable('terms');
  const { expiresAfterMs, approvers, notRequester } = value;
  if (typeof expiresAfterMs !== 'number' || typeof notRequester !== 'boolean') throw unreadable('terms');
  if (!Array.isArray(approvers) || !approvers.every(isTexts)) throw unreadable('terms');
  return { expiresAfterMs, approvers, notRequester };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

function known(record: ApprovalRecord | undefined): ApprovalRecord {
  if (record === undefined) throw new GatewayError('internal', { cause: new Error('an approval that was just written is not there') });
  return record;
}

function unreadable(column: string): GatewayError {
  return new GatewayError('internal', { say: `The store holds an approval whose ${column} cannot be read.` });
}
