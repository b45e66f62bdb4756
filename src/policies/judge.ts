// Judges one kind of name by the rules that concern a caller on a server: denied if a deny rule covers the name, else allowed if an
// allow rule does, else denied. The verdicts are made once per rule, so that a decision allocates nothing.

import { createNameIndex, NONE } from './name-index.ts';
import type { NameIndex } from './name-index.ts';
import { MAX_NAME_LENGTH, readings } from './readings.ts';
import type { Denial, Rule, Verdict } from './types.ts';

/** A rule, its place in the document, and what it says where it decides. */
export interface RuledVerdict {
  readonly order: number;
  readonly rule: Rule;
  readonly verdict: Verdict;
}

/** Gives the verdict about a name. */
export type Judge = (name: string) => Verdict;

export const NO_RULE: Denial = Object.freeze({ kind: 'deny', rule: undefined, reason: 'no-rule' });
const AMBIGUOUS: Denial = Object.freeze({ kind: 'deny', rule: undefined, reason: 'ambiguous-name' });

/** Whether a rule covers the server as a whole, and with it everything on it. */
export function isWhole(rule: Rule): boolean {
  return rule.tools === undefined && rule.prompts === undefined && rule.resources === undefined;
}

/** A judge of tool or prompt names. */
export function createNameJudge(rules: readonly RuledVerdict[], member: 'tools' | 'prompts'): Judge {
  const deny = index(rules, 'deny', member, asWritten);
  const allow = index(rules, 'allow', member, asWritten);
  return (name) => {
    if (name.length > MAX_NAME_LENGTH) return AMBIGUOUS;
    return deny(name) ?? allow(name) ?? NO_RULE;
  };
}

/** A judge of resource URIs and templates: in all their readings. */
export function createUriJudge(rules: readonly RuledVerdict[]): Judge {
  const deny = index(rules, 'deny', 'resources', (pattern) => allReadings(pattern));
  const allow = index(rules, 'allow', 'resources', asWritten);
  // What was sent must be what the rule says, letter for letter; its other readings must be covered by some reading of a rule.
  const cover = index(rules, 'allow', 'resources', (pattern) => readings(pattern)?.resolved ?? [pattern]);
  return (uri) => {
    const all = uri.length > MAX_NAME_LENGTH ? undefined : readings(uri);
    if (all === undefined) return AMBIGUOUS;
    for (const reading of all.resolved) {
      const denial = deny(reading);
      if (denial !== undefined) return denial;
    }
    for (const reading of all.folded) {
      const denial = deny(reading);
      if (denial !== undefined) return denial;
    }
    for (const reading of all.resolved) {
      if (reading !== uri && cover(reading) === undefined) return NO_RULE;
    }
    return allow(uri) ?? NO_RULE;
  };
}

type Spellings = (pattern: string) => readonly string[];

const asWritten: Spellings = (pattern) => [pattern];

function allReadings(pattern: string): readonly string[] {
  const all = readings(pattern);
  return all === undefined ? [pattern] : [...new Set([...all.resolved, ...all.folded])];
}

/** The verdict of the first rule of an effect that covers a name; undefined if none does. */
function index(
  rules: readonly RuledVerdict[],
  effect: Rule['effect'],
  member: 'tools' | 'prompts' | 'resources',
  spell: Spellings,
): (name: string) => Verdict | undefined {
  const ofEffect = rules.filter(({ rule }) => rule.effect === effect);
  const names: NameIndex = createNameIndex(
    ofEffect.flatMap(({ rule }, order) => {
      const patterns = isWhole(rule) ? ['*'] : (rule[member] ?? []);
      return patterns.flatMap(spell).map((pattern) => ({ pattern, order }));
    }),
  );
  const verdicts = ofEffect.map(({ verdict }) => verdict);
  return (name) => {
    const order = names.first(name);
    return order === NONE ? undefined : verdicts[order];
  };
}
