// A call that was approved may need several rounds: its server asks something, the agent answers, and the call goes on (MCP 2026-07-28
// basic/patterns/mrtr). To the gateway that is another request. So that nobody has to approve it again, and so that the approval still makes one call
// and not many, the state that the agent carries is put into one of ours, which passes once.

import { setMember } from '../../mcp/index.ts';
import type { JsonDocument, JsonObject, JsonValue } from '../../mcp/index.ts';
import type { Call } from '../exchange.ts';

/** The answer to an approved call, such that its next round belongs to it. */
export function withNextRound({ approval, inbound }: Call, document: JsonDocument): Uint8Array {
  if (approval?.isTaken !== true || inbound.kind !== 'modern') return document.bytes;
  const result = isObject(document.value) ? document.value['result'] : undefined;
  if (!isObject(result) || result['resultType'] !== 'input_required') return document.bytes;
  const inner = result['requestState'];
  const state = approval.seal(typeof inner === 'string' ? inner : undefined);
  return setMember(document, ['result'], 'requestState', JSON.stringify(state));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
