// The way back to the agent. Whatever road a call took, its answer leaves through here, so that three things hold on every exit:
// no byte leaves before the decision is durable, exactly one outcome is recorded (of a critical call, on disk before its last words leave), and
// backpressure reaches the server.

import { encodeComment, encodeEvent } from '../http/index.ts';
import type { OutHeaders, ServerSentEvent } from '../http/index.ts';
import { noteReleasedPiece } from './committed.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import { toKeep } from './kept-event.ts';
import { requestOf } from './request-of.ts';
import { recordOutcome } from './record.ts';
import { refusalAnswer, refuse } from './rescue.ts';
import type { Refused } from './rescue.ts';

/** One answer under way. */
export interface Answer {
  /** The agent is gone, or was cut off: writing is a no-op. */
  readonly gone: boolean;
  /** Whether the answer is over, for the agent and for the record. */
  readonly finished: boolean;
  /** An event stream has been begun: the final answer is its last event. */
  readonly streaming: boolean;
  /** The agent takes no more now; wait for `onDrain`. */
  readonly full: boolean;
  onDrain: (() => void) | undefined;
  /** The agent hung up, or lost its right to the stream. The road decides what that means on its hop. */
  onGone: (() => void) | undefined;
  /** A complete JSON answer. */
  json(status: number, body: Uint8Array, outcome: OutcomeStatus, headers?: OutHeaders): void;
  /** A complete answer without a body. */
  empty(status: number, outcome: OutcomeStatus): void;
  /** Opens the event stream; `event` does it by itself. */
  open(): void;
  event(event: ServerSentEvent): void;
  /** A JSON answer that is passed on in pieces, as it comes. */
  raw(status: number, chunk: Uint8Array): void;
  /** The last event of a stream: what the call was about. */
  final(event: ServerSentEvent, outcome: OutcomeStatus): void;
  /** A piece of an answer that nobody reads, handed on as it is; the first time, or without one, what stands in front of it. */
  pass(status: number, headers: OutHeaders, piece?: Uint8Array): void;
  /** Ends a stream. */
  end(outcome: OutcomeStatus): void;
  /** Calls back when the last words of the answer may leave: at once, unless the call is critical. Then how it ended is on disk first. */
  settle(outcome: OutcomeStatus, last: () => void): void;
  /** Ends with a refusal, in whatever form fits what has been sent. */
  refuse(refused: Refused, outcome: OutcomeStatus): void;
  /** Cuts the stream: the caller lost its right to it, or the rest cannot be trusted. */
  cut(outcome: OutcomeStatus): void;
  /** Writes a comment line on an event stream that has been silent since `beforeUs`, so that nobody on the path gives it up. */
  keepAlive(beforeUs: number): void;
}

const JSON_TYPE: OutHeaders = ['Content-Type', 'application/json'];
/** SPEC streamable-http: proxies must not buffer an event stream. */
export const STREAM_HEADERS: OutHeaders = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Accel-Buffering', 'no'];
const NO_HEADERS: OutHeaders = [];
const KEEP_ALIVE = encodeComment('');

const EVENT_START = Buffer.from('event: message\ndata: ');
const EVENT_END = Buffer.from('\n\n');

type Form = 'none' | 'events' | 'raw' | 'unread';

/** The answer of a call. */
export function createAnswer(call: Call, ports: Ports): Answer {
  const { reply } = call.arrival;
  // A call that has waited for a person has its stream already.
  let form: Form = call.wait?.isStreaming === true ? 'events' : 'none';
  let streaming = form === 'events';
  /** A body in pieces is one event of a stream that was there before it. */
  let isInEvent = false;
  let durable = false;
  let full = false;
  let gone = false;
  let finished = false;
  /** Ticket of the outcome, once it is recorded. */
  let outcomeSeq: number | undefined;
  let lastWriteUs = 0;
  /** What waits for the decision to become durable, and since when. */
  let held: (() => void)[] | undefined;
  let heldSinceUs = 0;

  const whenDurable = (step: () => void): void => {
    if (durable || (held === undefined && ports.audit.isDurable(call.decisionSeq))) {
      durable = true;
      return step();
    }
    if (held !== undefined) {
      held.push(step);
      return;
    }
    held = [step];
    heldSinceUs = ports.nowUs();
    ports.audit.whenDurable(call.decisionSeq, release);
  };
  const release = (fault?: Error): void => {
    const steps = held ?? [];
    held = undefined;
    durable = true;
    // As long as the server is still at it, the log keeps nobody waiting.
    const isThere = call.forwardedUs === 0 || call.answeredUs > 0;
    if (isThere && heldSinceUs > 0) call.times.heldUs += Math.max(0, ports.nowUs() - Math.max(heldSinceUs, call.answeredUs));
    heldSinceUs = 0;
    if (fault === undefined) {
      for (const step of steps) step();
      if (!full) answer.onDrain?.();
      return;
    }
    // The call may have been carried out, but nothing of it may be shown: there is no durable record.
    finish('failed');
    call.refusedWith = 'audit_unavailable';
    if (form === 'none') refuse(reply, { code: 'audit_unavailable' }, requestOf(call));
    else reply.abort();
    gone = true;
    answer.onGone?.();
  };

  const finish = (outcome: OutcomeStatus): boolean => {
    if (finished) return false;
    finished = true;
    ports.open.remove(answer);
    record(outcome);
    return true;
  };
  const record = (outcome: OutcomeStatus): number => {
    if (outcomeSeq !== undefined) return outcomeSeq;
    call.outcome = outcome;
    return (outcomeSeq = recordOutcome(call, outcome, ports));
  };
  const settle = (outcome: OutcomeStatus, last: () => void): void => {
    if (call.isCritical !== true || finished) return last();
    ports.audit.whenDurable(record(outcome), (fault) => {
      if (finished || fault === undefined) return last();
      release(fault);
    });
  };

  const write = (bytes: Uint8Array): void => {
    if (gone) return;
    lastWriteUs = ports.nowUs();
    call.answerBytes += bytes.length;
    if (!reply.write(bytes)) full = true;
  };
  /** Encoded at once, written when it may be: where the data came from is used again. */
  const toWrite = (event: ServerSentEvent): (() => void) => {
    const take = reply.event;
    if (take === undefined) {
      const bytes = encodeEvent(event);
      return () => write(bytes);
    }
    const data = event.data === undefined ? undefined : new Uint8Array(event.data);
    return () => {
      if (gone) return;
      lastWriteUs = ports.nowUs();
      call.answerBytes += data?.length ?? 0;
      if (!take({ ...event, data })) full = true;
    };
  };
  const begin = (next: Form, status: number, headers: OutHeaders): void => {
    if (form !== 'none') return;
    form = next;
    lastWriteUs = ports.nowUs();
    if (!gone) reply.start(status, headers);
  };

  const answer: Answer = {
    get gone() {
      return gone;
    },
    get finished() {
      return finished;
    },
    get full() {
      return (full || (held !== undefined && held.length > 1)) && !gone;
    },
    get streaming() {
      return streaming;
    },
    onDrain: undefined,
    onGone: undefined,
    json: (status, body, outcome, headers) => {
      if (form === 'events') {
        return answer.final({ event: 'message', id: undefined, retry: undefined, data: body }, outcome);
      }
      call.answerBytes = body.length;
      whenDurable(() => {
        if (finished) return;
        settle(outcome, () => {
          if (finished) return;
          if (!gone) reply.respond(status, headers === undefined ? JSON_TYPE : [...JSON_TYPE, ...headers], body);
          finish(outcome);
        });
      });
    },
    empty: (status, outcome) =>
      whenDurable(() => {
        if (finished) return;
        if (!gone) reply.respond(status, NO_HEADERS);
        finish(outcome);
      }),
    open: () => {
      streaming = true;
      whenDurable(() => begin('events', 200, STREAM_HEADERS));
    },
    event: (event) => {
      streaming = true;
      const step = toWrite(event);
      whenDurable(() => {
        begin('events', 200, STREAM_HEADERS);
        step();
      });
    },
    raw: (status, chunk) =>
      whenDurable(() => {
        begin('raw', status, JSON_TYPE);
        noteReleasedPiece(call, chunk);
        if (form === 'raw') return write(chunk);
        if (!isInEvent) write(EVENT_START);
        isInEvent = true;
        write(inOneLine(chunk));
      }),
    // Never before the decision is durable (forward.ts), so that nothing has to be held.
    pass: (status, headers, piece) => {
      begin('unread', status, headers);
      if (piece === undefined || gone) return;
      call.answerBytes += piece.length;
      const hasRoom = reply.pass === undefined ? reply.write(piece) : reply.pass(piece);
      if (!hasRoom) full = true;
    },
    final: (event, outcome) => {
      streaming = true;
      const kept = toKeep(call, event);
      answer.settle(outcome, () => {
        answer.event(kept);
        answer.end(outcome);
      });
    },
    settle: (outcome, last) => (call.isCritical === true ? whenDurable(() => settle(outcome, last)) : last()),
    end: (outcome) =>
      whenDurable(() => {
        if (finished) return;
        settle(outcome, () => {
          if (finished) return;
          if (!gone) {
            begin('events', 200, STREAM_HEADERS);
            if (isInEvent) write(EVENT_END);
            reply.end();
          }
          finish(outcome);
        });
      }),
    refuse: (refused, outcome) =>
      whenDurable(() => {
        if (finished) return;
        call.refusedWith = refused.code;
        const request = requestOf(call);
        if (!gone) {
          if (form === 'none') refuse(reply, refused, request);
          else if (form === 'events' && !isInEvent) {
            if (request.id !== undefined)
              toWrite({
                event: 'message',
                id: undefined,
                retry: undefined,
                data: refusalAnswer(refused, request).body,
              })();
            reply.end();
          } else reply.abort();
        }
        finish(outcome);
      }),
    cut: (outcome) => {
      if (finished) return;
      reply.abort();
      gone = true;
      finish(outcome);
      answer.onGone?.();
    },
    keepAlive: (beforeUs) => {
      // A part of another answer is kept alive with it.
      if (form === 'events' && !gone && !full && lastWriteUs < beforeUs && reply.event === undefined) write(KEEP_ALIVE);
    },
  };

  reply.onDrain = () => {
    full = false;
    if (!answer.full) answer.onDrain?.();
  };
  reply.onHangup = () => {
    gone = true;
    full = false;
    answer.onGone?.();
    answer.onDrain?.(); // Whoever waited for the agent must not wait for ever.
  };
  ports.open.add(answer, call);
  return answer;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** JSON as one line of an event: a line break in it is only ever white space between its tokens. */
function inOneLine(chunk: Uint8Array): Uint8Array {
  if (!chunk.includes(LINE_FEED) && !chunk.includes(CARRIAGE_RETURN)) return chunk;
  return chunk.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte));
}
