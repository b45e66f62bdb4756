// The admin API on a unix socket in the data folder. Who may open the socket and read the token beside it may do everything: the folder is
// closed to all but its owner, and so are both. It must never listen where another user or another machine can reach it.

import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { GatewayError, Secret } from '../base/index.ts';
import type { Log } from '../telemetry/index.ts';
import { ACTOR_HEADER, APPROVER_HEADER, VIA_HEADER } from './contract.ts';
import type { AdminPorts } from './ports.ts';
import type { AdminProblem } from './problems.ts';
import { faultResponse, problemResponse } from './rescue.ts';
import type { ProblemResponse } from './rescue.ts';
import type { ActKeeper } from './route-acts.ts';
import { route } from './routes.ts';
import { reachSocket } from './socket-path.ts';
import { issueToken, revokeToken, showsToken } from './token.ts';

const NO_TOKEN: AdminProblem = {
  code: 'unauthorized',
  detail: 'Show the token that stands beside the socket: Authorization: Bearer TOKEN.',
};
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;
/** Turns of the event loop in which a socket is read to its end. */
const READING_TURNS = 2;

export interface AdminServerOptions {
  /** Where the socket is made. Its folder is made when missing; one that is open to other users is refused. */
  readonly socketPath: string;
  readonly ports: AdminPorts;
  /** Puts on record what is done here. */
  readonly keeper: ActKeeper;
  readonly log: Log;
}

/** The API while it listens. */
export interface AdminServer {
  readonly socketPath: string;
  /** Lets requests under way finish, then removes the socket. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts listening. Throws a GatewayError when another gateway has the socket. */
export async function createAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { socketPath, ports, keeper, log } = options;
  const folder = dirname(socketPath);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Changing the mode of a folder somebody else made could lock others out of it; serving from an open one would let them in.
  if ((statSync(folder).mode & 0o077) !== 0) {
    throw new GatewayError('internal', {
      say: `The folder ${folder} is open to other users. Close it (chmod 700), or use another data folder.`,
    });
  }
  const reachable = reachSocket(socketPath);
  try {
    await removeStale(reachable.path, socketPath);
    const token = issueToken(socketPath);
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
      // Nobody is told more than that, whatever else is wrong with the request.
      if (!showsToken(request.headers.authorization, token)) return send(response, problemResponse(NO_TOKEN));
      void serve({ ports, keeper, log }, request, response);
    });
    server.maxConnections = MAX_CONNECTIONS;
    await listen(server, reachable.path, socketPath);
    chmodSync(reachable.path, 0o600);
    const close = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      reachable.close();
      revokeToken(socketPath);
    };
    return { socketPath, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    reachable.close();
    throw error;
  }
}

/** A socket file outlives a process that was killed. One that somebody still listens on belongs to a running gateway. */
async function removeStale(path: string, socketPath: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new GatewayError('internal', { say: `${socketPath} is not a socket. Move it away, or use another data folder.` });
  if (await isAlive(path))
    throw new GatewayError('internal', {
      say: `Another gateway is running on this data folder (it listens on ${socketPath}). Stop it, or use another data folder.`,
    });
  rmSync(path, { force: true });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => done(true));
    // Refused: nobody listens. Anything else, like a full queue, means that somebody may.
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
}

function listen(server: Server, path: string, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new GatewayError('internal', { say: `${socketPath} cannot be listened on: ${cause.message}.`, cause })),
    );
    server.listen(path, resolve);
  });
}

type Serving = Pick<AdminServerOptions, 'ports' | 'keeper' | 'log'>;

async function serve({ ports, keeper, log }: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    if (body === undefined)
      return send(response, problemResponse({ code: 'body_too_large', detail: `A body may have ${MAX_BODY_BYTES} bytes.` }));
    const { method = '', url = '', headers } = request;
    if (await hasHungUp(request)) {
      log.warn('an admin request is dropped: its client has hung up', { method, url });
      request.socket.destroy();
      return;
    }
    const result = await route(ports, keeper, {
      method,
      path: url.split('?', 1)[0] ?? '',
      ifMatch: headers['if-match'],
      contentType: headers['content-type'],
      approver: secretIn(headers[APPROVER_HEADER]),
      actor: textIn(headers[ACTOR_HEADER]),
      via: textIn(headers[VIA_HEADER]),
      body,
    });
    if (!result.ok) return send(response, problemResponse(result.error));
    const { status, value, version } = result.value;
    const etag = version === undefined ? {} : { etag: `"${version}"` };
    send(response, {
      status,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...etag },
      body: JSON.stringify(value),
    });
  } catch (error) {
    log.error('the admin API could not answer', { method: request.method, url: request.url, error });
    send(response, faultResponse());
  }
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

function send(response: ServerResponse, { status, headers, body }: ProblemResponse): void {
  if (response.headersSent || response.destroyed) return;
  // The rest of an oversized body is not waited for.
  const ending = status === 413 ? { connection: 'close' } : {};
  response.writeHead(status, { ...headers, ...ending, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
