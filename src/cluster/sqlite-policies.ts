// Policies that were in force, and proposed ones, in the embedded store.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { LatestFirst, PolicyProposal, PolicyRevision, PolicyStore, ProposalDecision } from './policies.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

/** Texts may have a mebibyte; a history that nobody reads to its end need not have one. */
const MAX_REVISIONS = 1_000;
const MAX_PROPOSALS = 1_000;
const MAX_OPEN = 100;
/** Of one person: nobody else is to be kept from proposing by them. */
const MAX_OPEN_OF_ONE = 5;
const NEWER_ONE = `Made room for a newer one: whoever proposes has at most ${MAX_OPEN_OF_ONE} open.`;

const REVISION_COLUMNS = 'tenant, number, at_ms, by, via, reason, accepted_by, restores, tag, added, removed, changed';
const PROPOSAL_COLUMNS = 'tenant, id, at_ms, by, via, reason, restores, base, state, decided_by, decided_ms, decided_reason, revision';

/** The tables of policies. */
export function createSqlitePolicies(database: Database): PolicyStore {
  const lastNumber = (tenant: string): number =>
    whole(database.all('SELECT max(number) AS number FROM policy_revisions WHERE tenant = ?', tenant)[0] ?? {}, 'number') ?? 0;
  const addRevision = (revision: Omit<PolicyRevision, 'number'>, written: string): PolicyRevision => {
    const { tenant, atMs, by, via, reason, acceptedBy, restores, tag, added, removed, changed } = revision;
    const number = lastNumber(tenant) + 1;
    database.run(
      `INSERT INTO policy_revisions (${REVISION_COLUMNS}, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      tenant,
      number,
      atMs,
      by,
      via,
      reason,
      acceptedBy,
      restores,
      tag,
      added,
      removed,
      changed,
      written,
    );
    database.run('DELETE FROM policy_revisions WHERE tenant = ? AND number <= ?', tenant, number - MAX_REVISIONS);
    return { ...revision, number };
  };
  const readProposal = (tenant: string, id: string): PolicyProposal | undefined =>
    database.all('SELECT * FROM policy_proposals WHERE tenant = ? AND id = ?', tenant, id).map(toProposal)[0];
  /** Takes back the oldest that somebody has open where they would have too many with one more. */
  const makeRoom = ({ tenant, by, atMs }: PolicyProposal): void =>
    database.run(
      `UPDATE policy_proposals SET state = 'withdrawn', decided_by = ?2, decided_ms = ?3, decided_reason = ?4
         WHERE tenant = ?1 AND by = ?2 AND state = 'open' AND id NOT IN
           (SELECT id FROM policy_proposals WHERE tenant = ?1 AND by = ?2 AND state = 'open' ORDER BY id DESC LIMIT ${MAX_OPEN_OF_ONE - 1})`,
      tenant,
      by,
      atMs,
      NEWER_ONE,
    );
  const addProposal = (proposal: PolicyProposal): Result<PolicyProposal, 'too_many'> => {
    const { tenant, id, atMs, by, via, reason, restores, base, state, text: written } = proposal;
    makeRoom(proposal);
    const [row] = database.all("SELECT count(*) AS count FROM policy_proposals WHERE tenant = ? AND state = 'open'", tenant);
    if ((whole(row ?? {}, 'count') ?? 0) >= MAX_OPEN) return fail('too_many');
    database.run(
      `INSERT INTO policy_proposals (${PROPOSAL_COLUMNS}, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, ?)`,
      tenant,
      id,
      atMs,
      by,
      via,
      reason,
      restores,
      base,
      state,
      written,
    );
    database.run(
      `DELETE FROM policy_proposals WHERE tenant = ?1 AND state <> 'open' AND id NOT IN
         (SELECT id FROM policy_proposals WHERE tenant = ?1 AND state <> 'open' ORDER BY id DESC LIMIT ${MAX_PROPOSALS})`,
      tenant,
    );
    return ok(proposal);
  };
  const decide = (decision: ProposalDecision): Result<PolicyProposal, 'proposal_unknown' | 'proposal_over'> => {
    const { tenant, id, state, by, reason, atMs, revision } = decision;
    const found = readProposal(tenant, id);
    if (found === undefined) return fail('proposal_unknown');
    if (found.state !== 'open') return fail('proposal_over');
    database.run(
      'UPDATE policy_proposals SET state = ?, decided_by = ?, decided_ms = ?, decided_reason = ?, revision = ? WHERE tenant = ? AND id = ?',
      state,
      by,
      atMs,
      reason,
      revision,
      tenant,
      id,
    );
    return ok({ ...found, state, decidedBy: by, decidedMs: atMs, decidedReason: reason, revision });
  };
  return {
    addRevision: async (revision, written) => database.write(() => addRevision(revision, written)),
    revisions: async ({ tenant, limit, before }: LatestFirst<number>) =>
      database
        .all(
          `SELECT ${REVISION_COLUMNS} FROM policy_revisions WHERE tenant = ? AND number < ? ORDER BY number DESC LIMIT ?`,
          tenant,
          before ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(toRevision),
    revision: async (tenant, number) =>
      database
        .all('SELECT * FROM policy_revisions WHERE tenant = ? AND number = ?', tenant, number)
        .map((row) => ({ ...toRevision(row), text: text(row, 'text') }))[0],
    addProposal: async (proposal) => database.write(() => addProposal(proposal)),
    proposals: async ({ tenant, limit, before, isOpen }) =>
      database
        .all(
          `SELECT ${PROPOSAL_COLUMNS} FROM policy_proposals WHERE tenant = ? AND id < ? ${isOpen ? "AND state = 'open'" : ''} ORDER BY id DESC LIMIT ?`,
          tenant,
          before ?? '~',
          limit,
        )
        .map(toProposalHead),
    proposal: async (tenant, id) => readProposal(tenant, id),
    decide: async (decision) => database.write(() => decide(decision)),
  };
}

function toRevision(row: Row): PolicyRevision {
  return {
    tenant: text(row, 'tenant'),
    number: whole(row, 'number') ?? 0,
    atMs: whole(row, 'at_ms') ?? 0,
    by: textOrNull(row, 'by'),
    via: oneOf(['api', 'cli', 'console', 'file'], row, 'via'),
    reason: text(row, 'reason'),
    acceptedBy: textOrNull(row, 'accepted_by'),
    restores: whole(row, 'restores'),
    tag: text(row, 'tag'),
    added: whole(row, 'added') ?? 0,
    removed: whole(row, 'removed') ?? 0,
    changed: whole(row, 'changed') ?? 0,
  };
}

function toProposal(row: Row): PolicyProposal {
  return { ...toProposalHead(row), text: text(row, 'text') };
}

function toProposalHead(row: Row): Omit<PolicyProposal, 'text'> {
  return {
    tenant: text(row, 'tenant'),
    id: text(row, 'id'),
    atMs: whole(row, 'at_ms') ?? 0,
    by: text(row, 'by'),
    via: oneOf(['api', 'cli', 'console'], row, 'via'),
    reason: text(row, 'reason'),
    restores: whole(row, 'restores'),
    base: text(row, 'base'),
    state: oneOf(['open', 'accepted', 'rejected', 'withdrawn'], row, 'state'),
    decidedBy: textOrNull(row, 'decided_by'),
    decidedMs: whole(row, 'decided_ms'),
    decidedReason: textOrNull(row, 'decided_reason'),
    revision: whole(row, 'revision'),
  };
}

function oneOf<const Word extends string>(words: readonly Word[], row: Row, column: string): Word {
  const word = words.find((one) => one === row[column]);
  if (word !== undefined) return word;
  throw new GatewayError('internal', { say: `The store holds a policy whose ${column} cannot be read.` });
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

function whole(row: Row, column: string): number | null {
  const value = row[column];
  return typeof value === 'number' ? value : null;
}
