// Says verdicts in words: a denial for the agent, and the person behind it, to read; a rule's part in one for whoever writes the rules.

import type { Denial, Rule, RuleExplanation, Subject } from './types.ts';

/** Names come from the caller: quoted, so that control characters show, and cut, so that a denial stays short. */
const MAX_SHOWN = 128;

/** One sentence that names the rule, or says that there is none. */
export function describeDenial(denial: Denial, subject: Subject): string {
  const thing = subject.kind === 'server' ? 'this server' : `the ${subject.kind} ${quote(subject.name)}`;
  switch (denial.reason) {
    case 'rule':
      return `Denied by policy: rule ${quote(denial.rule)} forbids ${thing}.`;
    case 'flow':
      return `Denied by policy: rule ${quote(denial.rule)} forbids ${thing} after what this task has used before: ${denial.after.join(', ')}.`;
    case 'approval-needed':
      return `Not allowed yet: rule ${quote(denial.rule)} wants a person to approve ${thing}.`;
    case 'condition-error':
      return `Denied by policy: the condition of rule ${quote(denial.rule)} cannot be answered for ${thing}: ${denial.error}.`;
    case 'no-rule':
      return `Denied by policy: no rule allows ${thing}.`;
    case 'ambiguous-name':
      return `Denied by policy: the name of ${thing} is too long or encoded too often to be judged.`;
    case 'lockdown':
      return `Denied by lockdown: whoever runs this gateway has shut off ${thing} for this agent until further notice.`;
  }
}

function quote(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}

/** What a rule had to do with a verdict, behind its name: `is about other agents`. */
export function describeMatch(rule: Rule, { match, error }: Pick<RuleExplanation, 'match' | 'error'>): string {
  switch (match) {
    case 'matches':
      return 'matches';
    case 'other-agent':
      return `is about ${[listed('agents', rule.agents), listed('groups', rule.groups)].filter((part) => part !== '').join(' and ')}`;
    case 'other-server':
      return `is about ${listed('servers', rule.servers)}`;
    case 'other-subject':
      return 'does not cover it';
    case 'other-labels':
      return `is about ${listed('tools labelled', rule.labels ?? [])}`;
    case 'other-taint':
      return `counts only after the use of ${(rule.after ?? []).join(' and ')}`;
    case 'condition-false':
      return 'does not match, as its condition is false';
    case 'condition-error':
      return `has a condition without an answer: ${error ?? 'unknown'}`;
  }
}

const MAX_LISTED = 4;

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > MAX_LISTED ? `, and ${names.length - MAX_LISTED} more` : '';
  return `${what} ${names.slice(0, MAX_LISTED).join(', ')}${more}`;
}
