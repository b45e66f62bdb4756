// The Mcp-Session-Id that agents of the legacy era get: a sealed token. Any worker can open it, nobody else can make or read one,
// and it is of no use to another agent or on another route.
//
// Format: "s1." kid "." base64url(nonce[12] ‖ ciphertext ‖ tag[16]); AES-256-GCM (NIST SP 800-38D) under the keeper's key `kid`.
// Additional data: the purpose, tenant, agent and server, so that a token opened for anybody else fails its tag: possession of a
// session id is never authentication (MCP security best practices, "Session Hijacking").
// Plaintext: JSON of SessionFacts.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Principal } from '../../agents/index.ts';

/** What a session id says to the gateway. */
export interface SessionFacts {
  /** The worker that holds the session's state; undefined: no worker does, every worker can carry it. */
  readonly owner: string | undefined;
  /** The owner's number for it, or the server's own session id ('' if the server has none). */
  readonly inner: string;
  /** The revision that agent and server agreed on. */
  readonly revision: string;
  readonly openedAtMs: number;
}

/** A key of the keeper. */
export interface SealingKey {
  readonly kid: string;
  readonly key: Uint8Array;
}

const PREFIX = 's1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals facts for one agent on one server. */
export function sealSession(facts: SessionFacts, key: SealingKey, principal: Principal, server: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce);
  cipher.setAAD(binding(principal, server));
  const text = JSON.stringify([facts.owner ?? null, facts.inner, facts.revision, facts.openedAtMs]);
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${PREFIX}.${key.kid}.${sealed.toString('base64url')}`;
}

/** Opens a token; undefined for anything that was not sealed here for exactly this agent and server. */
export function openSession(token: string, keys: readonly SealingKey[], principal: Principal, server: string): SessionFacts | undefined {
  const [prefix, kid, body, rest] = token.split('.');
  if (prefix !== PREFIX || body === undefined || rest !== undefined) return undefined;
  const key = keys.find((one) => one.kid === kid);
  const sealed = Buffer.from(body, 'base64url');
  // base64url has several spellings of the same bytes; only the one that was issued counts.
  if (key === undefined || sealed.length < NONCE_BYTES + TAG_BYTES || sealed.toString('base64url') !== body) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(binding(principal, server));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    return readFacts(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function binding(principal: Principal, server: string): Uint8Array {
  return Buffer.from(JSON.stringify(['sallyport session 1', principal.tenant, principal.agent, server]));
}

function readFacts(value: unknown): SessionFacts | undefined {
  if (!Array.isArray(value)) return undefined;
  const [owner, inner, revision, openedAtMs]: readonly unknown[] = value;
  if (typeof inner !== 'string' || typeof revision !== 'string' || typeof openedAtMs !== 'number') return undefined;
  return { owner: typeof owner === 'string' ? owner : undefined, inner, revision, openedAtMs };
}
