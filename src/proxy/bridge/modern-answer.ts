// What a modern HTTP server answers to a bridge: read message by message, judged as the modern era demands, and told to whoever asked.
// Nothing is passed on unread, as it must be turned into something else: what cannot be held is too large.

import { createEventDecoder } from '../../http/index.ts';
import type { UpstreamCall, UpstreamHandler } from '../../http/index.ts';
import { parseJson, readAnswerMessage } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { OutcomeStatus, Ports } from '../exchange.ts';
import { holdBytes, maxHeldBytes, tooMuchHeld } from '../held-bytes.ts';
import { leave, LONG_LIVED } from '../in-flight.ts';
import { refusedBy } from '../rescue.ts';
import type { Refused } from '../rescue.ts';
import { mediaType, OWN_ACCESS, readServerClock, statusRefusal } from '../../servers/index.ts';
import { createJudge } from './modern-judge.ts';
import type { Ask, Asking, Hearing } from './party.ts';

/** Bodies that are no answer are read up to here, so that the connection can be used again. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** How long a server may take to end a stream behind its answer, so that its connection can be used again. */
const END_GRACE_MS = 1_000;

/** The receiver of one answer, and the asking that whoever asked holds. */
export interface ModernAnswer extends UpstreamHandler, Asking {
  /** Must be called with the exchange as soon as there is one. */
  attach(upstream: UpstreamCall): void;
}

/** Makes the receiver of the answer to one ask. The call has been entered; it is left when the answer is over. */
export function createModernAnswer(ask: Ask, hearing: Hearing, ports: Pick<Ports, 'log' | 'nowUs' | 'nowMs'>): ModernAnswer {
  const { call } = ask;
  const maxBytes = maxHeldBytes(call);
  const held = holdBytes(call.server, maxBytes);
  const judge = createJudge(ask, hearing);
  let mode: 'head' | 'json' | 'events' | 'other' = 'head';
  let status = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let over = false;
  let upstream: UpstreamCall | undefined;
  let endGrace: NodeJS.Timeout | undefined;

  const settled = (): void => {
    if (over) return;
    over = true;
    clearTimeout(endGrace);
    clearTimeout(patience);
    held.release();
    leave(call);
  };
  const abort = (): void => {
    upstream?.abort();
    settled();
  };
  const fail = (refused: Refused, outcome: Extract<OutcomeStatus, 'failed' | 'unknown'>): void => {
    abort();
    if (judge.over) return;
    ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: refused.code, status });
    judge.fail(refused, outcome);
  };
  /** A fault of ours in the middle of an answer ends this answer; the connection's reader knows nothing of it. */
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      fail(refusedBy(error, ports.log), 'failed');
    }
  };
  const hold = (length: number): boolean => {
    if (held.hold(length)) return true;
    fail(tooMuchHeld(call.server), 'failed');
    return false;
  };
  const hear = (data: Uint8Array): void => {
    const document = parseJson(data, { repairSurrogates: true });
    const message = document.ok ? readAnswerMessage(document.value) : document;
    const fault = message.ok ? judge.hear(message.value) : message.error;
    if (fault !== undefined) fail({ code: 'upstream_malformed', say: fault.say }, 'failed');
  };
  // Bytes that trickle keep the wait between two of them from ever ending.
  const patience = LONG_LIVED.has(ask.request.method)
    ? undefined
    : setTimeout(() => fail({ code: 'upstream_timeout' }, 'unknown'), call.arrival.snapshot.limits.callTimeoutMs).unref();

  const decoder = createEventDecoder({
    maxEventBytes: maxBytes,
    onEvent: ({ data }) => {
      held.release();
      if (over || judge.over || data === undefined || data.length === 0) return;
      guarded(() => hear(data));
      // SPEC streamable-http: the answer SHOULD end the stream. A server that leaves it open, or goes on talking, holds nothing of ours.
      if (judge.over && !over) endGrace = setTimeout(abort, END_GRACE_MS);
    },
    onOversize: () => fail({ code: 'upstream_too_large' }, 'failed'),
  });
  const onWhole = (): void => {
    const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    chunks = [];
    const document = parseJson(whole, { repairSurrogates: true });
    const message = document.ok ? readAnswerMessage(document.value) : document;
    if (!message.ok || !isFinal(message.value, status)) return fail({ code: 'upstream_malformed' }, 'failed');
    const fault = judge.hear(message.value);
    if (fault !== undefined) fail({ code: 'upstream_malformed', say: fault.say }, 'failed');
  };

  return {
    attach: (exchange) => {
      upstream = exchange;
      if (over) exchange.abort(); // It was given up while it was being made.
    },
    giveUp: () => {
      judge.deafen();
      abort();
    },
    resume: () => upstream?.resume(),
    onHead: (code, headers) => {
      status = code;
      call.times.firstByteUs ||= ports.nowUs();
      readServerClock(call.server, () => headers.get('date'), ports.nowMs());
      const type = mediaType(headers.get('content-type'));
      if (code === 200 && type === 'text/event-stream') mode = 'events';
      else if (type === 'application/json' && (code === 200 || (code >= 400 && code < 500 && !OWN_ACCESS.has(code)))) mode = 'json';
      else mode = 'other';
    },
    onBody: (chunk) => {
      bytes += chunk.length;
      switch (mode) {
        case 'events':
          if (judge.over) return abort();
          if (!hold(chunk.length)) return;
          decoder.push(chunk);
          if (!over && hearing.full) upstream?.pause();
          return;
        case 'json':
          if (bytes > maxBytes) return fail({ code: 'upstream_too_large' }, 'failed');
          if (hold(chunk.length)) chunks.push(chunk);
          return;
        default:
          if (bytes > MAX_REFUSAL_BYTES) fail(statusRefusal(status, call.server.name), 'failed');
      }
    },
    onEnd: () => {
      settled();
      switch (mode) {
        case 'json':
          return guarded(onWhole);
        case 'events':
          decoder.end();
          // The modern era cannot resume a stream: what broke off before its answer has an unknown end.
          if (!judge.over) fail({ code: 'outcome_unknown' }, 'unknown');
          return;
        default:
          fail(statusRefusal(status, call.server.name), 'failed');
      }
    },
    onError: (code, detail) => {
      settled();
      ports.log.info('a server could not be asked', { server: call.server.name, call: call.id, code, detail });
      judge.fail({ code }, code === 'outcome_unknown' ? 'unknown' : 'failed');
    },
  };
}

function isFinal(message: Message, status: number): boolean {
  return message.kind === 'error' || (message.kind === 'result' && status === 200);
}
