// The admin listener: serves the console's files itself and passes the API on to control. Every request is judged by its head first; every answer, refusals
// among them, carries the same security headers. Off the hot path, so Node's own server does, with its caps set.

import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { problemResponse } from '../../admin/index.ts';
import type { AdminProblem } from '../../admin/index.ts';
import type { ServerTls } from '../../http/index.ts';
import type { Log } from '../../telemetry/index.ts';
import { capConnections } from './connections.ts';
import type { ConsoleFiles } from './files.ts';
import { createPassage } from './passage.ts';
import { securityHeaders } from './security-headers.ts';
import { fileFor, sendFile } from './send-file.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { pathOf, turnAway } from './site.ts';
import type { Site } from './site.ts';

export interface ConsoleServerOptions {
  /** Undefined: plain HTTP. */
  readonly tls: ServerTls | undefined;
  /** As configured now. */
  readonly site: () => Site;
  /** Whether browsers are meant to trust the certificate. */
  readonly isTrusted: () => boolean;
  readonly files: ConsoleFiles;
  /** Path of control's socket; undefined while there is no control. */
  readonly door: () => string | undefined;
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface ConsoleServer {
  /** Begins to accept on an inherited socket. */
  listen(fd: number): Promise<void>;
  /** New handshakes see this certificate; throws where it cannot be used. */
  renew(tls: ServerTls): void;
  /** Stops accepting; requests under way get a moment to end. */
  close(): Promise<void>;
}

const LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  // The whole of a request, body and all.
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
  requireHostHeader: true,
};
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HEADERS = 100;
const MAX_REQUESTS_PER_CONNECTION = 10_000;
const CLOSE_GRACE_MS = 1_000;
const SIGN_IN = '/api/v1/session';
const WRONG_LINK = 401;

const NOT_BUILT = `The console was not built: there is no file of it beside the program. Build it with \`npm run build\`, then start the gateway again. The admin API is
here all the same, and the command line needs no console.
`;

export function createConsoleServer(options: ConsoleServerOptions): ConsoleServer {
  const { site, files, door, log, nowMs } = options;
  const refuse = (response: ServerResponse, problem: AdminProblem, extra: OutgoingHttpHeaders = {}): void => {
    if (response.headersSent || response.destroyed) return;
    const { status, headers, body } = problemResponse(problem);
    response.writeHead(status, { ...headers, ...extra, 'content-length': Buffer.byteLength(body) }).end(body);
  };
  const pass = createPassage({ door, refuse, nowMs, log });
  const limit = createSignInLimit(nowMs);

  const sendText = (response: ServerResponse, status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(text);
  };

  const api = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    if (path !== SIGN_IN || request.method !== 'POST') return void pass(request, response);
    const attempt = limit(request.socket.remoteAddress ?? '');
    response.once('close', () => attempt.end(false));
    void pass(request, response, {
      turn: () => attempt.turn(() => request.socket.destroyed),
      onAnswer: (status) => attempt.end(status === WRONG_LINK),
    });
  };

  const file = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const found = fileFor(files, path, request.headers.accept);
    if (found !== undefined) return sendFile(request, response, found);
    if (files.index === undefined) return sendText(response, 503, NOT_BUILT);
    sendText(response, 404, 'There is no such page.\n');
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of Object.entries(securityHeaders(options.isTrusted()))) response.setHeader(name, value);
    const refusal = turnAway(site(), request);
    if (refusal !== undefined) return refuse(response, refusal, { connection: 'close' });
    const path = pathOf(request.url ?? '');
    if (path.startsWith('/api/')) return api(request, response, path);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, { code: 'method_not_allowed', detail: 'There is nothing here to change.' }, { allow: 'GET, HEAD' });
    if (path === '/livez') return sendText(response, 200, '{"status":"alive"}\n');
    if (path === '/readyz') return sendText(response, door() === undefined ? 503 : 200, `{"ready":${String(door() !== undefined)}}\n`);
    if (path === '/metrics') return void pass(request, response);
    file(request, response, path);
  };

  const handle: RequestListener = (request, response) => {
    // A throw in here would end the process, and every other page with it.
    try {
      answer(request, response);
    } catch (error) {
      log.error('the console could not answer', { error });
      if (response.headersSent) response.destroy();
      else refuse(response, { code: 'internal', detail: 'The log of the gateway says what.' });
    }
  };

  const server = create(options.tls, handle);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  capConnections(server);

  return {
    listen: (fd) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ fd }, () => {
          server.off('error', reject);
          server.on('error', (error) => log.error('the admin listener has failed', { error }));
          resolve();
        });
      }),
    renew: (tls) => {
      if ('setSecureContext' in server) server.setSecureContext(contextOf(tls));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Streams of events have no end of their own; a browser comes back to whoever listens then.
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
      }),
  };
}

function create(tls: ServerTls | undefined, handle: RequestListener): Server | ReturnType<typeof createHttpsServer> {
  if (tls === undefined) return createHttpServer(LIMITS, handle);
  const server = createHttpsServer(
    { ...LIMITS, ...contextOf(tls), ALPNProtocols: ['http/1.1'], handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
    handle,
  );
  // TLS 1.2 lets a client ask for new handshakes at our expense, without end.
  server.on('secureConnection', (socket) => socket.disableRenegotiation());
  return server;
}

function contextOf({ key, cert }: ServerTls): { key: string; cert: string; minVersion: 'TLSv1.2' } {
  return { key, cert, minVersion: 'TLSv1.2' };
}
