// An MCP client for the command line: the newest revision first, and the handshake of older servers when the endpoint speaks only that
// (2026-07-28, basic/versioning). It offers no capabilities, so a server may not ask it for anything; one that asks is told no.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { encodeHeaderValue, LATEST_LEGACY, LATEST_MODERN } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { McpFailure } from './mcp-faults.ts';
import { isObject, openEndpoint } from './mcp-http.ts';
import type { Endpoint, EndpointOptions, HttpAnswer } from './mcp-http.ts';

/** The members of `_meta` that every modern request carries begin with this (2026-07-28, basic/index). */
const META = 'io.modelcontextprotocol/';
const METHOD_NOT_FOUND = -32601;

/** What one request is, beside its method. */
export interface McpRequest {
  readonly params?: JsonObject;
  /** What the request is about, for the Mcp-Name header. */
  readonly name?: string;
  /** Further headers of the modern era. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An open conversation. */
export interface McpClient {
  readonly era: 'modern' | 'legacy';
  request(method: string, request?: McpRequest): Promise<Result<JsonObject, McpFailure>>;
  close(): Promise<void>;
}

export interface McpClientOptions extends EndpointOptions {
  /** Version of this program, for the server's information. */
  readonly version: string;
}

/** Finds out which era the endpoint speaks and opens a conversation in it. */
export async function connectMcp(options: McpClientOptions): Promise<Result<McpClient, McpFailure>> {
  const endpoint = openEndpoint(options);
  const clientInfo = { name: 'sallyport', version: options.version };
  const modern = modernClient(endpoint, clientInfo);
  const discovered = await modern.ask('server/discover', {});
  const supported = discovered.ok ? discovered.value.result?.['supportedVersions'] : undefined;
  if (Array.isArray(supported) && supported.includes(LATEST_MODERN)) return ok(modern.client);
  // Credentials, faults and silence say nothing about the era: trying the older handshake would only hide what is wrong.
  const undecided = !discovered.ok || [401, 403].includes(discovered.value.status) || discovered.value.status >= 500;
  const legacy = undecided ? (discovered.ok ? fail(refusal(discovered.value)) : discovered) : await legacyClient(endpoint, clientInfo);
  if (!legacy.ok) endpoint.close();
  return legacy;
}

/** The answer to one request: its result or error, and the rest of the HTTP answer. */
interface Answered extends HttpAnswer {
  readonly result: JsonObject | undefined;
  readonly error: JsonObject | undefined;
}

type Ask = (method: string, request: McpRequest) => Promise<Result<Answered, McpFailure>>;

function modernClient(endpoint: Endpoint, clientInfo: JsonObject): { readonly client: McpClient; readonly ask: Ask } {
  let lastId = 0;
  const meta = { [`${META}protocolVersion`]: LATEST_MODERN, [`${META}clientInfo`]: clientInfo, [`${META}clientCapabilities`]: {} };
  const ask: Ask = async (method, { params = {}, name, headers = {} }) => {
    const id = ++lastId;
    const mirrored = {
      'mcp-protocol-version': LATEST_MODERN,
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': encodeHeaderValue(name) }),
      ...headers,
    };
    const sent = await endpoint.send('POST', mirrored, { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } });
    return sent.ok ? ok(answerTo(id, sent.value)) : fail(sent.error);
  };
  const client: McpClient = {
    era: 'modern',
    request: async (method, request = {}) => resultOf(method, await ask(method, request)),
    close: async () => endpoint.close(),
  };
  return { client, ask };
}

async function legacyClient(endpoint: Endpoint, clientInfo: JsonObject): Promise<Result<McpClient, McpFailure>> {
  let lastId = 0;
  let headers: Readonly<Record<string, string>> = {};
  const refuse = (message: JsonObject): void => {
    const { id, method } = message;
    if (id === undefined || typeof method !== 'string') return;
    // Its own POST, as the transport wants it; nobody waits for the outcome, the server merely learns that there will be no answer.
    const reply = method === 'ping' ? { result: {} } : { error: { code: METHOD_NOT_FOUND, message: 'This client takes no requests.' } };
    void endpoint.send('POST', headers, { jsonrpc: '2.0', id, ...reply });
  };
  const ask: Ask = async (method, { params }) => {
    const id = ++lastId;
    const sent = await endpoint.send('POST', headers, { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }, refuse);
    return sent.ok ? ok(answerTo(id, sent.value)) : fail(sent.error);
  };

  const opened = await ask('initialize', { params: { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo } });
  if (!opened.ok) return opened;
  const { result, sessionId } = opened.value;
  const revision = result?.['protocolVersion'];
  if (typeof revision !== 'string') return fail(refusal(opened.value));
  headers = { 'mcp-protocol-version': revision, ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }) };
  await endpoint.send('POST', headers, { jsonrpc: '2.0', method: 'notifications/initialized' });
  return ok({
    era: 'legacy',
    request: async (method, request = {}) => resultOf(method, await ask(method, request)),
    close: async () => {
      if (sessionId !== undefined) await endpoint.send('DELETE', headers, undefined);
      endpoint.close();
    },
  });
}

function answerTo(id: number, answer: HttpAnswer): Answered {
  const response = answer.messages.find((message) => 'result' in message || 'error' in message);
  const result: JsonValue | undefined = response?.['id'] === id ? response['result'] : undefined;
  const error: JsonValue | undefined = response?.['error'];
  return { ...answer, result: isObject(result) ? result : undefined, error: isObject(error) ? error : undefined };
}

function resultOf(method: string, answered: Result<Answered, McpFailure>): Result<JsonObject, McpFailure> {
  if (!answered.ok) return fail(answered.error.kind === 'lost' ? withOutcome(method, answered.error) : answered.error);
  const { result, error, status } = answered.value;
  if (result !== undefined) return ok(result);
  if (error === undefined && status === 200)
    return fail(withOutcome(method, { kind: 'lost', detail: 'The answer ended without a result.' }));
  return fail(refusal(answered.value));
}

/** What a person must know before calling again. */
function withOutcome(method: string, failure: McpFailure): McpFailure {
  if (method !== 'tools/call') return failure;
  return {
    ...failure,
    detail: `${failure.detail} Whether the tool ran is not known; the record ('sallyport audit tail') and the gateway's log may say.`,
  };
}

function refusal({ status, error }: Answered): McpFailure {
  const message = error?.['message'];
  return { kind: 'refused', detail: typeof message === 'string' ? message : `The answer has status ${status} and no result.`, status };
}
