// Approving or rejecting one definition, in exactly the shape that is on the page: should the server change it meanwhile, nothing is decided.

import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { DefinitionView } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { paths } from '../../paths.ts';
import { useRefusal } from '../../api/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';
import { KIND_WORDS } from './readable-definition.ts';

type Decision = 'approve' | 'reject';

/** Buttons for both, and the question before it is done. */
export function Decide({ definition }: { readonly definition: DefinitionView }): ReactElement {
  const { server, kind, name, state, fingerprint, tooLarge } = definition;
  const navigate = useNavigate();
  const denied = useRefusal('decideDefinitions');
  const [asked, setAsked] = useState<Decision>();
  const [shown, setShown] = useState<Decision>('approve');
  const decide = useAct('decideDefinitions', ['listDefinitions', 'readDefinition', 'readCatalogue']);
  const next = useApi('listDefinitions', { query: { state: 'withheld', limit: 2 } });
  const what = name === '' ? `the ${KIND_WORDS[kind].toLowerCase()} of ${server}` : name;
  const open = (decision: Decision): void => {
    decide.reset();
    setShown(decision);
    setAsked(decision);
  };
  const onDone = (): void => {
    setAsked(undefined);
    toast({ tone: 'good', title: shown === 'approve' ? `Approved ${what}` : `Rejected ${what}` });
    const following = next.data?.value.definitions.find((one) => !(one.server === server && one.kind === kind && one.name === name));
    // Reviews come in rows: what waits next is shown at once.
    if (state !== 'approved' && following !== undefined) {
      const { server: of, kind: kindOf, name: called } = following;
      void navigate({ href: paths.definition({ server: of, kind: kindOf, name: called }) });
    } else void navigate({ href: paths.catalogue() });
  };
  return (
    <>
      {state !== 'rejected' && (
        <Button variant="danger" disabledReason={denied} onPress={() => open('reject')}>
          {state === 'approved' ? 'Take approval back' : 'Reject'}
        </Button>
      )}
      {state !== 'approved' && state !== 'gone' && (
        <Button
          variant="primary"
          icon="check"
          disabledReason={denied ?? (tooLarge ? 'It is too large to be reviewed.' : undefined)}
          onPress={() => open('approve')}
        >
          Approve
        </Button>
      )}
      <ConfirmDialog
        title={shown === 'approve' ? `Approve ${what}?` : `Reject ${what}?`}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        confirmLabel={shown === 'approve' ? 'Approve' : 'Reject'}
        isDestructive={shown === 'reject'}
        isPending={decide.isPending}
        problem={decide.error}
        command={commands.decideDefinition(shown, definition)}
        onConfirm={() =>
          decide.mutate({ body: { server, decision: shown, name: name === '' ? null : name, kind, fingerprint } }, { onSuccess: onDone })
        }
      >
        <p>
          {shown === 'approve'
            ? 'Agents see it and may call it, as the policy says, from now on. Any later change of it is withheld again.'
            : 'Agents do not see it, and calls of it are refused, until somebody approves it.'}
        </p>
      </ConfirmDialog>
    </>
  );
}
