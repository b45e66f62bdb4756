// Calls that wait for a person: the riskiest first, each with everything that its server would get.

import './approvals.css';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ApprovalView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { commands } from '../../commands.ts';
import { Badge } from '../../ui/Badge.tsx';
import type { Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { useAddress } from '../use-address.ts';
import { ApprovalDrawer } from './ApprovalDrawer.tsx';
import { DecideDialog } from './DecideDialog.tsx';
import type { Decision } from './DecideDialog.tsx';
import { whyNotTogether } from './together.ts';

type View = 'waiting' | 'answered';

const RISK_TONES = { high: 'bad', medium: 'warn', low: 'neutral' } as const;
/** How each state is shown. */
const STATE_TONES: Readonly<Record<ApprovalView['state'], Tone>> = {
  pending: 'warn',
  approved: 'good',
  used: 'good',
  rejected: 'bad',
  expired: 'neutral',
};

const RISK: Column<ApprovalView> = {
  id: 'risk',
  header: 'Risk',
  width: 92,
  cell: ({ risk }) => (
    <Badge tone={RISK_TONES[risk]} hasDot>
      {risk}
    </Badge>
  ),
};
const WHO: Column<ApprovalView> = {
  id: 'agent',
  header: 'Agent',
  width: { min: 130, share: 1 },
  cell: ({ agent, user }) => (
    <span>
      <strong>
        <Untrusted text={agent} />
      </strong>
      {user !== null && (
        <span className="faint">
          {' for '}
          <Untrusted text={user} />
        </span>
      )}
    </span>
  ),
};
const WHAT: Column<ApprovalView> = {
  id: 'what',
  header: 'Would call',
  width: { min: 160, share: 2 },
  cell: ({ server, name }) => (
    <span>
      <span className="faint">{server} / </span>
      <Untrusted text={name} />
    </span>
  ),
};
const RULE: Column<ApprovalView> = {
  id: 'rule',
  header: 'Asked by rule',
  width: { min: 120, share: 1 },
  cell: ({ rule }) => <code className="truncate">{rule}</code>,
};
const ASKED: Column<ApprovalView> = {
  id: 'asked',
  header: 'Asked',
  width: 110,
  cell: ({ createdAt }) => <Time at={createdAt} form="distance" />,
};
const ENDS: Column<ApprovalView> = {
  id: 'ends',
  header: 'Void',
  width: 110,
  cell: ({ expiresAt }) => <Time at={expiresAt} form="distance" />,
};
const STATE: Column<ApprovalView> = {
  id: 'state',
  header: 'State',
  width: 110,
  cell: ({ state }) => (
    <Badge tone={STATE_TONES[state]} hasDot>
      {state}
    </Badge>
  ),
};
const DECIDED: Column<ApprovalView> = {
  id: 'decided',
  header: 'Decided',
  width: { min: 170, share: 1 },
  cell: ({ decidedBy, decidedAt }) =>
    decidedBy === null ? (
      <span className="faint">nobody did</span>
    ) : (
      <span>
        {decidedBy} {decidedAt !== null && <Time at={decidedAt} form="distance" />}
      </span>
    ),
};

/** What waits, and what was answered within a day. */
export function ApprovalsPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const view: View = address['view'] === 'answered' ? 'answered' : 'waiting';
  const waiting = useApi('listApprovals', {});
  const count = waiting.data?.value.approvals.length;
  return (
    <Page fill>
      <PageHead
        title="Approvals"
        description="Calls that a rule lets a person decide. Each goes through once, exactly as it is shown; anything else about it is asked anew."
      />
      <Tabs<View>
        label="Views of approvals"
        selected={view}
        onSelect={(chosen) => setAddress({ view: chosen === 'waiting' ? undefined : chosen, id: undefined })}
        tabs={[
          { id: 'waiting', label: 'Waiting', count, content: <Waiting approvals={waiting.data?.value.approvals} query={waiting} /> },
          { id: 'answered', label: 'Answered', content: <Answered /> },
        ]}
      />
      <ApprovalDrawer id={address['id']} onClose={() => setAddress({ id: undefined })} />
    </Page>
  );
}

interface WaitingProps {
  readonly approvals: readonly ApprovalView[] | undefined;
  readonly query: Pick<ReturnType<typeof useApi<'listApprovals'>>, 'error' | 'refetch' | 'isPending'>;
}

function Waiting({ approvals = [], query }: WaitingProps): ReactElement {
  const [, setAddress] = useAddress();
  const refusal = useRefusal('decideApprovals');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<Decision>();
  const picked = approvals.filter(({ id }) => chosen.has(id));
  const pick: Column<ApprovalView> = {
    id: 'pick',
    header: 'Choose',
    isHeaderHidden: true,
    width: 56,
    cell: ({ id, agent, name }) => (
      <Checkbox
        label={`Choose ${name} of ${agent}`}
        isHidden
        isSelected={chosen.has(id)}
        onChange={(isChosen) => setChosen(new Set(isChosen ? [...chosen, id] : [...chosen].filter((one) => one !== id)))}
      />
    ),
  };
  if (query.error !== null) return <ErrorState problem={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Panel flush fill>
      {picked.length > 0 && (
        <Toolbar
          label="Chosen approvals"
          end={
            <>
              <Button size="small" variant="danger" disabledReason={refusal} onPress={() => setAsked('reject')}>
                Reject {picked.length}
              </Button>
              <Button
                size="small"
                variant="primary"
                icon="check"
                disabledReason={refusal ?? whyNotTogether(picked)}
                onPress={() => setAsked('approve')}
              >
                Approve {picked.length}
              </Button>
            </>
          }
        >
          <strong>{picked.length} chosen</strong>
          <Button size="small" variant="quiet" onPress={() => setChosen(new Set())}>
            Choose none
          </Button>
        </Toolbar>
      )}
      <Table
        label="Calls that wait"
        columns={[pick, RISK, WHO, WHAT, RULE, ASKED, ENDS]}
        rows={approvals}
        keyOf={({ id }) => id}
        isLoading={query.isPending}
        onOpen={({ id }) => setAddress({ id }, true)}
        empty={
          <EmptyState icon="good" title="Nothing waits for you" command={commands.listApprovals()}>
            When a rule with <code>effect: ask</code> matches, the call waits here until somebody answers or its time is over.
          </EmptyState>
        }
        height="fill"
      />
      <DecideDialog
        decision={asked}
        approvals={picked}
        onClose={() => setAsked(undefined)}
        onDone={() => {
          setAsked(undefined);
          setChosen(new Set());
        }}
      />
    </Panel>
  );
}

function Answered(): ReactElement {
  const [, setAddress] = useAddress();
  const { data, error, isPending, refetch } = useApi('listAllApprovals', {});
  const answered = (data?.value.approvals ?? []).filter(({ state }) => state !== 'pending');
  if (error !== null) return <ErrorState problem={error} onRetry={() => void refetch()} />;
  return (
    <Panel flush fill>
      <Table
        label="Calls that were answered"
        columns={[STATE, WHO, WHAT, RULE, DECIDED, ASKED]}
        rows={answered}
        keyOf={({ id }) => id}
        isLoading={isPending}
        onOpen={({ id }) => setAddress({ id }, true)}
        empty={
          <EmptyState icon="clock" title="Nothing was answered within a day">
            What was answered before is in the record: look under Audit for entries of the kind approval.
          </EmptyState>
        }
        height="fill"
      />
    </Panel>
  );
}
