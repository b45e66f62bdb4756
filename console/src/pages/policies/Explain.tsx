// What would become of a call, and why: the same question as `sallyport explain`, with everything that stands between the call and its server.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAct, useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { commands } from '../../commands.ts';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Field } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Select } from '../../ui/Select.tsx';
import { EmptyState, Notice } from '../../ui/State.tsx';
import { useAddress } from '../use-address.ts';
import { toWords, toInput } from './explain-input.ts';
import type { ExplainForm } from './explain-input.ts';
import { Explanation } from './Explanation.tsx';

const KINDS = [
  { value: 'tool', label: 'Tool' },
  { value: 'prompt', label: 'Prompt' },
  { value: 'resource', label: 'Resource' },
  { value: 'server', label: 'The server as such' },
] as const;

/** The question and its answer. */
export function Explain(): ReactElement {
  const [address, setAddress] = useAddress();
  const form: ExplainForm = {
    agent: address['agent'] ?? '',
    server: address['server'] ?? '',
    kind: KINDS.find(({ value }) => value === address['kind'])?.value ?? 'tool',
    name: address['name'] ?? '',
    args: address['args'] ?? '',
    user: address['user'] ?? '',
  };
  const [isAsked, setAsked] = useState(false);
  const explain = useAct('explain', []);
  const refusal = useRefusal('explain');
  const schema = useApi('readPolicySchema', {});
  const known = schema.data?.value.known;
  const input = toInput(form);
  const set = (member: keyof ExplainForm) => (value: string) => setAddress({ [member]: value });
  const errors = isAsked && !input.ok ? input.problems : {};
  const names = known?.tools.filter(({ server }) => server === form.server).map(({ name }) => name) ?? [];
  return (
    <div className="explain">
      <Panel title="A call">
        <form
          className="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(true);
            if (input.ok) explain.mutate({ body: input.value });
          }}
        >
          <Field label="Agent" value={form.agent} onChange={set('agent')} error={errors.agent} description={suggest(known?.agents)} />
          <Field label="Server" value={form.server} onChange={set('server')} error={errors.server} description={suggest(known?.servers)} />
          <Select label="What" options={KINDS} value={form.kind} onChange={set('kind')} />
          {form.kind !== 'server' && (
            <Field
              label={form.kind === 'resource' ? 'URI' : 'Name'}
              value={form.name}
              onChange={set('name')}
              error={errors.name}
              description={form.kind === 'tool' ? suggest(names) : undefined}
            />
          )}
          {form.kind === 'tool' && (
            <Field
              label="Arguments"
              value={form.args}
              onChange={set('args')}
              error={errors.args}
              placeholder={'{ "path": "/srv/report.txt" }'}
              description="As JSON. Without any it is said what becomes of the tool, whatever a call brings."
              rows={4}
              isMono
            />
          )}
          <Field label="On behalf of" value={form.user} onChange={set('user')} description="A user, where the agent acts for one." />
          <Button variant="primary" type="submit" disabledReason={refusal} isPending={explain.isPending}>
            Explain
          </Button>
          <CommandLine command={commands.explain(toWords(form))} />
        </form>
      </Panel>
      <div className="explain-answer">
        {explain.error !== null && (
          <Notice tone="bad" title={explain.error.title}>
            {explain.error.detail}
          </Notice>
        )}
        {explain.data === undefined ? (
          <Panel>
            <EmptyState icon="policies" title="Ask what would become of a call">
              Nothing is called, and nothing is taken from any limit. The answer names every rule that has to do with it, and everything
              else that stands between the call and its server.
            </EmptyState>
          </Panel>
        ) : (
          <Explanation explanation={explain.data.value} />
        )}
      </div>
    </div>
  );
}

/** A few names that would do. */
function suggest(names: readonly string[] | undefined): string | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown}, …` : shown;
}
