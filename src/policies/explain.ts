// Why a verdict is what it is: each rule of the document held against a question by itself. For people, so it takes its time.

import { createNameFinder, createUriFinder } from './candidates.ts';
import { createSteps, Failure } from './condition/index.ts';
import { askedBy } from './facts.ts';
import { compileGlob } from '../base/index.ts';
import { holdsFor, holdsLabels, isWhole } from './rule.ts';
import type { CompiledRule } from './rule.ts';
import type { Question, RuleExplanation, RuleMatch } from './types.ts';

/** Every rule, in document order. */
export function explainRules(rules: readonly CompiledRule[], question: Question): readonly RuleExplanation[] {
  return rules.map((compiled) => {
    const { rule, effect } = compiled;
    const match = matchOf(compiled, question);
    return typeof match === 'string'
      ? { rule: rule.name, effect, match, error: undefined }
      : { rule: rule.name, effect, match: 'condition-error', error: match.reason };
  });
}

function matchOf(compiled: CompiledRule, question: Question): RuleMatch | Failure {
  const { rule } = compiled;
  const { principal, server, subject } = question;
  const asked = askedBy(question);
  const anyOf = (patterns: readonly string[], name: string): boolean => patterns.some((pattern) => compileGlob(pattern)(name));
  if (!anyOf(rule.agents, principal.agent) && !principal.groups.some((group) => anyOf(rule.groups, group))) return 'other-agent';
  if (!anyOf(rule.servers, server)) return 'other-server';
  if (!covers(compiled, question)) return 'other-subject';
  if (subject.kind !== 'server' && !holdsLabels(compiled, subject.kind, asked.labels, asked.guessed)) return 'other-labels';
  const { taint } = asked;
  if (subject.kind !== 'server' && taint !== undefined && rule.after?.every((label) => taint.includes(label)) === false)
    return 'other-taint';
  const held = holdsFor(asked, createSteps())(compiled);
  return held instanceof Failure ? held : held ? 'matches' : 'condition-false';
}

function covers(compiled: CompiledRule, { subject }: Question): boolean {
  if (subject.kind === 'server') return compiled.effect !== 'deny' || isWhole(compiled);
  const find = subject.kind === 'resource' ? createUriFinder([compiled]) : createNameFinder([compiled], subject.kind);
  const found = find(subject.name);
  return found !== undefined && (found.deny.length > 0 || found.ask.length > 0 || found.grants.some((rules) => rules.length > 0));
}
