// One person: role, groups and agents, a link, signing them out, removing them.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { OperatorView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Facts } from '../../ui/Panel.tsx';
import { Select } from '../../ui/Select.tsx';
import { Notice } from '../../ui/State.tsx';
import { Time } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';
import { SignInLink } from './AddOperator.tsx';
import { readNames, ROLE_OPTIONS } from './operator-roles.ts';

/** Who, the version of the list that this was read in, and what happens when they are gone. */
export interface OneOperatorProps {
  readonly operator: OperatorView;
  readonly etag: string | undefined;
  readonly onGone: () => void;
}

/** Everything about one person. */
export function OneOperator({ operator, etag, onGone }: OneOperatorProps): ReactElement {
  const { name, createdAt, seenAt, sessions } = operator;
  return (
    <div className="operator">
      <Facts
        facts={[
          ['Added', <Time key="added" at={createdAt} />],
          ['Last seen', seenAt === null ? 'never signed in' : <Time key="seen" at={seenAt} />],
          ['Signed in', sessions === 0 ? 'nowhere' : `in ${sessions} ${sessions === 1 ? 'browser' : 'browsers'}`],
        ]}
      />
      <Change operator={operator} etag={etag} />
      <Access operator={operator} />
      <Remove name={name} etag={etag} onGone={onGone} />
    </div>
  );
}

function Change({ operator, etag }: Pick<OneOperatorProps, 'operator' | 'etag'>): ReactElement {
  const { name } = operator;
  const [role, setRole] = useState(operator.role);
  const [groups, setGroups] = useState(operator.groups.join(', '));
  const [agents, setAgents] = useState(operator.agents.join(', '));
  const refusal = useRefusal('changeOperator');
  const change = useAct('changeOperator', ['listOperators', 'readSession']);
  const changed = { role, groups: readNames(groups), agents: readNames(agents) };
  const isSame = role === operator.role && isList(changed.groups, operator.groups) && isList(changed.agents, operator.agents);
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { path: { operator: name }, body: changed, ifMatch: etag },
          { onSuccess: () => toast({ tone: 'good', title: `Changed ${name}` }) },
        );
      }}
    >
      <h3>What they may do</h3>
      <Select label="Role" options={ROLE_OPTIONS} value={role} onChange={setRole} />
      <Field label="Groups" value={groups} onChange={setGroups} />
      <Field label="Agents that act for them" value={agents} onChange={setAgents} />
      {role !== operator.role && <Notice tone="warn">Every session of theirs ends when the role changes.</Notice>}
      {change.error !== null && (
        <Notice tone="bad" title={change.error.title}>
          {change.error.detail}
        </Notice>
      )}
      <CommandLine command={commands.changeOperator({ name, ...changed })} />
      <div className="dialog-actions">
        <Button
          variant="primary"
          type="submit"
          isPending={change.isPending}
          disabledReason={refusal ?? (isSame ? 'Nothing was changed.' : undefined)}
        >
          Save
        </Button>
      </div>
    </form>
  );
}

function isList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

function Access({ operator: { name, sessions, linkExpiresAt } }: Pick<OneOperatorProps, 'operator'>): ReactElement {
  const linkRefusal = useRefusal('makeLink');
  const endRefusal = useRefusal('endSessions');
  const link = useAct('makeLink', ['listOperators']);
  const end = useAct('endSessions', ['listOperators']);
  const nothing = sessions === 0 && linkExpiresAt === null ? 'They are signed in nowhere, and there is no link for them.' : undefined;
  return (
    <section className="form">
      <h3>How they get in</h3>
      {link.data !== undefined && <SignInLink link={link.data.value} name={name} />}
      {(link.error ?? end.error) !== null && <Notice tone="bad">{(link.error ?? end.error)?.detail}</Notice>}
      <div className="actions">
        <Button
          icon="key"
          disabledReason={linkRefusal}
          isPending={link.isPending}
          onPress={() => link.mutate({ path: { operator: name } })}
        >
          Make a link
        </Button>
        <Button
          icon="out"
          disabledReason={endRefusal ?? nothing}
          isPending={end.isPending}
          onPress={() =>
            end.mutate(
              { path: { operator: name } },
              {
                onSuccess: ({ value }) =>
                  toast({ tone: 'good', title: `Signed ${name} out of ${value.ended} ${value.ended === 1 ? 'browser' : 'browsers'}` }),
              },
            )
          }
        >
          Sign out everywhere
        </Button>
      </div>
      <CommandLine command={commands.linkOperator(name)} label="Makes a link" />
      <CommandLine command={commands.signOutOperator(name)} label="Signs out everywhere" />
    </section>
  );
}

function Remove({ name, etag, onGone }: { readonly name: string } & Pick<OneOperatorProps, 'etag' | 'onGone'>): ReactElement {
  const [isAsked, setAsked] = useState(false);
  const refusal = useRefusal('removeOperator');
  const remove = useAct('removeOperator', ['listOperators']);
  return (
    <section className="form">
      <h3>Remove</h3>
      <p className="soft">Their sessions and links end at once. What they have done stays on record.</p>
      <div className="actions">
        <Button variant="danger" icon="trash" disabledReason={refusal} onPress={() => setAsked(true)}>
          Remove {name}
        </Button>
      </div>
      <ConfirmDialog
        title={`Remove ${name}?`}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        confirmLabel="Remove"
        isDestructive
        isPending={remove.isPending}
        problem={remove.error}
        command={commands.removeOperator(name)}
        onConfirm={() =>
          remove.mutate(
            { path: { operator: name }, ifMatch: etag },
            {
              onSuccess: () => {
                toast({ tone: 'good', title: `Removed ${name}` });
                onGone();
              },
            },
          )
        }
      >
        <p>They are signed out everywhere and cannot sign in any more.</p>
      </ConfirmDialog>
    </section>
  );
}
