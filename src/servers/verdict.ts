// Which revisions a server speaks, read from how it answers two probes: server/discover (modern) and initialize (legacy).
// The rules are those of the spec's era detection: a status or a silence that says nothing about the era decides nothing
// (401, 403, 5xx, time-outs, network errors), and no single error code decides. Pure.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { isLegacyRevision, isModernRevision } from '../mcp/index.ts';

/** What carries a server's sessions of the legacy era: its pipe, Streamable HTTP, or the HTTP+SSE of 2024-11-05. */
export type Transport = 'stdio' | 'streamable' | 'sse';

/** What a server speaks, and until when that is believed. A stale legacy verdict would work for ever in silence, so every verdict is dated. */
export interface EraVerdict {
  readonly revisions: readonly string[];
  readonly modern: boolean;
  readonly legacy: boolean;
  readonly transport: Transport;
  readonly decidedAtMs: number;
  readonly staleAtMs: number;
}

/** How a server answered one probe. `value` is the parsed JSON-RPC message, if there was one. */
export interface ProbeAnswer {
  /** HTTP status; undefined on stdio. */
  readonly status: number | undefined;
  readonly value: JsonValue | undefined;
}

/** What one probe proves. */
export type Evidence =
  | { readonly kind: 'speaks'; readonly revisions: readonly string[] }
  | { readonly kind: 'not' }
  | ({ readonly kind: 'unclear' } & NoVerdict);

/** Why nothing can be said about a server: for the operator, and as a row of the error table. */
export interface NoVerdict {
  readonly reason: string;
  readonly code: 'upstream_unreachable' | 'upstream_timeout';
}

const MODERN_LIFE_MS = 30 * 60_000;
const LEGACY_LIFE_MS = 5 * 60_000;
/** It speaks the legacy era, and something went wrong when it was asked for the modern one. */
const UNSURE_LIFE_MS = 30_000;
const UNSUPPORTED_VERSION = -32022;

/** Reads the answer to server/discover. */
export function readDiscover(answer: ProbeAnswer): Evidence {
  const unclear = undecided(answer);
  if (unclear !== undefined) return unclear;
  const result = member(answer.value, 'result');
  const supported = strings(member(result, 'supportedVersions'));
  if (supported !== undefined) return { kind: 'speaks', revisions: supported };
  const error = member(answer.value, 'error');
  if (member(error, 'code') === UNSUPPORTED_VERSION) {
    const offered = strings(member(member(error, 'data'), 'supported'));
    if (offered !== undefined) return { kind: 'speaks', revisions: offered };
  }
  return { kind: 'not' };
}

/** Reads the answer to initialize. */
export function readInitialize(answer: ProbeAnswer): Evidence {
  const unclear = undecided(answer);
  if (unclear !== undefined) return unclear;
  const revision = member(member(answer.value, 'result'), 'protocolVersion');
  return typeof revision === 'string' && isLegacyRevision(revision) ? { kind: 'speaks', revisions: [revision] } : { kind: 'not' };
}

/** Joins what both probes proved into a verdict, or says why there is none. */
export function judge(discover: Evidence, initialize: Evidence, transport: Transport, nowMs: number): Result<EraVerdict, NoVerdict> {
  const revisions = new Set<string>();
  if (discover.kind === 'speaks') for (const revision of discover.revisions) revisions.add(revision);
  if (initialize.kind === 'speaks') for (const revision of initialize.revisions) revisions.add(revision);
  if (revisions.size === 0) {
    if (discover.kind === 'unclear') return fail(discover);
    if (initialize.kind === 'unclear') return fail(initialize);
    return fail({
      reason: 'It answers neither server/discover nor initialize as an MCP server does. Check the URL or the command.',
      code: 'upstream_unreachable',
    });
  }
  const all = [...revisions].toSorted();
  const modern = all.some(isModernRevision);
  const lifeMs = modern ? MODERN_LIFE_MS : discover.kind === 'unclear' ? UNSURE_LIFE_MS : LEGACY_LIFE_MS;
  return ok({
    revisions: all,
    modern,
    legacy: !all.every(isModernRevision),
    transport,
    decidedAtMs: nowMs,
    staleAtMs: nowMs + lifeMs,
  });
}

function undecided(answer: ProbeAnswer): Evidence | undefined {
  const { status } = answer;
  if (status === 401 || status === 403)
    return {
      kind: 'unclear',
      reason: `It answers ${status}: it wants credentials. Give it some under 'headers' in the config.`,
      code: 'upstream_unreachable',
    };
  if (status !== undefined && status >= 500) return { kind: 'unclear', reason: `It answers ${status}.`, code: 'upstream_unreachable' };
  return undefined;
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function strings(value: JsonValue | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value.filter((item: unknown) => typeof item === 'string');
  return list.length > 0 ? list : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
