// Who asks. On a route with several servers the person in front of the agent sees one server; a question of one of them says whose it is
// (2026-07-28 client/elicitation: the user must see which server asks).

import { memberEdit, splice } from '../mcp/index.ts';
import type { Edit, JsonDocument, JsonObject, JsonValue } from '../mcp/index.ts';
import type { Call } from './exchange.ts';

/** The result, with the server's name in front of what it wants a person to read. */
export function nameAsker(call: Call, document: JsonDocument): Uint8Array {
  const { route } = call.arrival;
  const result = isObject(document.value) ? document.value['result'] : undefined;
  if (route.kind !== 'aggregate' || !isObject(result) || result['resultType'] !== 'input_required') return document.bytes;
  const { inputRequests } = result;
  if (!isObject(inputRequests)) return document.bytes;
  const edits: Edit[] = [];
  for (const [key, request] of Object.entries(inputRequests)) {
    const params = isObject(request) && request['method'] === 'elicitation/create' ? request['params'] : undefined;
    if (!isObject(params)) continue;
    const { message } = params;
    const named = `[${call.server.name}] ${typeof message === 'string' ? message : ''}`;
    edits.push(memberEdit(document, ['result', 'inputRequests', key, 'params'], 'message', JSON.stringify(named)));
  }
  return edits.length === 0 ? document.bytes : splice(document, edits);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
