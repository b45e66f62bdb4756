// Tells the person in front of an agent what is pending, where the agent can show a question (MCP 2026-07-28 client/elicitation over basic/patterns/mrtr).
// What comes back is an agent's word: it says whether to go on waiting, and nothing else. It cannot approve, because nothing here can.

import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { removeMember, rereadMessage, setMember } from '../../mcp/index.ts';
import type { JsonObject, JsonValue, Refusal } from '../../mcp/index.ts';
import type { Arrival, Call, Inbound, Ports } from '../exchange.ts';
import type { Unreadable } from '../receive.ts';

type ModernInbound = Extract<Inbound, { kind: 'modern' }>;

const QUESTION = 'sallyport-approval';
const STATE_UNKNOWN: Refusal = {
  code: 'state_unknown',
  say: 'The requestState was not made for this agent, was altered, or is too old. Send the request again without it.',
};

/** The result that tells it; undefined where the agent cannot show one. */
export function tellPending(call: Call, message: string, requestState: string): JsonObject | undefined {
  if (call.inbound.kind !== 'modern' || !showsForms(call.inbound.request.clientCapabilities)) return undefined;
  const params = { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } };
  return { resultType: 'input_required', inputRequests: { [QUESTION]: { method: 'elicitation/create', params } }, requestState };
}

/** Whether the agent was told of this question before, and does not want to wait; undefined: it was not told. */
export function wasToldOf({ inbound }: Call, id: string, question: string): 'told' | 'declined' | undefined {
  if (inbound.kind !== 'modern' || inbound.approval?.kind !== 'told') return undefined;
  const { approval, isDeclined } = inbound;
  if (approval.id !== id || approval.question !== question) return undefined;
  return isDeclined === true ? 'declined' : 'told';
}

/**
 * Opens the state that a request brings, if it is one of ours. What belongs between agent and gateway is taken out, and the server's own state
 * put back: the rest is what the server would have got.
 */
export function openApproval(
  inbound: Inbound,
  arrival: Arrival,
  { approvals, nowMs }: Pick<Ports, 'approvals' | 'nowMs'>,
): Result<Inbound, Unreadable> {
  if (inbound.kind !== 'modern') return ok(inbound);
  const state = inbound.message.params?.['requestState'];
  if (typeof state !== 'string') return ok(inbound);
  const opened = approvals.states.open(state, arrival.principal, nowMs());
  if (opened === 'foreign') return ok(inbound);
  if (opened === undefined) return fail({ ...STATE_UNKNOWN, id: inbound.message.id });
  if (opened.kind === 'round') {
    const edited =
      opened.inner === undefined
        ? removeMember(inbound.message.document, ['params'], 'requestState')
        : setMember(inbound.message.document, ['params'], 'requestState', JSON.stringify(opened.inner));
    return ok({ ...reread(inbound, edited), approval: opened });
  }
  const isDeclined = isNo(inbound.message.params?.['inputResponses']);
  const unanswered = reread(inbound, removeMember(inbound.message.document, ['params'], 'inputResponses'));
  const bytes = removeMember(unanswered.message.document, ['params'], 'requestState');
  return ok({ ...reread(unanswered, bytes), approval: opened, isDeclined });
}

/** `elicitation: {}` stands for forms (client/elicitation, "Capabilities"). */
function showsForms(capabilities: JsonObject): boolean {
  const { elicitation } = capabilities;
  return isObject(elicitation) && (isObject(elicitation['form']) || Object.keys(elicitation).length === 0);
}

function isNo(responses: JsonValue | undefined): boolean {
  const response = isObject(responses) ? responses[QUESTION] : undefined;
  return isObject(response) && (response['action'] === 'decline' || response['action'] === 'cancel');
}

function reread(inbound: ModernInbound, bytes: Uint8Array): ModernInbound {
  const message = rereadMessage('request', bytes);
  return { ...inbound, message, request: { ...inbound.request, params: message.params } };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
