// The load, as bytes: one modern tools/call of 1 KiB each way, and what a measurement asks of the generator.
// Pure: generator, upstream and runner must agree on these bytes, so they stand here once.

/** The revision that every hop speaks. */
export const REVISION = '2026-07-28';

/** Size of the request body and of the answer body. */
export const BODY_BYTES = 1024;

/** Every hop is held to this one suite, so that no row is faster by negotiating a cheaper one. */
export const CIPHER_SUITE = 'TLS_AES_256_GCM_SHA384';

/** Name in the certificates of the bench. */
export const SERVER_NAME = 'localhost';

/** The route that is called; the same path at the gateway, at HAProxy and at the upstream. */
export const ROUTE = '/mcp/bench';

/** The tools of the upstream; each generator connection calls one of them. */
export const TOOLS: readonly string[] = Array.from({ length: 20 }, (_, n) => `lookup_${String(n).padStart(2, '0')}`);

/** How requests are timed: as fast as answers come back, or on a schedule that does not wait for answers. */
export type Pace = { readonly kind: 'closed' } | { readonly kind: 'open'; readonly ratePerSecond: number };

/** What the generator is told, as one line of JSON on its standard input. */
export interface LoadPlan {
  readonly port: number;
  /** PEM file of the CA; undefined: plain HTTP. */
  readonly caFile: string | undefined;
  readonly connections: number;
  readonly pace: Pace;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Keys of the agents; connection n uses key n modulo their number. */
  readonly keys: readonly string[];
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
  /** Connections that the other side closed in good order and that were opened again. */
  readonly reconnects: number;
  readonly protocol: string;
  /** Anything wrong: a wrong status, length, id or byte, a broken connection. Must be 0. */
  readonly errors: number;
  readonly firstError: string | undefined;
}

/** JSON-RPC id of a connection: distinct among requests in flight, and always six digits, so that sizes stay equal. */
export function messageId(connection: number): number {
  return 100_000 + connection;
}

/** The body of a call, exactly BODY_BYTES long. */
export function callBody(id: number, tool: string): Uint8Array {
  return padded((note) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: { query: 'orders that are late', customer: 'C-20418', limit: 20, archived: false, note },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': REVISION,
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'sallyport-bench', version: '1.0.0' },
      },
    },
  }));
}

/** The whole request of one connection: head and body in one piece, sent again and again. */
export function callRequest(id: number, tool: string, key: string, port: number): Uint8Array {
  const body = callBody(id, tool);
  const head = [
    `POST ${ROUTE} HTTP/1.1`,
    `Host: ${SERVER_NAME}:${port}`,
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `MCP-Protocol-Version: ${REVISION}`,
    'Mcp-Method: tools/call',
    `Mcp-Name: ${tool}`,
    'User-Agent: sallyport-bench/1.0.0',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** The body of an answer, exactly BODY_BYTES long. */
export function answerBody(id: number): Uint8Array {
  return padded((note) => ({
    jsonrpc: '2.0',
    id,
    result: {
      resultType: 'complete',
      content: [{ type: 'text', text: note }],
      structuredContent: { orders: [{ id: 'O-77120', customer: 'C-20418', daysLate: 3, total: 129.95 }], more: false },
      isError: false,
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'bench-upstream', version: '1.0.0' } },
    },
  }));
}

const WORDS = 'The parcel left the warehouse on Tuesday and waits at the depot until the customs form has been signed; ';

/** Serialises `make(note)` with a note of ordinary words that brings it to BODY_BYTES. */
function padded(make: (note: string) => unknown): Uint8Array {
  const missing = BODY_BYTES - Buffer.byteLength(JSON.stringify(make('')));
  if (missing < 0) throw new Error(`a bench body is ${-missing} bytes too long`);
  return Buffer.from(JSON.stringify(make(WORDS.repeat(Math.ceil(missing / WORDS.length)).slice(0, missing))));
}
