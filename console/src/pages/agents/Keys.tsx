// The keys of an agent: issued, revoked, never shown again.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { AgentView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { ConfirmDialog, Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Select } from '../../ui/Select.tsx';
import { EmptyState } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted, useNow } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';
import { expiresOf, expiryOf, LASTINGS } from './agent-words.ts';
import type { Lasting } from './agent-words.ts';
import { NewKey } from './NewKey.tsx';

type Key = AgentView['keys'][number];

interface KeysProps {
  readonly agent: AgentView;
  readonly etag: string | undefined;
}

const CHANGES = ['readAgent', 'listAgents'] as const;

/** The panel. */
export function Keys({ agent, etag }: KeysProps): ReactElement {
  const [isIssuing, setIssuing] = useState(false);
  const [revoking, setRevoking] = useState<Key | 'all'>();
  const issueRefusal = useRefusal('addKey');
  const revokeRefusal = useRefusal('revokeKey');
  const columns: readonly Column<Key>[] = [
    { id: 'label', header: 'For', width: { min: 140, share: 2 }, cell: ({ label }) => <Label label={label} /> },
    { id: 'id', header: 'Key', width: { min: 170, share: 1 }, cell: ({ id }) => <code className="soft truncate">{id}</code> },
    { id: 'created', header: 'Issued', width: 110, cell: ({ createdAt }) => <Time at={createdAt} form="distance" /> },
    { id: 'expires', header: 'Ends', width: 110, cell: ({ expiresAt }) => <Ends expiresAt={expiresAt} /> },
    {
      id: 'revoke',
      header: 'Revoke',
      isHeaderHidden: true,
      width: 110,
      align: 'end',
      cell: (key) => (
        <Button variant="danger" size="small" onPress={() => setRevoking(key)} disabledReason={revokeRefusal}>
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Panel
      flush
      title="Keys"
      actions={
        <>
          {agent.keys.length > 1 ? (
            <Button variant="danger" size="small" onPress={() => setRevoking('all')} disabledReason={revokeRefusal}>
              Revoke all
            </Button>
          ) : null}
          <Button size="small" icon="key" onPress={() => setIssuing(true)} disabledReason={issueRefusal}>
            Issue a key
          </Button>
        </>
      }
    >
      <Table
        label={`Keys of ${agent.name}`}
        columns={columns}
        rows={agent.keys}
        keyOf={({ id }) => id}
        empty={
          <EmptyState icon="key" title="It has no key" command={commands.issueKey(agent.name)}>
            Without one it is turned away at the door. Issue one and give it to the program.
          </EmptyState>
        }
      />
      {isIssuing ? <IssueKey agent={agent} etag={etag} onClose={() => setIssuing(false)} /> : null}
      {revoking === undefined ? null : <Revoke agent={agent} etag={etag} what={revoking} onClose={() => setRevoking(undefined)} />}
    </Panel>
  );
}

function Label({ label }: { readonly label: string }): ReactElement {
  return label === '' ? <span className="faint">no label</span> : <Untrusted text={label} />;
}

function Ends({ expiresAt }: { readonly expiresAt: string | null }): ReactElement {
  const now = useNow();
  if (expiresAt === null) return <span className="faint">never</span>;
  return Date.parse(expiresAt) < now ? <Badge tone="bad">expired</Badge> : <Time at={expiresAt} form="distance" />;
}

function IssueKey({ agent, etag, onClose }: KeysProps & { readonly onClose: () => void }): ReactElement {
  const [label, setLabel] = useState('');
  const [lasting, setLasting] = useState<Lasting>('90d');
  const issue = useAct('addKey', CHANGES);
  const issued = issue.data?.value;
  if (issued !== undefined)
    return (
      <Dialog
        title={`A new key of ${agent.name}`}
        isOpen
        onClose={onClose}
        footer={
          <Button variant="primary" onPress={onClose} autoFocus>
            Done
          </Button>
        }
      >
        <NewKey text={issued.text} expiresAt={issued.expiresAt} />
      </Dialog>
    );
  return (
    <ConfirmDialog
      title={`Issue a key for ${agent.name}`}
      isOpen
      onClose={onClose}
      confirmLabel="Issue key"
      command={commands.issueKey(agent.name, { label, expires: expiresOf(lasting) })}
      isPending={issue.isPending}
      problem={issue.error}
      onConfirm={() =>
        issue.mutate({ path: { agent: agent.name }, body: { label, expiresAt: expiryOf(lasting, Date.now()) }, ifMatch: etag })
      }
    >
      <Field label="What the key is for" value={label} onChange={setLabel} placeholder="laptop of Kim" autoFocus />
      <Select label="It works" options={LASTINGS} value={lasting} onChange={setLasting} />
      <p className="soft">To replace a key without a pause: issue the new one, give it to the agent, then revoke the old one.</p>
    </ConfirmDialog>
  );
}

function Revoke({
  agent: { name, keys },
  etag,
  what,
  onClose,
}: KeysProps & { readonly what: Key | 'all'; readonly onClose: () => void }): ReactElement {
  const one = useAct('revokeKey', CHANGES);
  const all = useAct('revokeKeys', CHANGES);
  const done = {
    onSuccess: () => {
      toast({ tone: 'good', title: what === 'all' ? 'All its keys were revoked' : 'The key was revoked' });
      onClose();
    },
  };
  return (
    <ConfirmDialog
      title={what === 'all' ? `Revoke all ${keys.length} keys of ${name}?` : 'Revoke this key?'}
      isOpen
      onClose={onClose}
      confirmLabel="Revoke"
      isDestructive
      command={commands.revokeKeys(name, what === 'all' ? undefined : what.id)}
      isPending={one.isPending || all.isPending}
      problem={one.error ?? all.error}
      onConfirm={() =>
        what === 'all'
          ? all.mutate({ path: { agent: name }, ifMatch: etag }, done)
          : one.mutate({ path: { agent: name, key: what.id }, ifMatch: etag }, done)
      }
    >
      <p>Whoever shows it is turned away from the next request on, and what it has open is cut off. This cannot be undone.</p>
    </ConfirmDialog>
  );
}
