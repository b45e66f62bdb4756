// The load, as bytes: one tools/call of 1 KiB each way, in either era, and what a measurement asks of the generator.
// Pure: generator, upstream and runner must agree on these bytes, so they stand here once.

/** The two forms of the protocol: requests that stand alone, and sessions. */
export type Era = 'modern' | 'legacy';

/** The revision that a hop of each era speaks. */
export const REVISIONS = { modern: '2026-07-28', legacy: '2025-11-25' } as const satisfies Record<Era, string>;

/** Size of the request body and of the answer body. */
export const BODY_BYTES = 1024;

/** Every hop is held to this one suite, so that no row is faster by negotiating a cheaper one. */
export const CIPHER_SUITE = 'TLS_AES_256_GCM_SHA384';

/** Name in the certificates of the bench. */
export const SERVER_NAME = 'localhost';

/** The path of the upstream, of HAProxy, and of the gateway's route to one server. */
export const ROUTE = '/mcp/bench';

/** The path of the gateway's route to several servers as one. */
export const AGGREGATE_ROUTE = '/mcp';

/** The tools of the upstream; each caller has its own. */
export const TOOLS: readonly string[] = Array.from({ length: 20 }, (_, n) => `lookup_${String(n).padStart(2, '0')}`);

/** How many tools the upstream lists besides: a catalogue of 1 000 in all. */
export const UNCALLED_TOOLS = 980;

/** How long the slow upstream takes. */
export const SLOW_MS = 5;

/** Who calls: connection n of the generator is caller n modulo their number. */
export interface Caller {
  /** Undefined: it shows none. */
  readonly key: string | undefined;
  /** The tool it calls, by the name that the route gives it. */
  readonly tool: string;
  /** Its session, opened beforehand, when it is an agent of the legacy era. */
  readonly session: string | undefined;
}

/** How requests are timed: as fast as answers come back, or on a schedule that does not wait for answers. */
export type Pace = { readonly kind: 'closed' } | { readonly kind: 'open'; readonly ratePerSecond: number };

/** What the generator is told, as one line of JSON on its standard input. */
export interface LoadPlan {
  readonly port: number;
  /** PEM file of the CA; undefined: plain HTTP. */
  readonly caFile: string | undefined;
  readonly connections: number;
  readonly pace: Pace;
  /**
   * Whether a refusal for too much work (429, 503) is an error like any other, or is counted; then, on a schedule, a call that found no connection for
   * a second is given up.
   */
  readonly refusals: 'errors' | 'counted';
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly callers: readonly Caller[];
  readonly route: string;
  /** Body of the right answer to the request with FIRST_ID; every other one differs by its id. */
  readonly answer: string;
}

/** What the generator says, one line of JSON each: the window opens, the window closes, the figures. */
export type GeneratorEvent = { readonly event: 'measuring' } | { readonly event: 'measured' } | GeneratorResult;

/** The figures of one window. Latencies in milliseconds; with an open pace they count from the scheduled instant. */
export interface GeneratorResult {
  readonly event: 'result';
  /** Answers inside the window, all of them checked. */
  readonly answered: number;
  /** Answers of the whole run, warm-up included. */
  readonly answeredInAll: number;
  readonly windowMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How late the generator woke for a scheduled instant: its own share of the latency (0 when closed). */
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  /** Calls inside the window that were refused, and calls that were given up, where these are counted. */
  readonly refused: number;
  readonly givenUp: number;
  /** Connections that the other side closed in good order and that were opened again. */
  readonly reconnects: number;
  readonly protocol: string;
  /** Anything wrong: a wrong status, length, id or byte, a broken connection. Must be 0. */
  readonly errors: number;
  readonly firstError: string | undefined;
}

/** The id of the first connection's requests. */
export const FIRST_ID = 100_000;

/** JSON-RPC id of a connection: distinct among requests in flight, and always six digits, so that sizes stay equal. */
export function messageId(connection: number): number {
  return FIRST_ID + connection;
}

/** The body of a call, exactly BODY_BYTES long. */
export function callBody(id: number, tool: string, era: Era): Uint8Array {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': REVISIONS.modern,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'sallyport-bench', version: '1.0.0' },
  };
  return padded((note) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: { query: 'orders that are late', customer: 'C-20418', limit: 20, archived: false, note },
      ...(era === 'modern' ? { _meta: meta } : {}),
    },
  }));
}

/** The head fields, beside Host, of any message of one agent. */
export function messageHeaders(key: string | undefined): Record<string, string> {
  return {
    ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'User-Agent': 'sallyport-bench/1.0.0',
  };
}

/** The same with what its era adds: the mirror of a call's body, or the session. */
export function callerHeaders({ key, session, tool }: Caller): Record<string, string> {
  const era: Record<string, string> =
    session === undefined
      ? { 'MCP-Protocol-Version': REVISIONS.modern, 'Mcp-Method': 'tools/call', 'Mcp-Name': tool }
      : { 'MCP-Protocol-Version': REVISIONS.legacy, 'Mcp-Session-Id': session };
  return { ...messageHeaders(key), ...era };
}

/** The whole request of one connection: head and body in one piece, sent again and again. */
export function callRequest(id: number, caller: Caller, port: number, route: string): Uint8Array {
  const body = callBody(id, caller.tool, eraOf(caller));
  const headers = Object.entries(callerHeaders(caller)).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST ${route} HTTP/1.1`, `Host: ${SERVER_NAME}:${port}`, ...headers, `Content-Length: ${body.length}`];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** The era that a caller speaks. */
export function eraOf({ session }: Caller): Era {
  return session === undefined ? 'modern' : 'legacy';
}

/** The body of the upstream's answer, exactly BODY_BYTES long. */
export function answerBody(id: number, era: Era): Uint8Array {
  return padded((note) => ({ jsonrpc: '2.0', id, result: toolResult(note, era) }));
}

/** The answer to another request than the one with FIRST_ID. */
export function answerTo(id: number, answer: string): Uint8Array {
  const parts = answer.split(`"id":${FIRST_ID}`);
  if (parts.length !== 2) throw new Error(`an answer has its id ${parts.length - 1} times, where once was expected`);
  return Buffer.from(parts.join(`"id":${id}`));
}

/** What the upstream's tools give. */
function toolResult(note: string, era: Era): unknown {
  const result = {
    content: [{ type: 'text', text: note }],
    structuredContent: { orders: [{ id: 'O-77120', customer: 'C-20418', daysLate: 3, total: 129.95 }], more: false },
    isError: false,
  };
  const meta = { 'io.modelcontextprotocol/serverInfo': { name: 'bench-upstream', version: '1.0.0' } };
  return era === 'modern' ? { resultType: 'complete', ...result, _meta: meta } : result;
}

const WORDS = 'The parcel left the warehouse on Tuesday and waits at the depot until the customs form has been signed; ';

/** Serialises `make(note)` with a note of ordinary words that brings it to BODY_BYTES. */
function padded(make: (note: string) => unknown): Uint8Array {
  const missing = BODY_BYTES - Buffer.byteLength(JSON.stringify(make('')));
  if (missing < 0) throw new Error(`a bench body is ${-missing} bytes too long`);
  return Buffer.from(JSON.stringify(make(WORDS.repeat(Math.ceil(missing / WORDS.length)).slice(0, missing))));
}
