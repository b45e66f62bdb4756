// Adding an agent: its name, its groups, its first key, which is shown this once.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAct } from '../../api/hooks.ts';
import { commands } from '../../commands.ts';
import { paths } from '../../paths.ts';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { Notice } from '../../ui/State.tsx';
import { expiresOf, expiryOf, LASTINGS, readGroups } from './agent-words.ts';
import type { Lasting } from './agent-words.ts';
import { NewKey } from './NewKey.tsx';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;
const NAME_RULE = 'Begins with a letter or digit; letters, digits, dots, underscores, @ and hyphens, at most 63.';

/** The dialog. */
export function AddAgent({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [name, setName] = useState('');
  const [groupText, setGroupText] = useState('');
  const [label, setLabel] = useState('');
  const [lasting, setLasting] = useState<Lasting>('90d');
  const [hasKey, setHasKey] = useState(true);
  const add = useAct('addAgent', ['listAgents', 'readOverview', 'readStatus']);
  const groups = readGroups(groupText);
  const added = add.data?.value;

  if (added !== undefined)
    return (
      <Dialog
        title={`${added.agent.name} was added`}
        isOpen
        onClose={onClose}
        footer={
          <>
            <LinkButton href={paths.agent(added.agent.name)}>Open {added.agent.name}</LinkButton>
            <Button variant="primary" onPress={onClose} autoFocus>
              Done
            </Button>
          </>
        }
      >
        {added.key === null ? (
          <p>It has no key. Only a listener that admits agents without one lets it in.</p>
        ) : (
          <NewKey text={added.key.text} expiresAt={added.key.expiresAt} />
        )}
      </Dialog>
    );

  const wrongName = name !== '' && !NAME.test(name) ? NAME_RULE : undefined;
  const wrongGroup = groups.find((group) => !NAME.test(group));
  const disabledReason =
    name === ''
      ? 'Give it a name first.'
      : (wrongName ?? (wrongGroup === undefined ? undefined : `'${wrongGroup}' is no name of a group.`));
  return (
    <Dialog
      title="Add an agent"
      isOpen
      onClose={onClose}
      onSubmit={() => {
        if (disabledReason !== undefined) return;
        add.mutate({
          body: { name, groups: [...groups], attributes: {}, key: hasKey ? { label, expiresAt: expiryOf(lasting, Date.now()) } : null },
        });
      }}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" isPending={add.isPending} disabledReason={disabledReason}>
            Add agent
          </Button>
        </>
      }
    >
      <Field
        label="Name"
        value={name}
        onChange={setName}
        error={wrongName}
        description="As rules and the record call it."
        isRequired
        autoFocus
      />
      <Field
        label="Groups"
        value={groupText}
        onChange={setGroupText}
        error={wrongGroup === undefined ? undefined : `'${wrongGroup}': ${NAME_RULE}`}
        description="With commas between them. Rules may name groups in place of agents."
        placeholder="finance, readers"
      />
      <Checkbox label="Issue a key for it" isSelected={hasKey} onChange={setHasKey} />
      {hasKey ? (
        <>
          <Select label="The key works" options={LASTINGS} value={lasting} onChange={setLasting} />
          <Field
            label="What the key is for"
            value={label}
            onChange={setLabel}
            description="Tells keys of one agent apart."
            placeholder="laptop of Kim"
          />
        </>
      ) : null}
      <CommandLine
        command={commands.addAgent({ name, groups, key: hasKey ? { label, expires: expiresOf(lasting) } : undefined })}
        label="The same as a command"
      />
      {add.error === null ? null : (
        <Notice tone="bad" title={add.error.title}>
          {add.error.detail}
        </Notice>
      )}
    </Dialog>
  );
}
