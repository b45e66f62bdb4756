// The Mcp-Session-Id that agents of the legacy era get: a sealed token. Any worker can open it, nobody else can make or read one,
// and it is of no use to another agent or on another route.
//
// Format: seal.ts, with the prefix "s2", bound to the purpose, tenant, agent and server: possession of a session id is never
// authentication (MCP security best practices, "Session Hijacking"). Plaintext: JSON of SessionFacts.

import type { Principal } from '../../agents/index.ts';
import { seal, unseal } from './seal.ts';
import type { Sealed, SealingKey } from './seal.ts';

/** What a session id says to the gateway. */
export interface SessionFacts {
  /** The worker that holds the session's state; undefined: no worker does, every worker can carry it. */
  readonly owner: string | undefined;
  /** The owner's number for it, or the server's own session id ('' if the server has none). */
  readonly inner: string;
  /** The revision that the agent speaks. */
  readonly revision: string;
  /** The revision that the server speaks: each hop has its own. */
  readonly serverRevision: string;
  readonly openedAtMs: number;
  /** What the agent declared that it can be asked for; undefined: nobody knows. */
  readonly declared?: readonly string[] | undefined;
}

/** Seals facts for one agent on one server. */
export function sealSession(facts: SessionFacts, key: SealingKey, principal: Principal, server: string): string {
  const text = JSON.stringify([facts.owner ?? null, facts.inner, facts.revision, facts.serverRevision, facts.openedAtMs, facts.declared]);
  return seal(text, sealedFor(principal, server), key);
}

/** Opens a token; undefined for anything that was not sealed here for exactly this agent and server. */
export function openSession(token: string, keys: readonly SealingKey[], principal: Principal, server: string): SessionFacts | undefined {
  const text = unseal(token, sealedFor(principal, server), keys);
  return text === undefined ? undefined : readFacts(JSON.parse(text));
}

function sealedFor(principal: Principal, server: string): Sealed {
  return { prefix: 's2', binding: ['sallyport session 2', principal.tenant, principal.agent, server] };
}

function readFacts(value: unknown): SessionFacts | undefined {
  if (!Array.isArray(value)) return undefined;
  const [owner, inner, revision, serverRevision, openedAtMs, said]: readonly unknown[] = value;
  if (typeof inner !== 'string' || typeof revision !== 'string' || typeof serverRevision !== 'string') return undefined;
  if (typeof openedAtMs !== 'number') return undefined;
  const declared = Array.isArray(said) ? said.filter((one): one is string => typeof one === 'string') : undefined;
  return { owner: typeof owner === 'string' ? owner : undefined, inner, revision, serverRevision, openedAtMs, declared };
}
