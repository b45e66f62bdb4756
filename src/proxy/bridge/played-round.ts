// One round of questions: what a server wants to know, as requests to the agent, and the agent's responses, put together for the server.

import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { JsonDocument, JsonObject, JsonValue, Message, MessageId } from '../../mcp/index.ts';

/** What an agent sends in answer to a request. */
export type AgentResponse = Extract<Message, { kind: 'result' | 'error' }>;

/** What a server wants to know. */
export interface Question {
  readonly key: string;
  readonly method: string;
}

/** A round under way. */
export interface Round {
  /** The requests to the agent. */
  readonly requests: readonly Uint8Array[];
  /** Nobody wants the answers any more. */
  drop(): void;
}

export interface RoundOptions {
  /** The params for this agent, or what it cannot be asked. */
  shape(method: string, params: JsonObject | undefined): Result<JsonObject | undefined, string>;
  readonly expect: (answered: (response: AgentResponse) => void) => MessageId;
  readonly unexpect: (id: MessageId) => void;
  /** Of all answers together. */
  readonly maxBytes: number;
  /** Everything is answered: the JSON text of the responses by key. */
  onWhole(inputResponses: string): void;
  /** The agent answered with an error where only an answer would do. */
  onRefused(question: Question, why: string): void;
}

/** More questions at once nobody answers. */
const MAX_QUESTIONS = 32;
/** Of what an agent says about why it does not answer. */
const MAX_WHY_CHARS = 500;

/** Begins a round; a sentence where the server asks what it may not. Nothing has been sent. */
export function createRound(inputs: JsonObject, document: JsonDocument, options: RoundOptions): Result<Round, string> {
  const entries = Object.entries(inputs);
  if (entries.length > MAX_QUESTIONS) return fail(`asks more than ${MAX_QUESTIONS} things at once`);
  const shaped: { readonly question: Question; readonly params: string | undefined }[] = [];
  for (const [key, input] of entries) {
    const method = isObject(input) ? input['method'] : undefined;
    if (!isObject(input) || typeof method !== 'string') return fail('asks for something that is not known');
    const params = isObject(input['params']) ? input['params'] : undefined;
    const fitting = options.shape(method, params);
    if (!fitting.ok) return fail(`asks for ${fitting.error}`);
    shaped.push({ question: { key, method }, params: textOf(fitting.value, params, document, key) });
  }

  const open = new Map<string, MessageId>();
  const answers = new Map<string, string>();
  let bytes = 0;
  const drop = (): void => {
    for (const id of open.values()) options.unexpect(id);
    open.clear();
  };
  const take = (question: Question, response: AgentResponse): void => {
    open.delete(question.key);
    const text = response.kind === 'result' ? resultText(response.document) : substitute(question);
    if (text === undefined) {
      drop();
      return options.onRefused(question, response.kind === 'error' ? whyOf(response.error) : 'its answer is empty.');
    }
    bytes += text.length;
    if (bytes > options.maxBytes) {
      drop();
      return options.onRefused(question, 'its answers are too large together.');
    }
    answers.set(question.key, text);
    if (open.size === 0) options.onWhole(`{${[...answers].map(([key, answer]) => `${JSON.stringify(key)}:${answer}`).join(',')}}`);
  };

  const requests: Uint8Array[] = [];
  for (const { question, params } of shaped) {
    const id = options.expect((response) => take(question, response));
    open.set(question.key, id);
    const tail = params === undefined ? '' : `,"params":${params}`;
    requests.push(Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(question.method)}${tail}}`, 'utf8'));
  }
  return ok({ requests, drop });
}

/** The server's own text where nothing had to change. */
function textOf(fitting: JsonObject | undefined, params: JsonObject | undefined, document: JsonDocument, key: string): string | undefined {
  if (fitting === undefined) return undefined;
  const span = fitting === params ? document.span(['result', 'inputRequests', key, 'params']) : undefined;
  return span === undefined ? JSON.stringify(fitting) : Buffer.from(document.bytes.subarray(span.start, span.end)).toString('utf8');
}

function resultText(document: JsonDocument): string | undefined {
  const span = document.span(['result']);
  return span && Buffer.from(document.bytes.subarray(span.start, span.end)).toString('utf8');
}

/** A user who was not asked has decided nothing, which elicitation can say; there is no such answer to the other questions. */
function substitute({ method }: Question): string | undefined {
  return method === 'elicitation/create' ? '{"action":"cancel"}' : undefined;
}

function whyOf(error: JsonObject): string {
  const { message } = error;
  return typeof message === 'string' ? message.slice(0, MAX_WHY_CHARS) : 'it gave no reason.';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
