// What failed at a server since the gateway began to count.

import type { ReactElement } from 'react';
import type { ServerDetail } from '../../api/contract.ts';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showCount } from '../../ui/units.ts';

type Failure = ServerDetail['failures'][number];

const COLUMNS: readonly Column<Failure>[] = [
  {
    id: 'text',
    header: 'What',
    width: { min: 180, share: 2 },
    cell: ({ text, code }) => (
      <span title={code}>
        <Untrusted text={text} />
      </span>
    ),
  },
  { id: 'times', header: 'Times', width: 80, align: 'end', cell: ({ times }) => showCount(times) },
  { id: 'last', header: 'Last', width: 110, cell: ({ lastAt }) => <Time at={lastAt} form="distance" /> },
];

/** The panel. */
export function Failures({ failures }: { readonly failures: readonly Failure[] }): ReactElement {
  return (
    <Panel flush title="Failures">
      <Table
        label="Failures"
        columns={COLUMNS}
        rows={failures}
        keyOf={({ code }) => code}
        empty={
          <EmptyState icon="good" title="Nothing has failed">
            Since the gateway began to count.
          </EmptyState>
        }
      />
    </Panel>
  );
}
