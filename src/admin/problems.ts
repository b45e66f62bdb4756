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
  signed_out: row(401, 'Nobody is signed in.'),
  forbidden: row(403, 'Your role does not allow this.'),
  cross_site: row(403, 'The request comes from another site.'),
  approver_refused: row(403, 'This person may not decide about this call.'),
  two_needed: row(403, 'It takes two people to learn this.'),
  approval_unknown: row(404, 'There is no such approval.'),
  endpoint_unknown: row(404, 'There is no such endpoint.'),
  agent_unknown: row(404, 'There is no such agent.'),
  key_unknown: row(404, 'The agent has no such key.'),
  envelope_unknown: row(404, 'There is no such envelope.'),
  release_unknown: row(404, 'There is no such release.'),
  hold_unknown: row(404, 'There is no such legal hold.'),
  subject_unknown: row(404, 'Nobody is on record under this name or pseudonym.'),
  method_not_allowed: row(405, 'The endpoint does not take this method.'),
  release_over: row(409, 'This release cannot be decided or used, or not now.'),
  hold_lifted: row(409, 'The legal hold was lifted already.'),
  agent_exists: row(409, 'There is an agent of this name already.'),
  approval_over: row(409, 'This cannot be decided any more, or not like this.'),
  subject_held: row(409, 'A legal hold stands.'),
  too_many_keys: row(409, 'The agent has as many keys as an agent may have.'),
  version_changed: row(412, 'Somebody else made a change in between.'),
  body_too_large: row(413, 'The request body is too large.'),
  media_type: row(415, 'The request body must be application/json.'),
  config_refused: row(422, 'The config cannot be put in force; the one before stays.'),
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
