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
/** What the protocol itself says about who speaks (SPEC basic/index, "_meta"). Others of its prefix are nobody's: a server may go by any of them. */
const OF_PROTOCOL: ReadonlySet<string> = new Set([
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientInfo',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/logLevel',
]);
/** What differs from one message to the next, as long as it is of the form that leaves room for nothing else. */
const OF_MESSAGES: ReadonlyMap<string, RegExp> = new Map([
  ['progressToken', /^[A-Za-z0-9._:-]{1,64}$/],
  ['traceparent', /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/],
]);
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
    const own = Object.entries(meta).filter(([key, value]) => !OF_PROTOCOL.has(key) && !isOfMessage(key, value));
    if (own.length > 0) also['_meta'] = Object.fromEntries(own);
  }
  return Object.keys(also).length === 0 ? undefined : also;
}

function isOfMessage(key: string, value: JsonValue): boolean {
  const isText = typeof value === 'string' || typeof value === 'number';
  return isText && OF_MESSAGES.get(key)?.test(String(value)) === true;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
