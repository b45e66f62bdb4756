// The way back to the agent. Whatever road a call took, its answer leaves through here, so that three things hold on every exit:
// no byte leaves before the decision is durable, exactly one outcome is recorded (of a critical call, on disk before its last words leave), and
// backpressure reaches the server.

import type { OutHeaders, ServerSentEvent } from '../http/index.ts';
import type { OutcomeStatus } from './exchange.ts';
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

/** SPEC streamable-http: proxies must not buffer an event stream. */
export const STREAM_HEADERS: OutHeaders = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Accel-Buffering', 'no'];
