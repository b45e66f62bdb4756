// Rounds of questions as a test holds them: what a server asks in the middle of a call, how a modern agent is told, and how it comes back
// (MCP 2026-07-28 basic/patterns/mrtr).

import assert from 'node:assert/strict';
import { at, modernCall, textAt } from './mcp.ts';
import type { ModernOptions, RpcAnswer } from './mcp.ts';
import type { Exchange, ScriptedServer } from './servers/scripted-server.ts';

type Json = Readonly<Record<string, unknown>>;

/** What an agent declares that can be asked. */
export const ASKABLE = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} } as const;

/** An answer to every question of `question`. */
export const YES = { action: 'accept', content: { sure: true } } as const;

/** A round that waits for its agent. */
export interface OpenRound {
  /** What the agent called. */
  readonly params: Json;
  readonly requestState: string;
  /** The questions by key. */
  readonly inputRequests: Json;
}

/** A legacy server's question to the user. */
export function question(id: string): object {
  const requestedSchema = { type: 'object', properties: { sure: { type: 'boolean' } } };
  return { jsonrpc: '2.0', id, method: 'elicitation/create', params: { message: `Sure about ${id}?`, requestedSchema } };
}

/** The round that an answer opens; throws when it opens none. */
export function roundIn(params: Json, { result, http }: RpcAnswer): OpenRound {
  const inputRequests = at(result, 'inputRequests');
  if (textAt(result, 'resultType') !== 'input_required' || typeof inputRequests !== 'object' || inputRequests === null)
    throw new Error(`no round was opened: ${http.status} ${http.body}`);
  return { params, requestState: textAt(result, 'requestState'), inputRequests: Object.fromEntries(Object.entries(inputRequests)) };
}

/** Comes back with the same answer to every question. */
export function answerRound(url: string, round: OpenRound, options: ModernOptions & { readonly answer?: Json } = {}): Promise<RpcAnswer> {
  const { answer = YES, ...rest } = options;
  const inputResponses = Object.fromEntries(Object.keys(round.inputRequests).map((key) => [key, answer]));
  return modernCall(
    url,
    'tools/call',
    { ...round.params, inputResponses, requestState: round.requestState },
    { capabilities: ASKABLE, ...rest },
  );
}

/** Params of a call that no other call has. */
export interface FreshParams {
  readonly name: string;
  readonly arguments: { readonly serial: number };
}

/** A call whose server has asked something, of an agent that has not answered yet. */
export interface ParkedCall {
  readonly round: OpenRound;
  /** The call at the server, whose stream is open. */
  readonly exchange: Exchange;
  readonly params: FreshParams;
}

/** Calls of a scripted legacy server's tool, and rounds of theirs. */
export interface Rounds {
  fresh(): FreshParams;
  call(params: FreshParams, key: string): Promise<RpcAnswer>;
  /** Calls, and lets the server ask. */
  park(key: string): Promise<ParkedCall>;
  answer(parked: ParkedCall, key: string): Promise<RpcAnswer>;
  /** Answers, and lets the server end the call: fails where anything else comes of it. */
  works(parked: ParkedCall, key: string): Promise<void>;
  /** How often the server was given a call. */
  executions(params: FreshParams): number;
  /** Whether the server was told that a call is not wanted any more. */
  isCancelled(exchange: Exchange): boolean;
}

const DONE = { content: [{ type: 'text', text: 'done' }] };
let serial = 0;

/** Rounds at a server, reached at a URL of the gateway. */
export function createRounds(server: ScriptedServer, url: string): Rounds {
  const rounds: Rounds = {
    fresh: () => ({ name: 'wait', arguments: { serial: ++serial } }),
    call: (params, key) => modernCall(url, 'tools/call', { ...params }, { key, capabilities: ASKABLE }),
    park: async (key) => {
      const params = rounds.fresh();
      const calling = rounds.call(params, key);
      const exchange = await server.take('tools/call');
      exchange.event(question(questionOf(params)));
      return { round: roundIn({ ...params }, await calling), exchange, params };
    },
    answer: ({ round }, key) => answerRound(url, round, { key }),
    works: async (parked, key) => {
      const answering = rounds.answer(parked, key);
      const said = await server.take('response');
      assert.equal(at(said.message, 'id'), questionOf(parked.params));
      assert.deepEqual(at(said.message, 'result'), YES);
      said.reply(202);
      parked.exchange.endWith(DONE);
      const { result, http } = await answering;
      assert.equal(textAt(result, 'content', 0, 'text'), 'done', http.body);
      assert.equal(rounds.executions(parked.params), 1);
    },
    executions: ({ arguments: { serial: wanted } }) =>
      server.seen.filter(({ method, message }) => method === 'tools/call' && at(message, 'params', 'arguments', 'serial') === wanted)
        .length,
    isCancelled: (exchange) =>
      server.seen.some(
        ({ method, message }) => method === 'notifications/cancelled' && at(message, 'params', 'requestId') === at(exchange.message, 'id'),
      ),
  };
  return rounds;
}

const questionOf = (params: FreshParams): string => `q-${params.arguments.serial}`;
