// What a policy may say of a call of which not everything is known, as a record holds no arguments. Never says more than it knows: a verdict
// that the unknown could change is one of several, and each that is left out is impossible.

import { toCandidates } from '../candidates.ts';
import type { Candidates } from '../candidates.ts';
import { compileRule } from '../compile.ts';
import { createSteps, Failure, readsOf } from '../condition/index.ts';
import { askedBy } from '../facts.ts';
import { holdsFor, holdsLabels } from '../rule.ts';
import type { CompiledRule, Holds } from '../rule.ts';
import { createRulesetIndex } from '../rulesets.ts';
import type { PolicyDocument, Question, Verdict } from '../types.ts';
import { AMBIGUOUS, NO_RULE, verdictOf } from '../verdict.ts';

/** What may be unknown of a call. */
export type Unknown = 'args' | 'source' | 'taint' | 'findings';

/** What a verdict may be. */
export interface Foreseen {
  readonly kinds: ReadonlySet<Verdict['kind']>;
  /** The verdict itself, where nothing unknown has a say in it. */
  readonly verdict: Verdict | undefined;
  /** Names of the rules that what is unknown decides. */
  readonly open: readonly string[];
}

/** Foresees the verdicts of a document, which must be one that compiles. */
export type Foresee = (question: Question, unknown: ReadonlySet<Unknown>) => Foreseen;

/** Compiles a document. */
export function compileForesight(document: PolicyDocument, servers: readonly string[]): Foresee {
  const rulesetOf = createRulesetIndex(document.rules.map(compileRule));
  const known = new Set(servers);
  return (question, unknown) => {
    const { principal, server, subject, tool } = question;
    if (!known.has(server)) return sure(NO_RULE);
    const ruleset = rulesetOf(principal, server);
    const candidates = subject.kind === 'server' ? ruleset.server : ruleset[subject.kind](subject.name);
    if (candidates === undefined) return sure(AMBIGUOUS);
    const holds = holdsFor(askedBy(question), createSteps());
    const isOpen = (compiled: CompiledRule): boolean => dependsOn(compiled, question, unknown);
    const open = [...new Set([...candidates.deny, ...candidates.ask, ...candidates.grants.flat()].filter(isOpen))];
    if (open.length === 0) return sure(verdictOf(candidates, holds, tool?.class));
    const kinds = kindsOf(candidates, holds, new Set(open));
    return { kinds, verdict: undefined, open: open.map(({ rule }) => rule.name) };
  };
}

function sure(verdict: Verdict): Foreseen {
  return { kinds: new Set([verdict.kind]), verdict, open: [] };
}

/** Whether something unknown decides about a rule that covers the thing asked for. */
function dependsOn(compiled: CompiledRule, question: Question, unknown: ReadonlySet<Unknown>): boolean {
  const { rule, condition } = compiled;
  const { kind } = question.subject;
  const labels = question.tool?.labels ?? question.labels ?? [];
  if (kind === 'server' || !holdsLabels(compiled, kind, labels, question.tool?.guessed))
    return kind === 'server' && readsSource(compiled, unknown);
  if (rule.after !== undefined && unknown.has('taint')) return true;
  if (condition === undefined) return false;
  return (
    (unknown.has('args') && condition.reads.has('args')) ||
    (unknown.has('taint') && condition.reads.has('taint')) ||
    (unknown.has('findings') && condition.reads.has('findings')) ||
    readsSource(compiled, unknown)
  );
}

function readsSource({ condition }: CompiledRule, unknown: ReadonlySet<Unknown>): boolean {
  return unknown.has('source') && condition !== undefined && readsOf(condition.text, 'request', 'source');
}

/** Every kind that the verdict may have, when each open rule may hold, not hold, or have no answer. */
function kindsOf(candidates: Candidates, holds: Holds, open: ReadonlySet<CompiledRule>): ReadonlySet<Verdict['kind']> {
  // The least that lets through: what is open denies, and does not grant. The most: it does neither deny nor ask, and grants.
  const least = verdictOf(candidates, (rule) => (open.has(rule) ? rule.effect === 'deny' : holds(rule)), undefined);
  const most = verdictOf(candidates, (rule) => (open.has(rule) ? rule.effect === 'allow' : holds(rule)), undefined);
  const asking = verdictOf(candidates, (rule) => (open.has(rule) ? rule.effect !== 'deny' : holds(rule)), undefined);
  const unanswered = toCandidates({ ...candidates, deny: [] });
  const failing = verdictOf(unanswered, (rule) => (open.has(rule) ? NO_ANSWER : holds(rule)), undefined);
  return new Set([least.kind, most.kind, asking.kind, failing.kind]);
}

const NO_ANSWER: Failure = Object.freeze(new Failure('nobody knows'));
