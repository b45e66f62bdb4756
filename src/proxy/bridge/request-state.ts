// The requestState of a round that the gateway itself has opened (MCP 2026-07-28 basic/patterns/mrtr): a sealed token that names the
// worker that holds the parked call. It is echoed by the agent and therefore attacker-controlled; it is bound to who may answer, to
// what was asked and to a time, so that it continues exactly the call that it was given for, or none.
//
// Format: seal.ts, with the prefix "r1", bound to the purpose, tenant, agent and user. Plaintext: JSON of RoundFacts. Each round has a
// number of its own, so a state that was used once is worth nothing any more.

import { sha256Hex } from '../../base/index.ts';
import type { Principal } from '../../agents/index.ts';
import { canonicalJson } from '../../mcp/index.ts';
import type { JsonObject } from '../../mcp/index.ts';
import { seal, unseal } from './seal.ts';
import type { Sealed, SealingKey } from './seal.ts';

/** What a request state says to the gateway. */
export interface RoundFacts {
  /** The worker that holds the parked call. */
  readonly owner: string;
  /** The owner's number for this round of it. */
  readonly number: number;
  readonly server: string;
  readonly method: string;
  /** Of the params that the call was made with. */
  readonly digest: string;
  readonly expiresAtMs: number;
}

const CHANGING: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState']);

/** Seals the facts of a round for the agent that is asked. */
export function sealRound(facts: RoundFacts, key: SealingKey, principal: Principal): string {
  const { owner, number, server, method, digest, expiresAtMs } = facts;
  return seal(JSON.stringify([owner, number, server, method, digest, expiresAtMs]), sealedFor(principal), key);
}

/** Opens a request state; undefined for anything that was not sealed here for this agent. */
export function openRound(state: string, keys: readonly SealingKey[], principal: Principal): RoundFacts | undefined {
  const text = unseal(state, sealedFor(principal), keys);
  const facts: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(facts)) return undefined;
  const [owner, number, server, method, digest, expiresAtMs]: readonly unknown[] = facts;
  if (typeof owner !== 'string' || typeof server !== 'string' || typeof method !== 'string') return undefined;
  if (typeof number !== 'number' || typeof digest !== 'string' || typeof expiresAtMs !== 'number') return undefined;
  return { owner, number, server, method, digest, expiresAtMs };
}

/** What of the params makes it the same call: everything but what a retry has to change, and what may change with every request. */
export function digestOf(params: JsonObject | undefined): string {
  const salient = Object.entries(params ?? {}).filter(([name]) => !CHANGING.has(name));
  return sha256Hex(canonicalJson(Object.fromEntries(salient)));
}

function sealedFor({ tenant, agent, user }: Principal): Sealed {
  return { prefix: 'r1', binding: ['sallyport round 1', tenant, agent, user ?? null] };
}
