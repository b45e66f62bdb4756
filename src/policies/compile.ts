// Compiles a policy document to the functions that decide. What a rule means:
//   - It concerns a caller whose agent name matches `agents` or one of whose groups matches `groups`, on servers that match `servers`.
//   - With `tools`, `prompts` or `resources` it covers what these match; with `labels`, of the tools only those that carry one of them, and
//     of a server that carries one everything on it; with none of the four, the server and everything on it. A condition that reads `tool` or
//     `args` narrows it to what has these. With `after` it counts only for a task that has used what carries all of these labels.
//   - A thing is denied if a deny rule covers it, else a person is asked if an ask rule does, else it is allowed if an allow rule does, else
//     denied; each only where its condition holds. Order does not decide; it only says which of several rules is named: the first.
//   - The server itself (initialize, discover, lists) is denied if a deny rule covers it as a whole, else allowed if any allow or ask rule
//     concerns this caller on it, else denied.
//   - A request that nobody looks into is denied if a deny or an ask rule concerns this caller on its server at all, for it might be just what that
//     is about; else allowed if an allow rule does that covers the server as a whole and wants nothing looked at; else denied.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Candidates } from './candidates.ts';
import { checkPolicy } from './check.ts';
import type { Known } from './check.ts';
import { compileCondition, createSteps } from './condition/index.ts';
import { explainRules } from './explain.ts';
import { askedBy } from './facts.ts';
import { compileFlow } from './flow.ts';
import { compileLimits } from './limits/index.ts';
import { holdsEver, holdsFor } from './rule.ts';
import type { CompiledRule, Holds } from './rule.ts';
import { createRulesetIndex } from './rulesets.ts';
import type { CallClass, Policy, PolicyDocument, PolicyProblem, Rule, Subject, Verdict } from './types.ts';
import type { Principal } from '../agents/index.ts';
import { needsApproval } from './settle.ts';
import { AMBIGUOUS, NO_RULE, verdictOf } from './verdict.ts';

const UNLABELLED: readonly string[] = [];

/** Compiles a document; fails with the errors of checkPolicy if it has any. */
export function compilePolicy(document: PolicyDocument, known: Known): Result<Policy, readonly PolicyProblem[]> {
  const errors = checkPolicy(document, known).filter((problem) => problem.severity === 'error');
  if (errors.length > 0) return fail(errors);

  const rules = document.rules.map(compileRule);
  const rulesetOf = createRulesetIndex(rules);
  const servers = new Set(known.servers);
  const find = (principal: Principal, server: string, subject: Subject): Candidates | undefined => {
    const ruleset = rulesetOf(principal, server);
    return subject.kind === 'server' ? ruleset.server : ruleset[subject.kind](subject.name);
  };
  const settle = (principal: Principal, server: string, subject: Subject, holds: Holds, toolClass: CallClass | undefined): Verdict => {
    // Nothing is decided, nor kept, about servers that do not exist.
    if (!servers.has(server)) return NO_RULE;
    const candidates = find(principal, server, subject);
    return candidates === undefined ? AMBIGUOUS : verdictOf(candidates, holds, toolClass);
  };
  const judge: Policy['judge'] = (question) => {
    const { principal, server, subject, tool } = question;
    return settle(principal, server, subject, holdsFor(askedBy(question), createSteps()), tool?.class);
  };
  return ok(
    Object.freeze({
      rules: document.rules,
      denyDetail: document.denyDetail ?? 'rule',
      limits: compileLimits(document.limits ?? {}, new Set(document.rules.flatMap(({ limit = [] }) => limit))),
      flow: compileFlow(rules, document.flow, (principal, server, subject) =>
        servers.has(server) ? find(principal, server, subject) : undefined,
      ),
      decide: (principal, server, subject, labels = UNLABELLED, guessed) =>
        settle(principal, server, subject, holdsEver(subject.kind, labels, guessed), undefined),
      judge,
      judgeUnread: (principal, server, toolClass) => {
        if (!servers.has(server)) return NO_RULE;
        const verdict = verdictOf(rulesetOf(principal, server).unread, () => true, toolClass);
        return verdict.kind === 'ask' ? needsApproval(verdict) : verdict;
      },
      explain: (question) => ({ verdict: judge(question), rules: explainRules(rules, question) }),
    } satisfies Policy),
  );
}

/** A condition that is in order, as checkPolicy says before; of one that is not nothing is left. */
export function compileRule(rule: Rule, order: number): CompiledRule {
  const condition = rule.when === undefined ? undefined : compileCondition(rule.when);
  return { order, rule, effect: rule.effect, condition: condition?.ok === true ? condition.value : undefined };
}
