// The only place where the admin API turns a refusal or a fault into a response: problem+json (RFC 9457). What the client reads is a
// row of the table and a sentence written for it, never the text of an unexpected error, which may hold paths or data.

import { isProblemCode, PROBLEMS } from './problems.ts';
import type { AdminProblem, ProblemCode } from './problems.ts';

/** A response that says no. */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Turns an expected refusal into its response. */
export function problemResponse(problem: AdminProblem): ProblemResponse {
  // A code that only a client finds cannot come from a port; if it does, the port is at fault.
  const code: ProblemCode = isProblemCode(problem.code) ? problem.code : 'internal';
  const { status, title } = PROBLEMS[code];
  const { detail, problems } = problem;
  const body = JSON.stringify({
    type: `urn:sallyport:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(problems === undefined ? {} : { problems }),
  });
  const retry = code === 'too_many_questions' ? { 'retry-after': '1' } : {};
  return { status, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry }, body };
}

/** The response to anything unexpected: it says nothing about the cause, which belongs in the log. */
export function faultResponse(): ProblemResponse {
  return problemResponse({
    code: 'internal',
    detail: 'The gateway could not do this because of a fault of its own. Its log has the cause.',
  });
}
