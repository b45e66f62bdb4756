// One message to an MCP endpoint and what comes back, as an agent would send it: a POST, answered by one JSON body or by a stream of
// events. Node's own client is good enough here; nothing that this program receives goes on to anybody but the person who asked.

import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { createEventDecoder } from '../http/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { explainFault } from './mcp-faults.ts';
import type { McpFailure } from './mcp-faults.ts';

const MAX_BYTES = 256 * 1024 * 1024;

/** Where to send and with what. */
export interface EndpointOptions {
  readonly url: URL;
  readonly key: string | undefined;
  /** PEM of the certificate authorities to believe, in place of the system's. */
  readonly ca: string | undefined;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/** What came back for one message. */
export interface HttpAnswer {
  readonly status: number;
  readonly sessionId: string | undefined;
  /** The JSON-RPC messages in it, in order; none when the body was not JSON. */
  readonly messages: readonly JsonObject[];
}

/** An endpoint that one connection at a time is kept to. */
export interface Endpoint {
  /** Sends a message; `onMessage` sees each message of the answer as it comes. */
  send(
    method: 'POST' | 'DELETE',
    headers: Readonly<Record<string, string>>,
    message: JsonObject | undefined,
    onMessage?: (message: JsonObject) => void,
  ): Promise<Result<HttpAnswer, McpFailure>>;
  close(): void;
}

/** Prepares to speak to an endpoint. */
export function openEndpoint({ url, key, ca, signal }: EndpointOptions): Endpoint {
  const secure = url.protocol === 'https:';
  const agent = secure ? new TlsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }) : new PlainAgent({ keepAlive: true });
  let known = false;
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    send: (method, headers, message, onMessage = () => {}) => {
      const body = message === undefined ? undefined : Buffer.from(JSON.stringify(message));
      const own = {
        accept: 'application/json, text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
        ...authorization,
      };
      return new Promise((resolve) => {
        const request = (secure ? tlsRequest : plainRequest)(url, { method, agent, signal, headers: { ...headers, ...own } });
        let sent = false;
        const give = (error: unknown): void => {
          void explainFault(error, { url, sent, known, ownAuthorities: ca !== undefined }).then((failure) => resolve(fail(failure)));
        };
        request.on('socket', (socket) => {
          if (request.reusedSocket) sent = true;
          else socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true));
        });
        request.on('error', give);
        request.on('response', (response) => {
          known = true;
          read(response, onMessage).then((answer) => resolve(ok(answer)), give);
        });
        request.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

async function read(response: IncomingMessage, onMessage: (message: JsonObject) => void): Promise<HttpAnswer> {
  const messages: JsonObject[] = [];
  const take = (text: string): void => {
    const message = parseObject(text);
    if (message === undefined) return;
    messages.push(message);
    onMessage(message);
  };
  const sessionId = response.headers['mcp-session-id'];
  const answer = { status: response.statusCode ?? 0, sessionId: typeof sessionId === 'string' ? sessionId : undefined, messages };
  if (/^text\/event-stream\b/i.test(response.headers['content-type'] ?? '')) {
    const decoder = createEventDecoder({
      maxEventBytes: MAX_BYTES,
      onEvent: ({ data }) => take(Buffer.from(data ?? []).toString()),
      onOversize: () => response.destroy(new Error('the answer is too large')),
    });
    for await (const chunk of response) if (Buffer.isBuffer(chunk)) decoder.push(chunk);
    return answer;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  take(Buffer.concat(chunks).toString());
  return answer;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Is this a JSON object? */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
