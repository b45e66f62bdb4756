// What has changed, from what goes on record: whatever changes the gateway is an act, so nothing can be changed without who looks on being told.

import type { Changed } from '../admin/index.ts';
import type { CallRecord } from '../audit/index.ts';

/** The first word of what an act is called, and what it changes. */
const CHANGES: Readonly<Record<string, readonly Changed[]>> = {
  agents: ['agents'],
  approvals: ['approvals'],
  catalogue: ['catalogue'],
  checkpoints: ['checkpoints'],
  config: ['settings', 'policy', 'servers', 'catalogue'],
  flow: ['flow'],
  holds: ['holds'],
  keys: ['agents'],
  lockdown: ['lockdown'],
  operators: ['operators'],
  policy: ['policy', 'proposals'],
  session: ['operators'],
  vault: ['releases'],
};

/** What these records, which are on record now, say has changed; each once. */
export function changesIn(records: readonly CallRecord[]): readonly Changed[] {
  const changed = new Set<Changed>();
  for (const record of records) {
    if (record.kind === 'approval') changed.add('approvals');
    if (record.kind !== 'act' || record.outcome !== 'done') continue;
    const [matter = ''] = record.action.split('.');
    for (const one of Object.hasOwn(CHANGES, matter) ? (CHANGES[matter] ?? []) : []) changed.add(one);
  }
  return [...changed];
}
