// The answers to a batch, put together: held until all are there and then sent as one JSON array, or sent as they come on one event stream, as
// soon as one of them streams or more would have to be held than is allowed.

import { encodeEvent } from '../http/index.ts';
import type { OutHeaders } from '../http/index.ts';
import type { Message } from '../mcp/index.ts';
import type { Reply } from './exchange.ts';

/** The reply to a batch. */
export interface BatchReply {
  /** Where the answer to the message with this index goes. */
  part(index: number): Reply;
}

/** Plain answers of a batch up to this size together are held; more go on as they come. */
const MAX_HELD_BYTES = 1024 * 1024;
const JSON_TYPE: OutHeaders = ['Content-Type', 'application/json'];
const STREAM_HEADERS: OutHeaders = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Accel-Buffering', 'no'];
const OK = 200;
const ACCEPTED = 202;

interface Refusal {
  readonly status: number;
  readonly headers: OutHeaders;
  readonly body: Uint8Array | undefined;
}

/** A reply for so many messages. */
export function createBatchReply(reply: Reply, messages: readonly Message[]): BatchReply {
  const parts = new Set<Reply>();
  /** Answers that wait for the others, in the order of their coming. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let streaming = false;
  /** What only a status says: a message that was not taken, or a session that is gone. */
  let worst: Refusal | undefined;
  let left = messages.length;

  const stream = (): void => {
    if (streaming) return;
    streaming = true;
    reply.start(OK, STREAM_HEADERS);
    for (const body of held) write(body);
    held = [];
  };
  const write = (data: Uint8Array): boolean => {
    const event = { event: 'message', id: undefined, retry: undefined, data };
    return reply.event === undefined ? reply.write(encodeEvent(event)) : reply.event(event);
  };
  const add = (body: Uint8Array): void => {
    if (streaming) return void write(body);
    held.push(body);
    heldBytes += body.length;
    if (heldBytes > MAX_HELD_BYTES) stream();
  };
  const over = (part: Reply): void => {
    parts.delete(part);
    left--;
    if (left > 0) return;
    if (streaming) return reply.end();
    if (held.length > 0) return reply.respond(statusOf(worst), JSON_TYPE, arrayOf(held));
    // Nothing in it wanted an answer: accepted, unless something was not.
    if (worst === undefined) reply.respond(ACCEPTED, []);
    else reply.respond(worst.status, worst.headers, worst.body);
  };

  reply.onDrain = () => {
    for (const part of parts) part.onDrain?.();
  };
  reply.onHangup = () => {
    for (const part of parts) part.onHangup?.();
  };

  return {
    part: (index) => {
      const isRequest = messages[index]?.kind === 'request';
      let done = false;
      const finish = (): boolean => {
        if (done) return false;
        done = true;
        return true;
      };
      const part: Reply = {
        get done() {
          return done;
        },
        respond: (status, headers, body) => {
          if (!finish()) return;
          if (status >= 400 && (worst === undefined || status === GONE)) worst = { status, headers, body };
          // Only requests are answered: an error without an id would be nobody's.
          if (isRequest && body !== undefined) add(body);
          over(part);
        },
        start: stream,
        write: () => true, // Everything comes as events.
        event: ({ data }) => data === undefined || data.length === 0 || write(data),
        end: () => {
          if (finish()) over(part);
        },
        // A part that is cut leaves the others: who asked sees that its answer is missing.
        abort: () => {
          if (finish()) over(part);
        },
        onDrain: undefined,
        onHangup: undefined,
      };
      parts.add(part);
      return part;
    },
  };
}

const GONE = 404;

/** 404 tells the agent that its session is over (2025-03-26 basic/transports, "Session Management"); any other status is that of one message. */
function statusOf(worst: Refusal | undefined): number {
  return worst?.status === GONE ? GONE : OK;
}

function arrayOf(bodies: readonly Uint8Array[]): Uint8Array {
  const parts = bodies.flatMap((body, index) => [Buffer.from(index === 0 ? '[' : ','), body]);
  return Buffer.concat([...parts, Buffer.from(']')]);
}
