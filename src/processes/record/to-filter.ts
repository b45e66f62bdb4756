// From what stands behind a question mark to what the index and the logs are asked.

import type { EventsQuery, RecordsQuery } from '../../admin/index.ts';
import type { EntryFilter } from '../../audit/index.ts';

/** Members that every question about the record may have. */
export type AskedFilter = Omit<RecordsQuery, 'order' | 'limit' | 'cursor' | 'reason'>;

export function toEntryFilter({
  from,
  to,
  kind,
  id,
  agent,
  subject,
  server,
  tool,
  rule,
  verdict,
  status,
  finding,
}: AskedFilter): EntryFilter {
  return {
    kinds: kind,
    id,
    agent,
    subject,
    server,
    tool,
    rule,
    verdict,
    status,
    finding,
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}

/** What of the calls that are made somebody wants to see. */
export function toCallFilter({ agent, subject, server, tool, rule, verdict, finding }: EventsQuery): EntryFilter {
  return { agent, subject, server, tool, rule, verdict, finding };
}
