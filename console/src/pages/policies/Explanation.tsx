// The answer to what would become of a call.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ExplanationView } from '../../api/contract.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { PlainTable } from '../../ui/PlainTable.tsx';
import { Untrusted } from '../../ui/Text.tsx';
import { Verdict } from '../../ui/Verdict.tsx';

const EFFECT_TONES = { allow: 'good', ask: 'warn', deny: 'bad' } as const;
const GATE_WORDS: Readonly<Record<ExplanationView['gates'][number]['gate'], string>> = {
  lockdown: 'Lockdown',
  server: 'Server',
  definition: 'Definition',
  arguments: 'Arguments',
  inspection: 'Inspection',
};

/** The verdict, the way there, and what it was decided by. */
export function Explanation({ explanation }: { readonly explanation: ExplanationView }): ReactElement {
  const { verdict, limits, findings, passes, agent, labels, taint, redact, capture, inspect } = explanation;
  return (
    <>
      <Verdict
        tone={passes ? 'good' : verdict.kind === 'ask' ? 'warn' : 'bad'}
        title={passes ? 'It would go to its server' : verdict.kind === 'ask' ? 'A person would be asked' : 'It would be refused'}
        aside={
          <Badge tone={EFFECT_TONES[verdict.kind]}>
            {verdict.kind}
            {verdict.rule !== null && ` by ${verdict.rule}`}
          </Badge>
        }
      >
        {verdict.says}
      </Verdict>
      <Panel title="What it has to pass">
        <ol className="gates">
          {toSteps(explanation).map(({ name, passes: isOpen, says }) => (
            <li key={name} className={isOpen ? 'gate' : 'gate gate-shut'}>
              <Icon name={isOpen ? 'good' : 'error'} />
              <strong>{name}</strong>
              <span className="soft">{says}</span>
              <span className="visually-hidden">{isOpen ? 'passes' : 'does not pass'}</span>
            </li>
          ))}
        </ol>
      </Panel>
      <Rules explanation={explanation} />
      <Panel title="What is known">
        <Facts
          facts={[
            ['Agent', agent.known ? agent.name : `${agent.name}, which nobody knows`],
            ['Groups', agent.groups.length === 0 ? 'none' : <Badges key="groups" words={agent.groups} max={12} />],
            ['Labels', labels.length === 0 ? 'none' : <Badges key="labels" words={labels} max={12} tone="accent" />],
            taint.length === 0 ? undefined : ['Has used', <Badges key="taint" words={taint} max={12} tone="warn" />],
            inspect === null ? undefined : ['Inspection', 'what is not looked into is denied'],
            redact.length === 0 ? undefined : ['Redacted', redact.join(', ')],
            capture === null ? undefined : ['Sealed for', capture],
            ...limits.map(({ limit, says }) => [`Limit ${limit}`, says] as const),
          ]}
        />
      </Panel>
      {findings.length > 0 && (
        <Panel title="Found in it">
          <PlainTable head={['What', 'Where', 'Done about it']}>
            {findings.map(({ type, class: of, path, action }) => (
              <tr key={`${type} ${path}`}>
                <td>
                  {type} <span className="faint">{of}</span>
                </td>
                <td className="mono">
                  <Untrusted text={path} />
                </td>
                <td>{action}</td>
              </tr>
            ))}
          </PlainTable>
        </Panel>
      )}
    </>
  );
}

interface Step {
  readonly name: string;
  readonly passes: boolean;
  readonly says: string;
}

/** Everything a call has to pass in its order: the policy decides before anybody looks inside. */
function toSteps({ gates, verdict }: ExplanationView): readonly Step[] {
  const step = ({ gate, passes, says }: ExplanationView['gates'][number]): Step => ({ name: GATE_WORDS[gate], passes, says });
  return [
    ...gates.filter(({ gate }) => gate !== 'inspection').map(step),
    { name: 'Policy', passes: verdict.kind === 'allow', says: verdict.says },
    ...gates.filter(({ gate }) => gate === 'inspection').map(step),
  ];
}

/** Rules that are about the call; the others only when asked for. */
function Rules({ explanation: { rules, revision } }: { readonly explanation: ExplanationView }): ReactElement {
  const [isAll, setAll] = useState(false);
  const others = rules.filter(({ match }) => match.startsWith('other-'));
  const shown = isAll ? rules : rules.filter((rule) => !others.includes(rule));
  return (
    <Panel
      title="Rules"
      description={`Revision ${revision} of the config`}
      actions={
        others.length === 0 ? null : (
          <Button size="small" expanded={isAll} onPress={() => setAll(!isAll)}>
            {isAll ? 'Only those about it' : `${others.length} about something else`}
          </Button>
        )
      }
    >
      {shown.length === 0 ? (
        <p className="soft">No rule is about it.</p>
      ) : (
        <PlainTable head={['Rule', 'What it had to do with it']}>
          {shown.map((rule) => (
            <tr key={rule.rule}>
              <td>
                <Badge tone={EFFECT_TONES[rule.effect]}>{rule.effect}</Badge> <code>{rule.rule}</code>
              </td>
              <td>
                {rule.says}
                {rule.when !== null && (
                  <>
                    {': '}
                    <code>{rule.when}</code>
                  </>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Panel>
  );
}
