// One HTTP exchange with a server: the answer to a POST or a GET, read into messages as they come. A JSON answer is held whole, up to a cap; a
// stream is held event by event.

import { createEventDecoder } from '../http/index.ts';
import type { HeaderList, ServerSentEvent, UpstreamFailure, UpstreamPool, UpstreamRequest } from '../http/index.ts';
import type { Message } from '../mcp/index.ts';
import { mediaType, OWN_ACCESS } from './http-status.ts';
import { readSaid } from './read-said.ts';

/** How an exchange ended. */
export type ExchangeEnd =
  /** All that the server sent has been handed on. `streamed`: as events. */
  | { readonly kind: 'ended'; readonly streamed: boolean }
  /** It refused; `said` is its JSON-RPC error, if it sent one. */
  | { readonly kind: 'refused'; readonly status: number; readonly said: Extract<Message, { kind: 'error' }> | undefined }
  /** `begun`: after the head of its answer. `detail` is for the operator. */
  | { readonly kind: 'failed'; readonly code: UpstreamFailure; readonly begun: boolean; readonly detail: string };

export interface ExchangeEvents {
  onHead?(status: number, headers: HeaderList): void;
  /** Before the messages in it. */
  onEvent?(event: ServerSentEvent): void;
  onMessage(said: Message): void;
  /** Once, unless it was aborted. */
  onOver(end: ExchangeEnd): void;
  /** One of these threw: the exchange has been given up. */
  onFault(error: unknown): void;
}

export interface ExchangeOptions {
  readonly maxBytes: number;
  /** What a 2xx answer is good for: messages, events only, or nothing. */
  readonly wants: 'messages' | 'events' | 'nothing';
}

export interface HttpExchange {
  pause(): void;
  resume(): void;
  /** Gives it up: nothing more is said. */
  abort(): void;
  /** All that was wanted is here: the server may end it, so that its connection can be used again, but not leave it open. */
  letEnd(): void;
}

/** What a server may say in a refusal. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** How long a server may take to end an answer of which nothing more is wanted. */
const END_GRACE_MS = 1_000;

type Mode = 'json' | 'events' | 'refusal' | 'drop';

/** Sends a request, and reads what comes of it. */
export function beginExchange(
  pool: UpstreamPool,
  request: UpstreamRequest,
  options: ExchangeOptions,
  events: ExchangeEvents,
): HttpExchange {
  let mode: Mode | undefined;
  let status = 0;
  let isJson = false;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let over = false;
  let complete = false;
  let grace: NodeJS.Timeout | undefined;

  const end = (how: ExchangeEnd): void => {
    if (over) return;
    over = true;
    chunks = [];
    guarded(() => events.onOver(how));
  };
  const fail = (code: UpstreamFailure, detail: string): void => {
    call.abort();
    end({ kind: 'failed', code, begun: mode !== undefined, detail });
  };
  /** The connection's reader knows nothing of us: a fault of ours ends this exchange and nothing else. */
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      over = true;
      call.abort();
      events.onFault(error);
    }
  };
  const hear = (body: Uint8Array): void => {
    const said = readSaid(body);
    if (said === undefined) return fail('upstream_malformed', 'what it sent is no JSON-RPC message');
    for (const message of said) if (!over) events.onMessage(message);
  };
  const decoder = createEventDecoder({
    maxEventBytes: options.maxBytes,
    onEvent: (event) =>
      guarded(() => {
        if (over) return;
        events.onEvent?.(event);
        // Without data it is the priming event of 2025-11-25; under another name it is none of MCP's.
        if (event.data === undefined || event.data.length === 0 || (event.event ?? 'message') !== 'message') return;
        if (options.wants === 'messages') hear(event.data);
      }),
    onOversize: () => fail('upstream_too_large', `an event is longer than ${options.maxBytes} bytes`),
  });
  const letEnd = (): void => {
    over = true;
    if (!complete) grace ??= setTimeout(() => call.abort(), END_GRACE_MS);
  };
  const refusal = (): ExchangeEnd => {
    const [said] = isJson && bytes <= MAX_REFUSAL_BYTES ? (readSaid(Buffer.concat(chunks)) ?? []) : [];
    return { kind: 'refused', status, said: said?.kind === 'error' ? said : undefined };
  };

  const call = pool.send(request, {
    onHead: (code, headers) =>
      guarded(() => {
        status = code;
        const type = mediaType(headers.get('content-type'));
        isJson = type === 'application/json' && !OWN_ACCESS.has(status);
        mode = modeFor(status, type, options.wants);
        events.onHead?.(status, headers);
        if (over || mode !== 'drop') return;
        if (options.wants !== 'nothing') return fail('upstream_malformed', 'its answer is neither JSON nor a stream');
        end({ kind: 'ended', streamed: false });
        letEnd();
      }),
    onBody: (chunk) => {
      if (mode === 'events') return over ? undefined : decoder.push(chunk);
      bytes += chunk.length;
      if (mode === 'drop') return bytes > MAX_REFUSAL_BYTES ? call.abort() : undefined;
      if (mode === 'refusal' && bytes > MAX_REFUSAL_BYTES) {
        call.abort();
        return end({ kind: 'refused', status, said: undefined });
      }
      if (bytes > options.maxBytes) return fail('upstream_too_large', `the answer is longer than ${options.maxBytes} bytes`);
      chunks.push(chunk);
    },
    onEnd: () => {
      complete = true;
      clearTimeout(grace);
      if (over) return;
      if (mode === 'events') decoder.end();
      else if (mode === 'json') guarded(() => hear(Buffer.concat(chunks)));
      end(mode === 'refusal' ? refusal() : { kind: 'ended', streamed: mode === 'events' });
    },
    onError: (code, detail) => {
      complete = true;
      clearTimeout(grace);
      end({ kind: 'failed', code, begun: mode !== undefined, detail });
    },
  });

  return {
    pause: () => call.pause(),
    resume: () => call.resume(),
    abort: () => {
      over = true;
      clearTimeout(grace);
      call.abort();
    },
    letEnd,
  };
}

/** What the body of an answer with this head is taken for. A redirect is not followed. */
function modeFor(status: number, type: string, wants: ExchangeOptions['wants']): Mode {
  if (status < 200 || status > 299) return 'refusal';
  if (wants === 'nothing' || status !== 200) return 'drop';
  if (type === 'text/event-stream') return 'events';
  return type === 'application/json' && wants === 'messages' ? 'json' : 'drop';
}
