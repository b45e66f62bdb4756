// What the attacks on the wire aim at: the strict server with a handler that only remembers what reached it. Attackers here send
// bytes, never through an HTTP client, and read until the connection is closed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { createHttpServer, DEFAULT_SERVER_LIMITS } from '../../src/http/index.ts';
import type { HttpServer, RequestHandler, ServerLimits } from '../../src/http/index.ts';

/** A server under attack. */
export interface Target {
  readonly port: number;
  readonly server: HttpServer;
  /** 'METHOD target body' of every request that a handler would have acted on. */
  readonly reached: string[];
  /** Codes of the codec's own refusals. */
  readonly refused: string[];
}

/** What came back. */
export interface Outcome {
  readonly statuses: readonly number[];
  readonly text: string;
}

export interface TargetOptions {
  readonly limits?: Partial<ServerLimits>;
  readonly handler?: Partial<RequestHandler<undefined>>;
  readonly trustedProxies?: readonly string[];
}

/** Longer than any answer takes on loopback; only a connection that is wrongly kept gets here. */
const GIVE_UP_MS = 5_000;

/** Starts a target on loopback; it ends with the test. */
export async function startTarget(t: TestContext, options: TargetOptions = {}): Promise<Target> {
  const reached: string[] = [];
  const refused: string[] = [];
  const server = createHttpServer<undefined>({
    listener: 'main',
    limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
    trustedProxies: options.trustedProxies,
    handler: {
      onHead: () => DEFAULT_SERVER_LIMITS.maxBodyBytes,
      onRequest: (request, body) => {
        const query = request.head.query === '' ? '' : `?${request.head.query}`;
        reached.push(`${request.head.method} ${request.head.path}${query} ${Buffer.from(body).toString('latin1')}`.trimEnd());
        request.respond(200, ['content-type', 'text/plain'], Buffer.from('ok'));
      },
      onRefused: (code) => refused.push(code),
      refusalBody: (code) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
      ...options.handler,
    },
  });
  await server.listen('127.0.0.1', 0);
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address?.kind === 'tcp');
  return { port: address.port, server, reached, refused };
}

/** Sends bytes (text as Latin-1) and reads until the other end closes; fails if it does not. */
export async function attack(port: number, bytes: string | Buffer): Promise<Outcome> {
  const socket = connect({ port, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  let stayedOpen = false;
  // A reset behind the answer is a way to close.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.setTimeout(GIVE_UP_MS, () => {
    stayedOpen = true;
    socket.destroy();
  });
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('latin1');
  assert.ok(!stayedOpen, `the connection was kept after ${JSON.stringify(text)}`);
  return { statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1])), text };
}

/** A request that must never be reached behind a refused one. */
export const CANARY = 'GET /canary HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n';

/** Asserts that bytes in front of a canary are refused with this status, that nothing was reached, and that the connection is closed. */
export async function assertRefused(target: Target, bytes: string, status = 400): Promise<void> {
  const before = target.reached.length;
  const { statuses } = await attack(target.port, bytes + CANARY);
  assert.deepEqual(statuses, [status]);
  assert.deepEqual(target.reached.slice(before), []);
}
