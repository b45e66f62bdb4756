// What would come of a policy: mistakes, cases that do not hold, and what becomes of each rule.

import type { ReactElement } from 'react';
import type { ChangedRuleView, CheckedPolicy } from '../../api/contract.ts';
import { Badge } from '../../ui/Badge.tsx';
import type { Tone } from '../../ui/Badge.tsx';
import { Notice } from '../../ui/State.tsx';
import { sayProblem } from '../problem-text.ts';

const CHANGE_TONES: Readonly<Record<ChangedRuleView['change'], Tone>> = {
  added: 'good',
  removed: 'bad',
  changed: 'warn',
  moved: 'neutral',
};
const MAX_SHOWN = 40;

/** The consequences, in short. */
export function Consequences({ checked }: { readonly checked: CheckedPolicy }): ReactElement {
  const { problems, cases, rules, otherwise } = checked;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  const failures = cases?.failures ?? [];
  return (
    <div className="consequences">
      {errors.length > 0 && (
        <Notice tone="bad" title="It cannot be put in force">
          <ProblemLines problems={errors} />
        </Notice>
      )}
      {failures.length > 0 && (
        <Notice tone="bad" title={failures.length === 1 ? 'A case does not hold' : `${failures.length} cases do not hold`}>
          <ul>
            {failures.map(({ file, line, text, message }) => (
              <li key={`${file}:${line}`}>
                <code>{text}</code> {message} ({file}:{line})
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice tone="warn" title="Doubtful">
          <ProblemLines problems={warnings} />
        </Notice>
      )}
      {cases !== null && cases.count > 0 && failures.length === 0 && <Notice tone="good">All {cases.count} cases hold.</Notice>}
      {errors.length === 0 && rules.length + otherwise.length > 0 && (
        <ul className="consequences-rules">
          {rules.slice(0, MAX_SHOWN).map(({ name, change }) => (
            <li key={`${change} ${name}`}>
              <Badge tone={CHANGE_TONES[change]}>{change}</Badge> <code>{name}</code>
            </li>
          ))}
          {rules.length > MAX_SHOWN && <li className="soft">and {rules.length - MAX_SHOWN} more</li>}
          {otherwise.map((member) => (
            <li key={member}>
              <Badge tone="warn">changed</Badge> <code>{member}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ProblemLines({ problems }: { readonly problems: CheckedPolicy['problems'] }): ReactElement {
  return (
    <ul>
      {problems.map(({ textLine, file, line, path, message, fix }, at) => (
        <li key={at}>
          {textLine === null ? `${file}:${line}` : `Line ${textLine}`}
          {path !== '' && (
            <>
              {', '}
              <code>{path}</code>
            </>
          )}
          : {sayProblem({ message, fix })}
        </li>
      ))}
    </ul>
  );
}
