// The way to an OpenTelemetry collector: OTLP over HTTP, in JSON. It is a stranger: whatever it answers, or does not answer, ends within its time and costs
// a bounded piece of memory. Redirects are not followed, since they would take the credentials elsewhere.

import { request as requestHttp, Agent as HttpAgent } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import { gzip } from 'node:zlib';

/** What is sent. */
export type Signal = 'traces' | 'metrics';

/** How a sending ended. `refused`: sent again, it would be refused again. `failed`: it may be taken later, and not before `retryAfterMs`. */
export type Sent =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number };

export interface CollectorOptions {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM; undefined: the well-known roots. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

/** A collector. */
export interface Collector {
  /** Sends the body of an export request. Never rejects. */
  send(signal: Signal, body: unknown): Promise<Sent>;
  close(): void;
}

const MAX_ANSWER_BYTES = 64 * 1024;
/** OTLP specification, "Retryable Response Codes". */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_RETRY_AFTER_MS = 5 * 60_000;
const MS_PER_SECOND = 1_000;

export function createCollector({ endpoint, headers, ca, timeoutMs }: CollectorOptions): Collector {
  const isSecure = endpoint.startsWith('https:');
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, maxSockets: 2, ca }) : new HttpAgent({ keepAlive: true, maxSockets: 2 });
  const open = (url: URL, fields: OutgoingHttpHeaders): ClientRequest => {
    const options = { method: 'POST', agent, headers: fields };
    return isSecure ? requestHttps(url, options) : requestHttp(url, options);
  };

  const post = (signal: Signal, body: Buffer): Promise<Sent> =>
    new Promise((resolve) => {
      const url = new URL(`${endpoint}/v1/${signal}`);
      const fields = { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
      const sending = open(url, fields);
      // Of the whole exchange: a collector that sends a byte now and then is none that answers.
      const timer = setTimeout(
        () => end({ kind: 'failed', reason: `it did not answer within ${timeoutMs} ms`, retryAfterMs: 0 }),
        timeoutMs,
      );
      const end = (sent: Sent, isReusable = false): void => {
        clearTimeout(timer);
        resolve(sent);
        if (!isReusable) sending.destroy();
      };
      sending.on('error', (error) => end({ kind: 'failed', reason: codeOf(error), retryAfterMs: 0 }));
      sending.on('response', (response) => {
        const sent = readAnswer(response);
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) end(sent);
        });
        response.on('end', () => end(sent, true));
        response.on('error', () => end(sent));
      });
      sending.end(body);
    });

  return {
    send: async (signal, body) => {
      try {
        return await post(signal, await compress(JSON.stringify(body)));
      } catch (error) {
        return { kind: 'failed', reason: codeOf(error), retryAfterMs: 0 };
      }
    },
    close: () => agent.destroy(),
  };
}

function readAnswer({ statusCode = 0, headers }: IncomingMessage): Sent {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'sent' };
  const reason = `it answered with status ${statusCode}`;
  if (!LATER.has(statusCode)) return { kind: 'refused', reason };
  const seconds = Number(headers['retry-after'] ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, seconds * MS_PER_SECOND)) : 0;
  return { kind: 'failed', reason, retryAfterMs };
}

function compress(text: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(text, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

/** The code of a fault; its text may repeat what the other side sent. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'it cannot be reached';
}
