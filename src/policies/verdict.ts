// The verdict of the rules that cover something: deny wins over ask, ask over allow, and what nothing lets through is denied. A condition
// without an answer lets nothing through: of a deny rule it denies; of an ask rule it denies as well, or whoever calls could escape the
// question by arguments that it cannot be answered for; of an allow rule it leaves the call to the others.

import { FINDING_CLASSES } from '../inspection/index.ts';
import type { FindingClass } from '../inspection/index.ts';
import type { Candidates } from './candidates.ts';
import { Failure } from './condition/index.ts';
import { allowBy, askBy, denyBy, failBy, heavier } from './rule.ts';
import type { CompiledRule, Duties, Holds } from './rule.ts';
import type { CallClass, Denial, Verdict } from './types.ts';

const NOTHING: readonly never[] = [];

export const NO_RULE: Denial = Object.freeze({ kind: 'deny', rule: undefined, reason: 'no-rule' });
export const AMBIGUOUS: Denial = Object.freeze({ kind: 'deny', rule: undefined, reason: 'ambiguous-name' });

/** Settles candidates. `toolClass`: the class of a call for which no rule says one. */
export function verdictOf(candidates: Candidates, holds: Holds, toolClass: CallClass | undefined): Verdict {
  for (const rule of candidates.deny) {
    const held = holds(rule);
    if (held === true) return denyBy(rule);
    if (held !== false) return failBy(rule, held);
  }
  let allowing: CompiledRule | undefined;
  for (const rules of candidates.grants) {
    const granting = grantOf(rules, holds);
    if ('kind' in granting) return granting;
    allowing ??= granting;
  }
  const asking = askOf(candidates.ask, holds);
  if (asking !== undefined && 'kind' in asking) return asking;
  const callClass = classOf(candidates, holds) ?? toolClass ?? 'standard';
  const duties = dutiesOf(candidates, holds);
  if (asking !== undefined) return askBy(asking, callClass, duties);
  return allowing === undefined ? NO_RULE : allowBy(allowing, callClass, duties);
}

/** The first rule that lets a reading through, or why none does. */
function grantOf(rules: readonly CompiledRule[], holds: Holds): CompiledRule | Denial {
  let failed: Denial | undefined;
  for (const rule of rules) {
    const held = holds(rule);
    if (held === true) return rule;
    if (held instanceof Failure) failed ??= failBy(rule, held);
  }
  return failed ?? NO_RULE;
}

/** The rules that ask; a denial, if none does but one might and cannot say. */
function askOf(rules: readonly CompiledRule[], holds: Holds): readonly [CompiledRule, ...CompiledRule[]] | Denial | undefined {
  let failed: Denial | undefined;
  let asking: [CompiledRule, ...CompiledRule[]] | undefined;
  for (const rule of rules) {
    const held = holds(rule);
    if (held instanceof Failure) failed ??= failBy(rule, held);
    if (held !== true) continue;
    if (asking === undefined) asking = [rule];
    else asking.push(rule);
  }
  return asking ?? failed;
}

/** The heaviest class that a rule gives which lets the call through: order only says which rule is named. */
function classOf({ ask, grants }: Candidates, holds: Holds): CallClass | undefined {
  let heaviest: CallClass | undefined;
  const weigh = (compiled: CompiledRule): void => {
    const next = heavier(heaviest, compiled.rule.class);
    if (next !== heaviest && holds(compiled) === true) heaviest = next;
  };
  ask.forEach(weigh);
  grants[0]?.forEach(weigh);
  return heaviest;
}

/** What all rules ask for together. */
interface Owed {
  readonly limits: Set<string>;
  readonly redact: Set<FindingClass>;
  isRequired: boolean;
  /** The first rule that wants what is said sealed: for one purpose, since what is kept of people is no more than it must be. */
  capture: CompiledRule | undefined;
}

/** What every rule asks for that lets the call through; undefined where none asks for anything. */
function dutiesOf({ ask, grants }: Candidates, holds: Holds): Duties | undefined {
  let owed: Owed | undefined;
  for (const compiled of ask) owed = add(owed, compiled, holds, true);
  // A call is charged once, for what was sent; it is looked into by every rule that some reading of it may fall under.
  for (const rules of grants) for (const compiled of rules) owed = add(owed, compiled, holds, rules === grants[0]);
  if (owed === undefined) return undefined;
  const { limits, redact, isRequired, capture } = owed;
  return {
    ...(limits.size > 0 && { limits: [...limits] }),
    ...(isRequired && { inspect: 'required' }),
    ...(redact.size > 0 && { redact: FINDING_CLASSES.filter((one) => redact.has(one)) }),
    ...(capture?.rule.capture !== undefined && { capture: capture.rule.capture }),
  };
}

function add(owed: Owed | undefined, compiled: CompiledRule, holds: Holds, isCharged: boolean): Owed | undefined {
  const { limit, inspect, redact, capture } = compiled.rule;
  const isAsked = inspect !== undefined || redact !== undefined || (isCharged && (limit !== undefined || capture !== undefined));
  if (!isAsked || holds(compiled) !== true) return owed;
  const sum = owed ?? { limits: new Set(), redact: new Set(), isRequired: false, capture: undefined };
  if (isCharged && typeof limit === 'string') sum.limits.add(limit);
  else if (isCharged && limit !== undefined) for (const name of limit) sum.limits.add(name);
  for (const one of redact ?? NOTHING) sum.redact.add(one);
  sum.isRequired ||= inspect !== undefined;
  if (isCharged && capture !== undefined && !(sum.capture !== undefined && sum.capture.order < compiled.order)) sum.capture = compiled;
  return sum;
}
