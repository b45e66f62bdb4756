// For tests only: a raw TCP server whose misbehaviour is written out by hand, and a handler that writes down what a pool reports.

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createUpstreamPool } from './pool.ts';
import type { PoolOptions } from './pool.ts';
import type { HeaderList, UpstreamCall, UpstreamFailure, UpstreamHandler, UpstreamPool, UpstreamRequest } from './types.ts';

export const POOL_OPTIONS: PoolOptions = { maxConnections: 4, maxQueued: 4, maxHeadBytes: 16 * 1024, connectTimeoutMs: 2000 };

export const GET: UpstreamRequest = {
  method: 'GET',
  path: '/',
  headers: [],
  body: undefined,
  replayable: false,
  headTimeoutMs: 2000,
  idleTimeoutMs: 2000,
};

export const POST: UpstreamRequest = {
  ...GET,
  method: 'POST',
  headers: ['Content-Type', 'application/json'],
  body: Buffer.from('{"a":1}'),
};

/** A server that hands each connection, with its number from 1 on, to `script`. */
export async function listenRaw(t: TestContext, script: (socket: Socket, nth: number) => void): Promise<number> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    connections += 1;
    script(socket, connections);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server that sends these texts, one for each request that has arrived whole, on any connection. */
export function listenAnswering(t: TestContext, ...answers: string[]): Promise<number> {
  let next = 0;
  return listenRaw(t, (socket) => onEachRequest(socket, () => void socket.write(answers[next++] ?? '', 'latin1')));
}

/** Calls `answer` for each request with its text, head and body. */
export function onEachRequest(socket: Socket, answer: (request: string, nth: number) => void): void {
  let text = '';
  let requests = 0;
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (text.length < end) return;
      const request = text.slice(0, end);
      text = text.slice(end);
      requests += 1;
      answer(request, requests);
    }
  });
}

/** A pool on that port, closed with the test. */
export function openPool(t: TestContext, port: number, options: Partial<PoolOptions> = {}): UpstreamPool {
  const pool = createUpstreamPool({ host: '127.0.0.1', port, tls: undefined }, { ...POOL_OPTIONS, ...options });
  t.after(() => pool.close());
  return pool;
}

/** What a handler was told. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: HeaderList | undefined;
  readonly body: string;
  readonly error: UpstreamFailure | undefined;
  readonly detail: string;
}

/** A handler that keeps what it is told and can be awaited. */
export class Recorder implements UpstreamHandler {
  status: number | undefined;
  headers: HeaderList | undefined;
  body = '';
  bodyBytes = 0;
  readonly answer: Promise<Answer>;
  #settle: (answer: Answer) => void = () => {};
  #over = false;

  constructor() {
    this.answer = new Promise((resolve) => (this.#settle = resolve));
  }

  onHead(status: number, headers: HeaderList): void {
    if (this.#over || this.status !== undefined) throw new Error('onHead was called twice or late');
    this.status = status;
    this.headers = headers;
  }

  onBody(chunk: Uint8Array): void {
    if (this.#over || this.status === undefined) throw new Error('onBody was called early or late');
    this.body += Buffer.from(chunk).toString('latin1');
    this.bodyBytes += chunk.length;
  }

  onEnd(): void {
    this.#finish(undefined, '');
  }

  onError(code: UpstreamFailure, detail: string): void {
    this.#finish(code, detail);
  }

  #finish(error: UpstreamFailure | undefined, detail: string): void {
    if (this.#over) throw new Error('the handler was called after its end');
    this.#over = true;
    this.#settle({ status: this.status, headers: this.headers, body: this.body, error, detail });
  }
}

/** Sends and waits for the end. */
export function exchange(pool: UpstreamPool, request: UpstreamRequest = POST): Promise<Answer> {
  const recorder = new Recorder();
  pool.send(request, recorder);
  return recorder.answer;
}

/** Sends and gives both ends of it. */
export function begin(pool: UpstreamPool, request: UpstreamRequest = POST): { readonly call: UpstreamCall; readonly recorder: Recorder } {
  const recorder = new Recorder();
  return { call: pool.send(request, recorder), recorder };
}

/** Waits until a condition holds; a test that waits for ever is ended by the runner's own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
