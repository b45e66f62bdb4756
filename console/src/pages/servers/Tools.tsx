// What a server lists: approved, or waiting for a person.

import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { ServerDetail } from '../../api/contract.ts';
import { paths } from '../../paths.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { LinkButton } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Untrusted } from '../../ui/Text.tsx';

type Tool = ServerDetail['tools']['list'][number];

const COLUMNS: readonly Column<Tool>[] = [
  {
    id: 'name',
    header: 'Tool',
    width: { min: 160, share: 2 },
    cell: ({ name }) => (
      <strong className="truncate">
        <Untrusted text={name} />
      </strong>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: 110,
    cell: ({ state }) => <Badge tone={state === 'approved' ? 'good' : 'warn'}>{state}</Badge>,
  },
  {
    id: 'class',
    header: 'Class',
    width: 90,
    cell: ({ class: weight }) => <Badge tone={weight === 'critical' ? 'warn' : 'neutral'}>{weight}</Badge>,
  },
  { id: 'labels', header: 'Labels', width: { min: 160, share: 2 }, cell: ({ labels }) => <Badges words={labels} max={3} /> },
];

/** The panel. */
export function Tools({ detail: { server, tools } }: { readonly detail: ServerDetail }): ReactElement {
  const navigate = useNavigate();
  return (
    <Panel
      flush
      title="Tools"
      actions={
        <LinkButton size="small" href={paths.catalogue({ server: server.name, view: 'all' })}>
          In the catalogue
        </LinkButton>
      }
    >
      <Table
        label={`Tools of ${server.name}`}
        columns={COLUMNS}
        rows={tools.list}
        keyOf={({ name, state }) => `${state} ${name}`}
        onOpen={({ name }) => void navigate({ href: paths.definition({ server: server.name, kind: 'tool', name }) })}
        empty={
          <EmptyState icon="catalogue" title="None known yet" command={commands.listTools(server.name)}>
            They are learnt when an agent asks for the list of tools, or when somebody looks at the way to the server.
          </EmptyState>
        }
      />
    </Panel>
  );
}
