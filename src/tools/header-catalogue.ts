// Which arguments a tool mirrors in Mcp-Param headers (SEP-2243), learnt from the lists that pass by. Never fetched on the road of a
// call: a tool that has not been listed has no rule here, and its headers go on untouched.

import { scanHeaderParams } from '../mcp/index.ts';
import type { HeaderParam, JsonValue } from '../mcp/index.ts';

/** Learnt header rules, by server and tool. */
export interface HeaderCatalogue {
  get(server: string, tool: string): readonly HeaderParam[] | undefined;
  /** Learns from a listed tool. False: its annotations are invalid, and an HTTP client must not show it (SPEC server/tools). */
  learn(server: string, tool: JsonValue): boolean;
  /** Forgets a server whose tools changed. */
  forget(server: string): void;
}

/** A server with more annotated tools than this is not remembered further: its headers go on untouched. */
const MAX_TOOLS_PER_SERVER = 10_000;

/** An empty catalogue. */
export function createHeaderCatalogue(): HeaderCatalogue {
  const servers = new Map<string, Map<string, readonly HeaderParam[]>>();
  return {
    get: (server, tool) => servers.get(server)?.get(tool),
    learn: (server, tool) => {
      if (!isObject(tool) || typeof tool['name'] !== 'string' || !isObject(tool['inputSchema'])) return true;
      const scanned = scanHeaderParams(tool['inputSchema']);
      if (!scanned.ok) return false;
      const known = servers.get(server);
      if (scanned.value.length === 0) {
        known?.delete(tool['name']);
        return true;
      }
      const tools = known ?? new Map<string, readonly HeaderParam[]>();
      if (known === undefined) servers.set(server, tools);
      if (tools.has(tool['name']) || tools.size < MAX_TOOLS_PER_SERVER) tools.set(tool['name'], scanned.value);
      return true;
    },
    forget: (server) => void servers.delete(server),
  };
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
