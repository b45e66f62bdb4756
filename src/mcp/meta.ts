// The members of `_meta` that MCP 2026-07-28 puts into every request (basic/index, "_meta"), read once.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { isObject } from './json-value.ts';
import { isMessageId } from './read-message.ts';
import type { JsonObject, JsonValue, MessageId, Refusal } from './types.ts';

export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
export const META_SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/** What a modern request says about itself in `_meta`. Self-asserted: for display, logs and routing, never for rights. */
export interface Envelope {
  readonly revision: string;
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject | undefined;
  readonly logLevel: string | undefined;
  readonly progressToken: MessageId | undefined;
  /** W3C trace context (SEP-414). */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly baggage: string | undefined;
}

/** The `_meta` of a message, if it has one that is an object. */
export function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta : undefined;
}

/** The revision that a message claims for itself; undefined if it claims none, null if the claim is no string. */
export function claimedRevision(params: JsonObject | undefined): string | null | undefined {
  const claim = metaOf(params)?.[META_PROTOCOL_VERSION];
  return claim === undefined || typeof claim === 'string' ? claim : null;
}

/** Reads the envelope. Two members are required; the optional ones must have their type, as what they mean depends on it. */
export function readEnvelope(params: JsonObject | undefined): Result<Envelope, Refusal> {
  const meta = metaOf(params);
  if (meta === undefined) return refuse('The parameter _meta is required and must be an object.');
  const revision = meta[META_PROTOCOL_VERSION];
  if (typeof revision !== 'string') return refuse(`_meta must have ${META_PROTOCOL_VERSION}, a string.`);
  const clientCapabilities = meta[META_CLIENT_CAPABILITIES];
  if (!isObject(clientCapabilities)) return refuse(`_meta must have ${META_CLIENT_CAPABILITIES}, an object.`);
  const clientInfo = meta[META_CLIENT_INFO];
  if (clientInfo !== undefined && !isObject(clientInfo)) return refuse(`${META_CLIENT_INFO} must be an object.`);
  const logLevel = meta[META_LOG_LEVEL];
  if (logLevel !== undefined && typeof logLevel !== 'string') return refuse(`${META_LOG_LEVEL} must be a string.`);
  const progressToken = meta['progressToken'];
  if (progressToken !== undefined && !isMessageId(progressToken)) return refuse('progressToken must be a string or an integer.');
  return ok({
    revision,
    clientCapabilities,
    clientInfo,
    logLevel,
    progressToken,
    traceparent: stringOf(meta['traceparent']),
    tracestate: stringOf(meta['tracestate']),
    baggage: stringOf(meta['baggage']),
  });
}

// A trace context that cannot be read starts a new trace and fails nothing (W3C Trace Context §3.2).
function stringOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function refuse(say: string): Result<never, Refusal> {
  return fail({ code: 'params_malformed', say });
}
