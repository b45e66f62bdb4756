// MCP as a test speaks it: modern requests with their mirrored headers and `_meta`, and legacy sessions. Both are made by hand,
// so that a test can leave out, double or contradict whatever it wants to.

import { openStream, send } from './http.ts';
import type { HttpAnswer, HttpStream, SendOptions } from './http.ts';

/** The `_meta` keys of 2026-07-28. */
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  client: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  server: 'io.modelcontextprotocol/serverInfo',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

const MODERN = '2026-07-28';
const ACCEPT = 'application/json, text/event-stream';
const CLIENT = { name: 'sallyport-test', version: '1.0.0' };
const NAME_PARAM: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

type Json = Readonly<Record<string, unknown>>;

/** Details of a modern request. */
export interface ModernOptions {
  readonly key?: string;
  readonly id?: string | number;
  readonly capabilities?: Json;
  /** Further members of `_meta`. */
  readonly meta?: Json;
  /** Further headers, or other values for the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A JSON-RPC answer with everything that came before it on its stream. */
export interface RpcAnswer {
  readonly http: HttpAnswer;
  readonly notifications: readonly unknown[];
  readonly result: unknown;
  readonly error: unknown;
}

/** Builds a modern request, headers and body. */
export function modernRequest(
  method: string,
  params: Json = {},
  options: ModernOptions = {},
): Required<Pick<SendOptions, 'headers' | 'body'>> {
  const nameParam = NAME_PARAM[method];
  const name = nameParam === undefined ? undefined : params[nameParam];
  const meta = { [META.version]: MODERN, [META.client]: CLIENT, [META.capabilities]: options.capabilities ?? {}, ...options.meta };
  return {
    headers: {
      'content-type': 'application/json',
      accept: ACCEPT,
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
      ...authorization(options.key),
      ...options.headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: options.id ?? 1, method, params: { ...params, _meta: meta } }),
  };
}

/** Sends a modern request and waits for its answer. */
export async function modernCall(url: string, method: string, params: Json = {}, options: ModernOptions = {}): Promise<RpcAnswer> {
  return rpc(await send(url, modernRequest(method, params, options)));
}

/** Sends a modern request and returns its stream once the head of the answer is there. */
export function modernStream(url: string, method: string, params: Json = {}, options: ModernOptions = {}): Promise<HttpStream> {
  return openStream(url, modernRequest(method, params, options));
}

/** Takes an HTTP answer apart: the JSON-RPC response, and what came before it. */
export function rpc(http: HttpAnswer): RpcAnswer {
  const messages = http.events.length > 0 ? http.events.map((event) => event.json) : [http.json];
  const response = messages.find((message) => at(message, 'result') !== undefined || at(message, 'error') !== undefined);
  return {
    http,
    notifications: messages.filter((message) => message !== response && at(message, 'method') !== undefined),
    result: at(response, 'result'),
    error: at(response, 'error'),
  };
}

/** What stands at this path inside a JSON value; undefined when there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}

/** The text that stands at this path; empty when there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Details of a legacy session. */
export interface LegacyOptions {
  readonly key?: string;
  /** The revision asked for; the newest legacy one by default. */
  readonly version?: string;
  readonly capabilities?: Json;
}

/** A legacy client's session over Streamable HTTP; each message travels on a connection of its own. */
export class LegacySession {
  readonly #url: string;
  readonly #key: string | undefined;
  #nextId = 1;
  /** The answer to initialize. */
  readonly initialized: RpcAnswer;
  readonly id: string;
  /** The revision that was agreed on. */
  readonly version: string;

  private constructor(url: string, key: string | undefined, initialized: RpcAnswer) {
    this.#url = url;
    this.#key = key;
    this.initialized = initialized;
    this.id = String(initialized.http.headers['mcp-session-id'] ?? '');
    this.version = textAt(initialized.result, 'protocolVersion');
  }

  /** Does the whole handshake; throws when it is refused. */
  static async open(url: string, options: LegacyOptions = {}): Promise<LegacySession> {
    const answer = await LegacySession.initialize(url, options);
    if (answer.result === undefined) throw new Error(`initialize was answered ${answer.http.status}: ${answer.http.body}`);
    const session = new LegacySession(url, options.key, answer);
    const accepted = await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    if (accepted.status !== 202) throw new Error(`notifications/initialized was answered ${accepted.status}: ${accepted.body}`);
    return session;
  }

  /** Sends initialize only. */
  static async initialize(url: string, options: LegacyOptions = {}): Promise<RpcAnswer> {
    const params = { protocolVersion: options.version ?? '2025-11-25', capabilities: options.capabilities ?? {}, clientInfo: CLIENT };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const headers = { 'content-type': 'application/json', accept: ACCEPT, ...authorization(options.key) };
    return rpc(await send(url, { headers, body }));
  }

  /** The headers of every message after initialize. */
  headers(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      accept: ACCEPT,
      ...(this.id !== '' && { 'mcp-session-id': this.id }),
      'mcp-protocol-version': this.version,
      ...authorization(this.#key),
      ...extra,
    };
  }

  /** An id that this session has not used yet. */
  newId(): number {
    return this.#nextId++;
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, params: Json = {}): Promise<RpcAnswer> {
    return rpc(await this.post({ jsonrpc: '2.0', id: this.newId(), method, params }));
  }

  /** Sends a request and returns its stream once the head of the answer is there. */
  stream(method: string, params: Json = {}, id: number = this.newId()): Promise<HttpStream> {
    return openStream(this.#url, { headers: this.#jsonHeaders(), body: JSON.stringify({ jsonrpc: '2.0', id, method, params }) });
  }

  /** Sends a notification; the answer is the bare HTTP answer. */
  notify(method: string, params: Json = {}): Promise<HttpAnswer> {
    return this.post({ jsonrpc: '2.0', method, params });
  }

  /** Answers a request of the server. */
  respond(id: unknown, result: unknown): Promise<HttpAnswer> {
    return this.post({ jsonrpc: '2.0', id, result });
  }

  /** Sends any message as it is. */
  post(message: unknown): Promise<HttpAnswer> {
    return send(this.#url, { headers: this.#jsonHeaders(), body: JSON.stringify(message) });
  }

  /** Opens the stream for what the server sends on its own account, or resumes a stream. */
  listen(lastEventId?: string): Promise<HttpStream> {
    const resume: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return openStream(this.#url, { method: 'GET', headers: this.headers({ accept: 'text/event-stream', ...resume }) });
  }

  /** Ends the session. */
  end(): Promise<HttpAnswer> {
    return send(this.#url, { method: 'DELETE', headers: this.headers() });
  }

  #jsonHeaders(): Record<string, string> {
    return this.headers({ 'content-type': 'application/json' });
  }
}

function authorization(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
