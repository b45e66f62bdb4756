// One agent: what is known of it, its keys, and its last calls.

import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { AgentView } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { LockDialog } from '../../layout/Lockdown.tsx';
import { paths } from '../../paths.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Facts, Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { ErrorState, Loading, Notice } from '../../ui/State.tsx';
import { Untrusted } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';
import { LastCalls } from '../live/LastCalls.tsx';
import { Keys } from './Keys.tsx';
import { SetAgent } from './SetAgent.tsx';
import './agents.css';

/** The page. */
export function AgentPage(): ReactElement {
  const { agent: name } = useParams({ from: '/shell/agents/$agent' });
  const { data, error, refetch } = useApi('readAgent', { path: { agent: name } });
  if (data === undefined)
    return (
      <Page>
        <PageHead title={name} back={BACK} />
        {error === null ? <Loading lines={6} /> : <ErrorState problem={error} onRetry={() => void refetch()} />}
      </Page>
    );
  return <Content agent={data.value} etag={data.etag} />;
}

const BACK = { href: paths.agents(), label: 'Agents' } as const;

function Content({ agent, etag }: { readonly agent: AgentView; readonly etag: string | undefined }): ReactElement {
  const [asking, setAsking] = useState<'set' | 'remove' | 'lock'>();
  const close = (): void => setAsking(undefined);
  const { name, groups, attributes, priority } = agent;
  const { data: lockdown } = useApi('readLockdown', {});
  const lock = lockdown?.value.locks.find((each) => each.kind === 'agent' && each.name === name);
  return (
    <Page>
      <PageHead
        title={name}
        back={BACK}
        actions={
          <>
            <LinkButton icon="live" href={paths.live({ agent: name })}>
              Watch live
            </LinkButton>
            <LinkButton icon="policies" href={paths.policies({ view: 'explain', agent: name })}>
              What may it call?
            </LinkButton>
            <Button icon="edit" onPress={() => setAsking('set')} disabledReason={useRefusal('changeAgent')}>
              Change
            </Button>
            <Button variant="danger" icon="lock" onPress={() => setAsking('lock')} disabledReason={useRefusal('lockDown')}>
              Lock
            </Button>
            <Button variant="danger" icon="trash" onPress={() => setAsking('remove')} disabledReason={useRefusal('removeAgent')}>
              Remove
            </Button>
          </>
        }
      />
      {lock === undefined ? null : (
        <Notice tone="bad" title="This agent is locked">
          Whatever it asks for is refused. {lock.reason === '' ? null : <Untrusted text={lock.reason} />}
        </Notice>
      )}
      <div className="agent-columns">
        <Panel title="About">
          <Facts
            facts={[
              ['Groups', groups.length === 0 ? <span className="faint">none</span> : <Badges key="groups" words={groups} max={20} />],
              ['Priority', priority],
              ...Object.entries(attributes).map(([attribute, value]) => [attribute, <Untrusted key={attribute} text={value} />] as const),
              [
                'Keys',
                agent.keys.length === 0 ? (
                  <Badge key="keys" tone="warn">
                    none
                  </Badge>
                ) : (
                  `${agent.keys.length}`
                ),
              ],
            ]}
          />
        </Panel>
        <Keys agent={agent} etag={etag} />
      </div>
      <LastCalls title="Last calls" filter={{ agent: name }} />
      {asking === 'set' ? <SetAgent agent={agent} etag={etag} onClose={close} /> : null}
      <RemoveAgent agent={agent} etag={etag} isOpen={asking === 'remove'} onClose={close} />
      <LockDialog kind="agent" name={name} isOpen={asking === 'lock'} onClose={close} />
    </Page>
  );
}

function RemoveAgent({
  agent: { name, keys },
  etag,
  isOpen,
  onClose,
}: {
  readonly agent: AgentView;
  readonly etag: string | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const remove = useAct('removeAgent', ['listAgents', 'readOverview']);
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      title={`Remove ${name}?`}
      isOpen={isOpen}
      onClose={onClose}
      confirmLabel="Remove agent"
      isDestructive
      command={commands.removeAgent(name)}
      isPending={remove.isPending}
      problem={remove.error}
      onConfirm={() =>
        remove.mutate(
          { path: { agent: name }, ifMatch: etag },
          {
            onSuccess: () => {
              toast({ tone: 'good', title: `${name} was removed` });
              void navigate({ to: paths.agents() });
            },
          },
        )
      }
    >
      <p>
        {keys.length === 0 ? 'It has no keys.' : `Its ${keys.length === 1 ? 'key stops' : `${keys.length} keys stop`} working at once.`}{' '}
        What it did stays on record.
      </p>
    </ConfirmDialog>
  );
}
