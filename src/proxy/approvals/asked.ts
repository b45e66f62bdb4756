// What exactly a person is asked about. All that a server may go by belongs to it, not the arguments alone: what could be changed behind an approval
// would be a way around it (T28). What the protocol itself changes with each message does not belong to it.

import { sha256Hex } from '../../base/index.ts';
import { canonicalJson } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { riskOf } from '../../policies/index.ts';
import type { Ask, Subject } from '../../policies/index.ts';
import type { Principal } from '../../agents/index.ts';
import type { AskedQuestion } from './types.ts';

/** A question, and what tells it from every other. */
export interface Asked {
  readonly question: AskedQuestion;
  /** Digest of all of it. */
  readonly key: string;
  /** Digest without what the gateway itself may put differently in later messages of the same call. */
  readonly base: string;
}

/** Whose wish, about what. */
export interface Wish {
  readonly principal: Principal;
  readonly server: string;
  readonly subject: Exclude<Subject, { kind: 'server' }>;
  readonly labels: readonly string[];
  /** Of the definitions that are approved for it. */
  readonly fingerprints: readonly string[];
  readonly params: JsonObject | undefined;
  /** It continues a call: what answers the server's questions is new with each round. */
  readonly isRetry: boolean;
}

/** Named elsewhere in a question. */
const NAMED: ReadonlySet<string> = new Set(['name', 'uri', 'arguments', '_meta']);
const RETRIED: ReadonlySet<string> = new Set(['inputResponses', 'requestState']);
/** What belongs to the message and not to the call: SPEC basic/index "_meta", W3C trace context. */
const OF_MESSAGES: ReadonlySet<string> = new Set(['progressToken', 'traceparent', 'tracestate', 'baggage']);
const PROTOCOL_PREFIX = 'io.modelcontextprotocol/';
const NO_ARGUMENTS: JsonObject = {};

/** The question that a verdict puts about a wish. */
export function askedOf(wish: Wish, { rule, approval, obligations }: Ask): Asked {
  const { principal, server, subject, params } = wish;
  const { tenant, agent, user } = principal;
  const { kind, name } = subject;
  const args = kind === 'resource' ? undefined : (params?.['arguments'] ?? NO_ARGUMENTS);
  const also = alsoSent(params, wish.isRetry);
  const content = canonicalJson({ ...(args !== undefined && { arguments: args }), ...(also !== undefined && { also }) });
  const fingerprint = wish.fingerprints.length === 0 ? undefined : wish.fingerprints.join();
  const risk = riskOf(wish.labels, obligations.class);
  const who = [tenant, agent, user ?? null, server, kind, name, fingerprint ?? null, rule, JSON.stringify(approval)];
  return {
    question: { tenant, agent, user, server, kind, name, fingerprint, rule, terms: approval, risk, content },
    key: sha256Hex(JSON.stringify([...who, content])),
    base: sha256Hex(JSON.stringify([...who, canonicalJson(args ?? null)])),
  };
}

/** What is sent beside the arguments and is not of the protocol. */
function alsoSent(params: JsonObject | undefined, isRetry: boolean): JsonObject | undefined {
  const also: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(params ?? {})) {
    if (!NAMED.has(key) && !(isRetry && RETRIED.has(key))) also[key] = value;
  }
  const meta = params?.['_meta'];
  if (isObject(meta)) {
    const own = Object.entries(meta).filter(([key]) => !OF_MESSAGES.has(key) && !key.startsWith(PROTOCOL_PREFIX));
    if (own.length > 0) also['_meta'] = Object.fromEntries(own);
  }
  return Object.keys(also).length === 0 ? undefined : also;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
