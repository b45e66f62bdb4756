// Changes of the policy that wait for another person, and what became of others.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ProposalPage, ProposalView } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { useRefusal, useSession } from '../../api/session.tsx';
import { commands } from '../../commands.ts';
import { SideBySide } from '../../diff/SideBySide.tsx';
import { Badge } from '../../ui/Badge.tsx';
import type { Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Field } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading, Notice } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';
import { useAddress } from '../use-address.ts';
import { Consequences } from './Consequences.tsx';
import { toSides } from './History.tsx';

type Decision = 'accept' | 'reject' | 'withdraw';

const STATE_TONES: Readonly<Record<ProposalView['state'], Tone>> = {
  open: 'warn',
  accepted: 'good',
  rejected: 'bad',
  withdrawn: 'neutral',
  outdated: 'neutral',
};
const DONE: Readonly<Record<Decision, string>> = { accept: 'Accepted and in force', reject: 'Rejected', withdraw: 'Taken back' };

const LINE_LABELS: Readonly<Record<Decision, string>> = {
  accept: 'Accepts it, with a key of yours',
  reject: 'Rejects it, with a key of yours',
  withdraw: 'Takes it back, with a key of yours',
};

const COLUMNS: readonly Column<ProposalView>[] = [
  { id: 'state', header: 'State', width: 110, cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{state}</Badge> },
  { id: 'at', header: 'Proposed', width: 160, cell: ({ at }) => <Time at={at} /> },
  { id: 'by', header: 'By', width: { min: 140, share: 1 }, cell: ({ by }) => <span>{by}</span> },
  { id: 'reason', header: 'Why', width: { min: 200, share: 3 }, cell: ({ reason }) => <span>{reason}</span> },
  {
    id: 'decided',
    header: 'Decided by',
    width: { min: 140, share: 1 },
    cell: ({ decidedBy }) => <span className="soft">{decidedBy ?? '–'}</span>,
  },
];

const rowsOf = (page: ProposalPage): readonly ProposalView[] => page.proposals;

/** All proposals, or one of them. */
export function Proposals(): ReactElement {
  const [address, setAddress] = useAddress();
  const pages = useApiPages('listProposals', { query: { state: 'all', limit: 500 } }, rowsOf);
  const { proposal } = address;
  if (proposal !== undefined) return <Proposal id={proposal} onBack={() => setAddress({ proposal: undefined })} />;
  if (pages.error !== null) return <ErrorState problem={pages.error} onRetry={pages.restart} />;
  return (
    <div className="policy">
      <Panel flush>
        <Table
          label="Proposals"
          columns={COLUMNS}
          list={pages.list}
          keyOf={(one) => one.proposal}
          onOpen={(one) => setAddress({ proposal: one.proposal }, true)}
          empty={
            <EmptyState icon="good" title="Nothing was proposed">
              Whoever changes the document proposes it; it waits here until somebody else accepts it.
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine command={commands.listProposals()} label="The same in a terminal" />
    </div>
  );
}

function Proposal({ id, onBack }: { readonly id: string; readonly onBack: () => void }): ReactElement {
  const { operator } = useSession();
  const refusal = useRefusal('decideProposal');
  const { data, error } = useApi('readProposal', { path: { proposal: id } });
  const decide = useAct('decideProposal', ['listProposals', 'readProposal', 'readPolicy', 'listPolicyRevisions']);
  const [reason, setReason] = useState('');
  if (error !== null) return <ErrorState problem={error} onRetry={onBack} />;
  if (data === undefined) return <Loading lines={8} />;
  const { value } = data;
  const isMine = value.by === `operator:${operator}`;
  const [left, right] = toSides(value.diff);
  const act = (decision: Decision): void =>
    decide.mutate(
      { path: { proposal: id }, body: { decision, reason: reason.trim() === '' ? null : reason } },
      { onSuccess: () => toast({ tone: 'good', title: DONE[decision] }) },
    );
  const button = (decision: Decision, label: string, disabledReason: string | undefined): ReactElement => (
    <Button
      variant={decision === 'accept' ? 'primary' : 'danger'}
      disabledReason={refusal ?? disabledReason}
      isPending={decide.isPending && decide.variables.body.decision === decision}
      onPress={() => act(decision)}
    >
      {label}
    </Button>
  );
  return (
    <Panel
      title={
        <>
          Proposal by {value.by} <Badge tone={STATE_TONES[value.state]}>{value.state}</Badge>
        </>
      }
      description={value.reason}
      actions={
        <Button icon="back" onPress={onBack}>
          All proposals
        </Button>
      }
    >
      <div className="revision">
        {value.checked !== null && <Consequences checked={value.checked} />}
        {value.decidedBy !== null && (
          <Notice title={`Decided by ${value.decidedBy}`}>
            {value.decidedReason ?? 'No reason was given.'} {value.decidedAt !== null && <Time at={value.decidedAt} />}
          </Notice>
        )}
        <SideBySide label="The policy now, and as proposed" left={left} right={right} leftTitle="Now" rightTitle="Proposed" />
        {decide.error !== null && (
          <Notice tone="bad" title={decide.error.title}>
            {decide.error.detail}
          </Notice>
        )}
        {value.state === 'open' && (
          <>
            <Field label="Why" value={reason} onChange={setReason} description="Goes on record with what you decide." />
            {(isMine ? (['withdraw'] as const) : (['accept', 'reject'] as const)).map((decision) => (
              <CommandLine key={decision} command={commands.decideProposal(decision, id, reason)} label={LINE_LABELS[decision]} />
            ))}
            <div className="dialog-actions">
              {isMine ? (
                button('withdraw', 'Take it back', undefined)
              ) : (
                <>
                  {button('reject', 'Reject', undefined)}
                  {button(
                    'accept',
                    'Accept and put in force',
                    value.checked?.outcome === 'refused' ? 'It cannot be put in force as it is.' : undefined,
                  )}
                </>
              )}
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
