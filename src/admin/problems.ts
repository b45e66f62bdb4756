// The one table of what the admin API answers when it does not do what was asked (RFC 9457). The rows' texts are for people; programs
// read `code`. Only rescue.ts turns a row into a response.

import type { ConfigProblem } from '../config/index.ts';

interface ProblemRow {
  readonly status: number;
  readonly title: string;
}

const row = (status: number, title: string): ProblemRow => ({ status, title });

/** Code → HTTP status and title. Pinned by test/pins. */
export const PROBLEMS = {
  malformed: row(400, 'The request is malformed.'),
  unauthorized: row(401, 'The token is missing or wrong.'),
  approver_unknown: row(401, 'The key of who approves is of nobody.'),
  link_refused: row(401, 'This link signs nobody in.'),
  signed_out: row(401, 'Nobody is signed in.'),
  forbidden: row(403, 'Your role does not allow this.'),
  host_refused: row(403, 'This Host is not one that is answered for.'),
  cross_site: row(403, 'The request comes from another site.'),
  approver_refused: row(403, 'This person may not decide about this call.'),
  proposal_refused: row(403, 'This person may not decide like this about this proposal.'),
  two_needed: row(403, 'It takes two people to learn this.'),
  approval_unknown: row(404, 'There is no such approval.'),
  endpoint_unknown: row(404, 'There is no such endpoint.'),
  agent_unknown: row(404, 'There is no such agent.'),
  server_unknown: row(404, 'There is no such server.'),
  operator_unknown: row(404, 'There is no such operator.'),
  key_unknown: row(404, 'The agent has no such key.'),
  envelope_unknown: row(404, 'There is no such envelope.'),
  release_unknown: row(404, 'There is no such release.'),
  limit_unknown: row(404, 'There is no such limit.'),
  definition_unknown: row(404, 'No server has listed anything of this name.'),
  proposal_unknown: row(404, 'Nobody proposed this.'),
  revision_unknown: row(404, 'There is no such revision.'),
  hold_unknown: row(404, 'There is no such legal hold.'),
  subject_unknown: row(404, 'Nobody is on record under this name or pseudonym.'),
  record_unknown: row(404, 'There is no such record.'),
  job_unknown: row(404, 'There is no such job.'),
  method_not_allowed: row(405, 'The endpoint does not take this method.'),
  job_over: row(409, 'This job has ended.'),
  record_unsigned: row(409, 'This cannot be proven, or not yet.'),
  release_over: row(409, 'This release cannot be decided or used, or not now.'),
  too_many_proposals: row(409, 'As many proposals are open as may be.'),
  proposal_over: row(409, 'This proposal was decided already.'),
  policy_fixed: row(409, 'The policy cannot be changed from here.'),
  file_changed: row(409, 'The config file holds more changes, which are not in force.'),
  hold_lifted: row(409, 'The legal hold was lifted already.'),
  agent_exists: row(409, 'There is an agent of this name already.'),
  operator_exists: row(409, 'There is an operator of this name already.'),
  last_admin: row(409, 'There must be an admin.'),
  console_off: row(409, 'The console is switched off.'),
  approval_over: row(409, 'This cannot be decided any more, or not like this.'),
  subject_held: row(409, 'A legal hold stands.'),
  too_many_keys: row(409, 'The agent has as many keys as an agent may have.'),
  version_changed: row(412, 'Somebody else made a change in between.'),
  body_too_large: row(413, 'The request body is too large.'),
  media_type: row(415, 'The request body must be application/json.'),
  config_refused: row(422, 'The config cannot be put in force; the one before stays.'),
  too_many_questions: row(429, 'You have asked more at once than one person may.'),
  too_many_jobs: row(429, 'As many jobs run as may.'),
  cooling_down: row(429, 'This person has approved as much as one person may for now.'),
  internal: row(500, 'Something broke; the log says what.'),
  log_unknown: row(404, 'Nothing was signed of a log of this name.'),
  unavailable: row(503, 'The gateway cannot do this now.'),
} as const satisfies Record<string, ProblemRow>;

/** A row of the table. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What only a client finds. */
export type ClientCode = 'gateway_not_running' | 'gateway_unreadable' | 'outcome_unknown' | 'data_forbidden';

/**
 * Why something was not done. The client's own are found without the gateway: nobody answers, the answer cannot be understood, none came to a
 * request that may have been carried out, or this user may not open the socket or the folder.
 */
export interface AdminProblem {
  readonly code: ProblemCode | ClientCode;
  /** A sentence or two for the person: what is wrong and what to do. */
  readonly detail: string;
  /** Where a refused config is wrong. */
  readonly problems?: readonly ConfigProblem[];
}

/** Is this a code of the table? */
export function isProblemCode(value: unknown): value is ProblemCode {
  return typeof value === 'string' && Object.hasOwn(PROBLEMS, value);
}
