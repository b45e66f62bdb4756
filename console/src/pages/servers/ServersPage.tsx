// The servers behind the gateway, and how they are.

import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import type { ReactElement } from 'react';
import type { ServerStatus } from '../../api/contract.ts';
import { useApiPages } from '../../api/pages.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { SearchField, Segmented } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { useAddress } from '../use-address.ts';
import { ServerState } from './ServerState.tsx';

const PAGE_ROWS = 500;
const STATES = [
  { value: 'all', label: 'All' },
  { value: 'ready', label: 'Ready' },
  { value: 'failed', label: 'Failed' },
  { value: 'unknown', label: 'Not used yet' },
] as const;

const COLUMNS: readonly Column<ServerStatus>[] = [
  { id: 'name', header: 'Server', width: { min: 160, share: 1 }, cell: ({ name }) => <strong className="truncate">{name}</strong> },
  { id: 'state', header: 'State', width: 130, cell: ({ state }) => <ServerState state={state} /> },
  {
    id: 'target',
    header: 'Reached by',
    width: { min: 240, share: 2 },
    cell: ({ kind, target }) => (
      <>
        <Badge>{kind === 'stdio' ? 'program' : 'HTTP'}</Badge>
        <span className="mono soft">
          <Untrusted text={target} />
        </span>
      </>
    ),
  },
  { id: 'revisions', header: 'Revisions', width: { min: 150, share: 1 }, cell: ({ revisions }) => <Badges words={revisions} max={1} /> },
  {
    id: 'holds',
    header: 'Held for it',
    width: { min: 150, share: 1 },
    cell: ({ holds }) => <span className="soft">{heldText(holds)}</span>,
  },
  {
    id: 'checked',
    header: 'Last seen so',
    width: 110,
    cell: ({ checkedAt }) => (checkedAt === null ? <span className="faint">never</span> : <Time at={checkedAt} form="distance" />),
  },
];

function heldText({ sessions, bridgeSessions, parkedRounds, processes }: ServerStatus['holds']): string {
  const parts = [
    [sessions + bridgeSessions, 'session', 'sessions'],
    [processes, 'program', 'programs'],
    [parkedRounds, 'question', 'questions'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(', ');
}

/** The page. */
export function ServersPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const navigate = useNavigate();
  const search = address['search'] ?? '';
  const query = useDeferredValue(search);
  const state = STATES.find(({ value }) => value === address['state'])?.value ?? 'all';
  const pages = useApiPages(
    'listServers',
    { query: { search: query, state: state === 'all' ? undefined : state, limit: PAGE_ROWS } },
    (page) => page.servers,
  );
  return (
    <Page fill>
      <PageHead
        title="Servers"
        description="What the gateway stands in front of. Servers are named in the config; agents never learn how they are reached."
        actions={
          <>
            <SearchField label="Search servers" value={search} onChange={(text) => setAddress({ search: text })} />
            <Segmented
              label="State"
              options={STATES}
              value={state}
              onChange={(value) => setAddress({ state: value === 'all' ? undefined : value })}
            />
          </>
        }
      />
      <Panel flush fill>
        {pages.error !== null && pages.list.rows.length === 0 ? (
          <ErrorState problem={pages.error} onRetry={pages.restart} />
        ) : (
          <Table
            label="Servers"
            columns={COLUMNS}
            list={pages.list}
            keyOf={({ name }) => name}
            onOpen={({ name }) => void navigate({ to: '/servers/$server', params: { server: name } })}
            height="fill"
            empty={
              query === '' && state === 'all' ? (
                <EmptyState icon="servers" title="No servers in the config" command={commands.importServers()}>
                  Name one under servers in the config file, or take over those that a client of yours has.
                </EmptyState>
              ) : (
                <EmptyState
                  icon="search"
                  title="No server fits"
                  action={<Button onPress={() => setAddress({ search: undefined, state: undefined })}>Show all</Button>}
                />
              )
            }
          />
        )}
      </Panel>
      <CommandLine command={commands.servers()} label="The same in a terminal" />
    </Page>
  );
}
