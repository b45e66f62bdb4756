// What a server may say on the hop where a request of ours is open. Servers are strangers too: an answer to somebody else's
// request, a request hidden in a modern stream, or a result of an unknown kind is not passed on (2026-07-28 basic/index,
// "Messages"; basic/patterns/mrtr; basic/patterns/subscriptions). A refused notification can be dropped and the exchange go
// on; a refused request, result or error ends it.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { faultOfNewTask, faultOfTask } from './check-task.ts';
import { faultOfInputRequests } from './input-requests.ts';
import { isArray, isObject } from './json-value.ts';
import { META_SUBSCRIPTION_ID, metaOf } from './meta.ts';
import { METHODS, SERVER_METHODS, TASKS_EXTENSION } from './methods.ts';
import type { Era, JsonObject, JsonValue, Message, MessageId, Refusal } from './types.ts';

/** The request that the server is answering. */
export interface Asked {
  /** Undefined on a legacy GET stream, which answers nothing. */
  readonly id: MessageId | undefined;
  readonly method: string;
  readonly era: Era;
  /** What the agent declared, where known: then a server may ask it for nothing else. */
  readonly clientCapabilities?: JsonObject;
}

/** What kind of message it is; a result is complete, asks for input, or points to a task. */
export type AnswerKind = 'notification' | 'request' | 'error' | 'complete' | 'input_required' | 'task';

const LISTEN = 'subscriptions/listen';

/** Judges one message of a server against what it was asked. */
export function checkAnswer(message: Message, asked: Asked): Result<AnswerKind, Refusal> {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return checkUnasked(message, asked);
    case 'result':
      if (message.id !== asked.id) return refuse('It answers another request.');
      return checkResult(message.result, asked);
    case 'error':
      // Without an id it can only mean the one request of this exchange.
      return (message.id ?? asked.id) === asked.id && asked.id !== undefined ? ok('error') : refuse('It answers another request.');
  }
}

function checkUnasked(message: Extract<Message, { kind: 'request' | 'notification' }>, asked: Asked): Result<AnswerKind, Refusal> {
  const rule = SERVER_METHODS.get(message.method);
  if (rule === undefined || rule.kind !== message.kind || !rule.eras.includes(asked.era)) {
    return refuse(`It sends a ${message.kind} that a server may not send here.`);
  }
  if (asked.era === 'legacy') return ok(message.kind);
  if (rule.on !== (asked.method === LISTEN ? 'listen' : 'call')) return refuse('It sends a notification on the wrong kind of stream.');
  const subscription = metaOf(message.params)?.[META_SUBSCRIPTION_ID];
  if (rule.on === 'listen' && subscription !== undefined && subscription !== asked.id)
    return refuse('It sends a notification of another subscription.');
  if (message.method === 'notifications/tasks') return trusted(message.kind, faultOfTask(message.params ?? {}, asked.clientCapabilities));
  return ok(message.kind);
}

function checkResult(result: JsonValue, asked: Asked): Result<AnswerKind, Refusal> {
  if (!isObject(result)) return refuse('Its result is no object.');
  // Only the modern era has the member. Absent means complete: some servers knew only drafts (basic/index, "Result type").
  const { resultType = 'complete' } = asked.era === 'modern' ? result : {};
  const rule = METHODS.get(asked.method);
  switch (resultType) {
    case 'complete':
      if (asked.method === 'tasks/get') return trusted(resultType, faultOfTask(result, asked.clientCapabilities));
      // What is no list cannot be filtered, and must not pass for that reason.
      return rule?.list === undefined || isArray(result[rule.list.member]) ? ok(resultType) : refuse('Its result has no list.');
    case 'input_required':
      return rule?.interactive === true ? checkInputRequired(result, asked) : refuse('It asks for input where it may not.');
    case 'task':
      return asked.method === 'tools/call' && hasTasks(asked.clientCapabilities)
        ? trusted(resultType, faultOfNewTask(result))
        : refuse('It makes a task where it may not.');
    default:
      return refuse('Its result is of an unknown type.');
  }
}

function checkInputRequired({ inputRequests, requestState }: JsonObject, asked: Asked): Result<AnswerKind, Refusal> {
  if (requestState !== undefined && typeof requestState !== 'string') return refuse('Its requestState is no string.');
  if (inputRequests === undefined)
    return requestState === undefined ? refuse('It asks for input and says not which.') : ok('input_required');
  return trusted('input_required', faultOfInputRequests(inputRequests, asked.clientCapabilities));
}

/** Whether an agent declared that it takes tasks. */
export function hasTasks(capabilities: JsonObject | undefined): boolean {
  const extensions = capabilities?.['extensions'];
  return isObject(extensions) && isObject(extensions[TASKS_EXTENSION]);
}

function trusted(kind: AnswerKind, fault: string | undefined): Result<AnswerKind, Refusal> {
  return fault === undefined ? ok(kind) : refuse(fault);
}

function refuse(what: string): Result<never, Refusal> {
  return fail({ code: 'upstream_malformed', say: `The MCP server gave an answer that cannot be trusted. ${what}` });
}
