// What servers list: what waits for a person first, then what is approved, and what could be mistaken for something else.

import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import type { ReactElement } from 'react';
import type { DefinitionPage as Page_, DefinitionRow } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { commands } from '../../commands.ts';
import { paths } from '../../paths.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { Select } from '../../ui/Select.tsx';
import { EmptyState, ErrorState, Notice } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { useAddress } from '../use-address.ts';
import { DecideAll } from './DecideAll.tsx';
import { LookAlikes } from './LookAlikes.tsx';
import { KIND_WORDS } from './readable-definition.ts';
import { StateBadge } from './StateBadge.tsx';

type State = 'withheld' | 'approved' | 'all';
type View = State | 'look-alikes';

const COLUMNS: readonly Column<DefinitionRow>[] = [
  {
    id: 'name',
    header: 'Name',
    width: { min: 220, share: 3 },
    cell: ({ name, title, kind }) => (
      <span>
        <strong>{name === '' ? KIND_WORDS[kind] : <Untrusted text={name} />}</strong>
        {title !== null && title !== name && (
          <span className="faint">
            {' '}
            <Untrusted text={title} />
          </span>
        )}
      </span>
    ),
  },
  { id: 'server', header: 'Server', width: { min: 110, share: 1 }, cell: ({ server }) => <span>{server}</span> },
  { id: 'kind', header: 'Kind', width: 130, cell: ({ kind }) => <span className="soft">{KIND_WORDS[kind]}</span> },
  { id: 'state', header: 'State', width: 110, cell: ({ state }) => <StateBadge state={state} /> },
  { id: 'labels', header: 'Labels', width: { min: 150, share: 2 }, cell: ({ labels }) => <Badges words={labels} max={2} /> },
  {
    id: 'class',
    header: 'Class',
    width: 90,
    cell: ({ class: weight }) => (weight === null ? null : <Badge tone={weight === 'critical' ? 'warn' : 'neutral'}>{weight}</Badge>),
  },
  { id: 'since', header: 'First seen', width: 110, cell: ({ since }) => <Time at={since} form="distance" /> },
  {
    id: 'decided',
    header: 'Decided by',
    width: { min: 110, share: 1 },
    cell: ({ decidedBy }) => <span className="soft">{decidedBy ?? '–'}</span>,
  },
];

const keyOf = ({ server, kind, name }: DefinitionRow): string => `${server} ${kind} ${name}`;
const rowsOf = (page: Page_): readonly DefinitionRow[] => page.definitions;
const isView = (text: string | undefined): text is View => text === 'approved' || text === 'all' || text === 'look-alikes';

/** The catalogue. */
export function CataloguePage(): ReactElement {
  const [address, setAddress] = useAddress();
  const view: View = isView(address['view']) ? address['view'] : 'withheld';
  const totals = useApi('listDefinitions', { query: { state: 'withheld', limit: 1 } });
  const faults = totals.data?.value.faults ?? [];
  const counts = totals.data?.value.counts;
  return (
    <Page fill>
      <PageHead
        title="Catalogue"
        description="What servers list. What a trusted server lists first is approved as it comes; whatever is new or changes later reaches no agent until it is approved in exactly the shape it has now."
      />
      {faults.map(({ server, fault }) => (
        <Notice key={server} tone="bad" title={`Nothing that was approved of ${server} can be trusted`}>
          <Untrusted text={fault} /> All of it is withheld until it is approved anew.
        </Notice>
      ))}
      <Tabs<View>
        label="Views of the catalogue"
        selected={view}
        onSelect={(chosen) => setAddress({ view: chosen === 'withheld' ? undefined : chosen })}
        tabs={[
          { id: 'withheld', label: 'To review', count: counts?.withheld, content: <Definitions key="withheld" state="withheld" /> },
          { id: 'approved', label: 'Approved', count: counts?.approved, content: <Definitions key="approved" state="approved" /> },
          { id: 'all', label: 'Everything', content: <Definitions key="all" state="all" /> },
          { id: 'look-alikes', label: 'Look-alikes', content: <LookAlikes /> },
        ]}
      />
    </Page>
  );
}

function Definitions({ state }: { readonly state: State }): ReactElement {
  const navigate = useNavigate();
  const [address, setAddress] = useAddress();
  const search = useDeferredValue(address['search'] ?? '');
  const server = address['server'] ?? '';
  const servers = useApi('listServers', {});
  const pages = useApiPages('listDefinitions', { query: { state, search, server, limit: 500 } }, rowsOf);
  const names = servers.data?.value.servers.map(({ name }) => name) ?? [];
  if (pages.error !== null) return <ErrorState problem={pages.error} onRetry={pages.restart} />;
  return (
    <Panel flush fill>
      <Toolbar end={state === 'withheld' && server !== '' && pages.list.rows.length > 0 ? <DecideAll server={server} /> : null}>
        <SearchField
          label="Search by name, title or server"
          value={address['search'] ?? ''}
          onChange={(text) => setAddress({ search: text })}
        />
        <Select
          label="Server"
          layout="inline"
          value={server}
          onChange={(chosen) => setAddress({ server: chosen })}
          options={[{ value: '', label: 'All servers' }, ...names.map((name) => ({ value: name, label: name }))]}
        />
      </Toolbar>
      <Table
        label={state === 'withheld' ? 'Definitions to review' : 'Definitions'}
        columns={COLUMNS}
        list={pages.list}
        keyOf={keyOf}
        onOpen={({ server: of, kind, name }) => void navigate({ href: paths.definition({ server: of, kind, name }) })}
        empty={<NothingHere state={state} isFiltered={search !== '' || server !== ''} />}
        height="fill"
      />
    </Panel>
  );
}

function NothingHere({ state, isFiltered }: { readonly state: State; readonly isFiltered: boolean }): ReactElement {
  if (isFiltered) {
    return (
      <EmptyState icon="search" title="Nothing fits">
        Take something away from the search, or choose all servers.
      </EmptyState>
    );
  }
  if (state === 'withheld') {
    return (
      <EmptyState icon="good" title="Nothing waits for a review" command={commands.reviewTools()}>
        Whatever a server adds or changes is withheld from agents and stands here until somebody approves it.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="catalogue" title="Nothing was listed yet" command={commands.servers()}>
      Servers are asked for what they have once an agent, or the gateway itself, speaks to them. Look at Servers whether one of them failed.
    </EmptyState>
  );
}
