// What a person said to a question, as a record.

import type { ApprovalRecord as Recorded } from '../audit/index.ts';
import type { ApprovalRecord } from '../cluster/index.ts';

/** An answer of the store as a record of the log. */
export function toApprovalRecord(said: ApprovalRecord, time: number): Recorded {
  const { kind, name } = said;
  return {
    kind: 'approval',
    time,
    event: said.state === 'rejected' ? 'rejected' : 'approved',
    approval: said.id,
    act: said.act ?? '',
    by: said.decidedBy ?? '',
    tenant: said.tenant,
    agent: said.agent,
    user: said.user ?? undefined,
    server: said.server,
    tool: kind === 'tool' ? name : undefined,
    prompt: kind === 'prompt' ? name : undefined,
    resource: kind === 'resource' ? name : undefined,
    rule: said.rule,
    since: said.createdAt,
  };
}
