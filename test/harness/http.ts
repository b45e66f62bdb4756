// A small HTTP client for tests: one connection per request, nothing decoded, followed or retried, so that what a test sees is
// what was on the wire. `rawExchange` sends bytes that no client would.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

/** Longer than anything on loopback takes; only a hang gets here. */
const GIVE_UP_MS = 20_000;

/** What to send. */
export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** PEM of the certificate to trust, for https. */
  readonly ca?: string;
}

/** One event of a text/event-stream. */
export interface SseEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
  /** `data` parsed as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The events, when the answer was an event stream. */
  readonly events: readonly SseEvent[];
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** An answer that is still arriving. */
export interface HttpStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next event; undefined when the stream has ended, however it ended. */
  next(): Promise<SseEvent | undefined>;
  /** Everything up to the end, as one answer; only before the first `next`. */
  whole(): Promise<HttpAnswer>;
  /** Hangs up. */
  close(): void;
}

/** Sends a request on a connection of its own and waits for the whole answer. */
export async function send(url: string, options: SendOptions = {}): Promise<HttpAnswer> {
  return (await openStream(url, options)).whole();
}

/** Sends a request on a connection of its own and returns as soon as the head of the answer is there. */
export async function openStream(url: string, options: SendOptions = {}): Promise<HttpStream> {
  const start = url.startsWith('https:') ? httpsRequest : httpRequest;
  const body = options.body === undefined ? undefined : Buffer.from(options.body);
  const outgoing = start(url, {
    agent: false,
    method: options.method ?? 'POST',
    headers: { ...options.headers, connection: 'close', ...(body !== undefined && { 'content-length': String(body.length) }) },
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  outgoing.setTimeout(GIVE_UP_MS, () => outgoing.destroy(new Error(`no byte from ${url} for ${GIVE_UP_MS} ms`)));
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  // What follows the head is read from the response; an error of the request then only repeats its end.
  outgoing.on('error', () => undefined);
  return readResponse(response);
}

/** Sends bytes to a port as they are and returns every byte that comes back until the other end closes. */
export async function rawExchange(port: number, bytes: string | Uint8Array, host = '127.0.0.1'): Promise<string> {
  const socket = connect({ port, host });
  socket.setTimeout(GIVE_UP_MS, () => socket.destroy(new Error(`the connection stayed open for ${GIVE_UP_MS} ms`)));
  await once(socket, 'connect');
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk);
  } catch (error) {
    // A reset after the answer is a way to close; a timeout is not.
    if (!isReset(error)) throw error;
  }
  return Buffer.concat(chunks).toString('latin1');
}

function readResponse(response: IncomingMessage): HttpStream {
  const status = response.statusCode ?? 0;
  const chunks: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  const ready: SseEvent[] = [];

  async function next(): Promise<SseEvent | undefined> {
    // Keep-alive comments are bytes but no event: the wait needs an end of its own.
    const timer = setTimeout(() => response.destroy(new Error(`no event for ${GIVE_UP_MS} ms`)), GIVE_UP_MS);
    try {
      for (;;) {
        const event = ready.shift();
        if (event !== undefined) return event;
        const chunk = await nextChunk(chunks);
        if (chunk === undefined) return undefined;
        ready.push(...parser.push(decoder.decode(chunk, { stream: true })));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async function whole(): Promise<HttpAnswer> {
    const received: Buffer[] = [];
    for (let chunk = await nextChunk(chunks); chunk !== undefined; chunk = await nextChunk(chunks)) received.push(chunk);
    const body = Buffer.concat(received).toString('utf8');
    const isEvents = response.headers['content-type']?.startsWith('text/event-stream') === true;
    return { status, headers: response.headers, body, events: isEvents ? parser.push(body) : [], json: parseJson(body) };
  }

  return { status, headers: response.headers, next, whole, close: () => response.destroy() };
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  try {
    const { value, done } = await chunks.next();
    return done === true ? undefined : value;
  } catch (error) {
    if (isReset(error)) return undefined;
    throw error;
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}

/** The event stream grammar, in as few lines as it takes (WHATWG HTML §9.2.6). */
class EventParser {
  #rest = '';

  push(text: string): SseEvent[] {
    const blocks = (this.#rest + text).split(/\r\n\r\n|\n\n|\r\r/);
    this.#rest = blocks.pop() ?? '';
    return blocks.map(parseEvent).filter((event) => event !== undefined);
  }
}

function parseEvent(block: string): SseEvent | undefined {
  const data: string[] = [];
  let event: string | undefined;
  let id: string | undefined;
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') data.push(value ?? '');
    if (field === 'event') event = value;
    if (field === 'id') id = value;
  }
  if (data.length === 0) return undefined;
  const text = data.join('\n');
  return { event, id, data: text, json: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
