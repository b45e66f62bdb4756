// Looks for rules that cannot do what their writer believes. Every finding holds for all calls there can be, save those of `dangling` and
// `unused`, which are about what exists, and what happened, so far. What is not found may be wrong all the same.

import { possibleAnswers } from '../condition/index.ts';
import type { Answer, TextIs } from '../condition/index.ts';
import { compileGlob, isGlob } from '../../base/index.ts';
import { compileRule } from '../compile.ts';
import { addsDuties, patternsOf } from '../rule.ts';
import type { CompiledRule } from '../rule.ts';
import type { PolicyDocument, PolicyProblem, Rule } from '../types.ts';
import { countsWith, coversRule } from './cover.ts';
import { findDangling } from './dangling.ts';
import type { Existing } from './dangling.ts';

/** What is wrong with a rule. */
export type LintKind = 'shadowed' | 'contradictory' | 'never-matching' | 'constant' | 'dangling' | 'unused';

/** A finding. `path` leads into the policy document. */
export interface LintFinding extends Pick<PolicyProblem, 'path' | 'message'> {
  readonly kind: LintKind;
  readonly rule: string;
  readonly fix: string;
}

/** What the document is held against. */
export interface LintBed extends Existing {
  /** Rules that decided something on record; undefined: nobody looked. */
  readonly used?: ReadonlySet<string>;
}

/** Everything found, in document order. */
export function lintPolicy(document: PolicyDocument, bed: LintBed): readonly LintFinding[] {
  const rules = document.rules.map(compileRule);
  const answers = new Map(rules.map((compiled) => [compiled, answersOf(compiled)]));
  const isAlwaysTrue = (compiled: CompiledRule): boolean => isOnly(answers.get(compiled), 'true');
  return rules.flatMap((compiled, i) => {
    const at = { rule: compiled.rule.name, path: ['rules', i] as const };
    const never = neverMatches(compiled, answers.get(compiled));
    const found: LintFinding[] = never === undefined ? [] : [{ ...at, ...never }];
    if (never === undefined) {
      if (isAlwaysTrue(compiled)) found.push({ ...at, path: [...at.path, 'when'], ...ALWAYS_TRUE });
      const shadow = shadowOf(compiled, rules, isAlwaysTrue);
      if (shadow !== undefined) found.push({ ...at, ...shadow });
      else if (bed.used?.has(compiled.rule.name) === false) found.push({ ...at, ...UNUSED });
    }
    return [...found, ...findDangling(compiled.rule, i, bed)];
  });
}

const ALWAYS_TRUE = {
  kind: 'constant',
  message: 'is true whatever the call',
  fix: 'Leave it out, or write what it was meant to say.',
} as const;
const UNUSED = { kind: 'unused', message: 'has decided nothing in the record', fix: 'Remove it, if nobody needs it any more.' } as const;

function isOnly(answers: ReadonlySet<Answer> | undefined, answer: Answer): boolean {
  return answers?.size === 1 && answers.has(answer);
}

/** Why a rule never does what it is for; undefined where it may. */
function neverMatches(compiled: CompiledRule, answers: ReadonlySet<Answer> | undefined): Omit<LintFinding, 'rule' | 'path'> | undefined {
  const never = (message: string, fix: string): Omit<LintFinding, 'rule' | 'path'> => ({ kind: 'never-matching', message, fix });
  if ((['tool', 'prompt', 'resource'] as const).every((kind) => patternsOf(compiled, kind).length === 0))
    return never(
      'covers nothing: its condition reads what the things it names do not have',
      'Name tools, or let the condition read something else.',
    );
  if (answers === undefined || answers.has('true')) return undefined;
  if (isOnly(answers, 'false'))
    return never('never matches: its condition is false whatever the call', 'Remove the rule, or correct the condition.');
  return compiled.effect === 'deny'
    ? never(
        'never matches: its condition is never true, and denies only where it has no answer',
        'Correct the condition; to deny always, leave it out.',
      )
    : never('never matches: its condition is never true', 'Remove the rule, or correct the condition.');
}

/** What its condition may come to; undefined where it has none. What the rule is about, its condition need not ask. */
function answersOf({ rule }: CompiledRule): ReadonlySet<Answer> | undefined {
  const { when, agents, groups, servers, tools } = rule;
  if (when === undefined) return undefined;
  const textIs: TextIs = (path, text) => {
    switch (path) {
      case 'agent.name':
        return groups.length > 0 ? undefined : among(agents, text);
      case 'server.name':
        return among(servers, text);
      case 'tool.name':
        return tools === undefined ? undefined : among(tools, text);
      case 'tool.class':
        return ['critical', 'standard', 'low'].includes(text) ? undefined : 'never';
      case 'request.era':
        return ['modern', 'legacy'].includes(text) ? undefined : 'never';
      default:
        return undefined;
    }
  };
  return possibleAnswers(when, textIs);
}

function among(patterns: readonly string[], text: string): ReturnType<TextIs> {
  if (!patterns.some((pattern) => compileGlob(pattern)(text))) return 'never';
  return patterns.every((pattern) => !isGlob(pattern) && pattern === text) ? 'always' : undefined;
}

/** The rule because of which another one never decides anything. */
function shadowOf(
  compiled: CompiledRule,
  rules: readonly CompiledRule[],
  isAlwaysTrue: (rule: CompiledRule) => boolean,
): Omit<LintFinding, 'rule' | 'path'> | undefined {
  const over = rules.find((other) => isOver(other, compiled) && coversRule(other, compiled) && countsWith(other, compiled, isAlwaysTrue));
  if (over === undefined) return undefined;
  const { name } = over.rule;
  const fix = `Remove one of the two, or narrow ${name}.`;
  if (over.effect === compiled.effect)
    return { kind: 'shadowed', message: `never decides: ${name}, above it, covers all that it covers`, fix: 'Remove it.' };
  if (over.effect === 'deny') {
    const isSame = coversRule(compiled, over) && countsWith(compiled, over, isAlwaysTrue);
    return isSame
      ? { kind: 'contradictory', message: `${verbOf(compiled.rule)} exactly what ${name} denies, and a denial wins`, fix }
      : { kind: 'shadowed', message: `lets nothing through: ${name} denies all that it covers`, fix };
  }
  return { kind: 'shadowed', message: `never decides: ${name} asks about all that it covers`, fix };
}

function verbOf({ effect }: Rule): string {
  return effect === 'ask' ? 'asks about' : 'allows';
}

/** Whether a rule decides before another one, where both match, and the other adds nothing to it. */
function isOver(over: CompiledRule, under: CompiledRule): boolean {
  if (over === under) return false;
  if (over.effect === 'deny') return under.effect !== 'deny' || over.order < under.order;
  // What lets through may add to what is done with a call, or terms of an approval, whichever is named.
  if (under.effect === 'deny' || addsDuties(under.rule)) return false;
  if (over.effect === 'ask') return under.effect === 'allow';
  return under.effect === 'allow' && over.order < under.order;
}
