// Calls as rows: for the page that shows them as they happen, and for the last ones of an agent or a server.

import type { ReactElement } from 'react';
import type { RecordView } from '../../api/contract.ts';
import { targetOf } from '../../records/filter.ts';
import { Outcome } from '../../records/Outcome.tsx';
import { whyOf } from '../../records/reasons.ts';
import { Badge } from '../../ui/Badge.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showMs } from '../../ui/units.ts';

/** Which columns there are, by name. */
export const CALL_COLUMNS = {
  time: { id: 'time', header: 'Time', width: 112, cell: ({ time }) => <Time at={time} form="clock" /> },
  when: { id: 'when', header: 'When', width: 100, cell: ({ time }) => <Time at={time} form="distance" /> },
  agent: { id: 'agent', header: 'Agent', width: { min: 124, share: 2 }, cell: (record) => <Who record={record} /> },
  server: { id: 'server', header: 'Server', width: { min: 90, share: 1 }, cell: ({ server }) => <span>{server ?? '–'}</span> },
  target: {
    id: 'target',
    header: 'What',
    width: { min: 170, share: 4 },
    cell: (record) => (
      <span>
        <strong>
          <Untrusted text={targetOf(record)} />
        </strong>
        {record.method === null || record.method === targetOf(record) ? null : <span className="faint"> {record.method}</span>}
      </span>
    ),
  },
  outcome: { id: 'outcome', header: 'Outcome', width: 110, cell: (record) => <Outcome record={record} /> },
  why: {
    id: 'why',
    header: 'Rule or reason',
    width: { min: 130, share: 5 },
    cell: (record) => {
      const why = record.rule ?? whyOf(record)?.says ?? '';
      return (
        <span className="soft truncate" title={why}>
          <Untrusted text={why} />
        </span>
      );
    },
  },
  findings: {
    id: 'findings',
    header: 'Found',
    width: 60,
    cell: ({ findingsTotal }) => (findingsTotal === 0 ? <span className="faint">–</span> : <Badge tone="warn">{findingsTotal}</Badge>),
  },
  gateway: { id: 'gateway', header: 'Gateway', width: 85, align: 'end', cell: ({ gatewayUs }) => <Micros us={gatewayUs} /> },
  upstream: { id: 'upstream', header: 'At server', width: 90, align: 'end', cell: ({ serverUs }) => <Micros us={serverUs} /> },
} as const satisfies Readonly<Record<string, Column<RecordView>>>;

function Who({ record: { agent, subject, key } }: { readonly record: RecordView }): ReactElement {
  return agent === null ? <span className="faint mono">{subject ?? key ?? 'unknown'}</span> : <span>{agent}</span>;
}

function Micros({ us }: { readonly us: number | null }): ReactElement {
  return us === null ? <span className="faint">–</span> : <span>{showMs(us / 1_000)}</span>;
}
