// What is locked, always in sight; and the way to lock everything, or to lift what was locked.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAct, useApi } from '../api/hooks.ts';
import type { LockView } from '../api/contract.ts';
import { useRefusal } from '../api/session.tsx';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { commands } from '../commands.ts';
import { CommandLine } from '../ui/CommandLine.tsx';
import { ConfirmDialog, Drawer } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { Panel } from '../ui/Panel.tsx';
import { EmptyState, ErrorState, Notice } from '../ui/State.tsx';
import { Time, Untrusted } from '../ui/Text.tsx';
import { toast } from '../ui/Toast.tsx';

const CHANGES = ['readLockdown', 'readStatus', 'readOverview'] as const;

/** The state in the bar, and what opens from it. */
export function Lockdown(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useApi('readLockdown', {});
  const locks = data?.value.locks ?? [];
  const isLocked = locks.length > 0 || (data?.value.fault ?? null) !== null;
  return (
    <>
      <Button variant={isLocked ? 'destroy' : 'quiet'} size="small" icon={isLocked ? 'lock' : 'unlock'} onPress={() => setOpen(true)}>
        {isLocked ? (locks.some((lock) => lock.kind === 'all') ? 'Everything is locked' : `${locks.length} locked`) : 'Nothing is locked'}
      </Button>
      <Drawer title="Kill switch" isOpen={isOpen} onClose={() => setOpen(false)}>
        {error === null ? <Locks locks={locks} fault={data?.value.fault ?? null} /> : <ErrorState problem={error} />}
      </Drawer>
    </>
  );
}

function Locks({ locks, fault }: { readonly locks: readonly LockView[]; readonly fault: string | null }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  const refusal = useRefusal('lockDown');
  return (
    <>
      <p className="soft">
        What is locked is refused at once, in every worker, whatever the policy allows. Agents and servers are locked on their own pages.
      </p>
      {fault === null ? null : (
        <Notice tone="bad" title="Nobody can say what is locked, so everything is.">
          {fault}
          <CommandLine command={commands.liftEverything()} label="Lifts everything, once the folder is repaired" />
        </Notice>
      )}
      {locks.length === 0 ? (
        <EmptyState icon="unlock" title="Nothing is locked">
          Calls go by the policy.
        </EmptyState>
      ) : (
        locks.map((lock) => <OneLock key={lock.id} lock={lock} />)
      )}
      <div className="actions">
        <Button variant="danger" icon="lock" onPress={() => setAsking(true)} disabledReason={refusal}>
          Lock everything
        </Button>
      </div>
      <LockDialog kind="all" name="" isOpen={isAsking} onClose={() => setAsking(false)} />
    </>
  );
}

function OneLock({ lock }: { readonly lock: LockView }): ReactElement {
  const lift = useAct('liftLockdown', CHANGES);
  const refusal = useRefusal('liftLockdown');
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const name = lock.kind === 'all' ? null : lock.name;
  return (
    <Panel
      title={
        <>
          <Badge tone="bad">{lock.kind}</Badge> {name === null ? 'Everything' : <Untrusted text={name} />}
        </>
      }
      actions={
        <Button size="small" icon="unlock" onPress={() => setAsking(true)} disabledReason={refusal}>
          Lift
        </Button>
      }
    >
      <p className="soft">
        {lock.reason === '' ? 'No reason was given.' : <Untrusted text={lock.reason} />} By {lock.by},{' '}
        <Time at={lock.since} form="distance" />.
      </p>
      <ConfirmDialog
        title={name === null ? 'Lift the lock on everything?' : `Lift the lock on ${lock.kind} ${name}?`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        confirmLabel="Lift"
        command={commands.lift({ kind: lock.kind, name: lock.name, reason })}
        isPending={lift.isPending}
        problem={lift.error}
        onConfirm={() =>
          lift.mutate(
            { body: { kind: lock.kind, name: lock.name, reason, by: '' } },
            {
              onSuccess: () => {
                setAsking(false);
                toast({ tone: 'good', title: 'The lock was lifted' });
              },
            },
          )
        }
      >
        <p>Calls go by the policy again from the next one on.</p>
        <Field label="Why" value={reason} onChange={setReason} description="Stands on record." autoFocus />
      </ConfirmDialog>
    </Panel>
  );
}

/** Asks before something is locked; also on the pages of agents and servers. */
export function LockDialog({
  kind,
  name,
  isOpen,
  onClose,
}: {
  readonly kind: 'agent' | 'server' | 'tool' | 'all';
  readonly name: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const lock = useAct('lockDown', CHANGES);
  const [reason, setReason] = useState('');
  const what = kind === 'all' ? 'everything' : `${kind} ${name}`;
  return (
    <ConfirmDialog
      title={`Lock ${what}?`}
      isOpen={isOpen}
      onClose={onClose}
      confirmLabel="Lock now"
      isDestructive
      command={commands.lock({ kind, name, reason })}
      isPending={lock.isPending}
      problem={lock.error}
      onConfirm={() =>
        lock.mutate(
          { body: { kind, name, reason, by: '' } },
          {
            onSuccess: ({ value }) => {
              onClose();
              toast({ tone: 'good', title: `Locked: ${what}`, detail: `In force in ${value.confirmed} of ${value.workers} workers.` });
            },
          },
        )
      }
    >
      <p>Its calls are refused at once, and those that are under way are cut off. It stays so until somebody lifts it.</p>
      <Field
        label="Why"
        value={reason}
        onChange={setReason}
        description="Stands on record, and is shown to whoever asks what is locked."
        autoFocus
      />
    </ConfirmDialog>
  );
}
