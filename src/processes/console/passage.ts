// From the admin listener to control: a request of the API is read whole, so that nobody who sends slowly keeps control waiting, and made anew with the few
// fields that mean anything there; the answer goes back as it comes, no faster than the browser takes it. What is passed on is no privilege: control asks
// every request whose session it is.
//
// So that strangers keep out nobody who is signed in: one request at a time of a connection, and few in all of those whose cookie control has not yet taken for
// that of a session. What is over that is shed here, before control hears of it, and costs the log no more than a line a second.

import { hash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { AdminProblem } from '../../admin/index.ts';
import type { Log } from '../../telemetry/index.ts';

/** Longer than control is silent in a stream that lives. */
const SILENCE_MS = 60_000;
const MIB = 1024 * 1024;
/** A page holds six connections and some streams; a person has several. */
const MAX_OF_ONE_SESSION = 48;
/** More cookies than this are not told from those of strangers. */
const MAX_SESSIONS = 512;
const LOG_PAUSE_MS = 1_000;

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

/** Requests that share what there is for them, and take nothing from others. */
interface Lane {
  readonly maxUnderWay: number;
  /** Of one body, no more than control reads. */
  readonly maxBodyBytes: number;
  /** Of all that are being sent at once. */
  readonly maxWaitingBytes: number;
  underWay: number;
  waitingBytes: number;
}

export interface PassageOptions {
  /** Path of control's socket; undefined while there is no control. */
  readonly door: () => string | undefined;
  readonly refuse: (response: ServerResponse, problem: AdminProblem, headers?: OutgoingHttpHeaders) => void;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** Somebody who signs in: they have no session yet, and wait for their turn rather than for strangers. */
export interface SigningIn {
  /** Resolves when it may go on. */
  readonly turn: () => Promise<void>;
  /** Control's answer; undefined: there was none. */
  readonly onAnswer: (status: number | undefined) => void;
}

/** Passes a request on, and its answer back. Never rejects. */
export type Passage = (request: IncomingMessage, response: ServerResponse, signingIn?: SigningIn) => Promise<void>;

export function createPassage({ door, refuse, nowMs, log }: PassageOptions): Passage {
  const signIns = createLane({ maxUnderWay: 512, maxBodyBytes: 4 * 1024, maxWaitingBytes: 2 * MIB });
  const strangers = createLane({ maxUnderWay: 32, maxBodyBytes: MIB, maxWaitingBytes: 8 * MIB });
  const people = createLane({ maxUnderWay: 256, maxBodyBytes: MIB, maxWaitingBytes: 32 * MIB });
  /** SHA-256 of a cookie header that control has answered as a session's → how many of its requests are under way. */
  const sessions = new Map<string, number>();
  const underWay = new WeakMap<Socket, ServerResponse>();
  const warn = createSeldom(nowMs, log);

  /** No browser sends a second request before the first is answered; a program that does could have any number under way by one connection. */
  const isPipelined = ({ socket }: IncomingMessage, response: ServerResponse): boolean => {
    const before = underWay.get(socket);
    underWay.set(socket, response);
    return before !== undefined && !before.writableEnded && !before.destroyed;
  };
  const know = (session: string): void => {
    if (sessions.has(session)) return;
    const [oldest] = [...sessions].find(([, count]) => count === 0) ?? [];
    if (sessions.size >= MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    if (sessions.size < MAX_SESSIONS) sessions.set(session, 0);
  };
  /** Takes a place, until the answer is over; undefined: there is none. */
  const enter = (lane: Lane, session: string | undefined): (() => void) | undefined => {
    const ofSession = session === undefined ? undefined : sessions.get(session);
    if (lane.underWay >= lane.maxUnderWay || (ofSession ?? 0) >= MAX_OF_ONE_SESSION) return undefined;
    lane.underWay++;
    if (session !== undefined && ofSession !== undefined) sessions.set(session, ofSession + 1);
    return () => {
      lane.underWay--;
      const count = session === undefined || ofSession === undefined ? undefined : sessions.get(session);
      if (session !== undefined && count !== undefined) sessions.set(session, Math.max(0, count - 1));
    };
  };

  /** The whole body; undefined: it was refused, or nobody is there any more. */
  const readBody = async (request: IncomingMessage, response: ServerResponse, lane: Lane): Promise<Buffer | undefined> => {
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
        lane.waitingBytes += chunk.length;
        if (bytes > lane.maxBodyBytes) return refuseRest({ code: 'body_too_large', detail: `A body may have ${lane.maxBodyBytes} bytes.` });
        if (lane.waitingBytes > lane.maxWaitingBytes)
          return refuseRest({ code: 'unavailable', detail: 'More is being sent to the console at once than it takes. Try again.' });
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch {
      return undefined; // Who sent it has hung up.
    } finally {
      lane.waitingBytes -= bytes;
    }
  };

  const forward = (
    request: IncomingMessage,
    response: ServerResponse,
    { socketPath, body, onAnswer }: { socketPath: string; body: Buffer; onAnswer: (status: number | undefined) => void },
  ): void => {
    const headers = { ...pick(request.headers, PASSED_ON), 'content-length': String(body.length) };
    // A kept connection may close at the moment it is used again, and nobody could say whether the request was carried out.
    const onward = httpRequest({ socketPath, method: request.method, path: request.url, headers, agent: false, timeout: SILENCE_MS });
    onward.once('timeout', () => onward.destroy(new Error('control is silent')));
    onward.once('error', (error) => {
      onAnswer(undefined);
      if (!response.headersSent && !response.destroyed) warn('control did not answer a request of the console', { reason: error.message });
      if (response.headersSent) response.destroy();
      else refuse(response, NOBODY_THERE, { 'retry-after': '1' });
    });
    onward.once('response', (answer) => {
      onAnswer(answer.statusCode);
      response.writeHead(answer.statusCode ?? 502, pick(answer.headers, PASSED_BACK));
      // Either end that goes takes the other with it: a stream that nobody reads must end in control, and one that breaks off must not look whole.
      pipeline(answer, response, () => {});
    });
    whenOver(request, response, () => onward.destroy());
    onward.end(body);
  };

  const shed = (response: ServerResponse): void => {
    warn('a request of the console was shed: too many are under way');
    refuse(response, FULL, { connection: 'close', 'retry-after': '1' });
  };

  return async (request, response, signingIn) => {
    if (isPipelined(request, response)) {
      warn('a connection to the console was closed: it sent a request while another was unanswered');
      return void request.socket.destroy();
    }
    if (door() === undefined) return refuse(response, NOBODY_THERE, { connection: 'close', 'retry-after': '1' });
    const session = sessionOf(request);
    const isKnown = session !== undefined && sessions.has(session);
    const lane = signingIn === undefined ? (isKnown ? people : strangers) : signIns;
    const body = await readBody(request, response, lane);
    if (body === undefined) return;
    if (request.socket.destroyed) return;
    const leave = enter(lane, signingIn === undefined ? session : undefined);
    if (leave === undefined) return shed(response);
    whenOver(request, response, leave);
    await signingIn?.turn();
    // Control may have been replaced while this was read, or waited, and whoever asked may have gone.
    const socketPath = door();
    const onAnswer = (status: number | undefined): void => {
      if (signingIn !== undefined) return signingIn.onAnswer(status);
      // Nobody is answered like this who is not signed in.
      if (session !== undefined && status !== undefined && status >= 200 && status < 300) know(session);
      else if (session !== undefined && status === 401) sessions.delete(session);
    };
    if (request.socket.destroyed || socketPath === undefined) {
      onAnswer(undefined);
      return refuse(response, NOBODY_THERE, { connection: 'close', 'retry-after': '1' });
    }
    forward(request, response, { socketPath, body, onAnswer });
  };
}

/** Calls once. An answer that waits behind another of its connection is not told that the connection has gone. */
function whenOver({ socket }: IncomingMessage, response: ServerResponse, call: () => void): void {
  const over = (): void => {
    response.off('close', over);
    socket.off('close', over);
    call();
  };
  response.once('close', over);
  socket.once('close', over);
}

function createLane(limits: Pick<Lane, 'maxUnderWay' | 'maxBodyBytes' | 'maxWaitingBytes'>): Lane {
  return { ...limits, underWay: 0, waitingBytes: 0 };
}

/** What tells a session from others here. Whoever sends none is a stranger. */
function sessionOf({ headers }: IncomingMessage): string | undefined {
  return headers.cookie === undefined ? undefined : hash('sha256', headers.cookie);
}

/** Warns at most once in a while, with how often there was reason to. */
function createSeldom(nowMs: () => number, log: Log): (message: string, fields?: { readonly reason: string }) => void {
  let lastMs = -Infinity;
  let count = 0;
  return (message, fields) => {
    count++;
    const now = nowMs();
    if (Math.abs(now - lastMs) < LOG_PAUSE_MS) return;
    log.warn(message, { ...fields, count });
    lastMs = now;
    count = 0;
  };
}

const FULL: AdminProblem = { code: 'unavailable', detail: 'More is asked of the console at once than it takes. Try again in a moment.' };
const NOBODY_THERE: AdminProblem = {
  code: 'unavailable',
  detail: 'The process that answers the console is being started or replaced. Try again in a moment.',
};

function pick(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
