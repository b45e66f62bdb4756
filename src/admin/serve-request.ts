// One request of the admin API, from its bytes to its answer, whichever door it came in by.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { Secret } from '../base/index.ts';
import type { Log } from '../telemetry/index.ts';
import { ACTOR_HEADER, APPROVER_HEADER, ENDPOINTS, VIA_HEADER } from './contract.ts';
import type { Download } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import type { GatewayPorts } from './ports.ts';
import type { Questions } from './questions.ts';
import { faultResponse, problemResponse } from './rescue.ts';
import type { ProblemResponse } from './rescue.ts';
import type { ActKeeper } from './route-acts.ts';
import { route } from './routes.ts';
import type { AdminReply } from './routes.ts';
import { sendDownload, sendEvents } from './send-streams.ts';
import type { Visit } from './visit.ts';

export interface Serving {
  readonly ports: GatewayPorts;
  readonly keeper: ActKeeper;
  readonly log: Log;
  /** Who comes by way of the console; undefined: whoever may use the socket. */
  readonly visit?: Visit | undefined;
  /** Where those who are signed in take turns. */
  readonly questions?: Questions | undefined;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Turns of the event loop in which a socket is read to its end. */
const READING_TURNS = 2;

/** Answers a request. Never rejects. */
export async function serveRequest(
  { ports, keeper, log, visit, questions }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  const [path = '', search] = url.split(/\?(.*)/s, 2);
  try {
    const body = await readBody(request);
    if (body === undefined)
      return sendWhole(response, problemResponse({ code: 'body_too_large', detail: `A body may have ${MAX_BODY_BYTES} bytes.` }));
    if (await hasHungUp(request)) {
      // A page that is left reads no further, and nothing is lost by that; a change that was not made may be missed.
      const isChange = method !== 'GET' && method !== 'HEAD';
      log[isChange ? 'warn' : 'debug']('an admin request is dropped: its client has hung up', { method, path });
      request.socket.destroy();
      return;
    }
    const result = await route(ports, keeper, {
      method,
      path,
      search,
      ifMatch: headers['if-match'],
      contentType: headers['content-type'],
      approver: secretIn(headers[APPROVER_HEADER]),
      actor: textIn(headers[ACTOR_HEADER]),
      via: textIn(headers[VIA_HEADER]),
      visit,
      questions,
      body,
    });
    if (!result.ok) return sendWhole(response, problemResponse(result.error));
    // What streams to somebody ends when they are signed out.
    const stopListening = visit?.signedIn?.onEnd(() => response.destroy());
    await sendReply(response, result.value).finally(() => stopListening?.());
  } catch (error) {
    log.error('the admin API could not answer', { method, path, error });
    if (response.headersSent) response.destroy();
    else sendWhole(response, faultResponse());
  }
}

async function sendReply(response: ServerResponse, { name, status, value, version, cookie }: AdminReply): Promise<void> {
  const { form }: Endpoint = ENDPOINTS[name];
  // What a handler of these forms gives is checked by the compiler (ResponseOf).
  if (form === 'events') return sendEvents(response, value as AsyncIterable<unknown>);
  if (form === 'download') return sendDownload(response, value as Download);
  const etag = version === undefined ? {} : { etag: `"${version}"` };
  const keep = cookie === undefined ? {} : { 'set-cookie': cookie };
  sendWhole(response, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...etag, ...keep },
    body: JSON.stringify(value),
  });
}

/** An answer that is there as a whole. */
export function sendWhole(response: ServerResponse, { status, headers, body }: ProblemResponse): void {
  if (response.headersSent || response.destroyed) return;
  // The rest of an oversized body is not waited for.
  const ending = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { ...headers, ...ending, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function textIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function secretIn(header: string | string[] | undefined): Secret | undefined {
  return typeof header === 'string' && header !== '' ? new Secret(header) : undefined;
}

/**
 * Has the client gone? A process that was stopped for a while finds requests that somebody gave up long ago, and may have done by other means.
 * That they were given up is heard after what they say: only once the socket has been read again.
 */
async function hasHungUp({ socket }: IncomingMessage): Promise<boolean> {
  for (let turns = 0; turns < READING_TURNS; turns++) await setImmediate();
  return socket.destroyed || socket.readableEnded;
}

/** The whole body, or undefined when it is longer than a body may be. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
