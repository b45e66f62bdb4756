// Deciding about everything of one server that is withheld: for the first day with a server that is known to be good.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAct } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';

/** A button, and the question before it is done. */
export function DecideAll({ server }: { readonly server: string }): ReactElement {
  const denied = useRefusal('decideDefinitions');
  const [isAsked, setAsked] = useState(false);
  const decide = useAct('decideDefinitions', ['listDefinitions', 'readDefinition', 'readCatalogue']);
  return (
    <>
      <Button icon="check" disabledReason={denied} onPress={() => setAsked(true)}>
        Approve all of {server}
      </Button>
      <ConfirmDialog
        title={`Approve everything that ${server} lists now?`}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        confirmLabel="Approve all"
        isPending={decide.isPending}
        problem={decide.error}
        command={commands.approveAll(server)}
        onConfirm={() =>
          decide.mutate(
            { body: { server, decision: 'approve' } },
            {
              onSuccess: ({ value }) => {
                setAsked(false);
                toast({ tone: 'good', title: `Approved ${value.decided.length} of ${server}` });
              },
            },
          )
        }
      >
        <p>
          All of it is approved as the server lists it at this moment, also what you have not looked at. Do this only for a server that you
          know and that nobody else changes.
        </p>
      </ConfirmDialog>
    </>
  );
}
