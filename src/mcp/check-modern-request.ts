// May this modern request be read as what it says? The body is the truth; each mirrored header must agree with it, or
// someone between agent and gateway has been shown another call than the server would get (header/body split-brain).
// The order of the checks is the order in which the errors matter to a client: who cannot be understood at all (_meta),
// which version, which method, which name (basic/transports/streamable-http, "Request Metadata"; basic/versioning).

import { fail, ok } from '../base/index.ts';
import type { ErrorCode, Result } from '../base/index.ts';
import { decodeHeaderValue, trimSpace } from './header-values.ts';
import { claimedRevision, readEnvelope } from './meta.ts';
import type { Envelope } from './meta.ts';
import { METHODS } from './methods.ts';
import { readName } from './read-subject.ts';
import { REVISIONS } from './revisions.ts';
import type { JsonObject, Message, MessageId, MethodRule, Refusal } from './types.ts';

/** The headers of a modern POST that mirror its body; raw values, undefined where absent. */
export interface ModernHeaders {
  /** MCP-Protocol-Version */
  readonly protocolVersion: string | undefined;
  /** Mcp-Method */
  readonly method: string | undefined;
  /** Mcp-Name */
  readonly name: string | undefined;
}

/** A modern request whose body and headers say the same. */
export interface ModernRequest extends Envelope {
  readonly id: MessageId;
  readonly method: string;
  readonly rule: MethodRule;
  /** The value of params.name, uri or taskId, for the methods that have one. */
  readonly name: string | undefined;
  readonly params: JsonObject | undefined;
}

const CARRIED: readonly string[] = REVISIONS.filter(({ era }) => era === 'modern').map(({ name }) => name);

/** Checks a request of the modern era against its own headers and the method table. */
export function checkModernRequest(message: Message, headers: ModernHeaders): Result<ModernRequest, Refusal> {
  if (message.kind !== 'request') return fail(refusal('rpc_malformed', 'Only a request has an answer.'));
  const { id, method, params } = message;
  const envelope = readEnvelope(params);
  if (!envelope.ok) return envelope;
  const clash = checkRevision(envelope.value.revision, headers.protocolVersion) ?? checkMethod(method, headers.method);
  if (clash !== undefined) return fail(clash);
  const rule = METHODS.get(method);
  if (rule === undefined || rule.notification === true || !rule.eras.includes('modern')) return fail(UNKNOWN_METHOD);
  const name = readName(rule, params);
  if (!name.ok) return name;
  const mismatch = checkName(name.value, headers.name);
  if (mismatch !== undefined) return fail(mismatch);
  return ok({ id, method, rule, name: name.value, params, ...envelope.value });
}

/**
 * Checks a notification of the modern era. MCP leaves its headers undefined over HTTP ("Notifications"), so they may be
 * absent; what is there must still agree with the body.
 */
export function checkModernNotification(message: Message, headers: ModernHeaders): Result<MethodRule, Refusal> {
  if (message.kind !== 'notification') return fail(refusal('rpc_malformed', 'An agent sends requests and notifications only.'));
  const claim = claimedRevision(message.params);
  if (claim === null) return fail(refusal('params_malformed', 'The protocol version in _meta must be a string.'));
  const revision = claim ?? headers.protocolVersion;
  const clash =
    (revision === undefined ? undefined : checkRevision(revision, headers.protocolVersion ?? revision)) ??
    (headers.method === undefined ? undefined : checkMethod(message.method, headers.method));
  if (clash !== undefined) return fail(clash);
  const rule = METHODS.get(message.method);
  return rule?.notification === true && rule.eras.includes('modern') ? ok(rule) : fail(UNKNOWN_METHOD);
}

const UNKNOWN_METHOD: Refusal = { code: 'method_unknown', say: 'This method does not exist in MCP 2026-07-28.' };

function checkRevision(claimed: string, header: string | undefined): Refusal | undefined {
  if (header === undefined) return refusal('header_mismatch', 'The header MCP-Protocol-Version is missing.');
  if (trimSpace(header) !== claimed) return refusal('header_mismatch', 'The header MCP-Protocol-Version does not match _meta.');
  if (CARRIED.includes(claimed)) return undefined;
  return { code: 'version_unsupported', say: 'This protocol version is not supported.', data: { supported: CARRIED, requested: claimed } };
}

function checkMethod(method: string, header: string | undefined): Refusal | undefined {
  if (header === undefined) return refusal('header_mismatch', 'The header Mcp-Method is missing.');
  return trimSpace(header) === method ? undefined : refusal('header_mismatch', 'The header Mcp-Method does not match the body.');
}

function checkName(name: string | undefined, header: string | undefined): Refusal | undefined {
  if (header === undefined) return name === undefined ? undefined : refusal('header_mismatch', 'The header Mcp-Name is missing.');
  // A name in the header and none in the body is a mismatch as well: someone on the way may have decided by it.
  if (name === undefined) return refusal('header_mismatch', 'The header Mcp-Name names something and the body does not.');
  const decoded = decodeHeaderValue(header);
  if (!decoded.ok) return decoded.error;
  return decoded.value === name ? undefined : refusal('header_mismatch', 'The header Mcp-Name does not match the body.');
}

function refusal(code: ErrorCode, say: string): Refusal {
  return { code, say };
}
