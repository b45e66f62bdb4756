// Entries of the record, newest first, however many there are.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { RecordView, RecordsPage } from '../../api/contract.ts';
import { useApiPages } from '../../api/pages.ts';
import { Outcome } from '../../records/Outcome.tsx';
import { placeOf } from '../../records/place.ts';
import { whyOf } from '../../records/reasons.ts';
import { readFilter, targetOf, toOptions, toQuery } from '../../records/filter.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showMs } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { ExportDialog } from './ExportDialog.tsx';
import { FilterBar } from './FilterBar.tsx';

/** Rows asked for at once. */
const PAGE = 500;

const whoOf = ({ kind, agent, by, subject }: RecordView): string =>
  (kind === 'call' || kind === 'outcome' ? (agent ?? subject) : (by ?? agent ?? subject)) ?? '';

/** Columns of a list of entries. */
const COLUMNS: readonly Column<RecordView>[] = [
  { id: 'time', header: 'Time', width: 172, cell: ({ time }) => <Time at={time} /> },
  { id: 'kind', header: 'Kind', width: 92, cell: ({ kind }) => <span className="soft">{kind}</span> },
  {
    id: 'who',
    header: 'Who',
    width: { min: 130, share: 2 },
    cell: (record) => (
      <span>
        {whoOf(record) === '' ? <span className="faint">–</span> : <Untrusted text={whoOf(record)} />}
        {record.user !== null && (
          <span className="faint">
            {' for '}
            <Untrusted text={record.user} />
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'what',
    header: 'What',
    width: { min: 190, share: 3 },
    cell: (record) => (
      <span>
        {record.server !== null && (
          <span className="faint">
            <Untrusted text={record.server} />
            {' / '}
          </span>
        )}
        {record.kind === 'act' && record.action !== null && record.target !== null && (
          <span className="soft">
            <Untrusted text={record.action} />{' '}
          </span>
        )}
        <Untrusted text={targetOf(record)} />
      </span>
    ),
  },
  { id: 'outcome', header: 'Outcome', width: 118, cell: (record) => <Outcome record={record} /> },
  {
    id: 'rule',
    header: 'Rule or reason',
    width: { min: 120, share: 3 },
    cell: (record) => (record.rule === null ? <Why record={record} /> : <code className="truncate">{record.rule}</code>),
  },
  {
    id: 'findings',
    header: 'Found',
    width: { min: 84, share: 1 },
    cell: ({ findings, findingsTotal }) => {
      const [first] = findings;
      return first === undefined ? null : (
        <>
          <Badge tone="info">{first.type}</Badge>
          {findingsTotal > first.count && <span className="faint">+{findingsTotal - first.count}</span>}
        </>
      );
    },
  },
  {
    id: 'gateway',
    header: 'Gateway',
    width: 84,
    align: 'end',
    cell: ({ gatewayUs }) => (gatewayUs === null ? null : showMs(gatewayUs / 1_000)),
  },
  {
    id: 'server',
    header: 'Server',
    width: 84,
    align: 'end',
    cell: ({ serverUs }) => (serverUs === null ? null : showMs(serverUs / 1_000)),
  },
];

/** What nothing of the policy decided, in words; the code stands in the entry. */
function Why({ record }: { readonly record: RecordView }): ReactElement | null {
  const why = whyOf(record);
  return why === undefined ? null : (
    <span className="faint truncate" title={why.says}>
      <Untrusted text={why.says} />
    </span>
  );
}

const rowsOf = (page: RecordsPage): readonly RecordView[] => page.records;

/** The list, and what narrows it. */
export function Records(): ReactElement {
  const [address, setAddress] = useAddress();
  const filter = readFilter(address);
  // Asked as of one moment: the pages of one question have to fit together.
  const [now, setNow] = useState(() => Date.now());
  const [isExporting, setExporting] = useState(false);
  const pages = useApiPages('listRecords', { query: { ...toQuery(filter, now), limit: PAGE } }, rowsOf);
  const refresh = (): void => {
    setNow(Date.now());
    pages.restart();
  };
  return (
    <div className="records">
      <Panel flush fill>
        <FilterBar filter={filter} onChange={(change) => setAddress(change)}>
          <Button icon="refresh" label="Look again" isPending={pages.list.isLoading} onPress={refresh} />
          <Button icon="download" onPress={() => setExporting(true)}>
            Export
          </Button>
        </FilterBar>
        {pages.error !== null ? (
          <ErrorState problem={pages.error} onRetry={refresh} />
        ) : (
          <Table
            label="Records"
            columns={COLUMNS}
            list={pages.list}
            keyOf={placeOf}
            rowHeight={36}
            loadingSays={pages.waitsFor?.detail}
            onOpen={(record) => setAddress({ entry: placeOf(record) }, true)}
            openKey={address['entry']}
            empty={
              <EmptyState icon="audit" title="Nothing on record fits" command={commands.queryRecord(toOptions(filter))}>
                Take something away from the filter, or choose a longer time. A call stands here as soon as it is decided.
              </EmptyState>
            }
            height="fill"
          />
        )}
      </Panel>
      <CommandLine command={commands.queryRecord(toOptions(filter))} />
      <ExportDialog filter={filter} isOpen={isExporting} onClose={() => setExporting(false)} />
    </div>
  );
}
