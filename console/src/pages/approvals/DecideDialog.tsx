// The question before calls are approved or rejected.

import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { ApprovalView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Untrusted } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';

/** What can be decided. */
export type Decision = 'approve' | 'reject';

/** Which calls, and what about them; without a decision nothing is asked. */
export interface DecideDialogProps {
  readonly decision: Decision | undefined;
  readonly approvals: readonly ApprovalView[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks, and does it. */
export function DecideDialog({ decision, approvals, onClose, onDone }: DecideDialogProps): ReactElement {
  // The dialog fades out with what it said last.
  const [shown, setShown] = useState<Decision>('approve');
  const decide = useAct('decideApprovals', ['listApprovals', 'listAllApprovals', 'readApproval', 'readOverview']);
  const { reset } = decide;
  useEffect(() => {
    if (decision === undefined) return;
    setShown(decision);
    reset();
  }, [decision, reset]);
  const ids = approvals.map(({ id }) => id);
  const [first] = approvals;
  const what = ids.length === 1 && first !== undefined ? `${first.name} of ${first.server}` : `${ids.length} calls`;
  return (
    <ConfirmDialog
      title={
        <>
          {shown === 'approve' ? 'Approve' : 'Reject'} <Untrusted text={what} />?
        </>
      }
      isOpen={decision !== undefined}
      onClose={onClose}
      confirmLabel={shown === 'approve' ? 'Approve' : 'Reject'}
      isDestructive={shown === 'reject'}
      isPending={decide.isPending}
      problem={decide.error}
      command={commands.decideApprovals(shown, ids)}
      onConfirm={() =>
        decide.mutate(
          { body: { decision: shown, ids } },
          {
            onSuccess: ({ value }) => {
              toast({ tone: 'good', title: shown === 'approve' ? 'Approved' : 'Rejected', detail: `On record as ${value.by}.` });
              onDone();
            },
          },
        )
      }
    >
      <p>
        {shown === 'approve'
          ? 'It goes through once, exactly as it is shown. With another argument, another definition or another rule a person is asked anew.'
          : 'The same call is refused, without asking anybody again, until the question would have been void.'}
      </p>
    </ConfirmDialog>
  );
}
