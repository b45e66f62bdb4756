// The answers that the gateway writes itself. Everything else that an agent reads are the server's own bytes.

import type { Era, JsonObject, JsonValue, MessageId } from './types.ts';

/** A JSON-RPC error. Without a readable id the member is left out: MCP allows that, and its schemas refuse null. */
export function errorAnswer(id: MessageId | undefined, code: number, message: string, data?: JsonObject): Uint8Array {
  return write({ jsonrpc: '2.0', id, error: { code, message, data } });
}

/** A tool call that was not made, as a result that the model can read (server/tools, "Error Handling"). */
export function toolRefusal(id: MessageId, era: Era, text: string): Uint8Array {
  const result = { content: [{ type: 'text', text }], isError: true };
  return write({ jsonrpc: '2.0', id, result: era === 'modern' ? { resultType: 'complete', ...result } : result });
}

/** A JSON-RPC result. */
export function resultAnswer(id: MessageId, value: JsonValue): Uint8Array {
  return write({ jsonrpc: '2.0', id, result: value });
}

// JSON.stringify leaves out members that are undefined.
function write(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message), 'utf8');
}
