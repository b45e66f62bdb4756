// The answer to what would become of a call.

import type { ReactElement } from 'react';
import type { ExplanationView } from '../../api/contract.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Untrusted } from '../../ui/Text.tsx';

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
  const { verdict, rules, gates, limits, findings, passes, agent, labels, taint, redact, capture, inspect } = explanation;
  const involved = rules.filter(({ says }) => says !== '');
  return (
    <>
      <section className={`verdict verdict-${passes ? 'good' : verdict.kind === 'ask' ? 'warn' : 'bad'}`} aria-label="Verdict">
        <Icon name={passes ? 'good' : verdict.kind === 'ask' ? 'approvals' : 'error'} size={28} />
        <div>
          <h2>{passes ? 'It would go to its server' : verdict.kind === 'ask' ? 'A person would be asked' : 'It would be refused'}</h2>
          <p>{verdict.says}</p>
        </div>
        <Badge tone={EFFECT_TONES[verdict.kind]}>
          {verdict.kind}
          {verdict.rule !== null && ` by ${verdict.rule}`}
        </Badge>
      </section>
      <Panel title="What it has to pass">
        <ol className="gates">
          {gates.map(({ gate, passes: isOpen, says }) => (
            <li key={gate} className={isOpen ? 'gate' : 'gate gate-shut'}>
              <Icon name={isOpen ? 'good' : 'error'} />
              <strong>{GATE_WORDS[gate]}</strong>
              <span className="soft">{says}</span>
              <span className="visually-hidden">{isOpen ? 'passes' : 'does not pass'}</span>
            </li>
          ))}
          <li className={verdict.kind === 'allow' ? 'gate' : 'gate gate-shut'}>
            <Icon name={verdict.kind === 'allow' ? 'good' : 'error'} />
            <strong>Policy</strong>
            <span className="soft">{verdict.says}</span>
          </li>
        </ol>
      </Panel>
      <Panel title="Rules" description={`Revision ${explanation.revision} of the config`}>
        {involved.length === 0 ? (
          <p className="soft">No rule is about it.</p>
        ) : (
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">What it had to do with it</th>
              </tr>
            </thead>
            <tbody>
              {involved.map((rule) => (
                <tr key={rule.rule}>
                  <td>
                    <Badge tone={EFFECT_TONES[rule.effect]}>{rule.effect}</Badge> <code>{rule.rule}</code>
                  </td>
                  <td>
                    {rule.says} <span className="faint">{rule.match}</span>
                    {rule.when !== null && (
                      <div>
                        <code>{rule.when}</code>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
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
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Where</th>
                <th scope="col">Done about it</th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        </Panel>
      )}
    </>
  );
}
