// Messages that the gateway writes itself, in the same form as messages that were read.

import { GatewayError } from '../base/index.ts';
import { parseJson } from './parse-json.ts';
import { readAnswerMessage } from './read-message.ts';
import type { JsonDocument, JsonObject, JsonValue, Message, MessageId } from './types.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;

/** A request. */
export function writeRequest(id: MessageId, method: string, params?: JsonObject): Of<'request'> {
  return write('request', { jsonrpc: '2.0', id, method, params });
}

/** A notification. */
export function writeNotification(method: string, params?: JsonObject): Of<'notification'> {
  return write('notification', { jsonrpc: '2.0', method, params });
}

/** A result. */
export function writeResult(id: MessageId, result: JsonValue): Of<'result'> {
  return write('result', { jsonrpc: '2.0', id, result });
}

/** An error. */
export function writeError(id: MessageId, code: number, message: string, data?: JsonValue): Of<'error'> {
  return write('error', { jsonrpc: '2.0', id, error: { code, message, data } });
}

/** A message of ours, put together from parts that are JSON texts. */
export function rereadMessage<Kind extends Message['kind']>(kind: Kind, bytes: Uint8Array): Of<Kind> {
  const document = parseJson(bytes, { repairSurrogates: true });
  if (!document.ok) throw mistake();
  return sameMessage(kind, document.value);
}

/** A message that was edited and is still of its kind. */
export function sameMessage<Kind extends Message['kind']>(kind: Kind, document: JsonDocument): Of<Kind> {
  const message = readAnswerMessage(document);
  if (!message.ok || !isOf(message.value, kind)) throw mistake();
  return message.value;
}

// JSON.stringify leaves out members that are undefined.
function write<Kind extends Message['kind']>(kind: Kind, message: object): Of<Kind> {
  return rereadMessage(kind, Buffer.from(JSON.stringify(message), 'utf8'));
}

function isOf<Kind extends Message['kind']>(message: Message, kind: Kind): message is Of<Kind> {
  return message.kind === kind;
}

function mistake(): GatewayError {
  return new GatewayError('internal', { cause: new Error('a message of ours is not valid') });
}
