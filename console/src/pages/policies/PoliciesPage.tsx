// The policy: written, explained, tried on what has happened, and how it came to be what it is.

import './policies.css';
import type { ReactElement } from 'react';
import { useApi } from '../../api/hooks.ts';
import { Page, PageHead } from '../../ui/Panel.tsx';
import { ErrorState, Loading } from '../../ui/State.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import type { TabView } from '../../ui/Tabs.tsx';
import { useAddress } from '../use-address.ts';
import { Explain } from './Explain.tsx';
import { History } from './History.tsx';
import { PolicyDocument } from './PolicyDocument.tsx';
import { Proposals } from './Proposals.tsx';
import { Replay } from './Replay.tsx';

const VIEWS = ['document', 'explain', 'replay', 'history', 'proposals'] as const;
type View = (typeof VIEWS)[number];

/** Everything about the policy. */
export function PoliciesPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const view = VIEWS.find((one) => one === address['view']) ?? 'document';
  const policy = useApi('readPolicy', {});
  const open = useApi('listProposals', { query: { state: 'open', limit: 100 } });
  const undecided = open.data?.value.proposals ?? [];
  // Those that the policy was changed under are not decided either, but nobody can accept them.
  const waiting = undecided.filter(({ state }) => state === 'open').length;
  const takesTwo = policy.data?.value.separation === 'two';
  if (policy.error !== null) {
    return (
      <Page>
        <PageHead title="Policies" />
        <ErrorState problem={policy.error} onRetry={() => void policy.refetch()} />
      </Page>
    );
  }
  const tabs: readonly TabView<View>[] = [
    {
      id: 'document',
      label: 'Document',
      content: policy.data === undefined ? <Loading lines={12} /> : <PolicyDocument policy={policy.data.value} etag={policy.data.etag} />,
    },
    { id: 'explain', label: 'Explain', content: <Explain /> },
    { id: 'replay', label: 'Replay', content: <Replay /> },
    { id: 'history', label: 'History', content: <History current={policy.data?.value} etag={policy.data?.etag} /> },
    ...(takesTwo || undecided.length > 0
      ? [{ id: 'proposals', label: 'Proposals', count: waiting > 0 ? waiting : undefined, content: <Proposals /> } as const]
      : []),
  ];
  return (
    <Page>
      <PageHead
        title="Policies"
        description={
          takesTwo
            ? 'Who may use what. What no rule allows is denied. A change takes two people: whoever writes it, and somebody else who accepts it.'
            : 'Who may use what. What no rule allows is denied; deny wins over ask, and ask over allow.'
        }
      />
      <Tabs
        label="Views of the policy"
        tabs={tabs}
        selected={view}
        onSelect={(chosen) => setAddress({ view: chosen === 'document' ? undefined : chosen, revision: undefined, proposal: undefined })}
      />
    </Page>
  );
}
