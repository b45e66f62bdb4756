// One request on a legacy session, and what a modern agent hears of it. What the server asks while it works on it becomes a round: the
// agent's request is answered with input_required, the server's call is parked, and the agent's retry goes on with it (MCP 2026-07-28
// basic/patterns/mrtr). To the server it is one call from beginning to end.

import {
  missingCapability,
  toInputRequest,
  toModernError,
  toModernProgress,
  toModernResult,
  writeError,
  writeNotification,
} from '../../mcp/index.ts';
import type { JsonObject, JsonValue, MessageId } from '../../mcp/index.ts';
import { enter, leave } from '../in-flight.ts';
import type { Refused } from '../rescue.ts';
import { insteadOfAnswer } from '../server-questions.ts';
import { inputRequired, readAnswers, urlRequests } from './inputs.ts';
import type { Input } from './inputs.ts';
import type { Ask, FinalMessage, Hearing, NoteMessage, RequestMessage } from './party.ts';
import type { Rounds } from './rounds.ts';
import type { SessionPort } from './session-port.ts';

/** A call on a legacy session, under way or parked. */
export interface LegacyCall {
  /** May be answered with input_required. */
  readonly isInteractive: boolean;
  readonly isParked: boolean;
  /** Somebody listens, and takes no more now. */
  readonly isFull: boolean;
  final(said: FinalMessage): void;
  note(said: NoteMessage): void;
  /** The server asks something. False: it cannot be asked here. `isCertain`: no other call can be meant. */
  ask(said: RequestMessage, isCertain: boolean): boolean;
  /** The server does not wait for the answer to this request of its own any more. */
  withdraw(id: MessageId): void;
  lost(refused: Refused, outcome: 'refused' | 'failed' | 'unknown'): void;
  /** It was never sent, and is sent elsewhere. */
  drop(): void;
  /** Nobody wants the answer any more; gives who did. */
  giveUp(reason: string): Hearing | undefined;
  /** The agent has come back with answers. A refusal leaves the call parked. */
  retry(wanted: Ask, hearing: Hearing): Refused | undefined;
  /** Its agent, which took no more, takes more again. */
  resume(): void;
  expire(): void;
}

/** Where the session has the call. */
export interface CallPlace {
  /** The id of the request on the link. */
  readonly number: number;
  readonly port: SessionPort;
  readonly rounds: Rounds<LegacyCall>;
}

/** Servers that ask several things at once send them in a row: one round for all of them. */
const GATHER_MS = 5;
/** More than this at once nobody answers. */
const MAX_INPUTS = 16;
/** What may wait for an agent in one call: as much as it could send itself. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

const URL_REQUIRED = -32042;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
const INPUT_METHODS: ReadonlySet<string> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);

/** A call that is about to be sent. */
export function createLegacyCall(first: Ask, firstHearing: Hearing, { number, port, rounds }: CallPlace): LegacyCall {
  const isInteractive = first.request.rule.interactive;
  const inputs = new Map<string, Input>();
  let wanted = first;
  let hearing: Hearing | undefined = firstHearing;
  /** An answer that came while the call was parked waits for the agent. */
  let answer: FinalMessage | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let inputNumber = 0;
  let heldBytes = 0;
  let over = false;

  /** Nobody listens any more. Gives who did. */
  const silence = (): Hearing | undefined => {
    const listener = hearing;
    if (listener === undefined) return undefined;
    hearing = undefined;
    clearTimeout(gathering);
    gathering = undefined;
    leave(wanted.call);
    return listener;
  };
  const finish = (): Hearing | undefined => {
    over = true;
    rounds.release(call);
    rounds.free(heldBytes);
    heldBytes = 0;
    port.done(number);
    return silence();
  };
  /** Ends the call at a server that still works on it. */
  const cancel = (reason: string): Hearing | undefined => {
    for (const { said } of inputs.values()) port.send(writeError(said.id, INTERNAL_ERROR, reason));
    port.send(writeNotification('notifications/cancelled', { requestId: number, reason }));
    port.forget(number);
    return finish();
  };
  const hold = (bytes: number): boolean => {
    if (heldBytes + bytes > MAX_HELD_BYTES || !rounds.hold(bytes)) return false;
    heldBytes += bytes;
    return true;
  };

  /** The answer in the modern form. Made before anything is over: if that fails, there is somebody to tell. */
  const translate = (said: FinalMessage): FinalMessage | Refused => {
    const { message, request } = wanted;
    const { serverInfo } = port;
    if (said.kind === 'result') return toModernResult(said, { id: message.id, method: request.method, serverInfo });
    const urls = isInteractive && said.error['code'] === URL_REQUIRED ? urlRequests(said) : undefined;
    if (urls === undefined) {
      const uri = request.rule.nameParam === 'uri' ? request.name : undefined;
      return toModernError(said, message.id, { method: request.method, uri });
    }
    const elicitation = request.clientCapabilities['elicitation'];
    if (!isObject(elicitation) || !isObject(elicitation['url'])) return needs({ elicitation: { url: {} } });
    return inputRequired(message.id, urls, undefined, serverInfo);
  };
  /** Some of what can be read cannot be said in the modern form: it may be too deep there. That ends the call, wherever it is found. */
  const formed = (make: () => FinalMessage | Refused): FinalMessage | Refused => {
    try {
      return make();
    } catch {
      return { code: 'upstream_malformed', say: 'What the MCP server says cannot be put into MCP 2026-07-28.' };
    }
  };
  const deliver = (said: FinalMessage): void => {
    const modern = formed(() => translate(said));
    const listener = finish();
    if ('code' in modern) listener?.fail(modern, modern.code === 'upstream_malformed' ? 'failed' : 'refused');
    else listener?.final(modern);
  };

  /** Tells the agent what the server wants to know, and parks the call until it comes back. */
  const open = (): void => {
    gathering = undefined;
    const parked = rounds.park(call, wanted);
    if (!parked.ok) return cancel('Too many questions are unanswered.')?.fail(parked.error, 'refused');
    const texts = [...inputs].map(([key, { text }]) => [key, text] as const);
    const asked = formed(() => inputRequired(wanted.message.id, texts, parked.value, port.serverInfo));
    if ('code' in asked) return cancel('The question cannot be asked.')?.fail(asked, 'failed');
    for (const input of inputs.values()) input.isShown = true;
    silence()?.final(asked);
  };
  const gather = (): void => {
    if (hearing !== undefined && inputs.size > 0) gathering ??= setTimeout(open, GATHER_MS);
  };

  const call: LegacyCall = {
    isInteractive,
    get isFull() {
      return hearing?.full ?? false;
    },
    get isParked() {
      return !over && hearing === undefined;
    },
    final: (said) => {
      if (hearing !== undefined) deliver(said);
      else if (hold(said.document.bytes.length)) answer = said;
      else finish();
    },
    note: (said) => {
      const { progressToken, logLevel } = wanted.request;
      if (said.method === 'notifications/progress') {
        if (progressToken !== undefined) hearing?.note(toModernProgress(said, progressToken));
      } else if (said.method === 'notifications/message' && logLevel !== undefined) hearing?.note(said);
    },
    ask: (said, isCertain) => {
      if (over || answer !== undefined || !isInteractive || !INPUT_METHODS.has(said.method)) return false;
      const instead = insteadOfAnswer(wanted.call, said);
      if (instead !== undefined) {
        port.send(instead);
        return true;
      }
      const missing = missingCapability(said, wanted.request.clientCapabilities);
      if (missing !== undefined) {
        if (!isCertain || hearing === undefined) return false;
        port.send(writeError(said.id, METHOD_NOT_FOUND, 'The client does not offer this.'));
        cancel('The client does not offer what the server needs.')?.fail(needs(missing), 'refused');
        return true;
      }
      const text = toInputRequest(said);
      if (inputs.size >= MAX_INPUTS || !hold(text.length)) return false;
      inputs.set(`${said.method.slice(0, said.method.indexOf('/'))}-${++inputNumber}`, { said, text, isShown: false });
      gather();
      return true;
    },
    withdraw: (id) => {
      for (const [key, { said }] of inputs) if (said.id === id) inputs.delete(key);
    },
    lost: (refused, outcome) => finish()?.fail(refused, outcome),
    drop: () => void finish(),
    // A parked call waits for its agent, who hangs up between two rounds and comes back.
    giveUp: (reason) => (over || hearing === undefined ? undefined : cancel(reason)),
    retry: (next, listener) => {
      const read = readAnswers(next.message, inputs);
      if (!read.ok) return read.error;
      rounds.release(call);
      wanted = next;
      hearing = listener;
      enter(next.call);
      port.renew(number);
      if (answer !== undefined) {
        deliver(answer);
        return undefined;
      }
      for (const [key, response] of read.value) {
        inputs.delete(key);
        port.send(response);
      }
      // What was asked and not answered is asked again at once; what is new may have company.
      if (inputs.values().some(({ isShown }) => isShown)) open();
      else gather();
      return undefined;
    },
    resume: () => port.check(),
    expire: () => {
      if (!over) cancel('The question was not answered in time.');
    },
  };
  enter(first.call);
  return call;
}

function needs(requiredCapabilities: JsonObject): Refused {
  const [name = 'another'] = Object.keys(requiredCapabilities);
  return {
    code: 'capability_missing',
    say: `The MCP server needs the client capability '${name}' for this, which the request does not declare.`,
    data: { requiredCapabilities },
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
