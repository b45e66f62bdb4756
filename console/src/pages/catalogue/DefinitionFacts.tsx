// What is known of a definition beside its text: what rules take it for, who could use it, what it resembles, and what it has been before.

import type { ReactElement } from 'react';
import type { DefinitionView } from '../../api/contract.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showBytes, showCount } from '../../ui/units.ts';
import { LIKENESS_WORDS } from './LookAlikes.tsx';

const EFFECT_TONES = { allow: 'good', ask: 'warn', deny: 'bad' } as const;
const SHAPE_WORDS = { pinned: 'approved', quarantined: 'withheld', rejected: 'rejected' } as const;

/** Everything but its text. */
export function DefinitionFacts({ definition }: { readonly definition: DefinitionView }): ReactElement {
  const { facts, bytes, fingerprint, lookAlikes, resembles, shapes } = definition;
  return (
    <aside className="definition-side">
      <Panel title="What it is taken for">
        <Facts
          facts={[
            facts === null ? undefined : ['Labels', <Labels key="labels" labels={facts.labels} guessed={facts.guessed} />],
            facts === null
              ? undefined
              : [
                  'Class',
                  <>
                    {facts.class} <span className="faint">{facts.classFrom === 'nothing' ? 'by default' : facts.classFrom}</span>
                  </>,
                ],
            ['Size', showBytes(bytes)],
            ['Fingerprint', <code key="fingerprint">{fingerprint.slice(0, 16)}…</code>],
          ]}
        />
      </Panel>
      <Reach definition={definition} />
      {(lookAlikes.length > 0 || resembles !== null) && (
        <Panel title="What it resembles">
          <ul className="definition-list">
            {resembles !== null && (
              <li>
                May be <Untrusted text={resembles.name} /> under another name ({Math.round(resembles.likeness * 100)} % alike), which this
                server does not list any more.
              </li>
            )}
            {lookAlikes.map((one) => (
              <li key={`${one.kind} ${one.server} ${one.name}`}>
                It {LIKENESS_WORDS[one.kind]} <Untrusted text={one.name} /> of {one.server}
                {one.prefersItself && ', and asks to be used before it'}.
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {shapes.length > 1 && (
        <Panel title="What it has been">
          <ul className="definition-list">
            {shapes.map((shape) => (
              <li key={shape.fingerprint}>
                <span className="definition-shape">
                  <code>{shape.fingerprint.slice(0, 12)}</code>
                  <Badge tone={shape.state === 'pinned' ? 'good' : shape.state === 'rejected' ? 'bad' : 'warn'}>
                    {SHAPE_WORDS[shape.state]}
                  </Badge>
                  {shape.isListed && <Badge tone="info">listed</Badge>}
                </span>
                <span className="faint">
                  since <Time at={shape.firstSeen} />
                  {shape.decidedBy !== null && `, by ${shape.decidedBy}`}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </aside>
  );
}

/** Labels that are guessed are marked: rules go by them, and nobody has said that they are right. */
function Labels({ labels, guessed }: { readonly labels: readonly string[]; readonly guessed: readonly string[] }): ReactElement {
  if (labels.length === 0) return <span className="faint">none</span>;
  return (
    <span className="badges">
      {labels.map((label) => (
        <Badge key={label} tone={guessed.includes(label) ? 'neutral' : 'accent'}>
          {label}
          {guessed.includes(label) && <span className="faint">guessed</span>}
        </Badge>
      ))}
    </span>
  );
}

function Reach({ definition: { reach, state } }: { readonly definition: DefinitionView }): ReactElement | null {
  if (reach === null) return null;
  const { agents, agentCount, conditional, rules, looked } = reach;
  return (
    <Panel title={state === 'approved' ? 'Who can use it' : 'Who could use it'}>
      <p>
        {agentCount === 0
          ? 'No agent, by the policy in force.'
          : `${showCount(agentCount)} of ${showCount(looked)} agents${conditional === 0 ? '' : `, ${showCount(conditional)} of them under a condition or by asking`}.`}
      </p>
      {agents.length > 0 && (
        <p className="soft">
          {agents.join(', ')}
          {agentCount > agents.length && ` and ${showCount(agentCount - agents.length)} more`}
        </p>
      )}
      <ul className="definition-list">
        {rules.map(({ rule, effect, match }) => (
          <li key={rule} className="definition-rule">
            <Badge tone={EFFECT_TONES[effect]}>{effect}</Badge> <code>{rule}</code> <span className="faint">{match}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
