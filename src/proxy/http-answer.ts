// What an HTTP server answers, on its way back. A JSON answer that fits is read whole and judged; a larger one is judged and passed on
// as it comes, unless it holds definitions, which must be filtered and therefore must fit. An event stream is passed on event by event, never held.

import type { Found } from '../inspection/index.ts';
import { createEventDecoder } from '../http/index.ts';
import type { HeaderList, ServerSentEvent, UpstreamCall, UpstreamHandler } from '../http/index.ts';
import { answerInstead, createAnswerScan, parseJson, readAnswerMessages } from '../mcp/index.ts';
import type { AnswerScan, Message } from '../mcp/index.ts';
import { mediaType, OWN_ACCESS, readServerClock, statusRefusal } from '../servers/index.ts';
import type { Answer } from './answer.ts';
import { approveFinal, holdsDefinitions, noteChange, withoutUnapproved } from './approved.ts';
import type { FinalMessage } from './bridge/index.ts';
import { noteReleased } from './committed.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import { holdBytes, maxHeldBytes, tooMuchHeld } from './held-bytes.ts';
import { markUnheld } from './held-results.ts';
import { leave, LONG_LIVED } from './in-flight.ts';
import { inspectReplayed, keptBackWords } from './inspection/final.ts';
import { isHarmless } from './inspection/free-words.ts';
import { createPassing } from './inspection/passing.ts';
import type { Passing } from './inspection/passing.ts';
import { sayable } from './inspection/say.ts';
import { refusedBy } from './rescue.ts';
import type { Refused } from './rescue.ts';
import { askedBy, filterReplayed, isShaped, judgeFinal, wordsFor } from './server-messages.ts';
import type { FinalHook } from './server-messages.ts';
import { insteadOfAnswer, refusedQuestions } from './server-questions.ts';

/** JSON answers up to this size are read whole before they go on. */
const WHOLE_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;
/** How long a server may take to end a stream behind its answer, so that its connection can be used again. */
const END_GRACE_MS = 1_000;

export interface HttpAnswerOptions {
  readonly call: Call;
  readonly answer: Answer;
  readonly ports: Ports;
  /** Called with the answer's head, before anything goes to the agent; may give headers to add to a JSON answer. */
  readonly onHead?: (status: number, headers: HeaderList) => void;
  readonly onFinal?: FinalHook;
  /** The server asks what an agent of this revision cannot answer: the answer that it gets instead. */
  readonly onInstead?: (body: Uint8Array) => void;
}

/** Receives the answer to one call. */
export interface HttpAnswer extends UpstreamHandler {
  /** Must be called with the exchange as soon as there is one. */
  attach(upstream: UpstreamCall): void;
  /** Gives the server's answer up: the agent is gone, or what came cannot be trusted. */
  giveUp(): void;
}

type Mode = 'head' | 'json' | 'raw' | 'events' | 'empty' | 'other';

/** Makes the receiver of one call's answer. */
export function createHttpAnswer(options: HttpAnswerOptions): HttpAnswer {
  const { call, answer, ports } = options;
  const { inbound } = call;
  const isEnd = inbound.kind === 'end';
  const isStream = inbound.kind === 'stream';
  /** Whether the server owes a message: everything else is answered by a status alone. */
  const isRequest = (inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request';
  const isList = call.question.rule?.list !== undefined || holdsDefinitions(call.question.method);
  /** What may have to change must be there as a whole; so must what is one message of several to an agent that takes only whole ones. */
  const isTask = call.question.rule?.task === true;
  const isWhole = isList || isTask || isShaped(call) || call.arrival.reply.event !== undefined;
  const maxPartBytes = maxHeldBytes(call);
  const maxWhole = isWhole ? call.arrival.snapshot.limits.maxListBytes : WHOLE_BYTES;
  let mode: Mode = 'head';
  let status = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let sawFinal = false;
  let resumable = false;
  let over = false;
  const held = holdBytes(call.server, maxPartBytes);
  let scan: AnswerScan | undefined;
  let passing: Passing | undefined;
  let passed = false;
  let endGrace: NodeJS.Timeout | undefined;
  let upstream: UpstreamCall | undefined;

  // Bytes that trickle keep the wait between two of them from ever ending.
  const patience =
    isRequest && !LONG_LIVED.has(call.question.method)
      ? setTimeout(() => fail({ code: 'upstream_timeout' }, 'unknown'), call.arrival.snapshot.limits.callTimeoutMs).unref()
      : undefined;

  const decoder = createEventDecoder({
    maxEventBytes: maxPartBytes,
    onEvent: (event) => {
      held.release();
      guarded(() => onEvent(event));
    },
    onOversize: () => {
      fail({ code: 'upstream_too_large' }, 'failed');
    },
  });

  const settled = (): void => {
    if (over) return;
    over = true;
    clearTimeout(endGrace);
    clearTimeout(patience);
    held.release();
    leave(call);
    call.answeredUs = ports.nowUs();
  };
  const giveUp = (): void => {
    passing?.abandon();
    upstream?.abort();
    settled();
  };
  const fail = (refused: Refused, outcome: OutcomeStatus): void => {
    if (!over) giveUp();
    ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: refused.code, status });
    answer.refuse(refused, outcome);
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
  const throttle = (): void => {
    if (upstream === undefined || hasRoom()) return;
    upstream.pause();
    answer.onDrain = goOn;
  };
  const hasRoom = (): boolean => !answer.full && passing?.full !== true;
  const goOn = (): void => {
    if (hasRoom()) upstream?.resume();
  };

  const onEvent = (event: ServerSentEvent): void => {
    if (sawFinal || answer.finished) return;
    const { id, retry, data } = event;
    if (id !== undefined) resumable = true;
    // Nobody reads it, so nobody would miss what was taken out of it.
    if (id !== undefined && !isHarmless(call, id, 'answer')) return fail({ code: 'answer_withheld' }, 'failed');
    if (data === undefined || data.length === 0) {
      // The priming event of 2025-11-25: an id to resume from. The headers of some answers depend on the final message, so nothing may go out before it.
      return options.onFinal === undefined ? answer.event({ event: undefined, id, retry, data }) : undefined;
    }
    // MCP has no other name for events; here stands whatever a server likes.
    const framed = { event: 'message', id, retry, data };
    const document = parseJson(data, { repairSurrogates: true });
    const messages = document.ok ? readAnswerMessages(document.value, call.serverRevision) : document;
    if (!messages.ok) return fail({ code: 'upstream_malformed' }, 'failed');
    for (const message of messages.value) if (!sawFinal && !answer.finished) carry(framed, message);
  };

  const carry = (event: ServerSentEvent, message: Message): void => {
    if (message.kind !== 'result' && message.kind !== 'error') {
      noteChange(call.server.name, message, ports);
      if (options.onFinal !== undefined) return;
      const instead =
        message.kind === 'request'
          ? (answerInstead(message, call.question.revision ?? '') ?? insteadOfAnswer(call, message)?.document.bytes)
          : undefined;
      if (instead !== undefined)
        return options.onInstead === undefined ? fail({ code: 'upstream_malformed' }, 'failed') : options.onInstead(instead);
      const shown = sayable(call, message);
      if (shown !== undefined) return answer.event({ ...event, data: wordsFor(call, shown) });
      // A stray notification is dropped. A request where the server may send none is an attempt on the agent: the stream is given up.
      return message.kind === 'request' ? fail({ code: 'upstream_malformed' }, 'failed') : undefined;
    }
    // A replay may end any call: what it asks for is judged as if it had been asked in time.
    if (isStream && refusedQuestions(call, message) !== undefined) return fail({ code: 'upstream_malformed' }, 'failed');
    if (isStream) {
      const shown = inspectReplayed(call, withoutUnapproved(call, message.document, ports));
      return shown === undefined
        ? fail({ code: 'answer_withheld' }, 'failed')
        : answer.event({ ...event, data: filterReplayed(call, shown) });
    }
    sawFinal = true;
    call.answeredUs = ports.nowUs();
    // SPEC streamable-http: the answer SHOULD end the stream. A server that leaves it open, or goes on talking, holds nothing of ours.
    if (!over) endGrace = setTimeout(giveUp, END_GRACE_MS);
    approveFinal(call, message, ports, (approved) => guarded(() => conclude(event, message, approved)));
  };

  const conclude = (event: ServerSentEvent, message: FinalMessage, approved: FinalMessage): void => {
    if (answer.finished) return;
    const judged = judgeFinal(call, approved);
    if (!judged.ok) return fail(judged.error, 'failed');
    const extra = options.onFinal?.(message);
    if (extra !== undefined && 'code' in extra) return fail(extra, 'failed');
    noteReleased(call, judged.value.bytes, approved.document);
    // A server that opens a stream only to send the answer on it: the agent gets the same form, since its headers are not out yet.
    if (extra !== undefined && !answer.streaming) return answer.json(200, judged.value.bytes, judged.value.outcome, extra.headers);
    answer.final({ ...event, data: judged.value.bytes }, judged.value.outcome);
  };

  const onWhole = (): void => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    const document = parseJson(body, { repairSurrogates: true });
    const messages = document.ok ? readAnswerMessages(document.value, call.serverRevision) : document;
    const [final, more] = messages.ok ? messages.value : [];
    if (final === undefined || more !== undefined) return fail({ code: 'upstream_malformed' }, 'failed');
    if (final.kind !== 'error' && (final.kind !== 'result' || status !== 200)) return fail({ code: 'upstream_malformed' }, 'failed');
    approveFinal(call, final, ports, (approved) => guarded(() => concludeWhole(final, approved)));
  };

  const concludeWhole = (final: FinalMessage, approved: FinalMessage): void => {
    const judged = judgeFinal(call, approved);
    if (!judged.ok) return fail(judged.error, 'failed');
    const extra = options.onFinal?.(final);
    if (extra !== undefined && 'code' in extra) return fail(extra, 'failed');
    noteReleased(call, judged.value.bytes, approved.document);
    answer.json(status, judged.value.bytes, judged.value.outcome, extra?.headers);
  };

  const tooLarge = (): Refused => {
    if (isList || isTask || !isWhole) return { code: 'upstream_too_large' };
    const { revision = '' } = call.question;
    const why = isShaped(call) ? `must be put into the words of MCP ${revision}` : 'is one of several messages in one answer';
    return {
      code: 'upstream_too_large',
      say: `The answer of the MCP server ${why}, and is larger than the ${maxWhole} bytes that are held for that.`,
    };
  };
  /** Too large to be held: what has come goes on, and what comes, as long as it can be the answer. */
  const passOn = (): void => {
    if (isWhole || status !== 200 || options.onFinal !== undefined) return fail(tooLarge(), 'failed');
    mode = 'raw';
    markUnheld(call, ports);
    scan = createAnswerScan(askedBy(call));
    passing = createPassing({
      call,
      release: (bytes) => {
        passed = true;
        answer.raw(status, bytes);
      },
      stop: (found) => withhold(found),
      onRoom: goOn,
    });
    const come = chunks;
    chunks = [];
    for (const chunk of come) passChunk(chunk);
  };
  const passChunk = (chunk: Uint8Array): void => {
    if (over) return;
    if (scan?.push(chunk) !== true) return cutShort();
    passing?.push(chunk);
  };
  /** It holds what may not be shown. */
  const withhold = (found: Found | undefined): void => {
    giveUp();
    call.markedWith = 'answer_withheld';
    if (passed) answer.cut('failed');
    else answer.refuse({ code: 'answer_withheld', say: keptBackWords(call, found) }, 'failed');
  };
  /** Who has part of what turned out to be no answer must not take that for the whole. */
  const cutShort = (): void => {
    if (!passed) return fail({ code: 'upstream_malformed' }, 'failed');
    giveUp();
    ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: 'upstream_malformed', status });
    answer.cut('failed');
  };

  return {
    attach: (exchange) => {
      upstream = exchange;
      if (over) exchange.abort(); // It was given up while it was being made.
    },
    giveUp,
    onHead: (code, headers) => {
      status = code;
      call.times.firstByteUs = ports.nowUs();
      readServerClock(call.server, () => headers.get('date'), ports.nowMs());
      options.onHead?.(code, headers);
      mode = modeFor(code, mediaType(headers.get('content-type')), { isRequest, isStream, isEnd });
      if (mode === 'events' && options.onFinal === undefined) answer.open();
    },
    onBody: (chunk) => {
      bytes += chunk.length;
      switch (mode) {
        case 'events':
          if (sawFinal) return giveUp();
          if (!hold(chunk.length)) return;
          decoder.push(chunk);
          return throttle();
        case 'raw':
          passChunk(chunk);
          return throttle();
        case 'json':
          if (!hold(chunk.length)) return;
          chunks.push(chunk);
          if (bytes <= maxWhole) return;
          held.release();
          passOn();
          return throttle();
        default:
          if (bytes > MAX_REFUSAL_BYTES) fail(refusalFor(status, call), 'failed');
      }
    },
    onEnd: () => {
      settled();
      switch (mode) {
        case 'json':
          return guarded(onWhole);
        case 'raw':
          return scan?.end() === true ? passing?.end(() => answer.end('ok')) : cutShort();
        case 'events':
          decoder.end();
          if (answer.finished || sawFinal) return;
          if (isStream) return answer.end('ok');
          // 2025-11-25: a server may close a stream at will once the agent can resume it by a GET with Last-Event-ID.
          if (resumable && call.question.era === 'legacy') return answer.end('unknown');
          return fail({ code: 'outcome_unknown' }, 'unknown');
        case 'empty':
          return answer.empty(isEnd ? 204 : 202, 'ok');
        default:
          return fail(refusalFor(status, call), 'failed');
      }
    },
    onError: (code, detail) => {
      settled();
      ports.log.info('a server could not be asked', { server: call.server.name, call: call.id, code, detail });
      if (answer.finished) return;
      if (isStream) return answer.end('ok');
      if (mode === 'raw') return answer.cut('failed');
      answer.refuse({ code }, code === 'outcome_unknown' ? 'unknown' : 'failed');
    },
  };
}

interface Owed {
  readonly isRequest: boolean;
  readonly isStream: boolean;
  readonly isEnd: boolean;
}

/** What the body of an answer with this head is taken for. A redirect is not followed, and no other 2xx than 200 answers a request. */
function modeFor(status: number, type: string, { isRequest, isStream, isEnd }: Owed): Mode {
  if (status < 300 && !isRequest && !isStream) return 'empty';
  if (isEnd && (status === 404 || status === 405)) return 'empty';
  if (status === 200 && type === 'text/event-stream') return 'events';
  if (type !== 'application/json' || isStream) return 'other';
  return status === 200 || (status >= 400 && status < 500 && !OWN_ACCESS.has(status)) ? 'json' : 'other';
}

/** What an HTTP status without a usable body means for the agent of this call. */
export function refusalFor(status: number, call: Call): Refused {
  const name = call.server.name;
  if (call.question.era === 'legacy' && status === 404)
    return { code: 'session_unknown', say: `The MCP server '${name}' ended this session; send initialize again.` };
  if (status === 405 && call.inbound.kind !== 'legacy' && call.inbound.kind !== 'modern')
    return { code: 'http_method', say: `The MCP server '${name}' does not offer this.` };
  return statusRefusal(status, name);
}
