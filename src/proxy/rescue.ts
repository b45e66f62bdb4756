// The only place that turns a refusal, a denial or a fault into a response. What a client reads comes from the error table or from
// a sentence that was written for clients; never from a caught exception.

import { ERRORS, GatewayError } from '../base/index.ts';
import type { ErrorCode } from '../base/index.ts';
import { errorAnswer, resultAnswer, toolRefusal } from '../mcp/index.ts';
import type { Era, JsonObject, MessageId } from '../mcp/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Reply } from './exchange.ts';

/** Why there is no answer from the server. */
export interface Refused {
  readonly code: ErrorCode;
  readonly say?: string | undefined;
  readonly data?: JsonObject | undefined;
  /** A result of the gateway's own that the request is answered with instead of an error. */
  readonly result?: JsonObject | undefined;
  /** When to come again. */
  readonly retryAfterMs?: number | undefined;
  /** Of what is over a limit: a result like any, or an HTTP status. */
  readonly as?: 'result' | 'status';
}

/** To which request the refusal belongs, where that is known. */
export interface RefusedRequest {
  readonly id: MessageId | undefined;
  readonly era: Era;
  readonly method: string | undefined;
  /** The audit id, so that a person can find the record. */
  readonly auditId: string | undefined;
  /** Nobody has read which request it is: an answer that cannot name it is waited for in vain, so that the status has to say no. */
  readonly isUnread?: boolean;
}

const JSON_HEADERS: readonly string[] = ['Content-Type', 'application/json'];
/** RFC 6750 §3: a missing or wrong key is answered with the scheme that is wanted. */
const CHALLENGE: readonly string[] = [...JSON_HEADERS, 'WWW-Authenticate', 'Bearer realm="sallyport"'];
const ALLOW: readonly string[] = [...JSON_HEADERS, 'Allow', 'POST, GET, DELETE, OPTIONS'];
const FORBIDDEN = 403;
const RETRY: readonly string[] = [...JSON_HEADERS, 'Retry-After', '1'];

/** The status, headers and body of a refusal. */
export function refusalAnswer(
  refused: Refused,
  request: RefusedRequest,
): { readonly status: number; readonly headers: readonly string[]; readonly body: Uint8Array } {
  const row = ERRORS[refused.code];
  if (refused.result !== undefined && request.id !== undefined)
    return { status: 200, headers: JSON_HEADERS, body: resultAnswer(request.id, refused.result) };
  const say = refused.say ?? row.text;
  const body =
    (refused.code === 'denied' || refused.code === 'answer_withheld' || refused.as === 'result') &&
    request.method === 'tools/call' &&
    request.id !== undefined
      ? toolRefusal(request.id, request.era, say)
      : errorAnswer(request.id, row.rpc, say, dataOf(refused, request));
  const status = statusOf(refused, request);
  return { status, headers: headersOf(status, refused), body };
}

function statusOf(refused: Refused, request: RefusedRequest): number {
  const { status } = ERRORS[refused.code];
  if (request.isUnread === true) return status === 200 ? FORBIDDEN : status;
  // SPEC 2025-11-25 basic/transports: to a legacy agent 404 says that its session is gone, and it would begin a new one.
  return refused.as === 'result' || (refused.code === 'method_unknown' && request.era === 'legacy') ? 200 : status;
}

/** Sends a refusal, unless the agent is gone. An answer that has begun is cut instead: half of one and half of another would lie. */
export function refuse(reply: Reply, refused: Refused, request: RefusedRequest): void {
  const answer = refusalAnswer(refused, request);
  reply.respond(answer.status, answer.headers, answer.body);
}

/** Reads a caught value: ours keep their code, everything else is internal and says nothing. */
export function refusedBy(error: unknown, log: Log): Refused {
  if (error instanceof GatewayError) return { code: error.code, say: error.say };
  log.error('unexpected', { error: error instanceof Error ? error : new Error('a value that is no error was thrown') });
  return { code: 'internal' };
}

function dataOf(refused: Refused, request: RefusedRequest): JsonObject | undefined {
  if (request.auditId === undefined) return refused.data;
  // Reserved codes have a shape of their own; ours carry the record's id.
  return refused.data ?? (ERRORS[refused.code].rpc > 0 ? { auditId: request.auditId } : undefined);
}

function headersOf(status: number, { retryAfterMs }: Refused): readonly string[] {
  switch (status) {
    case 401:
      return CHALLENGE;
    case 405:
      return ALLOW;
    case 429:
    case 503:
      // RFC 9110 §10.2.3: whole seconds; rounded up, or whoever obeys would come too early.
      return retryAfterMs === undefined ? RETRY : [...JSON_HEADERS, 'Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))];
    default:
      return JSON_HEADERS;
  }
}
