// What MCP requires of a gateway and the official suite does not test: each with an id and where it is written. A test says which
// one it proves by `verifies(id)`; requirements.test.ts fails when one is proven nowhere.

const MODERN = 'https://modelcontextprotocol.io/specification/2026-07-28';
const LEGACY = 'https://modelcontextprotocol.io/specification/2025-11-25';

/** The requirements, by id. */
export const REQUIREMENTS = {
  'modern.disconnect-cancels': {
    says: 'Closing the response stream cancels the request; a gateway closes the stream of the server in turn.',
    link: `${MODERN}/basic/transports/streamable-http`,
  },
  'modern.stream-not-buffered': {
    says: 'What a server sends before its result reaches the client when it is sent.',
    link: `${MODERN}/basic/transports/streamable-http`,
  },
  'modern.headers-match-body': {
    says: 'Whoever reads the body compares Mcp-Method, Mcp-Name and MCP-Protocol-Version with it and refuses a mismatch with 400 and -32020.',
    link: `${MODERN}/basic/transports/streamable-http`,
  },
  'modern.param-headers-of-the-schema': {
    says: 'A client sends the Mcp-Param headers that the schema declares; an intermediary that does not know them forwards them, one that knows the schema need not.',
    link: `${MODERN}/basic/transports/streamable-http`,
  },
  'modern.meta-preserved': { says: 'Unknown members of _meta and the trace context travel on.', link: `${MODERN}/basic` },
  'modern.request-state-exact': {
    says: 'requestState comes back to the server exactly as it was given out, with the original params and the input responses.',
    link: `${MODERN}/basic/patterns/mrtr`,
  },
  'modern.cursor-opaque': {
    says: 'Cursors are opaque, and the empty string is one.',
    link: `${MODERN}/server/utilities/pagination`,
  },
  'modern.cache-hints': {
    says: 'ttlMs and cacheScope of a result are kept; a list that was filtered for one principal is private.',
    link: `${MODERN}/server/utilities/caching`,
  },
  'modern.listen-filter': {
    says: 'A subscription begins with its acknowledgement, carries only what was asked for, and every notification names it.',
    link: `${MODERN}/basic/patterns/subscriptions`,
  },
  'modern.post-only': { says: 'GET and DELETE have no meaning and are refused.', link: `${MODERN}/basic/transports/streamable-http` },
  'era.unshared-is-said': { says: 'Where client and server share no revision, the error says so.', link: `${MODERN}/basic/versioning` },
  'era.bridged': {
    says: 'A client and a server of different eras are no concern of each other where something stands between them that speaks both.',
    link: `${MODERN}/basic/versioning`,
  },
  'era.dual-follows-client': { says: 'A server of both eras is spoken to in the era of the client.', link: `${MODERN}/basic/versioning` },
  'legacy.negotiation': {
    says: 'initialize agrees on one revision, which then stands on every request.',
    link: `${LEGACY}/basic/lifecycle`,
  },
  'legacy.session-id': {
    says: 'The session id is unguessable visible ASCII; without it 400, with an unknown one 404.',
    link: `${LEGACY}/basic/transports`,
  },
  'legacy.session-end': {
    says: 'DELETE ends the session, here and at the server; afterwards it is unknown.',
    link: `${LEGACY}/basic/transports`,
  },
  'legacy.get-stream': { says: 'GET opens the stream for what belongs to no request.', link: `${LEGACY}/basic/transports` },
  'legacy.server-requests': { says: "A request of the server is answered by a POST of the client's.", link: `${LEGACY}/basic/transports` },
  'legacy.disconnect-is-no-cancel': { says: 'A broken connection cancels nothing.', link: `${LEGACY}/basic/transports` },
  'legacy.cancelled': {
    says: 'notifications/cancelled reaches the server with the id the server knows.',
    link: `${LEGACY}/basic/utilities/cancellation`,
  },
  'legacy.session-bound-to-caller': {
    says: 'A session id is no authentication: it serves only the principal that opened it.',
    link: `${LEGACY}/basic/security_best_practices`,
  },
  'legacy.revision-per-hop': {
    says: 'Client and gateway, gateway and server each speak the revision that initialize settled on between them.',
    link: `${LEGACY}/basic/lifecycle`,
  },
  'legacy.batches': {
    says: 'A session of 2025-03-26 takes batches, and answers them as an array or on one stream.',
    link: 'https://modelcontextprotocol.io/specification/2025-03-26/basic/transports',
  },
  'legacy.http-sse': {
    says: 'An older client opens a stream, is told an endpoint, and finds everything on that stream.',
    link: 'https://modelcontextprotocol.io/specification/2024-11-05/basic/transports',
  },
  'legacy.resumption': {
    says: 'Last-Event-ID brings the rest of that stream, and of no other.',
    link: `${LEGACY}/basic/transports`,
  },
  'stdio.process-per-session': { says: 'A legacy process over stdio is one session.', link: `${LEGACY}/basic/transports` },
  'gateway.no-token-passthrough': { says: "The caller's credentials never reach the server.", link: `${MODERN}/basic/authorization` },
} as const satisfies Record<string, { readonly says: string; readonly link: string }>;

/** A title for a test that proves a requirement. */
export function verifies(id: keyof typeof REQUIREMENTS, what: string): string {
  return `${id}: ${what}`;
}
