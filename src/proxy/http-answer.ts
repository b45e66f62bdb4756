// What an HTTP server answers, on its way back. A JSON answer that fits is read whole and judged; a larger one is judged and passed on
// as it comes (http-passing.ts), unless it holds definitions, which must be filtered and therefore must fit. An event stream is passed on event by
// event, never held (http-events.ts).

import type { HeaderList, UpstreamCall, UpstreamHandler } from '../http/index.ts';
import { parseJson, readAnswerMessages } from '../mcp/index.ts';
import { mediaType, OWN_ACCESS, readServerClock, statusRefusal } from '../servers/index.ts';
import type { Answer } from './answer.ts';
import { approveFinal, holdsDefinitions } from './approved.ts';
import type { FinalMessage } from './bridge/index.ts';
import { noteReleased } from './committed.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import { holdBytes, maxHeldBytes, tooMuchHeld } from './held-bytes.ts';
import type { HeldBytes } from './held-bytes.ts';
import { HttpEvents } from './http-events.ts';
import { HttpPassing } from './http-passing.ts';
import { leave, LONG_LIVED } from './in-flight.ts';
import { refusedBy } from './rescue.ts';
import type { Refused } from './rescue.ts';
import { isShaped, judgeFinal } from './server-messages.ts';
import type { FinalHook } from './server-messages.ts';

/** JSON answers up to this size are read whole before they go on. */
const WHOLE_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;
const JSON_TYPE = 'application/json';

export interface HttpAnswerOptions {
  readonly call: Call;
  readonly answer: Answer;
  readonly ports: Ports;
  /** Called with the answer's head, before anything goes to the agent; may give headers to add to a JSON answer. */
  readonly onHead?: ((status: number, headers: HeaderList) => void) | undefined;
  readonly onFinal?: FinalHook | undefined;
  /** The server asks what an agent of this revision cannot answer: the answer that it gets instead. */
  readonly onInstead?: ((body: Uint8Array) => void) | undefined;
}

type Mode = 'head' | 'json' | 'raw' | 'events' | 'empty' | 'other';

/**
 * Receives the answer to one call. A class, as every call has one: what it remembers are fields of one object, and what only some answers need is made
 * when they do.
 */
export class HttpAnswer implements UpstreamHandler {
  readonly call: Call;
  readonly answer: Answer;
  readonly ports: Ports;
  readonly options: HttpAnswerOptions;
  readonly held: HeldBytes;
  /** Of the largest part that is held whole. */
  readonly maxPartBytes: number;
  readonly isStream: boolean;
  status = 0;
  /** Nothing more comes from the server, or nothing of it is wanted. */
  over = false;
  readonly #isEnd: boolean;
  /** Whether the server owes a message: everything else is answered by a status alone. */
  readonly #isRequest: boolean;
  readonly #isList: boolean;
  readonly #isTask: boolean;
  /** What may have to change must be there as a whole; so must what is one message of several to an agent that takes only whole ones. */
  readonly #isWhole: boolean;
  readonly #maxWhole: number;
  /** Bytes that trickle keep the wait between two of them from ever ending. */
  readonly #patience: NodeJS.Timeout | undefined;
  #mode: Mode = 'head';
  /** What has come of a JSON answer: mostly it is one piece. */
  #first: Uint8Array | undefined = undefined;
  #more: Uint8Array[] | undefined = undefined;
  #bytes = 0;
  #events: HttpEvents | undefined = undefined;
  #passing: HttpPassing | undefined = undefined;
  #upstream: UpstreamCall | undefined = undefined;

  constructor(options: HttpAnswerOptions) {
    const { call, answer, ports } = options;
    const { inbound, question } = call;
    const { limits } = call.arrival.snapshot;
    this.call = call;
    this.answer = answer;
    this.ports = ports;
    this.options = options;
    this.isStream = inbound.kind === 'stream';
    this.#isEnd = inbound.kind === 'end';
    this.#isRequest = (inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request';
    this.#isList = question.rule?.list !== undefined || holdsDefinitions(question.method);
    this.#isTask = question.rule?.task === true;
    this.#isWhole = this.#isList || this.#isTask || isShaped(call) || call.arrival.reply.event !== undefined;
    this.maxPartBytes = maxHeldBytes(call);
    this.#maxWhole = this.#isWhole ? limits.maxListBytes : WHOLE_BYTES;
    this.held = holdBytes(call.server, this.maxPartBytes);
    this.#patience =
      this.#isRequest && !LONG_LIVED.has(question.method) ? setTimeout(expire, limits.callTimeoutMs, this).unref() : undefined;
  }

  /** Must be called with the exchange as soon as there is one. */
  attach(upstream: UpstreamCall): void {
    this.#upstream = upstream;
    if (this.over) upstream.abort(); // It was given up while it was being made.
  }

  /** Gives the server's answer up: the agent is gone, or what came cannot be trusted. */
  giveUp(): void {
    this.#passing?.abandon();
    this.#upstream?.abort();
    this.#settled();
  }

  fail(refused: Refused, outcome: OutcomeStatus): void {
    if (!this.over) this.giveUp();
    const { call } = this;
    this.ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: refused.code, status: this.status });
    this.answer.refuse(refused, outcome);
  }

  /** A fault of ours in the middle of an answer ends this answer; the connection's reader knows nothing of it. */
  guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(refusedBy(error, this.ports.log), 'failed');
    }
  }

  /** Goes on reading where both the agent and whoever looks into what passes have room again. */
  goOn(): void {
    if (this.#hasRoom()) this.#upstream?.resume();
  }

  onHead(status: number, headers: HeaderList): void {
    const { call, ports, options } = this;
    this.status = status;
    call.times.firstByteUs = ports.nowUs();
    readServerClock(call.server, () => headers.get('date'), ports.nowMs());
    options.onHead?.(status, headers);
    const type = headers.get('content-type');
    const owed = { isRequest: this.#isRequest, isStream: this.isStream, isEnd: this.#isEnd };
    this.#mode = modeFor(status, type === JSON_TYPE ? type : mediaType(type), owed);
    if (this.#mode !== 'events') return;
    this.#events = new HttpEvents(this);
    if (options.onFinal === undefined) this.answer.open();
  }

  onBody(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    switch (this.#mode) {
      case 'events':
        if (this.#events?.sawFinal === true) return this.giveUp();
        if (!this.#hold(chunk.length)) return;
        this.#events?.push(chunk);
        return this.#throttle();
      case 'raw':
        this.#passing?.push(chunk);
        return this.#throttle();
      case 'json':
        if (!this.#hold(chunk.length)) return;
        if (this.#first === undefined) this.#first = chunk;
        else (this.#more ??= []).push(chunk);
        if (this.#bytes <= this.#maxWhole) return;
        this.held.release();
        this.#passOn();
        return this.#throttle();
      default:
        if (this.#bytes > MAX_REFUSAL_BYTES) this.fail(refusalFor(this.status, this.call), 'failed');
    }
  }

  onEnd(): void {
    this.#settled();
    switch (this.#mode) {
      case 'json':
        return this.guarded(() => this.#onWhole());
      case 'raw':
        return this.#passing?.end();
      case 'events':
        return this.#events?.end();
      case 'empty':
        return this.answer.empty(this.#isEnd ? 204 : 202, 'ok');
      default:
        return this.fail(refusalFor(this.status, this.call), 'failed');
    }
  }

  onError(code: Parameters<UpstreamHandler['onError']>[0], detail: string): void {
    const { answer, call } = this;
    this.#settled();
    this.ports.log.info('a server could not be asked', { server: call.server.name, call: call.id, code, detail });
    if (answer.finished) return;
    if (this.isStream) return answer.end('ok');
    if (this.#mode === 'raw') return answer.cut('failed');
    answer.refuse({ code }, code === 'outcome_unknown' ? 'unknown' : 'failed');
  }

  #settled(): void {
    if (this.over) return;
    this.over = true;
    this.#events?.settled();
    clearTimeout(this.#patience);
    this.held.release();
    leave(this.call);
    this.call.answeredUs = this.ports.nowUs();
  }

  #hold(length: number): boolean {
    if (this.held.hold(length)) return true;
    this.fail(tooMuchHeld(this.call.server), 'failed');
    return false;
  }

  #throttle(): void {
    if (this.#upstream === undefined || this.#hasRoom()) return;
    this.#upstream.pause();
    this.answer.onDrain = () => this.goOn();
  }

  #hasRoom(): boolean {
    return !this.answer.full && this.#passing?.full !== true;
  }

  #onWhole(): void {
    const { call } = this;
    const first = this.#first ?? EMPTY;
    const body = this.#more === undefined ? first : Buffer.concat([first, ...this.#more]);
    const document = parseJson(body, REPAIRED);
    const messages = document.ok ? readAnswerMessages(document.value, call.serverRevision) : document;
    const final = messages.ok && messages.value.length === 1 ? messages.value[0] : undefined;
    if (final === undefined) return this.fail({ code: 'upstream_malformed' }, 'failed');
    if (final.kind !== 'error' && (final.kind !== 'result' || this.status !== 200))
      return this.fail({ code: 'upstream_malformed' }, 'failed');
    approveFinal(call, final, this.ports, (approved) => this.guarded(() => this.#conclude(final, approved)));
  }

  #conclude(final: FinalMessage, approved: FinalMessage): void {
    const { call } = this;
    const judged = judgeFinal(call, approved);
    if (!judged.ok) return this.fail(judged.error, 'failed');
    const extra = this.options.onFinal?.(final);
    if (extra !== undefined && 'code' in extra) return this.fail(extra, 'failed');
    const { bytes, outcome } = judged.value;
    noteReleased(call, bytes, approved.document);
    this.answer.json(this.status, bytes, outcome, extra?.headers);
  }

  /** Too large to be held: what has come goes on, and what comes, as long as it can be the answer. */
  #passOn(): void {
    if (this.#isWhole || this.status !== 200 || this.options.onFinal !== undefined) return this.fail(this.#tooLarge(), 'failed');
    this.#mode = 'raw';
    this.#passing = new HttpPassing(this);
    const come = [this.#first ?? EMPTY, ...(this.#more ?? [])];
    this.#first = undefined;
    this.#more = undefined;
    for (const chunk of come) this.#passing.push(chunk);
  }

  #tooLarge(): Refused {
    if (this.#isList || this.#isTask || !this.#isWhole) return { code: 'upstream_too_large' };
    const { revision = '' } = this.call.question;
    const why = isShaped(this.call) ? `must be put into the words of MCP ${revision}` : 'is one of several messages in one answer';
    return {
      code: 'upstream_too_large',
      say: `The answer of the MCP server ${why}, and is larger than the ${this.#maxWhole} bytes that are held for that.`,
    };
  }
}

const EMPTY = new Uint8Array(0);
const REPAIRED = { repairSurrogates: true } as const;

function expire(late: HttpAnswer): void {
  late.fail({ code: 'upstream_timeout' }, 'unknown');
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
