// Says a denial in words for the agent, and the person behind it, to read.

import type { Denial, Subject } from './types.ts';

/** Names come from the caller: quoted, so that control characters show, and cut, so that a denial stays short. */
const MAX_SHOWN = 128;

/** One sentence that names the rule, or says that there is none. */
export function describeDenial(denial: Denial, subject: Subject): string {
  const thing = subject.kind === 'server' ? 'this server' : `the ${subject.kind} ${quote(subject.name)}`;
  switch (denial.reason) {
    case 'rule':
      return `Denied by policy: rule ${quote(denial.rule)} forbids ${thing}.`;
    case 'approval-needed':
      return `Not allowed yet: rule ${quote(denial.rule)} wants a person to approve ${thing}.`;
    case 'condition-error':
      return `Denied by policy: the condition of rule ${quote(denial.rule)} cannot be answered for ${thing}: ${denial.error}.`;
    case 'no-rule':
      return `Denied by policy: no rule allows ${thing}.`;
    case 'ambiguous-name':
      return `Denied by policy: the name of ${thing} is too long or encoded too often to be judged.`;
  }
}

function quote(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}
