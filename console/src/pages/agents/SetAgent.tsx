// Changing the groups, attributes and priority of an agent.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { AgentView } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { toast } from '../../ui/Toast.tsx';
import { PRIORITIES, readAttributes, readGroups, writeAttributes } from './agent-words.ts';

/** The dialog. Saved only where nobody else has changed an agent in between. */
export function SetAgent({
  agent,
  etag,
  onClose,
}: {
  readonly agent: AgentView;
  readonly etag: string | undefined;
  readonly onClose: () => void;
}): ReactElement {
  const [groupText, setGroupText] = useState(agent.groups.join(', '));
  const [priority, setPriority] = useState(agent.priority);
  const [attributeText, setAttributeText] = useState(writeAttributes(agent.attributes));
  const change = useAct('changeAgent', ['readAgent', 'listAgents']);
  const groups = readGroups(groupText);
  const { attributes, wrong } = readAttributes(attributeText);
  return (
    <ConfirmDialog
      title={`Change ${agent.name}`}
      isOpen
      onClose={onClose}
      confirmLabel="Save"
      command={commands.setAgent(agent.name, { groups, attributes, priority })}
      isPending={change.isPending}
      problem={change.error}
      disabledReason={wrong === undefined ? undefined : 'Each line of the attributes has to be NAME=VALUE.'}
      onConfirm={() => {
        if (wrong !== undefined) return;
        change.mutate(
          { path: { agent: agent.name }, body: { groups: [...groups], attributes: { ...attributes }, priority }, ifMatch: etag },
          {
            onSuccess: () => {
              toast({ tone: 'good', title: `${agent.name} was changed` });
              onClose();
            },
          },
        );
      }}
    >
      <Field
        label="Groups"
        value={groupText}
        onChange={setGroupText}
        description="With commas between them. It holds from the next call on."
        autoFocus
      />
      <Field
        label="Attributes"
        value={attributeText}
        onChange={setAttributeText}
        error={wrong === undefined ? undefined : `'${wrong}' is no NAME=VALUE.`}
        description="One NAME=VALUE on each line; conditions of rules may use them."
        rows={4}
        isMono
      />
      <Select label="Where there are too many calls" options={PRIORITIES} value={priority} onChange={setPriority} />
    </ConfirmDialog>
  );
}
