// What a person said to a question, as a record.

import type { ApprovalRecord as Recorded } from '../audit/index.ts';
import type { ApprovalRecord } from '../cluster/index.ts';
import { NOT_KNOWN } from './recorded-names.ts';
import type { ToRecordedName } from './recorded-names.ts';

const KEY_OF = 'key:';

/** An answer of the store as a record of the log. It is said already: a name that nobody can look up now is left out, and the record is made. */
export async function toApprovalRecord(said: ApprovalRecord, time: number, toName: ToRecordedName): Promise<Recorded> {
  const { kind, name } = said;
  const recorded = (of: 'agent' | 'user', whose: string): Promise<string> => toName(of, whose).catch(() => NOT_KNOWN);
  return {
    kind: 'approval',
    time,
    event: said.state === 'rejected' ? 'rejected' : 'approved',
    approval: said.id,
    act: said.act ?? '',
    by: await recordedBy(said.decidedBy ?? '', recorded),
    tenant: said.tenant,
    agent: await recorded('agent', said.agent),
    user: said.user === null ? undefined : await recorded('user', said.user),
    server: said.server,
    tool: kind === 'tool' ? name : undefined,
    prompt: kind === 'prompt' ? name : undefined,
    resource: kind === 'resource' ? name : undefined,
    rule: said.rule,
    since: said.createdAt,
  };
}

/** Who shows a key is an agent like others. */
async function recordedBy(by: string, recorded: (of: 'agent', name: string) => Promise<string>): Promise<string> {
  return by.startsWith(KEY_OF) ? `${KEY_OF}${await recorded('agent', by.slice(KEY_OF.length))}` : by;
}
