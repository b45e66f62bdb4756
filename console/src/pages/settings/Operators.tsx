// The people who may sign in: what each may do, where they are signed in, and how they get in.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { OperatorView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useRefusal, useSession } from '../../api/session.tsx';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Drawer } from '../../ui/Dialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time } from '../../ui/Text.tsx';
import { useAddress } from '../use-address.ts';
import { AddOperator } from './AddOperator.tsx';
import { OneOperator } from './OneOperator.tsx';
import { ROLE_TONES } from './operator-roles.ts';

function columnsFor(me: string): readonly Column<OperatorView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: { min: 150, share: 2 },
      cell: ({ name }) => (
        <>
          <strong className="truncate">{name}</strong>
          {name === me && <Badge tone="info">you</Badge>}
        </>
      ),
    },
    { id: 'role', header: 'Role', width: 110, cell: ({ role }) => <Badge tone={ROLE_TONES[role]}>{role}</Badge> },
    { id: 'groups', header: 'Groups', width: { min: 130, share: 2 }, cell: ({ groups }) => <Badges words={groups} max={2} /> },
    {
      id: 'agents',
      header: 'Their agents',
      width: { min: 150, share: 2 },
      cell: ({ agents }) => <Badges words={agents} max={2} />,
    },
    {
      id: 'seen',
      header: 'Last seen',
      width: 130,
      cell: ({ seenAt }) => (seenAt === null ? <span className="faint">never</span> : <Time at={seenAt} form="distance" />),
    },
    {
      id: 'sessions',
      header: 'Signed in',
      width: 110,
      cell: ({ sessions }) =>
        sessions === 0 ? <span className="faint">no</span> : `${sessions} ${sessions === 1 ? 'browser' : 'browsers'}`,
    },
    {
      id: 'link',
      header: 'Link',
      width: 140,
      cell: ({ linkExpiresAt }) =>
        linkExpiresAt === null ? (
          <span className="faint">none</span>
        ) : (
          <span>
            ends <Time at={linkExpiresAt} form="distance" />
          </span>
        ),
    },
  ];
}

/** The list, and one of them. */
export function Operators(): ReactElement {
  const refusal = useRefusal('listOperators');
  if (refusal !== undefined) {
    return (
      <EmptyState icon="lock" title="Who may sign in is for admins" command={commands.listOperators()}>
        {refusal}
      </EmptyState>
    );
  }
  return <List />;
}

function List(): ReactElement {
  const [address, setAddress] = useAddress();
  const { operator: me } = useSession();
  const { data, error, isPending, refetch } = useApi('listOperators', {});
  const addRefusal = useRefusal('addOperator');
  const [isAdding, setAdding] = useState(false);
  const operators = data?.value.operators ?? [];
  const chosen = operators.find(({ name }) => name === address['operator']);
  if (error !== null) return <ErrorState problem={error} onRetry={() => void refetch()} />;
  return (
    <div className="settings">
      <Panel
        flush
        title="Operators"
        description="Nobody has a password: a link signs somebody in once, and a role says what they may do."
        actions={
          <Button variant="primary" icon="plus" disabledReason={addRefusal} onPress={() => setAdding(true)}>
            Add a person
          </Button>
        }
      >
        <Table
          label="Operators"
          columns={columnsFor(me)}
          rows={operators}
          keyOf={({ name }) => name}
          isLoading={isPending}
          onOpen={({ name }) => setAddress({ operator: name }, true)}
          openKey={address['operator']}
          empty={
            <EmptyState
              icon="agents"
              title="Nobody may sign in"
              command={commands.addOperator({ name: '', role: 'admin', groups: [], agents: [] })}
            >
              Add somebody, and give them the link.
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine command={commands.listOperators()} />
      <AddOperator isOpen={isAdding} onClose={() => setAdding(false)} />
      <Drawer title={address['operator'] ?? ''} isOpen={chosen !== undefined} onClose={() => setAddress({ operator: undefined })}>
        {chosen !== undefined && (
          <OneOperator key={chosen.name} operator={chosen} etag={data?.etag} onGone={() => setAddress({ operator: undefined })} />
        )}
      </Drawer>
    </div>
  );
}
