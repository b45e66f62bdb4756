// The admin API on a unix socket in the data folder. Who may open the socket and read the token beside it may do everything: the folder is
// closed to all but its owner, and so are both. It must never listen where another user or another machine can reach it.

import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { GatewayError } from '../base/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { GatewayPorts } from './ports.ts';
import type { AdminProblem } from './problems.ts';
import { problemResponse } from './rescue.ts';
import type { ActKeeper } from './route-acts.ts';
import { sendWhole, serveRequest } from './serve-request.ts';
import { reachSocket } from './socket-path.ts';
import { issueToken, revokeToken, showsToken } from './token.ts';

const NO_TOKEN: AdminProblem = {
  code: 'unauthorized',
  detail: 'Show the token that stands beside the socket: Authorization: Bearer TOKEN.',
};
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;

export interface AdminServerOptions {
  /** Where the socket is made. Its folder is made when missing; one that is open to other users is refused. */
  readonly socketPath: string;
  readonly ports: GatewayPorts;
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
      if (!showsToken(request.headers.authorization, token)) return sendWhole(response, problemResponse(NO_TOKEN));
      void serveRequest({ ports, keeper, log }, request, response);
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
