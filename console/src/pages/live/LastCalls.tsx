// The last calls of an agent or of a server, with the whole story of each behind it.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { paths } from '../../paths.ts';
import { placeOf } from '../../records/place.ts';
import { RecordDrawer } from '../../records/RecordDrawer.tsx';
import { LinkButton } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import { CALL_COLUMNS } from './call-columns.tsx';

const ROWS = 20;
const { when, agent, server, target, outcome, why, gateway, upstream } = CALL_COLUMNS;
const OF_AGENT = [when, server, target, outcome, why, gateway, upstream];
const OF_SERVER = [when, agent, target, outcome, why, gateway, upstream];

/** The panel. */
export function LastCalls({
  title,
  filter,
}: {
  readonly title: string;
  readonly filter: { readonly agent: string } | { readonly server: string };
}): ReactElement {
  const refusal = useRefusal('listRecords');
  const [open, setOpen] = useState<string>();
  const { data, error, failureReason, isPending, refetch } = useApi(
    'listRecords',
    { query: { ...filter, kind: 'call', limit: ROWS } },
    { enabled: refusal === undefined, gcTime: 0 },
  );
  return (
    <Panel
      flush
      title={title}
      actions={
        <LinkButton size="small" icon="audit" href={paths.audit({ ...filter, kind: 'call' })}>
          All of them
        </LinkButton>
      }
    >
      {refusal !== undefined ? (
        <EmptyState icon="lock" title={refusal}>
          What single calls did is for operators, approvers and auditors.
        </EmptyState>
      ) : error !== null && data === undefined ? (
        <ErrorState problem={error} onRetry={() => void refetch()} />
      ) : (
        <Table
          label={title}
          columns={'agent' in filter ? OF_AGENT : OF_SERVER}
          rows={data?.value.records ?? []}
          keyOf={placeOf}
          onOpen={(record) => setOpen(placeOf(record))}
          isLoading={isPending}
          loadingSays={failureReason?.detail}
          empty={
            <EmptyState icon="live" title="No calls on record yet">
              The first one stands here as soon as it is decided.
            </EmptyState>
          }
        />
      )}
      <RecordDrawer place={open} onClose={() => setOpen(undefined)} onOpen={setOpen} />
    </Panel>
  );
}
