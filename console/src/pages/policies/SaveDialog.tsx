// The last look before a policy is in force: what becomes of rules, whether the cases hold, both texts beside each other, and why.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { ask } from '../../api/client.ts';
import type { PolicyView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import type { ApiProblem } from '../../api/problem.ts';
import { commands } from '../../commands.ts';
import { SideBySide } from '../../diff/SideBySide.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Loading, Notice } from '../../ui/State.tsx';
import { toast } from '../../ui/Toast.tsx';
import { Consequences } from './Consequences.tsx';
import { keepDraft, settleDraft } from './policy-draft.ts';

/** What is to be saved, and over what. */
export interface SaveDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly policy: PolicyView;
  readonly etag: string | undefined;
  readonly text: string;
  /** The revision of the history that the text is of. */
  readonly restores: number | null;
}

/** Saves a policy, or proposes it. */
export function SaveDialog(props: SaveDialogProps): ReactElement {
  const { isOpen, onClose, restores } = props;
  const title =
    props.policy.separation === 'two'
      ? 'Propose this policy'
      : restores === null
        ? 'Save this policy'
        : `Roll back to revision ${restores}`;
  // What is in the dialog begins anew each time it is opened.
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} size="large">
      <SaveForm {...props} />
    </Dialog>
  );
}

function SaveForm({ onClose, policy, etag, text, restores }: SaveDialogProps): ReactElement {
  const [reason, setReason] = useState(restores === null ? '' : `Back to revision ${restores}`);
  const takesTwo = policy.separation === 'two';
  const save = useAct('writePolicy', ['readPolicy', 'listPolicyRevisions', 'listProposals', 'readStatus', 'readLimits']);
  const check = useQuery({
    queryKey: ['writePolicy', 'check', text, etag ?? ''],
    queryFn: async () => (await ask('writePolicy', { body: { text, reason: 'check', restores }, dryRun: true })).value,
  });
  const isRefused = check.data?.outcome === 'refused';
  const onSave = (): void =>
    save.mutate(
      { body: { text, reason, restores }, ifMatch: etag },
      {
        onSuccess: ({ value }) => {
          // What was proposed is somebody else's matter from now on.
          if (value.outcome === 'proposed') keepDraft(undefined);
          else settleDraft(text, value.tag);
          onClose();
          toast(
            value.outcome === 'proposed'
              ? { tone: 'good', title: 'Proposed', detail: 'Somebody else has to accept it.' }
              : { tone: 'good', title: `In force as revision ${value.revision ?? '–'}` },
          );
        },
      },
    );
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      {check.data === undefined ? check.error === null ? <Loading lines={2} /> : null : <Consequences checked={check.data} />}
      {check.error !== null && (
        <Notice tone="bad" title="It could not be checked">
          {check.error.message}
        </Notice>
      )}
      <SideBySide label="The policy now, and as it would be" left={policy.text} right={text} leftTitle="Now" rightTitle="As written" />
      <Field
        label="Why"
        value={reason}
        onChange={setReason}
        description="For whoever reads the history; it goes on record."
        isRequired
        autoFocus
      />
      {save.error !== null && <SaveProblem problem={save.error} />}
      {restores === null ? (
        <CommandLine command={commands.savePolicy({ reason, tag: policy.tag })} label="The same, with the text in policy.yaml" />
      ) : (
        <CommandLine command={commands.rollBackPolicy(restores, { reason, tag: policy.tag })} label="The same as a command" />
      )}
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button
          variant="primary"
          type="submit"
          isPending={save.isPending}
          disabledReason={isRefused ? 'What is wrong has to be mended first.' : reason.trim() === '' ? 'Say why.' : undefined}
        >
          {takesTwo ? 'Propose' : restores === null ? 'Save and put in force' : 'Roll back'}
        </Button>
      </div>
    </form>
  );
}

function SaveProblem({ problem }: { readonly problem: ApiProblem }): ReactElement {
  return (
    <Notice tone="bad" title={problem.title}>
      {problem.code === 'version_changed'
        ? 'Somebody saved in between. Close this, look at what is there now, and save again.'
        : problem.detail}
    </Notice>
  );
}
