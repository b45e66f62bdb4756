// Compiles a policy document to the function that decides. What a rule means:
//   - It concerns a caller whose agent name matches `agents` or one of whose groups matches `groups`, on servers that match `servers`.
//   - With `tools`, `prompts` or `resources` it covers what these match; with none of the three, the server and everything on it.
//   - A thing is denied if a deny rule covers it, else allowed if an allow rule covers it, else denied. Order does not decide;
//     it only says which of several rules is named: the first.
//   - The server itself (initialize, discover, lists) is denied if a deny rule covers it as a whole, else allowed if any allow rule
//     concerns this caller on it, else denied.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkPolicy } from './check.ts';
import type { Known } from './check.ts';
import { NO_RULE } from './judge.ts';
import { createRulesetIndex } from './rulesets.ts';
import type { Obligations, Policy, PolicyDocument, PolicyProblem, Rule, Verdict } from './types.ts';

const STANDARD: Obligations = Object.freeze({ class: 'standard' });

/** Compiles a document; fails with the errors of checkPolicy if it has any. */
export function compilePolicy(document: PolicyDocument, known: Known): Result<Policy, readonly PolicyProblem[]> {
  const errors = checkPolicy(document, known).filter((problem) => problem.severity === 'error');
  if (errors.length > 0) return fail(errors);

  const rulesetOf = createRulesetIndex(document.rules.map((rule, order) => ({ order, rule, verdict: toVerdict(rule) })));
  const servers = new Set(known.servers);
  const decide: Policy['decide'] = (principal, server, subject) => {
    // Nothing is decided, nor kept, about servers that do not exist.
    if (!servers.has(server)) return NO_RULE;
    const ruleset = rulesetOf(principal, server);
    return subject.kind === 'server' ? ruleset.server : ruleset[subject.kind](subject.name);
  };
  return ok(Object.freeze({ rules: document.rules, decide }));
}

function toVerdict(rule: Rule): Verdict {
  switch (rule.effect) {
    case 'allow':
      return Object.freeze({ kind: 'allow', rule: rule.name, obligations: STANDARD });
    case 'deny':
      return Object.freeze({ kind: 'deny', rule: rule.name, reason: 'rule' });
  }
}
