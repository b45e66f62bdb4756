// What a legacy server asks in the middle of a call, in the modern form and back: its requests as `inputRequests` of a result, the agent's
// `inputResponses` as the responses that the server waits for.

import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { rereadMessage } from '../../mcp/index.ts';
import type { JsonObject, JsonValue, Message, MessageId } from '../../mcp/index.ts';
import type { Refused } from '../rescue.ts';
import type { FinalMessage, RequestMessage } from './party.ts';

/** A request of the server that is not answered yet. */
export interface Input {
  readonly said: RequestMessage;
  /** In the modern form, as JSON. */
  readonly text: string;
  /** The agent has been told of it. */
  isShown: boolean;
}

/** The result that asks an agent for input. Without a state there is nothing to continue: the retry is a call like the first. */
export function inputRequired(
  id: MessageId,
  requests: readonly (readonly [key: string, text: string])[],
  state: string | undefined,
  serverInfo: JsonObject | undefined,
): FinalMessage {
  const members = requests.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',');
  const meta = serverInfo === undefined ? '' : `,"_meta":${JSON.stringify({ 'io.modelcontextprotocol/serverInfo': serverInfo })}`;
  const requestState = state === undefined ? '' : `,"requestState":${JSON.stringify(state)}`;
  const result = `{"resultType":"input_required","inputRequests":{${members}}${requestState}${meta}}`;
  return responseOf(id, result);
}

/** What error -32042 of 2025-11-25 asks for: pages to be visited before the call is made again. Undefined: it does not say. */
export function urlRequests(said: Extract<Message, { kind: 'error' }>): readonly (readonly [string, string])[] | undefined {
  const data = said.error['data'];
  const wanted = isObject(data) ? data['elicitations'] : undefined;
  if (!Array.isArray(wanted)) return undefined;
  const requests: [string, string][] = [];
  for (const one of wanted) {
    if (!isObject(one) || typeof one['url'] !== 'string' || typeof one['message'] !== 'string') return undefined;
    const params = { mode: 'url', message: one['message'], url: one['url'] };
    requests.push([`elicitation-${requests.length + 1}`, JSON.stringify({ method: 'elicitation/create', params })]);
  }
  return requests.length === 0 ? undefined : requests;
}

/** The agent's answers as responses to the server, by key. Missing ones may be asked for again, others are ignored (mrtr, "Retrying"). */
export function readAnswers(message: RequestMessage, inputs: ReadonlyMap<string, Input>): Result<ReadonlyMap<string, Message>, Refused> {
  const responses = new Map<string, Message>();
  const given = message.params?.['inputResponses'] ?? {};
  if (!isObject(given)) return malformed('inputResponses must be an object.');
  for (const [key, { said, isShown }] of inputs) {
    if (!isShown || !Object.hasOwn(given, key)) continue;
    const problem = problemOf(said.method, given[key]);
    if (problem !== undefined) return malformed(`inputResponses.${key} ${problem}`);
    const span = message.document.span(['params', 'inputResponses', key]);
    if (span === undefined) continue;
    const text = Buffer.from(message.document.bytes.subarray(span.start, span.end)).toString('utf8');
    responses.set(key, responseOf(said.id, text));
  }
  return ok(responses);
}

/** What keeps a value from being an answer to such a request. What is inside, the server checks against what it asked. */
function problemOf(method: string, value: JsonValue | undefined): string | undefined {
  if (!isObject(value)) return 'must be an object.';
  switch (method) {
    case 'elicitation/create':
      if (value['action'] !== 'accept' && value['action'] !== 'decline' && value['action'] !== 'cancel')
        return 'needs an action: accept, decline or cancel.';
      return value['content'] === undefined || isObject(value['content']) ? undefined : 'has content that is no object.';
    case 'sampling/createMessage':
      return typeof value['role'] === 'string' && typeof value['content'] === 'object' && value['content'] !== null
        ? undefined
        : 'needs a role and a content.';
    default:
      return Array.isArray(value['roots']) ? undefined : 'needs roots, an array.';
  }
}

function responseOf(id: MessageId, result: string): FinalMessage {
  return rereadMessage('result', Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`));
}

function malformed(say: string): Result<never, Refused> {
  return fail({ code: 'params_malformed', say });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
