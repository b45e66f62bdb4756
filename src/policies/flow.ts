// What rules look at of what a task has used before ("taint"): by `after`, or by a condition that reads `taint`. A task's taint is the set of
// labels of what it has used; it only grows, so a rule that has once counted for a task goes on counting. Where no rule looks, nothing is kept.

import type { Principal } from '../agents/index.ts';
import type { Candidates } from './candidates.ts';
import { compileGlob } from '../base/index.ts';
import { holdsLabels, readsTaint } from './rule.ts';
import type { CompiledRule } from './rule.ts';
import type { Flow, FlowOptions, Subject } from './types.ts';

/** How tasks are told apart where the document does not say: an hour is longer than most tasks, and shorter than a day of them. */
export const DEFAULT_FLOW: FlowOptions = Object.freeze({ windowMs: 3_600_000, trustTrace: Object.freeze([]) });

const NOTHING: readonly string[] = Object.freeze([]);

/** Gives the rules that cover a thing; undefined: none can be said to. */
type FindCandidates = (principal: Principal, server: string, subject: Subject) => Candidates | undefined;

/** Compiles what the rules of a document look at. */
export function compileFlow(rules: readonly CompiledRule[], options: FlowOptions = DEFAULT_FLOW, find: FindCandidates): Flow {
  const looking = rules.filter(readsTaint);
  const isOff = looking.length === 0;
  // A condition may ask for any label.
  const watchesAll = looking.some(({ condition }) => condition?.reads.has('taint') === true);
  const watchedLabels = new Set(looking.flatMap(({ rule }) => rule.after ?? []));
  const trusted = options.trustTrace.map(compileGlob);
  return Object.freeze({
    isOff,
    windowMs: options.windowMs,
    trustsTrace: (agent) => trusted.some((matches) => matches(agent)),
    watched: (labels) => {
      if (isOff || labels.length === 0) return NOTHING;
      return watchesAll ? labels : labels.filter((label) => watchedLabels.has(label));
    },
    decides: (principal, server, subject, labels) => {
      const { kind } = subject;
      if (isOff || kind === 'server') return false;
      return find(principal, server, subject)?.flow.some((compiled) => holdsLabels(compiled, kind, labels)) === true;
    },
  } satisfies Flow);
}
