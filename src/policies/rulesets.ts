// Picks out, once, the rules that concern a caller on a server, and keeps what it picked: so a call costs the same with 10 rules or
// 10 000 of which few concern the caller. Callers are known by the identity of their Principal, which agents/ keeps for the life of
// a key; callers whom the same rules concern share everything.

import type { Principal } from '../agents/index.ts';
import { createNameJudge, createUriJudge, isWhole, NO_RULE } from './judge.ts';
import type { Judge, RuledVerdict } from './judge.ts';
import { createNameIndex } from './name-index.ts';
import type { NameIndex } from './name-index.ts';
import type { Rule, Verdict } from './types.ts';

/** Compiled (callers, server) pairs kept at once; beyond it all are dropped, and compiled again as they are asked for. */
const MAX_KEPT = 50_000;

/** All verdicts of one set of rules: about the server itself, and about the things on it. */
export interface Ruleset {
  readonly server: Verdict;
  readonly tool: Judge;
  readonly prompt: Judge;
  readonly resource: Judge;
}

/** Callers whom the same rules concern. */
interface Callers {
  readonly rules: readonly RuledVerdict[];
  readonly rulesets: Map<string, Ruleset>;
}

/** Gives the ruleset of a caller on a server. */
export type RulesetIndex = (principal: Principal, server: string) => Ruleset;

/** Builds the index. `maxKept` is an argument for the tests. */
export function createRulesetIndex(rules: readonly RuledVerdict[], maxKept = MAX_KEPT): RulesetIndex {
  const byAgent = indexOf(rules, (rule) => rule.agents);
  const byGroup = indexOf(rules, (rule) => rule.groups);
  // By order, which is also the place in `rules`.
  const onServer = rules.map(({ rule }) => createNameIndex(rule.servers.map((pattern) => ({ pattern, order: 0 }))));
  let known = new WeakMap<Principal, Callers>();
  const shared = new Map<string, Callers>();
  let kept = 0;

  const callersOf = (principal: Principal): Callers => {
    const found = known.get(principal);
    if (found !== undefined) return found;
    const concerned = new Set<number>();
    byAgent.collect(principal.agent, concerned);
    for (const group of principal.groups) byGroup.collect(group, concerned);
    const key = [...concerned].sort((a, b) => a - b).join();
    const callers = shared.get(key) ?? { rules: rules.filter(({ order }) => concerned.has(order)), rulesets: new Map<string, Ruleset>() };
    shared.set(key, callers);
    known.set(principal, callers);
    return callers;
  };

  const make = (callers: Callers, server: string): Ruleset => {
    if (kept === maxKept) {
      known = new WeakMap();
      shared.clear();
      kept = 0;
    }
    kept++;
    const ruleset = compileRuleset(callers.rules.filter(({ order }) => onServer[order]?.first(server) === 0));
    callers.rulesets.set(server, ruleset);
    return ruleset;
  };

  return (principal, server) => {
    const callers = callersOf(principal);
    return callers.rulesets.get(server) ?? make(callers, server);
  };
}

function compileRuleset(rules: readonly RuledVerdict[]): Ruleset {
  const whole = rules.find(({ rule }) => rule.effect === 'deny' && isWhole(rule));
  const allow = rules.find(({ rule }) => rule.effect === 'allow');
  return {
    server: (whole ?? allow)?.verdict ?? NO_RULE,
    tool: createNameJudge(rules, 'tools'),
    prompt: createNameJudge(rules, 'prompts'),
    resource: createUriJudge(rules),
  };
}

function indexOf(rules: readonly RuledVerdict[], patterns: (rule: Rule) => readonly string[]): NameIndex {
  return createNameIndex(rules.flatMap(({ rule, order }) => patterns(rule).map((pattern) => ({ pattern, order }))));
}
