// The one answer of a call to its agent. A class, as every call has one: what it remembers are fields of one object, and its functions are made once
// for all of them.

import { encodeComment, encodeEvent } from '../http/index.ts';
import type { OutHeaders, ServerSentEvent } from '../http/index.ts';
import { STREAM_HEADERS } from './answer.ts';
import type { Answer } from './answer.ts';
import { noteReleasedPiece } from './committed.ts';
import type { Call, OutcomeStatus, Ports, Reply } from './exchange.ts';
import { toKeep } from './kept-event.ts';
import type { OpenExchange } from './open-exchanges.ts';
import { EVENT_END, EVENT_START, inOneLine } from './raw-event.ts';
import { requestOf } from './request-of.ts';
import { recordOutcome } from './record.ts';
import { refusalAnswer, refuse } from './rescue.ts';
import type { Refused } from './rescue.ts';

const JSON_TYPE: OutHeaders = ['Content-Type', 'application/json'];
const NO_HEADERS: OutHeaders = [];
const NO_STEPS: readonly (() => void)[] = [];
const KEEP_ALIVE = encodeComment('');

type Form = 'none' | 'events' | 'raw' | 'unread';

/** The answer of a call. */
export function createAnswer(call: Call, ports: Ports): Answer {
  return new AgentAnswer(call, ports);
}

class AgentAnswer implements Answer {
  onDrain: (() => void) | undefined = undefined;
  onGone: (() => void) | undefined = undefined;
  gone = false;
  finished = false;
  streaming: boolean;
  readonly #call: Call;
  readonly #ports: Ports;
  readonly #reply: Reply;
  readonly #open: OpenExchange;
  #form: Form;
  /** A body in pieces is one event of a stream that was there before it. */
  #isInEvent = false;
  #isDurable = false;
  #isFull = false;
  /** Ticket of the outcome, once it is recorded. */
  #outcomeSeq: number | undefined = undefined;
  #lastWriteUs = 0;
  /** What waits for the decision to become durable, and since when. */
  #held: (() => void)[] | undefined = undefined;
  #heldSinceUs = 0;

  constructor(call: Call, ports: Ports) {
    const { reply } = call.arrival;
    this.#call = call;
    this.#ports = ports;
    this.#reply = reply;
    // A call that has waited for a person has its stream already.
    this.streaming = call.wait?.isStreaming === true;
    this.#form = this.streaming ? 'events' : 'none';
    reply.onDrain = () => this.#drained();
    reply.onHangup = () => this.#hungUp();
    this.#open = ports.open.add(this, call);
  }

  get full(): boolean {
    return (this.#isFull || (this.#held !== undefined && this.#held.length > 1)) && !this.gone;
  }

  json(status: number, body: Uint8Array, outcome: OutcomeStatus, headers?: OutHeaders): void {
    if (this.#form === 'events') return this.final({ event: 'message', id: undefined, retry: undefined, data: body }, outcome);
    this.#call.answerBytes = body.length;
    if (this.#isDurableNow()) this.#respond(status, body, outcome, headers);
    else this.#whenDurable(() => this.#respond(status, body, outcome, headers));
  }

  empty(status: number, outcome: OutcomeStatus): void {
    this.#whenDurable(() => {
      if (this.finished) return;
      if (!this.gone) this.#reply.respond(status, NO_HEADERS);
      this.#finish(outcome);
    });
  }

  open(): void {
    this.streaming = true;
    this.#whenDurable(() => this.#begin('events', 200, STREAM_HEADERS));
  }

  event(event: ServerSentEvent): void {
    this.streaming = true;
    const step = this.#toWrite(event);
    this.#whenDurable(() => {
      this.#begin('events', 200, STREAM_HEADERS);
      step();
    });
  }

  raw(status: number, chunk: Uint8Array): void {
    this.#whenDurable(() => {
      this.#begin('raw', status, JSON_TYPE);
      noteReleasedPiece(this.#call, chunk);
      if (this.#form === 'raw') return this.#write(chunk);
      if (!this.#isInEvent) this.#write(EVENT_START);
      this.#isInEvent = true;
      this.#write(inOneLine(chunk));
    });
  }

  // Never before the decision is durable (forward.ts), so that nothing has to be held.
  pass(status: number, headers: OutHeaders, piece?: Uint8Array): void {
    this.#begin('unread', status, headers);
    if (piece === undefined || this.gone) return;
    this.#call.answerBytes += piece.length;
    const hasRoom = this.#reply.pass === undefined ? this.#reply.write(piece) : this.#reply.pass(piece);
    if (!hasRoom) this.#isFull = true;
  }

  final(event: ServerSentEvent, outcome: OutcomeStatus): void {
    this.streaming = true;
    const kept = toKeep(this.#call, event);
    this.settle(outcome, () => {
      this.event(kept);
      this.end(outcome);
    });
  }

  settle(outcome: OutcomeStatus, last: () => void): void {
    if (this.#call.isCritical === true) this.#whenDurable(() => this.#settle(outcome, last));
    else last();
  }

  end(outcome: OutcomeStatus): void {
    this.#whenDurable(() => {
      if (this.finished) return;
      this.#settle(outcome, () => this.#end(outcome));
    });
  }

  refuse(refused: Refused, outcome: OutcomeStatus): void {
    this.#whenDurable(() => this.#refuse(refused, outcome));
  }

  cut(outcome: OutcomeStatus): void {
    if (this.finished) return;
    this.#reply.abort();
    this.gone = true;
    this.#finish(outcome);
    this.onGone?.();
  }

  keepAlive(beforeUs: number): void {
    // A part of another answer is kept alive with it.
    const isSilent = this.#form === 'events' && !this.gone && !this.#isFull && this.#lastWriteUs < beforeUs;
    if (isSilent && this.#reply.event === undefined) this.#write(KEEP_ALIVE);
  }

  #respond(status: number, body: Uint8Array, outcome: OutcomeStatus, headers: OutHeaders | undefined): void {
    if (this.finished) return;
    if (this.#call.isCritical === true) this.#settle(outcome, () => this.#respondNow(status, body, outcome, headers));
    else this.#respondNow(status, body, outcome, headers);
  }

  #respondNow(status: number, body: Uint8Array, outcome: OutcomeStatus, headers: OutHeaders | undefined): void {
    if (this.finished) return;
    if (!this.gone) this.#reply.respond(status, headers === undefined ? JSON_TYPE : [...JSON_TYPE, ...headers], body);
    this.#finish(outcome);
  }

  #end(outcome: OutcomeStatus): void {
    if (this.finished) return;
    if (!this.gone) {
      this.#begin('events', 200, STREAM_HEADERS);
      if (this.#isInEvent) this.#write(EVENT_END);
      this.#reply.end();
    }
    this.#finish(outcome);
  }

  #refuse(refused: Refused, outcome: OutcomeStatus): void {
    if (this.finished) return;
    this.#call.refusedWith = refused.code;
    const request = requestOf(this.#call);
    if (!this.gone) {
      if (this.#form === 'none') refuse(this.#reply, refused, request);
      else if (this.#form === 'events' && !this.#isInEvent) {
        if (request.id !== undefined)
          this.#toWrite({ event: 'message', id: undefined, retry: undefined, data: refusalAnswer(refused, request).body })();
        this.#reply.end();
      } else this.#reply.abort();
    }
    this.#finish(outcome);
  }

  #isDurableNow(): boolean {
    this.#isDurable ||= this.#held === undefined && this.#ports.audit.isDurable(this.#call.decisionSeq);
    return this.#isDurable;
  }

  #whenDurable(step: () => void): void {
    if (this.#isDurableNow()) return step();
    if (this.#held !== undefined) {
      this.#held.push(step);
      return;
    }
    this.#held = [step];
    this.#heldSinceUs = this.#ports.nowUs();
    this.#ports.audit.whenDurable(this.#call.decisionSeq, (fault) => this.#release(fault));
  }

  #release(fault?: Error): void {
    const call = this.#call;
    const steps = this.#held ?? NO_STEPS;
    this.#held = undefined;
    this.#isDurable = true;
    // As long as the server is still at it, the log keeps nobody waiting.
    const isThere = call.forwardedUs === 0 || call.answeredUs > 0;
    if (isThere && this.#heldSinceUs > 0)
      call.times.heldUs += Math.max(0, this.#ports.nowUs() - Math.max(this.#heldSinceUs, call.answeredUs));
    this.#heldSinceUs = 0;
    if (fault === undefined) {
      for (const step of steps) step();
      if (!this.#isFull) this.onDrain?.();
      return;
    }
    // The call may have been carried out, but nothing of it may be shown: there is no durable record.
    this.#finish('failed');
    call.refusedWith = 'audit_unavailable';
    if (this.#form === 'none') refuse(this.#reply, { code: 'audit_unavailable' }, requestOf(call));
    else this.#reply.abort();
    this.gone = true;
    this.onGone?.();
  }

  #finish(outcome: OutcomeStatus): void {
    if (this.finished) return;
    this.finished = true;
    this.#ports.open.remove(this.#open);
    this.#record(outcome);
  }

  #record(outcome: OutcomeStatus): number {
    if (this.#outcomeSeq !== undefined) return this.#outcomeSeq;
    this.#call.outcome = outcome;
    return (this.#outcomeSeq = recordOutcome(this.#call, outcome, this.#ports));
  }

  #settle(outcome: OutcomeStatus, last: () => void): void {
    if (this.#call.isCritical !== true || this.finished) return last();
    this.#ports.audit.whenDurable(this.#record(outcome), (fault) => {
      if (this.finished || fault === undefined) return last();
      this.#release(fault);
    });
  }

  #begin(next: Form, status: number, headers: OutHeaders): void {
    if (this.#form !== 'none') return;
    this.#form = next;
    this.#lastWriteUs = this.#ports.nowUs();
    if (!this.gone) this.#reply.start(status, headers);
  }

  #write(bytes: Uint8Array): void {
    if (this.gone) return;
    this.#lastWriteUs = this.#ports.nowUs();
    this.#call.answerBytes += bytes.length;
    if (!this.#reply.write(bytes)) this.#isFull = true;
  }

  /** Encoded at once, written when it may be: where the data came from is used again. */
  #toWrite(event: ServerSentEvent): () => void {
    const take = this.#reply.event;
    if (take === undefined) {
      const bytes = encodeEvent(event);
      return () => this.#write(bytes);
    }
    const data = event.data === undefined ? undefined : new Uint8Array(event.data);
    return () => {
      if (this.gone) return;
      this.#lastWriteUs = this.#ports.nowUs();
      this.#call.answerBytes += data?.length ?? 0;
      if (!take({ ...event, data })) this.#isFull = true;
    };
  }

  #drained(): void {
    this.#isFull = false;
    if (!this.full) this.onDrain?.();
  }

  #hungUp(): void {
    this.gone = true;
    this.#isFull = false;
    this.onGone?.();
    this.onDrain?.(); // Whoever waited for the agent must not wait for ever.
  }
}
