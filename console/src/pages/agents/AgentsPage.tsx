// Who may call, and with how many keys.

import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { ReactElement } from 'react';
import type { AgentView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { useRefusal } from '../../api/session.tsx';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted, useNow } from '../../ui/Text.tsx';
import { showCount } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { AddAgent } from './AddAgent.tsx';

const PAGE_ROWS = 500;
const SOON_MS = 7 * 86_400_000;

const COLUMNS: readonly Column<AgentView>[] = [
  { id: 'name', header: 'Agent', width: { min: 200, share: 2 }, cell: ({ name }) => <strong className="truncate">{name}</strong> },
  { id: 'groups', header: 'Groups', width: { min: 180, share: 2 }, cell: ({ groups }) => <Badges words={groups} max={3} /> },
  {
    id: 'attributes',
    header: 'Attributes',
    width: { min: 180, share: 2 },
    cell: ({ attributes }) => (
      <span className="soft">
        <Untrusted
          text={Object.entries(attributes)
            .map(([name, value]) => `${name}=${value}`)
            .join(', ')}
        />
      </span>
    ),
  },
  { id: 'keys', header: 'Keys', width: 70, align: 'end', cell: ({ keys }) => keys.length },
  { id: 'ends', header: 'Next key ends', width: 150, cell: (agent) => <NextEnd agent={agent} /> },
];

function NextEnd({ agent: { keys } }: { readonly agent: AgentView }): ReactElement {
  const now = useNow();
  if (keys.length === 0) return <Badge tone="warn">no key</Badge>;
  const ends = keys.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [Date.parse(expiresAt)]));
  if (ends.length === 0) return <span className="faint">never</span>;
  const next = Math.min(...ends);
  if (next < now) return <Badge tone="bad">expired</Badge>;
  return next - now < SOON_MS ? (
    <Badge tone="warn">
      <Time at={next} form="distance" />
    </Badge>
  ) : (
    <Time at={next} form="distance" />
  );
}

/** The page. */
export function AgentsPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const [isAdding, setAdding] = useState(false);
  const navigate = useNavigate();
  const refusal = useRefusal('addAgent');
  const search = address['search'] ?? '';
  const query = useDeferredValue(search);
  const pages = useApiPages('listAgents', { query: { search: query, limit: PAGE_ROWS } }, (page) => page.agents);
  const counted = useApi('listAgents', { query: { search: query, limit: 1 } });
  const total = counted.data?.value.total;
  const addButton = (
    <Button variant="primary" icon="plus" onPress={() => setAdding(true)} disabledReason={refusal}>
      Add agent
    </Button>
  );
  return (
    <Page fill>
      <PageHead
        title="Agents"
        description="Programs that may call through the gateway. Each shows a key of its own; the policy names agents and their groups."
        actions={
          <>
            <SearchField label="Search agents and groups" value={search} onChange={(text) => setAddress({ search: text })} />
            {addButton}
          </>
        }
      />
      <Panel flush fill title={total === undefined ? 'All agents' : `${showCount(total)} ${total === 1 ? 'agent' : 'agents'}`}>
        {pages.error !== null && pages.list.rows.length === 0 ? (
          <ErrorState problem={pages.error} onRetry={pages.restart} />
        ) : (
          <Table
            label="Agents"
            columns={COLUMNS}
            list={pages.list}
            keyOf={({ name }) => name}
            onOpen={({ name }) => void navigate({ to: '/agents/$agent', params: { agent: name } })}
            total={total}
            height="fill"
            empty={
              query === '' ? (
                <EmptyState
                  icon="agents"
                  title="No agents yet"
                  action={addButton}
                  command={commands.addAgent({ name: 'my-agent', groups: [], key: {} })}
                >
                  Add one, and give its key to the program that shall call. Until then every request is turned away.
                </EmptyState>
              ) : (
                <EmptyState
                  icon="search"
                  title="No agent fits"
                  action={<Button onPress={() => setAddress({ search: undefined })}>Show all</Button>}
                >
                  Names and groups are searched for the text as it stands.
                </EmptyState>
              )
            }
          />
        )}
      </Panel>
      <CommandLine command={commands.listAgents()} label="The same in a terminal" />
      {isAdding ? <AddAgent onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}
