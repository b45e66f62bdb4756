// From the admin listener to control: a request of the API is read whole, so that nobody who sends slowly keeps control waiting, and made anew with the few
// fields that mean anything there; the answer goes back as it comes, no faster than the browser takes it. What is passed on is no privilege: control asks
// every request whose session it is.

import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { AdminProblem } from '../../admin/index.ts';
import type { Log } from '../../telemetry/index.ts';

/** Longer than control is silent in a stream that lives. */
const SILENCE_MS = 60_000;
/** As much as control reads of one. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Of all requests that are being sent at once. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** What a browser says that control hears: who it is, and in which form it asks. */
const PASSED_ON = ['accept', 'content-type', 'cookie', 'if-match', 'last-event-id', 'sallyport-csrf'] as const;
/** What control says that the browser hears. */
const PASSED_BACK = [
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-type',
  'etag',
  'retry-after',
  'set-cookie',
] as const;

export interface PassageOptions {
  /** Path of control's socket; undefined while there is no control. */
  readonly door: () => string | undefined;
  readonly refuse: (response: ServerResponse, problem: AdminProblem, headers?: OutgoingHttpHeaders) => void;
  readonly log: Log;
}

/** Passes a request on, and its answer back. Never rejects. */
export type Passage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createPassage({ door, refuse, log }: PassageOptions): Passage {
  let waitingBytes = 0;

  /** The whole body; undefined: it was refused, or nobody is there any more. */
  const readBody = async (request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuseRest = (problem: AdminProblem): undefined => {
      // The rest is not waited for.
      refuse(response, problem, { connection: 'close' });
      return undefined;
    };
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        if (!Buffer.isBuffer(chunk)) continue;
        bytes += chunk.length;
        waitingBytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) return refuseRest({ code: 'body_too_large', detail: `A body may have ${MAX_BODY_BYTES} bytes.` });
        if (waitingBytes > MAX_WAITING_BYTES)
          return refuseRest({ code: 'unavailable', detail: 'More is being sent to the console at once than it takes. Try again.' });
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch {
      return undefined; // Who sent it has hung up.
    } finally {
      waitingBytes -= bytes;
    }
  };

  const forward = (request: IncomingMessage, response: ServerResponse, socketPath: string, body: Buffer): void => {
    const headers = { ...pick(request.headers, PASSED_ON), 'content-length': String(body.length) };
    // A kept connection may close at the moment it is used again, and nobody could say whether the request was carried out.
    const onward = httpRequest({ socketPath, method: request.method, path: request.url, headers, agent: false, timeout: SILENCE_MS });
    onward.once('timeout', () => onward.destroy(new Error('control is silent')));
    onward.once('error', (error) => {
      if (!response.headersSent && !response.destroyed)
        log.warn('control did not answer a request of the console', { reason: error.message });
      if (response.headersSent) response.destroy();
      else refuse(response, NOBODY_THERE, { 'retry-after': '1' });
    });
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, pick(answer.headers, PASSED_BACK));
      // Either end that goes takes the other with it: a stream that nobody reads must end in control, and one that breaks off must not look whole.
      pipeline(answer, response, () => {});
    });
    response.once('close', () => onward.destroy());
    onward.end(body);
  };

  return async (request, response) => {
    const socketPath = door();
    if (socketPath === undefined) return refuse(response, NOBODY_THERE, { connection: 'close', 'retry-after': '1' });
    const body = await readBody(request, response);
    if (body !== undefined) forward(request, response, socketPath, body);
  };
}

const NOBODY_THERE: AdminProblem = {
  code: 'unavailable',
  detail: 'The process that answers the console is being started or replaced. Try again in a moment.',
};

function pick(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
