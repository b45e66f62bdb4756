// The admin API for the console: over a socket of its own, by which the process that faces browsers passes on what they ask. That process is believed
// nothing: each request is asked whose session it is, and may do what that person may. The socket has a name that only that process is told, and never the
// same twice, so that no other process of the gateway can come to it, or be taken for it.

import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative } from 'node:path';
import { EXPOSITION_CONTENT_TYPE } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import { CSRF_HEADER } from './contract.ts';
import type { GatewayPorts } from './ports.ts';
import type { AdminProblem } from './problems.ts';
import { createQuestions } from './questions.ts';
import type { Questions } from './questions.ts';
import { problemResponse } from './rescue.ts';
import type { ActKeeper } from './route-acts.ts';
import { sendWhole, serveRequest } from './serve-request.ts';
import { reachSocket } from './socket-path.ts';

export interface ConsoleDoorOptions {
  /** Where the socket is made: a folder that only the gateway's user may enter. */
  readonly folder: string;
  readonly ports: GatewayPorts;
  /** Puts on record what is done here. */
  readonly keeper: ActKeeper;
  /** The metrics as text, for whoever is signed in. */
  readonly metrics: () => string;
  readonly log: Log;
}

/** The door while it is open. */
export interface ConsoleDoor {
  /** Its socket. Who knows it may try to show a session here, and no more. */
  readonly socketPath: string;
  close(): Promise<void>;
}

const PREFIX = 'console-';
const NAME_BYTES = 16;
const MAX_CONNECTIONS = 1_024;
const REQUEST_TIMEOUT_MS = 10_000;
const CLOSE_GRACE_MS = 1_000;
const SIGNED_OUT: AdminProblem = { code: 'signed_out', detail: 'Sign in to see this.' };

/** Opens the door, and clears away those that somebody who was killed has left. Only for who has the folder to itself. */
export async function openConsoleDoor(options: ConsoleDoorOptions): Promise<ConsoleDoor> {
  for (const name of readdirSync(options.folder)) if (name.startsWith(PREFIX)) rmSync(join(options.folder, name), { force: true });
  const socketPath = join(options.folder, `${PREFIX}${randomBytes(NAME_BYTES).toString('hex')}`);
  const reachable = reachSocket(relativeTo(process.cwd(), socketPath));
  const questions = createQuestions();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer({ ...options, questions }, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(reachable.path, resolve);
  });
  chmodSync(reachable.path, 0o600);
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          reachable.close();
          rmSync(socketPath, { force: true });
          resolve();
        });
        server.closeIdleConnections();
        // Streams of events have no end of their own.
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
      }),
  };
}

/** Answers a request. Never rejects. */
async function answer(
  { ports, keeper, metrics, log, questions }: ConsoleDoorOptions & { readonly questions: Questions },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  const [path = ''] = url.split('?', 1);
  const csrf = headers[CSRF_HEADER];
  try {
    const visit = await ports.sessions.identify({
      method,
      path,
      cookie: headers.cookie,
      csrf: typeof csrf === 'string' ? csrf : undefined,
    });
    if (!visit.ok) return sendWhole(response, problemResponse(visit.error));
    if (path !== '/metrics') return await serveRequest({ ports, keeper, log, questions, visit: visit.value }, request, response);
    if (visit.value.signedIn === undefined) return sendWhole(response, problemResponse(SIGNED_OUT));
    sendWhole(response, {
      status: 200,
      headers: { 'content-type': EXPOSITION_CONTENT_TYPE, 'cache-control': 'no-store' },
      body: metrics(),
    });
  } catch (error) {
    log.error('the console could not be answered', { method, path, error });
    if (response.headersSent) response.destroy();
    else sendWhole(response, problemResponse({ code: 'internal', detail: 'The log of the gateway says what.' }));
  }
}

/** Socket paths are limited to about 100 bytes, and a relative one is often shorter. */
function relativeTo(folder: string, path: string): string {
  const shorter = relative(folder, path);
  return shorter.length < path.length ? shorter : path;
}
