// One legacy session on one stdio server: a process that talks to exactly one agent. The session sorts what the process says onto
// the agent's streams (MCP 2025-11-25 basic/transports): an answer goes to its request; progress to the request that gave the token;
// requests and log lines to a request under way, since servers should only speak in relation to one; everything else to the GET stream.
//
// A disconnect is not a cancellation here: the process goes on, and the answer of a request whose agent hung up is recorded and dropped.

import type { Principal } from '../../agents/index.ts';
import type { JsonObject, Message, MessageId } from '../../mcp/index.ts';
import { answerInstead, SERVER_METHODS } from '../../mcp/index.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../exchange.ts';
import { enter, leave } from '../in-flight.ts';
import { sayable } from '../inspection/say.ts';
import type { Said } from '../inspection/say.ts';
import { answerMessage, carryMessage, mayBeSaid, wordsFor } from '../server-messages.ts';
import type { FinalHook } from '../server-messages.ts';
import { insteadOfAnswer } from '../server-questions.ts';
import type { FinalMessage } from './party.ts';
import { createValve, listenToServer, lostSentence } from './stdio-lines.ts';
import type { OpenServer } from './stdio-lines.ts';

/** A session with its process. */
export interface StdioSession {
  readonly number: number;
  readonly server: string;
  /** What the agent speaks; empty until it has said so. */
  readonly revision: string;
  lastUsedMs: number;
  /** Always the same agent, with the key that it showed last. */
  lastUsedBy: Principal;
  /** Sends a request and waits for its answer. False: a request with this id is under way. */
  request(call: Call, message: Extract<Message, { kind: 'request' }>, answer: Answer, hooks: AnswerHooks): boolean;
  /** Sends a notification, or the agent's response to a request of the server. False: the server asked nothing like it. */
  tell(message: Message): boolean;
  /** Opens the GET stream. False: there is one. */
  listen(call: Call, answer: Answer): boolean;
  close(): void;
}

/** What happens to an answer before the agent gets it. */
export interface AnswerHooks {
  /** Takes out what is not approved. */
  readonly approve: (final: FinalMessage, next: (approved: FinalMessage) => void) => void;
  readonly onFinal?: FinalHook;
}

interface Waiting {
  readonly call: Call;
  readonly answer: Answer;
  readonly progressToken: MessageId | undefined;
  readonly hooks: AnswerHooks;
}

export interface StdioSessionOptions {
  readonly number: number;
  readonly server: string;
  readonly principal: Principal;
  readonly nowMs: () => number;
  readonly onEnd: (text: string) => void;
  /** A line that was no JSON-RPC message: counted, not carried. */
  readonly onNoise: () => void;
  readonly onNotification: (said: Message) => void;
}

/** Messages kept for a GET stream that is not open yet, so that an early list_changed is not lost. */
const MAX_KEPT = 64;
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_SERVER_REQUESTS = 256;

/** Makes a session around a process that `open` starts. */
export function createStdioSession(options: StdioSessionOptions, open: OpenServer): StdioSession {
  const waiting = new Map<MessageId, Waiting>();
  const asked = new Set<MessageId>();
  const kept: Said[] = [];
  let keptBytes = 0;
  /** What the agent speaks; its first request says so. */
  let revision = '';
  /** What the server speaks; known once initialize has been answered. */
  let serverRevision: string | undefined;
  let stream: { readonly call: Call; readonly answer: Answer } | undefined;
  let ended = false;

  const end = (text: string): void => {
    if (ended) return;
    ended = true;
    for (const one of waiting.values()) {
      leave(one.call);
      one.answer.refuse({ code: 'outcome_unknown', say: lostSentence(options.server) }, 'unknown');
    }
    waiting.clear();
    stream?.answer.end('ok');
    options.onEnd(text);
  };

  const hearAnswer = (said: Extract<Message, { kind: 'result' | 'error' }>): boolean => {
    const one = said.id === undefined ? undefined : waiting.get(said.id);
    if (one === undefined || said.id === undefined) return false; // Late, twice, or never asked.
    waiting.delete(said.id);
    leave(one.call);
    one.hooks.approve(said, (approved) => {
      answerMessage(one.call, one.answer, approved, one.hooks.onFinal);
      valve.check();
    });
    return true;
  };

  /** A server does not answer what was cancelled (2025-11-25 basic/utilities/cancellation), so nobody may go on waiting for it. */
  const giveUp = (id: unknown): void => {
    const one = typeof id === 'string' || typeof id === 'number' ? waiting.get(id) : undefined;
    if (one === undefined || (typeof id !== 'string' && typeof id !== 'number')) return;
    waiting.delete(id);
    leave(one.call);
    one.answer.end('cancelled');
    valve.check();
  };

  const pass = (said: Said, to: Pick<Waiting, 'answer' | 'call'> | undefined): boolean => {
    const target = to ?? stream;
    if (target === undefined || target.answer.gone) return (target === undefined || mayBeSaid(target.call, said)) && keep(said);
    const shown = sayable(target.call, said);
    if (shown === undefined) return false;
    carryMessage(target.answer, shown, wordsFor(target.call, shown));
    valve.check(target.answer);
    return true;
  };
  /** Of an agent that cannot even read the question, or must not be asked, nobody must wait for the answer. */
  const answeredInstead = (said: Message, call: Call | undefined): boolean => {
    if (said.kind !== 'request') return false;
    const instead = answerInstead(said, revision) ?? (call === undefined ? undefined : insteadOfAnswer(call, said)?.document.bytes);
    if (instead !== undefined) link.send(instead);
    return instead !== undefined;
  };

  /** What is kept is judged when somebody listens: only then is it known whom it is for. */
  const keep = (said: Said): boolean => {
    const { length } = said.document.bytes;
    if (kept.length >= MAX_KEPT || keptBytes + length > MAX_KEPT_BYTES) return false;
    kept.push(said);
    keptBytes += length;
    return true;
  };
  /** The request most recently begun whose agent still listens. */
  const newest = (): Waiting | undefined => {
    let last: Waiting | undefined;
    for (const one of waiting.values()) if (!one.answer.gone) last = one;
    return last;
  };
  const forToken = (params: JsonObject | undefined): Waiting | undefined => {
    const token = params?.['progressToken'];
    if (token === undefined) return undefined;
    for (const one of waiting.values()) if (one.progressToken === token) return one;
    return undefined;
  };

  const link = listenToServer(open, {
    get revision() {
      return serverRevision;
    },
    hearFinal: hearAnswer,
    hearRequest: (said) => {
      const to = newest();
      if (answeredInstead(said, (to ?? stream)?.call)) return true;
      if (asked.size >= MAX_SERVER_REQUESTS || !pass(said, to)) return false;
      asked.add(said.id);
      return true;
    },
    // What changed for everybody belongs to no request.
    hearNotification: (said) => {
      options.onNotification(said);
      return pass(said, SERVER_METHODS.get(said.method)?.on === 'listen' ? undefined : (forToken(said.params) ?? newest()));
    },
    onNoise: options.onNoise,
    onExit: end,
  });
  const isFull = ({ answer }: Pick<Waiting, 'answer'>): boolean => answer.full && !answer.finished;
  const valve = createValve(link, () => (stream !== undefined && isFull(stream)) || waiting.values().some(isFull));

  return {
    number: options.number,
    server: options.server,
    get revision() {
      return revision;
    },
    lastUsedMs: options.nowMs(),
    lastUsedBy: options.principal,
    request: (call, message, answer, hooks) => {
      if (waiting.has(message.id)) return false;
      revision = call.question.revision ?? revision;
      serverRevision = call.serverRevision;
      waiting.set(message.id, { call, answer, progressToken: progressTokenOf(message.params), hooks });
      enter(call); // Until it is answered, also when the agent has hung up long before.
      answer.onDrain = () => valve.check();
      link.send(message.document.bytes);
      return true;
    },
    tell: (message) => {
      if (message.kind === 'result' || message.kind === 'error') {
        if (message.id === undefined || !asked.delete(message.id)) return false;
      }
      link.send(message.document.bytes);
      if (message.kind === 'notification' && message.method === 'notifications/cancelled') giveUp(message.params?.['requestId']);
      return true;
    },
    listen: (call, answer) => {
      if (stream !== undefined && !stream.answer.finished && !stream.answer.gone) return false;
      stream = { call, answer };
      answer.onGone = () => {
        if (!answer.finished) answer.end('ok');
        if (stream?.answer === answer) stream = undefined;
        valve.check();
      };
      answer.onDrain = () => valve.check();
      answer.open();
      keptBytes = 0;
      for (const said of kept.splice(0)) {
        const shown = answeredInstead(said, call) ? undefined : sayable(call, said);
        if (shown !== undefined) carryMessage(answer, shown, wordsFor(call, shown));
      }
      return true;
    },
    close: () => {
      link.close();
      end('The session was closed.');
    },
  };
}

function progressTokenOf(params: JsonObject | undefined): MessageId | undefined {
  const meta = params?.['_meta'];
  if (typeof meta !== 'object' || meta === null || !('progressToken' in meta)) return undefined;
  const token: unknown = meta['progressToken'];
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
