// Streams that outlive their connection (2025-11-25 basic/transports, "Resumability and Redelivery"), for sessions that the gateway itself keeps.
// The answer to a request is wrapped: as soon as it streams, its events get ids and are kept (event-store.ts), also while nobody listens. A GET
// that names the last id it saw gets the rest of exactly that stream, and what is still to come on it. A plain answer is not touched.
//
// What is replayed is judged again: the agent must still be allowed to ask what it is the answer to.

import { describeDenial } from '../../policies/index.ts';
import type { Subject } from '../../policies/index.ts';
import { parseJson } from '../../mcp/index.ts';
import type { Answer } from '../answer.ts';
import { toKeep } from '../kept-event.ts';
import type { Call, Ports } from '../exchange.ts';
import { refusalAnswer } from '../rescue.ts';
import { requestOf } from '../request-of.ts';
import { filterReplayed } from '../server-messages.ts';
import { labelsOf } from '../verdicts.ts';
import type { EventLog, EventStream } from './event-store.ts';

/** A stream that somebody may come back to. */
export interface Resumable {
  readonly asked: Asked;
  /** Says the rest on this answer, as far as it is known, and then what comes. */
  goOn(answer: Answer, events: readonly { readonly id: string; readonly data: Uint8Array }[]): void;
}

/** What of a call is known for as long as its answer can be come back to: not its question, which may be large. */
interface Asked {
  readonly servers: readonly string[];
  readonly subject: Subject;
  readonly isList: boolean;
  readonly decisionSeq: number;
  /** Of the snapshot that its answer was judged under. */
  readonly revision: number;
}

/** The streams of one session. */
export interface Resumption {
  /** The answer to a request of this session, such that the agent can come back to it. */
  wrap(call: Call, answer: Answer): Answer;
  /** Goes on, on the answer to a GET, with the stream of which the agent saw this event last. */
  resume(lastId: string, call: Call, answer: Answer, ports: Pick<Ports, 'audit'>): void;
  close(): void;
}

/** Only from here on agents know events without data, so that they have an id before anything is said (SEP-1699). */
const PRIMED_SINCE = '2025-11-25';
/** An answer that takes longer becomes a stream, which can be come back to. Most are there before. */
const PRIME_AFTER_MS = 500;
const EMPTY = new Uint8Array(0);

/** Streams of a session that are kept in `log`. */
export function createResumption(log: EventLog<Resumable>): Resumption {
  return {
    wrap: (call, answer) => {
      const { inbound, arrival } = call;
      if (inbound.kind !== 'legacy' || inbound.message.kind !== 'request') return answer;
      // A part of another answer has no stream of its own that could be asked for.
      return arrival.reply.event === undefined ? createResumableAnswer(call, answer, log) : answer;
    },
    resume: (lastId, call, answer, { audit }) => {
      const found = log.after(lastId);
      if (found === undefined)
        return answer.refuse(
          { code: 'params_malformed', say: 'Last-Event-ID is of no stream of this session, or what came after it is not kept any more.' },
          'refused',
        );
      const { asked } = found.stream.about;
      const denial = denialOf(asked, call);
      if (denial !== undefined) return answer.refuse({ code: 'denied', say: denial }, 'refused');
      // A list of several servers was judged share by share, under the names of each: that cannot be done again.
      if (asked.isList && call.members !== undefined && asked.revision !== call.arrival.snapshot.revision)
        return answer.refuse({ code: 'params_malformed', say: 'What there is has changed since this was asked; ask again.' }, 'refused');
      // Nothing of an answer is shown before the decision about its question is durable.
      audit.whenDurable(asked.decisionSeq, (fault) => {
        if (fault !== undefined) return answer.refuse({ code: 'audit_unavailable' }, 'failed');
        const { events } = log.after(lastId) ?? found;
        found.stream.about.goOn(
          answer,
          events.map(({ id, data }) => ({ id, data: shown(asked, call, data) })),
        );
      });
    },
    close: () => log.close(),
  };
}

function askedIn({ server, members, question: { subject, rule }, decisionSeq, arrival }: Call): Asked {
  const { revision } = arrival.snapshot;
  return { servers: members ?? [server.name], subject, isList: rule?.list !== undefined, decisionSeq, revision };
}

/** What is left of a stream on which nothing more will come. */
const sayRest: Resumable['goOn'] = (next, events) => {
  for (const { id, data } of events) next.event({ event: 'message', id, retry: undefined, data });
  next.end('ok');
};

function createResumableAnswer(call: Call, answer: Answer, log: EventLog<Resumable>): Answer {
  const asked = askedIn(call);
  const primes = (call.question.revision ?? '') >= PRIMED_SINCE;
  let stream: EventStream<Resumable> | undefined;
  /** Who listens now: the one who asked, or who came back. */
  let listener: Answer | undefined = answer;
  let dropped = false;
  let timer: NodeJS.Timeout | undefined;

  const begin = (): EventStream<Resumable> => {
    clearTimeout(timer);
    stream = log.begin({ asked, goOn });
    if (primes) answer.event({ event: undefined, id: stream.firstId, retry: undefined, data: EMPTY });
    return stream;
  };
  const leave = (one: Answer): void => {
    if (listener === one) listener = undefined;
    resumable.onDrain?.(); // Whoever waited for it must not wait for ever.
  };
  const goOn: Resumable['goOn'] = (next, events) => {
    if (stream?.ended === true) return sayRest(next, events);
    for (const { id, data } of events) next.event({ event: 'message', id, retry: undefined, data });
    if (events.length === 0) next.open();
    // Each message is said on one stream only: who came last has it.
    if (listener !== answer) listener?.end('ok');
    listener = next;
    next.onGone = () => {
      leave(next);
      if (!next.finished) next.end('ok');
    };
    next.onDrain = () => resumable.onDrain?.();
  };
  const over = (): void => {
    clearTimeout(timer);
    stream?.end({ asked, goOn: sayRest });
  };

  const resumable: Answer = {
    get gone() {
      return dropped || (stream === undefined && answer.gone);
    },
    get finished() {
      return answer.finished;
    },
    get streaming() {
      return answer.streaming || stream !== undefined;
    },
    get full() {
      return listener?.full ?? false;
    },
    onDrain: undefined,
    onGone: undefined,
    json: (status, body, outcome, headers) => {
      if (stream === undefined) {
        over();
        return answer.json(status, body, outcome, headers);
      }
      resumable.final({ event: 'message', id: undefined, retry: undefined, data: body }, outcome);
    },
    empty: (status, outcome) => {
      over();
      answer.empty(status, outcome);
    },
    open: () => {
      if (stream === undefined && !answer.gone) begin();
      answer.open();
    },
    event: (event) => {
      if (dropped || event.data === undefined) return;
      const kept = stream ?? (answer.gone ? undefined : begin());
      if (kept === undefined) return answer.event(event);
      // Where the data came from is used again.
      const id = kept.add(new Uint8Array(event.data));
      listener?.event({ ...event, id });
    },
    raw: (status, chunk) => answer.raw(status, chunk),
    pass: (status, headers, piece) => answer.pass(status, headers, piece),
    // Also not where it could be come back to: whoever resumes reads it as early as the listener.
    final: (event, outcome) => {
      const kept = toKeep(call, event);
      answer.settle(outcome, () => {
        resumable.event(kept);
        resumable.end(outcome);
      });
    },
    settle: (outcome, last) => answer.settle(outcome, last),
    end: (outcome) => {
      over();
      if (listener !== answer) listener?.end('ok');
      answer.end(outcome);
    },
    refuse: (refused, outcome) => {
      if (stream === undefined) {
        over();
        return answer.refuse(refused, outcome);
      }
      call.refusedWith = refused.code;
      resumable.event({ event: 'message', id: undefined, retry: undefined, data: refusalAnswer(refused, requestOf(call)).body });
      resumable.end(outcome);
    },
    cut: (outcome) => answer.cut(outcome),
    keepAlive: (beforeUs) => answer.keepAlive(beforeUs),
  };
  answer.onGone = () => {
    if (answer.finished) {
      // It was cut: the agent lost its right to the answer, also to what it has not fetched of it.
      dropped = true;
      clearTimeout(timer);
      stream?.drop();
      if (listener !== answer) listener?.cut('cancelled');
    } else if (stream !== undefined) return leave(answer);
    clearTimeout(timer);
    resumable.onGone?.();
    resumable.onDrain?.();
  };
  answer.onDrain = () => {
    if (listener === answer) resumable.onDrain?.();
  };
  if (primes) {
    timer = setTimeout(() => {
      if (stream === undefined && !answer.gone && !answer.finished) begin();
    }, PRIME_AFTER_MS);
    timer.unref();
  }
  return resumable;
}

/** Why the agent may not have the rest of an answer: it may not ask the question any more. */
function denialOf({ servers, subject }: Asked, { arrival: { principal, snapshot } }: Call): string | undefined {
  let said: string | undefined;
  for (const name of servers) {
    const verdict = snapshot.policy.decide(principal, name, subject, labelsOf(name, subject, snapshot));
    if (verdict.kind !== 'deny') return undefined;
    said ??= describeDenial(verdict, subject);
  }
  return said ?? 'Nothing of what this asked is left.';
}

/** A list loses what has been hidden since. */
function shown({ isList }: Asked, call: Call, data: Uint8Array): Uint8Array {
  const document = isList && call.members === undefined ? parseJson(data) : undefined;
  return document?.ok === true ? filterReplayed(call, document.value) : data;
}
