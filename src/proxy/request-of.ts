// The few facts about a call that its refusal needs.

import type { Call } from './exchange.ts';
import type { RefusedRequest } from './rescue.ts';

/** Which request a refusal of this call answers. */
export function requestOf(call: Call): RefusedRequest {
  const { inbound } = call;
  const isRequest = (inbound.kind === 'modern' || inbound.kind === 'legacy') && inbound.message.kind === 'request';
  return {
    id: isRequest ? inbound.message.id : undefined,
    era: call.question.era,
    method: call.question.method,
    auditId: call.id,
    isUnread: inbound.kind === 'unread',
  };
}
