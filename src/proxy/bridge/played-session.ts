// A legacy session that the gateway plays for its agent, in front of servers of the modern era or of several servers as one. It keeps
// what such a session keeps (2025-11-25 basic/lifecycle): what the agent can do, the log level, the watched resources, and which of its
// requests are under way; to the servers, each request then says it all by itself.

import type { Principal } from '../../agents/index.ts';
import { isMessageId } from '../../mcp/index.ts';
import type { JsonObject, JsonValue, Message, MessageId, ModernSelf } from '../../mcp/index.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../exchange.ts';
import type { Refused } from '../rescue.ts';
import type { RequestMessage } from './party.ts';
import { playCall } from './played-call.ts';
import type { PlayedCall } from './played-call.ts';
import { createPlayedListen } from './played-listen.ts';
import type { Reach, Whole } from './played-reach.ts';
import type { AgentResponse } from './played-round.ts';

/** What initialize settled. */
export interface PlayedFacts {
  readonly revision: string;
  /** What the agent declared, in the modern form. */
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject | undefined;
  /** What the servers offer, as server/discover said. */
  readonly serverCapabilities: JsonObject;
  readonly whole: Whole;
}

/** A session with its state. */
export interface PlayedSession {
  readonly number: number;
  /** The key of its route. */
  readonly server: string;
  readonly serverCapabilities: JsonObject;
  lastUsedMs: number;
  /** Always the same agent, with the key that it showed last. */
  lastUsedBy: Principal;
  /** A request or a stream of the agent is under way. */
  readonly busy: boolean;
  setLogLevel(level: string): void;
  /** Carries a request to the servers; why not, if it cannot. */
  request(call: Call, message: RequestMessage, answer: Answer, reach: Reach): Refused | undefined;
  /** Takes a notification, or the agent's response to a request of ours. False: nothing like it was asked. */
  tell(message: Message): boolean;
  /** Opens the GET stream. False: there is one. */
  listen(call: Call, answer: Answer, reach: Reach): boolean;
  /** Watches a resource, or does so no more. */
  watch(uri: string, wanted: boolean, call: Call, reach: Reach, done: (refused: Refused | undefined) => void): void;
  close(): void;
}

export interface PlayedSessionOptions {
  readonly number: number;
  readonly server: string;
  readonly principal: Principal;
  readonly nowMs: () => number;
  readonly facts: PlayedFacts;
  readonly onEnd: () => void;
}

/** Requests of one session under way at once, those included that wait for the agent's answers. */
const MAX_CALLS = 256;
/** Tools whose wrapped output schemas are remembered. */
const MAX_WRAPPED = 1_000;
/** What servers log where the agent has not said what it wants: 2025-11-25 leaves that to the server. */
const DEFAULT_LOG_LEVEL = 'info';

/** Opens a session. */
export function createPlayedSession(options: PlayedSessionOptions): PlayedSession {
  const { facts } = options;
  const scope = String(options.number);
  const calls = new Map<MessageId, PlayedCall>();
  const expected = new Map<MessageId, (response: AgentResponse) => void>();
  const wrappedTools = new Set<string>();
  const wrapped = {
    has: (tool: string) => wrappedTools.has(tool),
    add: (tool: string) => {
      if (!wrappedTools.has(tool) && wrappedTools.size >= MAX_WRAPPED) return false;
      wrappedTools.add(tool);
      return true;
    },
    delete: (tool: string) => void wrappedTools.delete(tool),
  };
  let { whole } = facts;
  let asked = 0;
  let questions = 0;
  let ended = false;
  const selfWith = (logLevel: string | undefined): ModernSelf => ({
    clientCapabilities: facts.clientCapabilities,
    clientInfo: facts.clientInfo,
    logLevel,
  });
  let self = selfWith(isObject(facts.serverCapabilities['logging']) ? DEFAULT_LOG_LEVEL : undefined);
  const nextId = (): string => `sallyport-${scope}-${++asked}`;

  const session = {
    revision: facts.revision,
    scope,
    wrapped,
    get self() {
      return self;
    },
    nextId,
    expect: (answered: (response: AgentResponse) => void): MessageId => {
      expected.set(++questions, answered);
      return questions;
    },
    unexpect: (id: MessageId): void => void expected.delete(id),
  };
  const listening = createPlayedListen({
    revision: facts.revision,
    scope,
    self: () => selfWith(undefined),
    wrapped,
    capabilities: facts.serverCapabilities,
    nextId,
    whole: () => whole,
  });
  /** A message about the route as a whole says who that is now: servers come and go. */
  const look = (call: Call): void => {
    if (call.members !== undefined || call.arrival.route.kind === 'server') whole = { server: call.server, members: call.members };
  };

  return {
    number: options.number,
    server: options.server,
    serverCapabilities: facts.serverCapabilities,
    lastUsedMs: options.nowMs(),
    lastUsedBy: options.principal,
    get busy() {
      return calls.size > 0 || listening.open;
    },
    setLogLevel: (level) => {
      self = selfWith(level);
    },
    request: (call, message, answer, reach) => {
      if (calls.has(message.id)) return { code: 'rpc_malformed', say: 'A request with this id is under way in this session.' };
      if (calls.size >= MAX_CALLS) return { code: 'too_many', say: `This session has ${MAX_CALLS} requests under way already.` };
      let over = false;
      const onOver = (): void => {
        over = true;
        calls.delete(message.id);
      };
      const playing = playCall({ call, message, answer, reach, session, onOver });
      if (!over) calls.set(message.id, playing);
      return undefined;
    },
    tell: (message) => {
      if (message.kind === 'result' || message.kind === 'error') {
        const answered = message.id === undefined ? undefined : expected.get(message.id);
        if (answered === undefined || message.id === undefined) return false;
        expected.delete(message.id);
        answered(message);
        return true;
      }
      const id = message.method === 'notifications/cancelled' ? message.params?.['requestId'] : undefined;
      if (isMessageId(id)) calls.get(id)?.cancel();
      return true;
    },
    listen: (call, answer, reach) => {
      look(call);
      return listening.stream(call, answer, reach);
    },
    watch: (uri, wanted, call, reach, done) => {
      look(call);
      listening.watch(uri, wanted, call, reach, done);
    },
    close: () => {
      if (ended) return;
      ended = true;
      for (const playing of calls.values()) playing.cancel();
      calls.clear();
      expected.clear();
      listening.close();
      options.onEnd();
    },
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
