// What an HTTP server answers, on its way back. A JSON answer that fits is read whole and judged; a larger one is passed on as it
// comes, unless it is a list, which must be filtered and therefore must fit. An event stream is passed on event by event, never held.

import { createEventDecoder } from '../http/index.ts';
import type { HeaderList, ServerSentEvent, UpstreamCall, UpstreamHandler } from '../http/index.ts';
import { parseJson, readAnswerMessage } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import type { Answer } from './answer.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import { refusedBy } from './rescue.ts';
import type { Refused } from './rescue.ts';
import { filterReplayed, judgeFinal, learnTools, mayBeSaid } from './server-messages.ts';
import type { FinalHook } from './server-messages.ts';

/** JSON answers up to this size are read whole before they go on. */
const WHOLE_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface HttpAnswerOptions {
  readonly call: Call;
  readonly answer: Answer;
  readonly ports: Ports;
  /** Called with the answer's head, before anything goes to the agent; may give headers to add to a JSON answer. */
  readonly onHead?: (status: number, headers: HeaderList) => void;
  readonly onFinal?: FinalHook;
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
  /** Whether the server owes a message: everything else is answered by a status alone. */
  const isRequest = inbound.kind === 'stream' || ((inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request');
  const isList = call.question.rule?.list !== undefined;
  const maxWhole = isList ? call.arrival.snapshot.limits.maxListBytes : WHOLE_BYTES;
  let mode: Mode = 'head';
  let status = 0;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let sawFinal = false;
  let resumable = false;
  let over = false;
  let upstream: UpstreamCall | undefined;

  const decoder = createEventDecoder({
    maxEventBytes: Math.max(call.arrival.snapshot.limits.maxListBytes, WHOLE_BYTES),
    onEvent: (event) => guarded(() => onEvent(event)),
    onOversize: () => {
      fail({ code: 'upstream_too_large' }, 'failed');
    },
  });

  const settled = (): void => {
    if (over) return;
    over = true;
    call.server.inFlight--;
    call.answeredUs = ports.nowUs();
  };
  const giveUp = (): void => {
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
  const throttle = (): void => {
    if (!answer.full || upstream === undefined) return;
    upstream.pause();
    answer.onDrain = () => upstream?.resume();
  };

  const onEvent = (event: ServerSentEvent): void => {
    if (sawFinal || answer.finished) return;
    // The headers of this answer depend on its final message, so nothing may go out before it.
    const held = options.onFinal !== undefined;
    if (event.id !== undefined) resumable = true;
    if (event.data === undefined || event.data.length === 0) return held ? undefined : answer.event(event); // The priming event of 2025-11-25: an id to resume from.
    const document = parseJson(event.data, { repairSurrogates: true });
    const message = document.ok ? readAnswerMessage(document.value) : document;
    if (!message.ok) return fail({ code: 'upstream_malformed' }, 'failed');
    carry(event, message.value);
  };

  const carry = (event: ServerSentEvent, message: Message): void => {
    if (message.kind !== 'result' && message.kind !== 'error') {
      if (options.onFinal !== undefined) return;
      if (mayBeSaid(call, message)) return answer.event({ ...event, data: message.document.bytes });
      // A stray notification is dropped. A request where the server may send none is an attempt on the agent: the stream is given up.
      return message.kind === 'request' ? fail({ code: 'upstream_malformed' }, 'failed') : undefined;
    }
    if (inbound.kind === 'stream') return answer.event({ ...event, data: filterReplayed(call, message.document) });
    const judged = judgeFinal(call, message);
    if (!judged.ok) return fail(judged.error, 'failed');
    const extra = options.onFinal?.(message);
    if (extra !== undefined && 'code' in extra) return fail(extra, 'failed');
    sawFinal = true;
    learnTools(call, message, ports);
    call.answeredUs = ports.nowUs();
    // A server that opens a stream only to send the answer on it: the agent gets the same form, since its headers are not out yet.
    if (extra !== undefined && !answer.streaming) return answer.json(200, judged.value.bytes, judged.value.outcome, extra.headers);
    answer.event({ ...event, data: judged.value.bytes });
    answer.end(judged.value.outcome);
  };

  const onWhole = (): void => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    const document = parseJson(body, { repairSurrogates: true });
    const message = document.ok ? readAnswerMessage(document.value) : document;
    if (!message.ok) return fail({ code: 'upstream_malformed' }, 'failed');
    const final = message.value;
    if (final.kind !== 'result' && final.kind !== 'error') return fail({ code: 'upstream_malformed' }, 'failed');
    const judged = judgeFinal(call, final);
    if (!judged.ok) return fail(judged.error, 'failed');
    const extra = options.onFinal?.(final);
    if (extra !== undefined && 'code' in extra) return fail(extra, 'failed');
    learnTools(call, final, ports);
    answer.json(status, judged.value.bytes, judged.value.outcome, extra?.headers);
  };

  return {
    attach: (exchange) => {
      upstream = exchange;
      if (over) exchange.abort(); // It was given up while it was being made.
    },
    giveUp,
    onHead: (code, headers) => {
      status = code;
      options.onHead?.(code, headers);
      const type = headers.get('content-type') ?? '';
      if (code === 202 || code === 204 || (code < 300 && !isRequest) || (isEnd && (code === 404 || code === 405))) mode = 'empty';
      else if (code === 200 && type.startsWith('text/event-stream')) {
        mode = 'events';
        if (options.onFinal === undefined) answer.open();
      } else if (type.startsWith('application/json') && code < 500 && code !== 401 && code !== 403) mode = 'json';
      else mode = 'other';
    },
    onBody: (chunk) => {
      bytes += chunk.length;
      switch (mode) {
        case 'events':
          decoder.push(chunk);
          return throttle();
        case 'raw':
          answer.raw(status, chunk);
          return throttle();
        case 'json':
          chunks.push(chunk);
          if (bytes <= maxWhole) return;
          if (isList) return fail({ code: 'upstream_too_large' }, 'failed');
          mode = 'raw';
          for (const piece of chunks) answer.raw(status, piece);
          chunks = [];
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
          return answer.end('ok');
        case 'events':
          decoder.end();
          if (answer.finished || sawFinal) return;
          if (call.inbound.kind === 'stream') return answer.end('ok');
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
      if (call.inbound.kind === 'stream') return answer.end('ok');
      if (mode === 'raw') return answer.cut('failed');
      answer.refuse({ code }, code === 'outcome_unknown' ? 'unknown' : 'failed');
    },
  };
}

/** What an HTTP status without a usable body means for the agent. The server's own text and challenge are for the gateway alone. */
function refusalFor(status: number, call: Call): Refused {
  const name = call.server.name;
  if (call.question.era === 'legacy' && status === 404) return { code: 'session_unknown', say: `The MCP server '${name}' ended this session; send initialize again.` };
  if (status === 405 && call.inbound.kind !== 'legacy' && call.inbound.kind !== 'modern') return { code: 'http_method', say: `The MCP server '${name}' does not offer this.` };
  if (status === 401 || status === 403) return { code: 'upstream_unreachable', say: `The MCP server '${name}' refused the gateway's credentials.` };
  if (status === 429 || status === 503) return { code: 'overloaded', say: `The MCP server '${name}' is overloaded.` };
  return { code: 'upstream_malformed', say: `The MCP server '${name}' answered with HTTP status ${status}.` };
}
