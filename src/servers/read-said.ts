// What a server of the legacy era said, read strictly. Only 2025-03-26 lets a server answer with a JSON array of messages (basic/index,
// "Batching"); each of them is read as one that came alone, so that none is judged by another's bytes.

import { parseJson, readAnswerMessage } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';

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
