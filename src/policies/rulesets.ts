// Picks out, once, the rules that concern a caller on a server, and keeps what it picked: so a call costs the same with 10 rules or
// 10 000 of which few concern the caller. Callers are known by the identity of their Principal, which agents/ keeps for the life of
// a key; callers whom the same rules concern share everything.

import type { Principal } from '../agents/index.ts';
import { createNameFinder, createUriFinder, toCandidates } from './candidates.ts';
import type { Candidates, Find } from './candidates.ts';
import { createNameIndex } from './name-index.ts';
import type { NameIndex } from './name-index.ts';
import { isWhole, letsUnread } from './rule.ts';
import type { CompiledRule } from './rule.ts';
import type { Rule } from './types.ts';

/** Compiled (callers, server) pairs kept at once; beyond it all are dropped, and compiled again as they are asked for. */
const MAX_KEPT = 50_000;
/** Names whose candidates are kept at once, over all rulesets. Callers choose names: beyond it all are dropped, as above. */
const MAX_NAMES = 50_000;
/** Longer names are looked up anew each time: with the above it bounds what is kept at some tens of megabytes. */
const MAX_KEPT_NAME = 256;

/** The candidates of one set of rules: about the server itself, and about the things on it. */
export interface Ruleset {
  readonly server: Candidates;
  /** About a request that nobody looks into: what might forbid it does, and only what lets everything through lets it through. */
  readonly unread: Candidates;
  readonly tool: Find;
  readonly prompt: Find;
  readonly resource: Find;
}

/** Callers whom the same rules concern. */
interface Callers {
  readonly rules: readonly CompiledRule[];
  readonly rulesets: Map<string, Ruleset>;
}

/** Gives the ruleset of a caller on a server. */
export type RulesetIndex = (principal: Principal, server: string) => Ruleset;

/** Builds the index. `maxKept` and `maxNames` are arguments for the tests. */
export function createRulesetIndex(rules: readonly CompiledRule[], maxKept = MAX_KEPT, maxNames = MAX_NAMES): RulesetIndex {
  const byAgent = indexOf(rules, (rule) => rule.agents);
  const byGroup = indexOf(rules, (rule) => rule.groups);
  // By order, which is also the place in `rules`.
  const onServer = rules.map(({ rule }) => createNameIndex(rule.servers.map((pattern) => ({ pattern, order: 0 }))));
  let known = new WeakMap<Principal, Callers>();
  const shared = new Map<string, Callers>();
  let kept = 0;
  let keptNames = 0;

  const dropAll = (): void => {
    known = new WeakMap();
    shared.clear();
    kept = 0;
    keptNames = 0;
  };

  const keepNames = (find: Find): Find => {
    const found = new Map<string, Candidates>();
    return (name) => {
      const before = found.get(name);
      if (before !== undefined) return before;
      const candidates = find(name);
      if (candidates === undefined || name.length > MAX_KEPT_NAME) return candidates;
      if (keptNames === maxNames) dropAll();
      keptNames++;
      found.set(name, candidates);
      return candidates;
    };
  };

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
    if (kept === maxKept) dropAll();
    kept++;
    const ruleset = compileRuleset(
      callers.rules.filter(({ order }) => onServer[order]?.first(server) === 0),
      keepNames,
    );
    callers.rulesets.set(server, ruleset);
    return ruleset;
  };

  return (principal, server) => {
    const callers = callersOf(principal);
    return callers.rulesets.get(server) ?? make(callers, server);
  };
}

function compileRuleset(rules: readonly CompiledRule[], keep: (find: Find) => Find): Ruleset {
  return {
    // Whoever may use anything on a server, or ask to, may speak to it.
    server: toCandidates({
      deny: rules.filter((compiled) => compiled.effect === 'deny' && isWhole(compiled)),
      ask: [],
      grants: [rules.filter(({ effect }) => effect !== 'deny')],
    }),
    unread: toCandidates({
      deny: rules.filter(({ effect }) => effect === 'deny'),
      ask: rules.filter(({ effect }) => effect === 'ask'),
      grants: [rules.filter(letsUnread)],
    }),
    tool: keep(createNameFinder(rules, 'tool')),
    prompt: keep(createNameFinder(rules, 'prompt')),
    resource: keep(createUriFinder(rules)),
  };
}

function indexOf(rules: readonly CompiledRule[], patterns: (rule: Rule) => readonly string[]): NameIndex {
  return createNameIndex(rules.flatMap(({ rule, order }) => patterns(rule).map((pattern) => ({ pattern, order }))));
}
