// What could be mistaken for something of another server, and packages that well-known ones could be taken for.

import type { ReactElement } from 'react';
import type { LookAlikesView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { commands } from '../../commands.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Untrusted } from '../../ui/Text.tsx';

type Pair = LookAlikesView['lookAlikes'][number];

/** What each kind of likeness means. */
export const LIKENESS_WORDS: Readonly<Record<Pair['kind'], string>> = {
  'same-name': 'has the same name as',
  'looks-same': 'looks the same as',
  'near-name': 'is nearly called like',
  'names-other': 'speaks of',
  'same-purpose': 'says that it does the same as',
};

const COLUMNS: readonly Column<Pair>[] = [
  { id: 'one', header: 'This', width: { min: 200, share: 2 }, cell: ({ one }) => <Place {...one} /> },
  {
    id: 'kind',
    header: 'Likeness',
    width: { min: 200, share: 1 },
    cell: ({ kind }) => <span className="soft">{LIKENESS_WORDS[kind]}</span>,
  },
  { id: 'other', header: 'That', width: { min: 200, share: 2 }, cell: ({ other }) => <Place {...other} /> },
  {
    id: 'prefers',
    header: 'Remark',
    width: 190,
    cell: ({ prefersItself }) => (prefersItself ? <Badge tone="warn">asks to be used first</Badge> : null),
  },
];

/** Pairs that could be mistaken for each other. */
export function LookAlikes(): ReactElement {
  const { data, error, refetch } = useApi('readLookAlikes', {});
  if (error !== null) return <ErrorState problem={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const { lookAlikes, packages } = data.value;
  return (
    <>
      {packages.length > 0 && (
        <Panel title="Packages that could be taken for well-known ones">
          <ul>
            {packages.map(({ server, package: name, resembles }) => (
              <li key={server}>
                {server} is started from <code>{name}</code>, which is not <code>{resembles}</code>.
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel flush>
        <Table
          label="Look-alikes"
          columns={COLUMNS}
          rows={lookAlikes}
          keyOf={({ kind, one, other }) => [kind, one.server, one.name, other.server, other.name].join(' ')}
          empty={
            <EmptyState icon="good" title="Nothing could be mistaken for something else" command={commands.lookAlikes()}>
              Names and texts of every server are compared with those of all others, whenever one of them changes.
            </EmptyState>
          }
        />
      </Panel>
    </>
  );
}

function Place({ server, name }: { readonly server: string; readonly name: string }): ReactElement {
  return (
    <span>
      <span className="faint">{server} / </span>
      <strong>
        <Untrusted text={name} />
      </strong>
    </span>
  );
}
