// The one table of faults and refusals. Code that fails names a row; only proxy/rescue.ts and admin/rescue.ts turn a
// row into a response. What a client may read is the row's text or an explicit `say`, never the text of a cause.
// JSON-RPC codes: the standard ones (JSON-RPC 2.0 §5.1), the three that MCP 2026-07-28 defines (-32020…-32022), and our own
// positive ones, since MCP forbids inventing codes inside -32768…-32000 (basic/index, "Error codes").

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

interface ErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** JSON-RPC error code, where the answer has a JSON-RPC body. */
  readonly rpc: number;
  readonly level: LogLevel;
  /** What the client reads when the place that failed says nothing better. */
  readonly text: string;
}

const row = (status: number, rpc: number, level: LogLevel, text: string): ErrorRow => ({ status, rpc, level, text });

/** Every fault and refusal of the data plane: code → HTTP status, JSON-RPC code, log level, text. Pinned by test/pins. */
export const ERRORS = {
  // The wire: the bytes cannot be trusted to mean one thing.
  http_malformed: row(400, -32600, 'info', 'The HTTP request is malformed or ambiguous.'),
  http_version: row(505, -32600, 'info', 'Only HTTP/1.1 is spoken here.'),
  http_head_too_large: row(431, -32600, 'info', 'The request head is too large.'),
  http_body_too_large: row(413, -32600, 'info', 'The request body is too large.'),
  http_length_required: row(411, -32600, 'info', 'The request has no Content-Length.'),
  http_encoding: row(415, -32600, 'info', 'Encoded request bodies are not accepted; send identity.'),
  http_content_type: row(415, -32600, 'info', 'The request body must be application/json.'),
  http_not_acceptable: row(406, -32600, 'info', 'Accept must list application/json and text/event-stream.'),
  http_method: row(405, -32600, 'info', 'This method is not allowed here.'),
  http_timeout: row(408, -32600, 'info', 'The request did not arrive in time.'),
  host_refused: row(
    403,
    -32600,
    'info',
    'This Host is not one that the gateway answers for; whoever runs it can add it under hosts of the listener.',
  ),
  tls_required: row(403, -32600, 'warn', 'This address takes requests only from the proxy that ends TLS in front of it.'),
  origin_refused: row(403, -32600, 'info', 'This Origin is not allowed.'),
  route_unknown: row(
    404,
    -32601,
    'info',
    'No such route: a server is at /mcp/<server>, several as one at /mcp, without a slash at the end.',
  ),
  // The language: JSON, JSON-RPC, MCP.
  json_malformed: row(400, -32700, 'info', 'The body is not valid JSON.'),
  json_ambiguous: row(400, -32600, 'info', 'The body can be read in two ways.'),
  rpc_malformed: row(400, -32600, 'info', 'The body is not one JSON-RPC 2.0 message.'),
  params_malformed: row(400, -32602, 'info', 'The request parameters are malformed.'),
  header_mismatch: row(400, -32020, 'info', 'An MCP header does not match the body.'),
  version_unsupported: row(400, -32022, 'info', 'This protocol version is not supported.'),
  method_unknown: row(404, -32601, 'info', 'This method is not known.'),
  session_required: row(400, -32600, 'info', 'This request needs an Mcp-Session-Id; send initialize first.'),
  session_unknown: row(404, -32600, 'info', 'No such session; send initialize again.'),
  // 1404 rather than -32602: the arguments are right, what they continue is gone.
  state_unknown: row(
    200,
    1404,
    'info',
    'What this continues is over: it was answered, has expired, or was lost with the process that held it. Send the request again without requestState.',
  ),
  capability_missing: row(400, -32021, 'info', 'The server needs a capability that this request does not declare.'),
  name_unknown: row(200, -32602, 'info', 'There is no such tool, prompt or resource here.'),
  era_unshared: row(400, -32022, 'info', 'The agent and the server share no protocol revision.'),
  // Somebody else's task, an altered id and one that never was look alike (io.modelcontextprotocol/tasks, "Security").
  task_unknown: row(200, -32602, 'info', 'There is no such task.'),
  // Who and whether.
  unauthenticated: row(401, 1401, 'info', 'A valid key is needed: Authorization: Bearer <key>.'),
  denied: row(200, 1403, 'info', 'Denied by policy.'),
  too_many: row(429, 1429, 'info', 'Too many requests.'),
  // A limit of the policy. As a result it has status 200; the route says which.
  limited: row(429, 1430, 'info', 'This call is over a limit.'),
  // The gateway and what stands behind it.
  draining: row(503, 1503, 'info', 'This gateway is shutting down.'),
  overloaded: row(503, 1503, 'warn', 'The gateway is overloaded.'),
  not_ready: row(503, 1503, 'warn', 'The gateway is not ready.'),
  audit_unavailable: row(503, 1504, 'error', 'The call cannot be recorded, so it is not carried.'),
  upstream_unreachable: row(502, 1502, 'warn', 'The MCP server cannot be reached.'),
  upstream_malformed: row(502, 1502, 'warn', 'The MCP server gave an answer that cannot be trusted.'),
  upstream_timeout: row(504, 1505, 'warn', 'The MCP server did not answer in time.'),
  upstream_too_large: row(502, 1502, 'warn', 'The answer of the MCP server is too large for this kind of request.'),
  result_invalid: row(200, 1502, 'warn', 'What the tool gave is not what its approved output schema says.'),
  answer_withheld: row(200, 1403, 'warn', 'What the server answered is kept back: it holds what may not be shown.'),
  result_unvalidated: row(200, 1502, 'info', 'What the tool gave was not held against its approved output schema.'),
  outcome_unknown: row(502, 1506, 'warn', 'The connection to the MCP server was lost; whether the call took effect is unknown.'),
  internal: row(500, -32603, 'error', 'Internal error.'),
} as const satisfies Record<string, ErrorRow>;

/** A row of the table. */
export type ErrorCode = keyof typeof ERRORS;

/** A fault with a stable code. One of the two classes that are not lifetimes: it must be throwable. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  /** A sentence the client may read; without it the row's text is used. */
  readonly say: string | undefined;

  constructor(code: ErrorCode, options: { readonly say?: string; readonly cause?: unknown } = {}) {
    super(options.say ?? ERRORS[code].text, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'GatewayError';
    this.code = code;
    this.say = options.say;
  }
}
