// Calls as they happen. The last ones on record first, then each as it is decided; it can be held still to be read.

import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { RecordView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useEvents } from '../../api/live.ts';
import type { ApiProblem } from '../../api/problem.ts';
import { useRefusal } from '../../api/session.tsx';
import { paths } from '../../paths.ts';
import { placeOf } from '../../records/place.ts';
import { whyOf } from '../../records/reasons.ts';
import { RecordDrawer } from '../../records/RecordDrawer.tsx';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { SearchField, Segmented } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Notice } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import { showCount } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { CALL_COLUMNS } from './call-columns.tsx';
import { createBatches } from './batches.ts';
import { NO_CALLS, released, withCalls, withWaiting } from './live-calls.ts';
import type { LiveCalls } from './live-calls.ts';

const VERDICTS = [
  { value: 'all', label: 'All' },
  { value: 'allow', label: 'Allowed' },
  { value: 'ask', label: 'Asked' },
  { value: 'deny', label: 'Denied' },
] as const;
const FILTERS = ['agent', 'server', 'tool', 'rule', 'finding', 'subject'] as const;
const FIRST_ROWS = 100;
const { time, agent, server, target, outcome, why, findings, gateway, upstream } = CALL_COLUMNS;
const COLUMNS = [time, agent, server, target, outcome, why, findings, gateway, upstream];

/** The page; what it is narrowed to stands in its address. */
export function LivePage(): ReactElement {
  const refusal = useRefusal('listRecords');
  return refusal === undefined ? (
    <Calls />
  ) : (
    <Page>
      <PageHead title="Live" />
      <Panel>
        <EmptyState icon="lock" title={refusal}>
          What single calls did is for operators, approvers and auditors. An administrator can change your role, under Settings.
        </EmptyState>
      </Panel>
    </Page>
  );
}

function Calls(): ReactElement {
  const [address, setAddress] = useAddress();
  const [isHeld, setHeld] = useState(false);
  // Nobody can open a row that moves away from under the pointer.
  const [isPointedAt, setPointedAt] = useState(false);
  const verdict = VERDICTS.find(({ value }) => value === address['verdict'])?.value ?? 'all';
  const filter = filterOf(address, verdict);
  const open = address['entry'];
  const live = useCalls(filter, isHeld || isPointedAt || open !== undefined);
  const shown = useMemo(() => search(live.calls.rows, address['search'] ?? ''), [live.calls.rows, address['search']]);
  const openEntry = (place: string): void => setAddress({ entry: place }, open === undefined);
  const narrowed = FILTERS.filter((member) => address[member] !== undefined);
  return (
    <Page fill>
      <PageHead
        title="Live"
        description={stillText(isHeld, isPointedAt, live.calls.waiting.length)}
        actions={
          <>
            <SearchField
              label="Search in what is shown"
              value={address['search'] ?? ''}
              onChange={(text) => setAddress({ search: text })}
            />
            <Segmented
              label="Decided"
              options={VERDICTS}
              value={verdict}
              onChange={(value) => setAddress({ verdict: value === 'all' ? undefined : value })}
            />
            <Button icon={isHeld ? 'play' : 'pause'} onPress={() => setHeld(!isHeld)}>
              {isHeld ? 'Go on' : 'Hold'}
            </Button>
          </>
        }
      />
      {narrowed.length === 0 ? null : (
        <div className="actions">
          {narrowed.map((member) => (
            <Button key={member} size="small" icon="close" onPress={() => setAddress({ [member]: undefined })}>
              {member} {address[member]}
            </Button>
          ))}
        </div>
      )}
      {live.calls.skipped === 0 ? null : (
        <Notice tone="info">
          {showCount(live.calls.skipped)} calls were too many at once to be told. They are on record, under Audit.
        </Notice>
      )}
      <Panel flush fill>
        {live.error !== null && shown.length === 0 ? (
          <ErrorState problem={live.error} />
        ) : (
          <Table
            label="Calls"
            columns={COLUMNS}
            rows={shown}
            keyOf={placeOf}
            onOpen={(record) => openEntry(placeOf(record))}
            openKey={open}
            isLoading={live.isPending}
            loadingSays={live.failureReason?.detail}
            height="fill"
            rowHeight={36}
            onPointedAt={setPointedAt}
            empty={<NoCalls isNarrowed={narrowed.length > 0 || verdict !== 'all' || (address['search'] ?? '') !== ''} />}
          />
        )}
      </Panel>
      <CommandLine command={commands.tailRecord()} label="The same in a terminal" />
      <RecordDrawer place={open} onClose={() => setAddress({ entry: undefined })} onOpen={openEntry} />
    </Page>
  );
}

function stillText(isHeld: boolean, isPointedAt: boolean, waiting: number): string {
  if (!isHeld && !isPointedAt) return 'Every call as it is decided. Open one for its whole story.';
  const news = waiting === 0 ? 'nothing new yet' : `${showCount(waiting)} new`;
  return isHeld ? `Held still: ${news}.` : `Held still while you point at it: ${news}.`;
}

function NoCalls({ isNarrowed }: { readonly isNarrowed: boolean }): ReactElement {
  return isNarrowed ? (
    <EmptyState icon="filter" title="No such call yet" action={<LinkButton href={paths.live()}>Show all calls</LinkButton>}>
      The page goes on looking. Older calls are under Audit.
    </EmptyState>
  ) : (
    <EmptyState icon="live" title="Waiting for the first call" action={<LinkButton href={paths.agents()}>To the agents</LinkButton>}>
      Give an agent its key and let it call a tool. The call stands here within a second.
    </EmptyState>
  );
}

interface Live {
  readonly calls: LiveCalls;
  readonly isPending: boolean;
  readonly error: ApiProblem | null;
  /** Why it is asked once more. */
  readonly failureReason: ApiProblem | null;
}

/** The last calls on record, and what is told from then on. */
function useCalls(filter: Readonly<Record<string, string>>, isHeld: boolean): Live {
  const [calls, setCalls] = useState(NO_CALLS);
  const held = useRef(isHeld);
  const { data, error, failureReason, isPending, refetch } = useApi(
    'listRecords',
    { query: { ...filter, kind: 'call', limit: FIRST_ROWS } },
    // Read anew by whoever comes back: what was told meanwhile was told to nobody.
    { gcTime: 0 },
  );
  const key = JSON.stringify(filter);
  useEffect(() => setCalls(NO_CALLS), [key]);
  useEffect(() => {
    if (data !== undefined) setCalls((old) => withCalls(old, data.value.records));
  }, [data, key]);
  useEffect(() => {
    held.current = isHeld;
    if (!isHeld) setCalls(released);
  }, [isHeld]);
  // Calls come by the hundred a second; a page is drawn a few times in it.
  const batches = useMemo(
    () => createBatches<RecordView>((told, skipped) => setCalls((old) => (held.current ? withWaiting : withCalls)(old, told, skipped))),
    [],
  );
  useEffect(() => () => batches.close(), [batches]);
  useEvents(
    { topics: ['calls'], filter },
    (event) => {
      if (event.topic === 'call') batches.add(event.record);
      else if (event.topic === 'skipped') batches.skip(event.calls);
    },
    () => void refetch(),
  );
  return { calls, isPending, error, failureReason };
}

function filterOf(address: Readonly<Record<string, string>>, verdict: string): Readonly<Record<string, string>> {
  const members = FILTERS.flatMap((member) => (address[member] === undefined ? [] : [[member, address[member]] as const]));
  return Object.fromEntries(verdict === 'all' ? members : [...members, ['verdict', verdict]]);
}

/** Rows in which a text stands, wherever. */
function search(rows: readonly RecordView[], text: string): readonly RecordView[] {
  if (text === '') return rows;
  const wanted = text.toLowerCase();
  return rows.filter((row) =>
    [
      row.agent,
      row.subject,
      row.server,
      row.method,
      row.tool,
      row.prompt,
      row.resource,
      row.rule,
      row.reason,
      row.code,
      row.id,
      whyOf(row)?.says,
    ].some((member) => member?.toLowerCase().includes(wanted) === true),
  );
}
