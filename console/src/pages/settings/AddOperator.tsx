// A person more who may sign in, and the link by which they do: shown this once.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { LinkView, OperatorView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { Button } from '../../ui/Button.tsx';
import { CommandLine, CopyButton } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { Notice } from '../../ui/State.tsx';
import { Time } from '../../ui/Text.tsx';
import { readNames, ROLE_OPTIONS } from './operator-roles.ts';

/** The dialog; it is a new one each time it is opened. */
export function AddOperator({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactElement {
  return (
    <Dialog title="Add a person" isOpen={isOpen} onClose={onClose}>
      <Form onClose={onClose} />
    </Dialog>
  );
}

function Form({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [name, setName] = useState('');
  const [role, setRole] = useState<OperatorView['role']>('viewer');
  const [groups, setGroups] = useState('');
  const [agents, setAgents] = useState('');
  const add = useAct('addOperator', ['listOperators']);
  const inGroups = readNames(groups);
  const ofAgents = readNames(agents);
  if (add.data !== undefined) {
    const { operator, link } = add.data.value;
    return (
      <div className="form">
        {link === null ? <Notice tone="good" title={`${operator.name} was added`} /> : <SignInLink link={link} name={operator.name} />}
        <div className="dialog-actions">
          <Button variant="primary" onPress={onClose}>
            Done
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ body: { name: name.trim(), role, groups: inGroups, agents: ofAgents } });
      }}
    >
      <Field label="Name" value={name} onChange={setName} isRequired autoFocus description="As it stands on record: operator:NAME." />
      <Select label="Role" options={ROLE_OPTIONS} value={role} onChange={setRole} />
      <Field label="Groups" value={groups} onChange={setGroups} description="For rules that say who approves. With commas between them." />
      <Field
        label="Agents that act for them"
        value={agents}
        onChange={setAgents}
        description="What such an agent asks for, this person does not approve where a rule keeps the two apart."
      />
      {add.error !== null && (
        <Notice tone="bad" title={add.error.title}>
          {add.error.detail}
        </Notice>
      )}
      <CommandLine command={commands.addOperator({ name: name.trim(), role, groups: inGroups, agents: ofAgents })} />
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button
          variant="primary"
          type="submit"
          isPending={add.isPending}
          disabledReason={name.trim() === '' ? 'Say who it is.' : undefined}
        >
          Add
        </Button>
      </div>
    </form>
  );
}

/** A link, to be given to whom it is for. */
export function SignInLink({ link: { url, expiresAt }, name }: { readonly link: LinkView; readonly name: string }): ReactElement {
  return (
    <Notice tone="good" title={`A link for ${name}`}>
      <div className="sign-in-link">
        <code tabIndex={0} role="textbox" aria-readonly="true" aria-label="Link">
          {url}
        </code>
        <CopyButton text={url} label="Copy link" />
      </div>
      It signs in whoever opens it, once, and ends <Time at={expiresAt} form="distance" />. It is shown this once: give it to {name} by a
      way that you trust.
    </Notice>
  );
}
