// How the gateway opens a session of the legacy era in the name of an agent, and what it tells the agent of the server afterwards
// (2025-11-25 basic/lifecycle; 2026-07-28 server/discover).

import { isLegacyRevision, isModernRevision, LATEST_LEGACY, REVISIONS, toModernServerCapabilities, writeResult } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import type { FinalMessage } from './party.ts';

/** What a server said in initialize. */
export interface Agreed {
  readonly revision: string;
  readonly capabilities: JsonObject;
  readonly serverInfo: JsonObject | undefined;
  readonly instructions: string | undefined;
}

/** For whom a session is opened. */
export interface Opening {
  /** Of the server's revisions, as they were found out. */
  readonly revisions: readonly string[];
  /** What the agent offers, as far as a legacy session can use it. */
  readonly capabilities: JsonObject;
  readonly clientInfo: JsonObject | undefined;
}

/** A name, a version, and icons, which may be in it as data. */
const MAX_INFO_BYTES = 64 * 1024;
/** An agent that does not say who it is. */
const NAMELESS: JsonObject = { name: 'sallyport', version: '1' };
const MODERN_NAMES: readonly string[] = REVISIONS.filter(({ era }) => era === 'modern').map(({ name }) => name);

/** The params of initialize. */
export function initializeParams({ revisions, capabilities, clientInfo }: Opening): JsonObject {
  const legacy = revisions.filter((name) => !isModernRevision(name) && isLegacyRevision(name));
  return { protocolVersion: legacy.toSorted().at(-1) ?? LATEST_LEGACY, capabilities, clientInfo: clientInfo ?? NAMELESS };
}

/** What the server agreed to; a sentence says why it cannot be used. */
export function readAgreed(said: FinalMessage, server: string): Agreed | string {
  if (said.kind === 'error') return `The MCP server '${server}' refused to open a session.`;
  const result = isObject(said.result) ? said.result : {};
  const { protocolVersion, capabilities, serverInfo, instructions } = result;
  if (typeof protocolVersion !== 'string' || !isLegacyRevision(protocolVersion))
    return `The MCP server '${server}' speaks ${typeof protocolVersion === 'string' ? protocolVersion : 'no known revision'}, which this gateway does not.`;
  return {
    revision: protocolVersion,
    capabilities: isObject(capabilities) ? capabilities : {},
    serverInfo: isObject(serverInfo) && isRepeatable(serverInfo) ? serverInfo : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  };
}

/** It goes into each result of the modern era, one level deeper than where it was read: not at any length or depth. */
function isRepeatable(serverInfo: JsonObject): boolean {
  try {
    return writeResult(0, inMeta(serverInfo)).document.bytes.length <= MAX_INFO_BYTES;
  } catch {
    return false;
  }
}

function inMeta(serverInfo: JsonObject): JsonObject {
  return { _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } };
}

/** The result of server/discover: what the gateway makes of such a server for a modern agent. */
export function discoverResult(agreed: Agreed, tellsOfChanges: boolean): JsonObject {
  const { instructions, serverInfo } = agreed;
  return {
    resultType: 'complete',
    supportedVersions: MODERN_NAMES,
    capabilities: toModernServerCapabilities(agreed.capabilities, tellsOfChanges),
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: 0,
    cacheScope: 'private',
    ...(serverInfo === undefined ? {} : inMeta(serverInfo)),
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
