// What a server of the legacy era said, read strictly. Only 2025-03-26 lets a server answer with a JSON array of messages (basic/index,
// "Batching"); each of them is read as one that came alone, so that none is judged by another's bytes.

import { GatewayError } from '../../base/index.ts';
import { parseJson, readAnswerMessage, setMember } from '../../mcp/index.ts';
import type { JsonDocument, Message, MessageId } from '../../mcp/index.ts';

type ErrorMessage = Extract<Message, { kind: 'error' }>;

/** The messages in a JSON answer or in the data of an event; undefined if any of it is none. */
export function readSaid(bytes: Uint8Array): readonly Message[] | undefined {
  const document = parseJson(bytes, { repairSurrogates: true });
  if (!document.ok) return undefined;
  const elements = document.value.elements([]);
  if (elements === undefined) {
    const message = readAnswerMessage(document.value);
    return message.ok ? [message.value] : undefined;
  }
  const messages: Message[] = [];
  for (const { start, end } of elements) {
    const element = parseJson(document.value.bytes.subarray(start, end));
    const message = element.ok ? readAnswerMessage(element.value) : element;
    if (!message.ok) return undefined;
    messages.push(message.value);
  }
  return messages.length === 0 ? undefined : messages;
}

/** An error under the id of the request that it answers: servers of before say `"id": null` where they could not read ours. */
export function underId(said: ErrorMessage, id: MessageId): ErrorMessage {
  return said.id === id ? said : { ...said, id, document: reread(setMember(said.document, [], 'id', JSON.stringify(id))) };
}

/** Our own edit of a valid document is valid; if it ever is not, nothing of it may be shown. */
function reread(bytes: Uint8Array): JsonDocument {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new GatewayError('internal', { cause: new Error('an edited message is not valid JSON') });
  return parsed.value;
}
