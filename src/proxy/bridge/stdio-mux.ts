// A modern stdio server carries many requests at once over one pipe (MCP 2026-07-28 basic/transports/stdio). The process belongs to one
// agent, because its credentials come from its environment and its answers must not cross; within it, ids, progress tokens and
// subscription ids of different requests may be equal, so each request travels under a number of ours and gets its own back.

import type { Principal } from '../../agents/index.ts';
import type { Edit, JsonDocument, JsonObject, Message, MessageId } from '../../mcp/index.ts';
import { memberEdit, parseJson, readAnswerMessage, resultAnswer, splice } from '../../mcp/index.ts';
import { GatewayError } from '../../base/index.ts';
import type { Call } from '../exchange.ts';
import { enter, leave } from '../in-flight.ts';
import type { Asking, Hearing, RequestMessage } from './party.ts';
import { createValve, listenToServer, lostSentence } from './stdio-lines.ts';
import type { OpenServer } from './stdio-lines.ts';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const PROGRESS_TOKEN = 'progressToken';
const LISTEN = 'subscriptions/listen';

/** One process that carries the requests of one agent. */
export interface StdioMux {
  readonly running: number;
  readonly server: string;
  lastUsedMs: number;
  lastUsedBy: Principal;
  /** Asks; what comes of it carries the message's own id and tokens again. It is the hearing's to judge. */
  request(call: Call, message: RequestMessage, hearing: Hearing): Asking;
  /** Ends the process; what is under way is answered as lost. */
  close(): void;
}

export interface StdioMuxOptions {
  readonly server: string;
  readonly principal: Principal;
  /** It serves more than one agent. */
  readonly shared: boolean;
  readonly nowMs: () => number;
  readonly onEnd: (text: string) => void;
  readonly onNoise: () => void;
}

interface Waiting {
  readonly call: Call;
  readonly hearing: Hearing;
  readonly id: MessageId;
  readonly method: string;
  readonly progressToken: MessageId | undefined;
  /** It asked for log messages. */
  readonly logs: boolean;
}

/** Makes a carrier around a process that `open` starts. */
export function createStdioMux(options: StdioMuxOptions, open: OpenServer): StdioMux {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let ended = false;

  const end = (text: string): void => {
    if (ended) return;
    ended = true;
    for (const one of waiting.values()) {
      leave(one.call);
      one.hearing.fail({ code: 'outcome_unknown', say: lostSentence(options.server) }, 'unknown');
    }
    waiting.clear();
    options.onEnd(text);
  };

  const hearFinal = (said: Extract<Message, { kind: 'result' | 'error' }>): boolean => {
    const number = said.id;
    const one = typeof number === 'number' ? waiting.get(number) : undefined;
    if (one === undefined || typeof number !== 'number') return false;
    waiting.delete(number);
    leave(one.call);
    const edits = [nameEdit(said.document, [], 'id', one.id)];
    if (metaOf(said.kind === 'result' ? said.result : undefined)?.[SUBSCRIPTION_ID] === number)
      edits.push(nameEdit(said.document, ['result', '_meta'], SUBSCRIPTION_ID, one.id));
    const restored = readAnswerMessage(rewrite(said.document, edits));
    if (restored.ok && (restored.value.kind === 'result' || restored.value.kind === 'error')) one.hearing.final(restored.value);
    valve.check();
    return true;
  };

  const hearNotification = (said: Extract<Message, { kind: 'notification' }>): boolean => {
    const { params } = said;
    const subscription = metaOf(params)?.[SUBSCRIPTION_ID];
    const progress = params?.[PROGRESS_TOKEN];
    if (typeof subscription === 'number')
      return pass(waiting.get(subscription), (one) =>
        rewrite(said.document, [nameEdit(said.document, ['params', '_meta'], SUBSCRIPTION_ID, one.id)]),
      );
    if (said.method === 'notifications/progress') {
      const one = typeof progress === 'number' ? waiting.get(progress) : undefined;
      return pass(one?.progressToken === undefined ? undefined : one, () =>
        rewrite(said.document, [nameEdit(said.document, ['params'], PROGRESS_TOKEN, one?.progressToken ?? null)]),
      );
    }
    if (said.method === 'notifications/cancelled' && typeof params?.['requestId'] === 'number') return endListen(params['requestId']);
    // Log messages name no request: with more than one that asked for them under way they could reach the wrong one. Where agents share
    // the process even one is too many: what is said late may be about another's.
    if (options.shared) return false;
    const [only, another] = waiting.values().filter(({ logs }) => logs);
    return pass(another === undefined ? only : undefined, () => said.document);
  };

  /** The server ends a listen stream; a call it cannot end this way. */
  const endListen = (number: number): boolean => {
    const one = waiting.get(number);
    if (one === undefined || one.method !== LISTEN) return false;
    waiting.delete(number);
    leave(one.call);
    const ended = parseJson(resultAnswer(one.id, { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: one.id } }));
    const final = ended.ok ? readAnswerMessage(ended.value) : ended;
    if (final.ok && final.value.kind === 'result') one.hearing.final(final.value);
    valve.check();
    return true;
  };

  const pass = (one: Waiting | undefined, restore: (one: Waiting) => JsonDocument): boolean => {
    if (one === undefined) return false;
    const restored = readAnswerMessage(restore(one));
    if (!restored.ok || restored.value.kind !== 'notification') return false;
    one.hearing.note(restored.value);
    valve.check(one.hearing);
    return true;
  };

  const link = listenToServer(open, {
    hearFinal,
    hearRequest: () => false, // A modern server sends no requests; there is nobody to give one to.
    hearNotification,
    onNoise: options.onNoise,
    onExit: end,
  });
  const valve = createValve(link, () => waiting.values().some(({ hearing }) => hearing.full));

  return {
    get running() {
      return waiting.size;
    },
    server: options.server,
    lastUsedMs: options.nowMs(),
    lastUsedBy: options.principal,
    request: (call, message, hearing) => {
      const number = next++;
      const meta = metaOf(message.params);
      const token = meta?.[PROGRESS_TOKEN];
      const progressToken = typeof token === 'string' || typeof token === 'number' ? token : undefined;
      const { document } = message;
      const edits = [nameEdit(document, [], 'id', number)];
      if (progressToken !== undefined) edits.push(nameEdit(document, ['params', '_meta'], PROGRESS_TOKEN, number));
      const line = splice(document, edits);
      waiting.set(number, {
        call,
        hearing,
        id: message.id,
        method: message.method,
        progressToken,
        logs: typeof meta?.[LOG_LEVEL] === 'string',
      });
      enter(call);
      link.send(line);
      return {
        giveUp: () => {
          if (!waiting.delete(number)) return;
          leave(call);
          valve.check();
          // SPEC stdio "Cancellation": the pipe stays open, so hanging up is said in words.
          link.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: number } })));
        },
        resume: () => valve.check(),
      };
    },
    close: () => {
      link.close();
      end('It was not used any more.');
    },
  };
}

/** The edit that makes a member name something else. */
function nameEdit(document: JsonDocument, path: readonly string[], key: string, value: MessageId | null): Edit {
  return memberEdit(document, path, key, JSON.stringify(value));
}

/** An edit of ours that breaks a valid document is our fault. */
function rewrite(document: JsonDocument, edits: readonly Edit[]): JsonDocument {
  const edited = parseJson(splice(document, edits));
  if (!edited.ok) throw new GatewayError('internal', { cause: new Error('an edited message is not valid JSON') });
  return edited.value;
}

function metaOf(value: unknown): JsonObject | undefined {
  const meta: unknown = isObject(value) ? value['_meta'] : undefined;
  return isObject(meta) ? meta : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
