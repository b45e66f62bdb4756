// What the head of an HTTP server's answer means, where its body is of no use. A server's own text and challenge are for the gateway alone.

import type { ErrorCode } from '../base/index.ts';

/** Statuses that are about the gateway's own access: what they say is not for the agent. */
export const OWN_ACCESS: ReadonlySet<number> = new Set([401, 403, 407]);

/** Type and subtype, without parameters (RFC 9110 §8.3.1): their case does not matter, what they begin with does not count. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** What a status without a usable body means for the agent. */
export function statusRefusal(status: number, server: string): { readonly code: ErrorCode; readonly say: string } {
  if (OWN_ACCESS.has(status)) return { code: 'upstream_unreachable', say: `The MCP server '${server}' refused the gateway's credentials.` };
  if (status === 429 || status === 503) return { code: 'overloaded', say: `The MCP server '${server}' is overloaded.` };
  return { code: 'upstream_malformed', say: `The MCP server '${server}' answered with HTTP status ${status}.` };
}
