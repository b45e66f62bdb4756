// How the policy came to be what it is: who changed it, when and why; what each change was; and the way back.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { DiffLineView, PolicyRevisionPage, PolicyRevisionView, PolicyView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { useRefusal } from '../../api/session.tsx';
import { commands } from '../../commands.ts';
import { SideBySide } from '../../diff/SideBySide.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time } from '../../ui/Text.tsx';
import { useAddress } from '../use-address.ts';
import { SaveDialog } from './SaveDialog.tsx';

const COLUMNS: readonly Column<PolicyRevisionView>[] = [
  { id: 'revision', header: 'Revision', width: 84, cell: ({ revision }) => <strong>{revision}</strong> },
  { id: 'at', header: 'When', width: 160, cell: ({ at }) => <Time at={at} /> },
  {
    id: 'by',
    header: 'Who',
    width: { min: 140, share: 1 },
    cell: ({ by, via, acceptedBy }) => (
      <span>
        {by ?? <span className="faint">found in the {via}</span>}
        {acceptedBy !== null && <span className="faint"> accepted by {acceptedBy}</span>}
      </span>
    ),
  },
  { id: 'reason', header: 'Why', width: { min: 200, share: 3 }, cell: ({ reason }) => <span>{reason}</span> },
  { id: 'rules', header: 'Rules', width: 130, cell: ({ rules }) => <RuleCounts rules={rules} /> },
  { id: 'state', header: 'State', width: 96, cell: ({ inForce }) => (inForce ? <Badge tone="good">in force</Badge> : null) },
];

const rowsOf = (page: PolicyRevisionPage): readonly PolicyRevisionView[] => page.revisions;

interface Current {
  readonly current: PolicyView | undefined;
  readonly etag: string | undefined;
}

/** All revisions, or one of them. */
export function History({ current, etag }: Current): ReactElement {
  const [address, setAddress] = useAddress();
  const pages = useApiPages('listPolicyRevisions', { query: { limit: 500 } }, rowsOf);
  const { revision } = address;
  if (revision !== undefined)
    return <Revision revision={revision} current={current} etag={etag} onBack={() => setAddress({ revision: undefined })} />;
  if (pages.error !== null) return <ErrorState problem={pages.error} onRetry={pages.restart} />;
  return (
    <div className="policy">
      <Panel flush>
        <Table
          label="Revisions of the policy"
          columns={COLUMNS}
          list={pages.list}
          keyOf={({ revision: number }) => String(number)}
          onOpen={({ revision: number }) => setAddress({ revision: String(number) }, true)}
          empty={
            <EmptyState icon="clock" title="No policy was in force yet">
              Every policy that is put in force stands here from then on, with who saved it and why.
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine command={commands.listRevisions()} label="The same in a terminal" />
    </div>
  );
}

function RuleCounts({ rules: { added, removed, changed } }: { readonly rules: PolicyRevisionView['rules'] }): ReactElement {
  if (added + removed + changed === 0) return <span className="faint">none</span>;
  return (
    <span className="rule-counts">
      {added > 0 && <span className="rule-added">+{added}</span>}
      {removed > 0 && <span className="rule-removed">−{removed}</span>}
      {changed > 0 && <span className="rule-changed">~{changed}</span>}
    </span>
  );
}

function Revision({ revision, current, etag, onBack }: Current & { readonly revision: string; readonly onBack: () => void }): ReactElement {
  const { data, error } = useApi('readPolicyRevision', { path: { revision } });
  const [isAsked, setAsked] = useState(false);
  const refusal = useRefusal('writePolicy');
  if (error !== null) return <ErrorState problem={error} onRetry={onBack} />;
  if (data === undefined) return <Loading lines={8} />;
  const { value } = data;
  const [left, right] = toSides(value.diff);
  return (
    <Panel
      title={`Revision ${value.revision}`}
      description={value.reason}
      actions={
        <>
          <Button icon="back" onPress={onBack}>
            All revisions
          </Button>
          {current !== undefined && (
            <Button
              disabledReason={refusal ?? (value.inForce ? 'It is in force.' : current.writable ? undefined : (current.why ?? undefined))}
              onPress={() => setAsked(true)}
            >
              Roll back to this…
            </Button>
          )}
        </>
      }
    >
      <div className="revision">
        <Facts
          facts={[
            ['Saved', <Time key="at" at={value.at} />],
            ['By', value.by ?? `found in the ${value.via}`],
            value.acceptedBy === null ? undefined : ['Accepted by', value.acceptedBy],
            value.restores === null ? undefined : ['Brings back', `revision ${value.restores}`],
          ]}
        />
        <SideBySide
          label={`What revision ${value.revision} changed`}
          left={left}
          right={right}
          leftTitle={value.before === null ? 'Nothing before' : `Revision ${value.before}`}
          rightTitle={`Revision ${value.revision}`}
        />
        <CommandLine command={commands.showRevision(value.revision)} label="The same in a terminal" />
      </div>
      {current !== undefined && (
        <SaveDialog
          isOpen={isAsked}
          onClose={() => setAsked(false)}
          policy={current}
          etag={etag}
          text={value.text}
          restores={value.revision}
        />
      )}
    </Panel>
  );
}

/** Both texts of a comparison. */
export function toSides(diff: readonly DiffLineView[]): readonly [left: string, right: string] {
  const side = (hidden: DiffLineView['kind']): string =>
    diff
      .filter(({ kind }) => kind !== hidden)
      .map(({ text }) => text)
      .join('\n');
  return [side('added'), side('removed')];
}
