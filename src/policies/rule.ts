// A rule, compiled: what it covers, whether it holds, and the verdict it gives. The verdicts are made once per rule, so that a decision
// allocates nothing where no condition runs.

import { mergeTerms } from './approval.ts';
import { Failure } from './condition/index.ts';
import type { Condition, Facts, Steps } from './condition/index.ts';
import type { Allow, Ask, Approval, CallClass, Denial, Effect, Obligations, Rule } from './types.ts';

/** A rule and its place in the document. */
export interface CompiledRule {
  readonly order: number;
  readonly rule: Rule;
  readonly effect: Effect;
  readonly condition: Condition | undefined;
}

/** The kinds of named things. */
export type ThingKind = 'tool' | 'prompt' | 'resource';

const MEMBER = { tool: 'tools', prompt: 'prompts', resource: 'resources' } as const;
const EVERYTHING: readonly string[] = ['*'];
const NOTHING: readonly string[] = [];
/** What only a call has. */
const OF_CALLS: readonly string[] = ['args', 'tool', 'taint', 'findings'];

/** Whether a rule covers the server as a whole, and with it everything on it. */
export function isWhole({ rule, condition }: CompiledRule): boolean {
  const isNarrow = rule.tools !== undefined || rule.prompts !== undefined || rule.resources !== undefined || rule.labels !== undefined;
  return !isNarrow && rule.after === undefined && !readsCall(condition);
}

/** Whether a rule lets a request through of which nothing is known but the agent and the server: it wants nothing known, and nothing looked at. */
export function letsUnread(compiled: CompiledRule): boolean {
  const { effect, condition, rule } = compiled;
  if (rule.inspect !== undefined || rule.redact !== undefined || rule.capture !== undefined) return false;
  return effect === 'allow' && condition === undefined && isWhole(compiled);
}

/** Whether a condition is about a call, so that nothing can be said of it where there is none. */
export function readsCall(condition: Condition | undefined): boolean {
  return condition !== undefined && OF_CALLS.some((variable) => condition.reads.has(variable));
}

/** Whether a rule that lets something through adds to what is done with it, whichever rule is named. */
export function addsDuties({ class: callClass, limit, inspect, redact, capture }: Rule): boolean {
  return [callClass, limit, inspect, redact, capture].some((duty) => duty !== undefined);
}

/** Whether what a rule says depends on what the task has used. */
export function readsTaint({ rule, condition }: CompiledRule): boolean {
  return rule.after !== undefined || condition?.reads.has('taint') === true;
}

/** Globs of the names of one kind that a rule covers. What its condition reads narrows it: only tools are tools, and resources take no arguments. */
export function patternsOf({ rule, condition }: CompiledRule, kind: ThingKind): readonly string[] {
  if (kind !== 'tool' && condition?.reads.has('tool') === true) return NOTHING;
  if (kind === 'resource' && condition?.reads.has('args') === true) return NOTHING;
  const written = rule[MEMBER[kind]];
  if (written !== undefined) return written;
  const isNarrow = rule.tools !== undefined || rule.prompts !== undefined || rule.resources !== undefined;
  if (kind === 'tool' && rule.labels !== undefined) return EVERYTHING;
  return isNarrow ? NOTHING : EVERYTHING;
}

/** Whether the labels of a thing are such that a rule covers it. Prompts and resources have their server's; where a rule names these, it goes by names alone. */
export function holdsLabels(
  { rule, effect }: CompiledRule,
  kind: ThingKind,
  labels: readonly string[],
  guessed?: readonly string[],
): boolean {
  if (rule.labels === undefined || (kind !== 'tool' && rule[MEMBER[kind]] !== undefined)) return true;
  return rule.labels.some((label) => labels.includes(label) && (effect !== 'allow' || guessed?.includes(label) !== true));
}

/** Whether a rule, having been found for a name, holds; a Failure if its condition has no answer. */
export type Holds = (rule: CompiledRule) => boolean | Failure;

/** What a condition is asked about: of what kind, with which labels, and how to get at the rest. */
export interface Asked {
  readonly kind: ThingKind | 'server';
  readonly labels: readonly string[];
  /** Those of the labels that nobody declared. */
  readonly guessed?: readonly string[] | undefined;
  /** What the task has used, by its labels; undefined: nobody knows. */
  readonly taint: readonly string[] | undefined;
  /** Whether there are arguments to read. */
  readonly hasArgs: boolean;
  readonly factsOf: () => Facts;
}

const UNKNOWN_TAINT: Failure = Object.freeze(new Failure('nobody knows what this task has used'));

/** Whether a task has used what a rule wants used before it counts. */
function holdsAfter({ rule: { after } }: CompiledRule, taint: readonly string[] | undefined): boolean | Failure {
  if (after === undefined) return true;
  return taint === undefined ? UNKNOWN_TAINT : after.every((label) => taint.includes(label));
}

/** By labels, by what the task has used, and by condition. Each condition is answered once. */
export function holdsFor({ kind, labels, guessed, taint, hasArgs, factsOf }: Asked, steps: Steps): Holds {
  let answers: Map<CompiledRule, boolean | Failure> | undefined;
  let facts: Facts | undefined;
  return (compiled) => {
    if (kind !== 'server') {
      if (!holdsLabels(compiled, kind, labels, guessed)) return false;
      const followed = holdsAfter(compiled, taint);
      if (followed !== true) return followed;
    }
    const { condition } = compiled;
    // That a tool may be called under some condition is reason enough to speak to its server.
    if (condition === undefined || (kind === 'server' && readsCall(condition))) return true;
    // Without arguments it is about a call that has been judged by them: its task, or what completes it.
    if (!hasArgs && condition.reads.has('args')) return compiled.effect !== 'deny';
    answers ??= new Map();
    let held = answers.get(compiled);
    if (held === undefined) answers.set(compiled, (held = condition.holds((facts ??= factsOf()), steps)));
    return held;
  };
}

/** By labels, and as if neither conditions nor what was used before kept anybody from anything. */
export function holdsEver(kind: ThingKind | 'server', labels: readonly string[], guessed?: readonly string[]): Holds {
  return (compiled) => {
    const { rule, effect, condition } = compiled;
    const isCertain = condition === undefined && rule.after === undefined;
    return (kind === 'server' || holdsLabels(compiled, kind, labels, guessed)) && (isCertain || effect !== 'deny');
  };
}

const CLASSES: readonly CallClass[] = ['low', 'standard', 'critical'];

/** The heavier of two classes. */
export function heavier(a: CallClass | undefined, b: CallClass | undefined): CallClass | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return CLASSES.indexOf(a) >= CLASSES.indexOf(b) ? a : b;
}

const OBLIGATIONS: Readonly<Record<CallClass, Obligations>> = Object.freeze({
  critical: Object.freeze({ class: 'critical' }),
  standard: Object.freeze({ class: 'standard' }),
  low: Object.freeze({ class: 'low' }),
});

/** How an ask rule asks that does not say. */
const APPROVAL: Approval = Object.freeze({ expiresAfterMs: 3_600_000, approvers: 'any', notRequester: false });

const allows = new WeakMap<Rule, Map<CallClass, Allow>>();

/** What a call owes besides its class. */
export type Duties = Omit<Obligations, 'class'>;

/** Leave by a rule. */
export function allowBy({ rule }: CompiledRule, callClass: CallClass, duties?: Duties): Allow {
  if (duties !== undefined) return Object.freeze({ kind: 'allow', rule: rule.name, obligations: toObligations(callClass, duties) });
  let made = allows.get(rule);
  if (made === undefined) allows.set(rule, (made = new Map()));
  let allow = made.get(callClass);
  if (allow === undefined)
    made.set(callClass, (allow = Object.freeze({ kind: 'allow', rule: rule.name, obligations: OBLIGATIONS[callClass] })));
  return allow;
}

/** A question to a person, by rules that all ask it. The first is named. */
export function askBy(asking: readonly [CompiledRule, ...CompiledRule[]], callClass: CallClass, duties?: Duties): Ask {
  const obligations = duties === undefined ? OBLIGATIONS[callClass] : toObligations(callClass, duties);
  const approval = mergeTerms(asking.map(({ rule }) => rule.approval ?? APPROVAL));
  return Object.freeze({ kind: 'ask', rule: asking[0].rule.name, approval, obligations });
}

function toObligations(callClass: CallClass, duties: Duties): Obligations {
  return Object.freeze({ class: callClass, ...duties });
}

/** A no by a rule. */
export function denyBy({ rule }: CompiledRule): Denial {
  return rule.after === undefined
    ? Object.freeze({ kind: 'deny', rule: rule.name, reason: 'rule' })
    : Object.freeze({ kind: 'deny', rule: rule.name, reason: 'flow', after: rule.after });
}

/** A no because the condition of a rule has no answer. */
export function failBy({ rule }: CompiledRule, { reason }: Failure): Denial {
  return Object.freeze({ kind: 'deny', rule: rule.name, reason: 'condition-error', error: reason });
}
