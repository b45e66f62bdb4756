// One JSON-RPC 2.0 message out of one JSON document. Members that JSON-RPC does not know are left where they are:
// the bytes go on as they came.

import { fail, ok } from '../base/index.ts';
import type { ErrorCode, Result } from '../base/index.ts';
import { isArray, isObject } from './json-value.ts';
import { parseJson } from './parse-json.ts';
import type { JsonDocument, JsonObject, JsonValue, Message, MessageId, Refusal } from './types.ts';

/** Reads what an agent sent: exactly one message, no batch, an id that is a string or an integer and never null. */
export function readMessage(document: JsonDocument): Result<Message, Refusal> {
  return read(document, 'rpc_malformed');
}

/**
 * Reads what a server sent. The one tolerance: an error may come without an id or with null, since a server that could
 * not read the request knows none (JSON-RPC 2.0 §5), and some say null on other occasions too.
 */
export function readAnswerMessage(document: JsonDocument): Result<Message, Refusal> {
  return read(document, 'upstream_malformed');
}

/** The one revision in which several messages may come as one (2025-03-26 basic, "Batching"). */
const BATCHES_IN = '2025-03-26';
/** As many as an agent may send at once. */
const MAX_MESSAGES = 100;

/** Reads what a server sent that speaks `revision`, if that is known: one message or, in the one revision that has them, a batch. */
export function readAnswerMessages(document: JsonDocument, revision: string | undefined): Result<readonly Message[], Refusal> {
  const elements = revision === BATCHES_IN && isArray(document.value) ? document.elements([]) : undefined;
  if (elements === undefined) {
    const message = readAnswerMessage(document);
    return message.ok ? ok([message.value]) : message;
  }
  if (elements.length > MAX_MESSAGES) return refuse('upstream_malformed', 'A batch of the server has too many messages.');
  const messages: Message[] = [];
  for (const { start, end } of elements) {
    const part = parseJson(document.bytes.slice(start, end), { repairSurrogates: true });
    const message = part.ok ? readAnswerMessage(part.value) : part;
    if (!message.ok) return message;
    messages.push(message.value);
  }
  return ok(messages);
}

/** Whether MCP allows this as an id: a string, or an integer that every reader sees alike. */
export function isMessageId(value: JsonValue | undefined): value is MessageId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function read(document: JsonDocument, code: ErrorCode): Result<Message, Refusal> {
  const root = document.value;
  if (isArray(root)) return refuse(code, 'JSON-RPC batches are not accepted; send one message at a time.');
  if (!isObject(root)) return refuse(code, 'A JSON-RPC message is an object.');
  if (root['jsonrpc'] !== '2.0') return refuse(code, 'The member jsonrpc must be "2.0".');
  return root['method'] === undefined ? readResponse(document, root, code) : readCall(document, root, code);
}

function readCall(document: JsonDocument, root: JsonObject, code: ErrorCode): Result<Message, Refusal> {
  const { id, method, params } = root;
  if (typeof method !== 'string') return refuse(code, 'The member method must be a string.');
  if (root['result'] !== undefined || root['error'] !== undefined) {
    return refuse(code, 'A message has either method, or result, or error.');
  }
  if (params !== undefined && !isObject(params)) return refuse(code, 'The member params must be an object.');
  if (id === undefined) return ok({ kind: 'notification', method, params, document });
  if (!isMessageId(id)) return refuse(code, 'The member id must be a string or an integer of at most 2^53 - 1.');
  return ok({ kind: 'request', id, method, params, document });
}

function readResponse(document: JsonDocument, root: JsonObject, code: ErrorCode): Result<Message, Refusal> {
  const { id, result, error } = root;
  if ((result === undefined) === (error === undefined)) {
    return refuse(code, 'A message has exactly one of method, result and error.');
  }
  if (result !== undefined) {
    if (!isMessageId(id)) return refuse(code, 'A result needs an id, a string or an integer.');
    return ok({ kind: 'result', id, result, document });
  }
  if (!isObject(error)) return refuse(code, 'The member error must be an object.');
  if (isMessageId(id)) return ok({ kind: 'error', id, error, document });
  if (code === 'rpc_malformed' || (id !== undefined && id !== null)) {
    return refuse(code, 'An error needs an id, a string or an integer.');
  }
  return ok({ kind: 'error', id: undefined, error, document });
}

function refuse(code: ErrorCode, say: string): Result<never, Refusal> {
  return fail({ code, say });
}
