// Finds, among the rules that concern a caller on a server, those that cover a name: what is left to ask of them is whether their labels and
// conditions hold (verdict.ts).

import { createNameIndex } from './name-index.ts';
import type { NameIndex } from './name-index.ts';
import { MAX_NAME_LENGTH, readings } from './readings.ts';
import { addsDuties, patternsOf, readsTaint } from './rule.ts';
import type { CompiledRule, ThingKind } from './rule.ts';

/** The rules that cover a name, in document order, without those that can change nothing. */
export interface Candidates {
  readonly deny: readonly CompiledRule[];
  readonly ask: readonly CompiledRule[];
  /** For each reading of the name, the rules that may let it through: each reading needs one. */
  readonly grants: readonly (readonly CompiledRule[])[];
  /** Those of them for which it matters what the task has used. */
  readonly flow: readonly CompiledRule[];
}

const NONE_OF_THEM: readonly CompiledRule[] = Object.freeze([]);

/** Puts candidates together. */
export function toCandidates({ deny, ask, grants }: Omit<Candidates, 'flow'>): Candidates {
  const flow = new Set([...deny, ...ask, ...grants.flat()].filter(readsTaint));
  return { deny, ask, grants, flow: flow.size === 0 ? NONE_OF_THEM : [...flow] };
}

/** Gives the candidates for a name; undefined: it is too long, or can be read in too many ways. */
export type Find = (name: string) => Candidates | undefined;

/** Finds by the names of tools or prompts. */
export function createNameFinder(rules: readonly CompiledRule[], kind: 'tool' | 'prompt'): Find {
  const covering = indexOf(rules, kind, asWritten);
  return (name) => {
    if (name.length > MAX_NAME_LENGTH) return undefined;
    const found = covering([name]);
    return toCandidates({
      deny: cut(found.filter(({ effect }) => effect === 'deny')),
      // None is cut off: each that asks adds to what an approval must be.
      ask: found.filter(({ effect }) => effect === 'ask'),
      grants: [cutGrants(found.filter(isGrant))],
    });
  };
}

/** Finds by the URIs of resources and templates: in all their readings. */
export function createUriFinder(rules: readonly CompiledRule[]): Find {
  const grants = rules.filter(isGrant);
  const restricting = indexOf(
    rules.filter(({ effect }) => effect !== 'allow'),
    'resource',
    allReadings,
  );
  const exact = indexOf(grants, 'resource', asWritten);
  // What was sent must be what the rule says, letter for letter; its other readings must be covered by some reading of a rule.
  const cover = indexOf(grants, 'resource', (pattern) => readings(pattern)?.resolved ?? [pattern]);
  return (uri) => {
    const all = uri.length > MAX_NAME_LENGTH ? undefined : readings(uri);
    if (all === undefined) return undefined;
    const restricted = restricting([...all.resolved, ...all.folded]);
    return toCandidates({
      deny: cut(restricted.filter(({ effect }) => effect === 'deny')),
      ask: restricted.filter(({ effect }) => effect === 'ask'),
      grants: [exact([uri]), ...all.resolved.filter((reading) => reading !== uri).map((reading) => cover([reading]))].map(cutGrants),
    });
  };
}

function isGrant({ effect }: CompiledRule): boolean {
  return effect !== 'deny';
}

/** Whether a rule that covers a name holds, whatever the call. */
function isCertain({ rule, condition }: CompiledRule): boolean {
  return rule.labels === undefined && rule.after === undefined && condition === undefined;
}

/** Up to the first that holds in any case: what comes after it can neither decide nor be named. */
function cut(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const end = rules.findIndex(isCertain);
  return end < 0 ? rules : rules.slice(0, end + 1);
}

/** The same for rules that let through, except that a later one may add to what is done with the call. */
function cutGrants(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const end = rules.findIndex((compiled) => isCertain(compiled) && compiled.effect === 'allow');
  return end < 0 ? rules : rules.filter(({ rule }, i) => i <= end || addsDuties(rule));
}

type Spellings = (pattern: string) => readonly string[];

const asWritten: Spellings = (pattern) => [pattern];

const allReadings: Spellings = (pattern) => {
  const all = readings(pattern);
  return all === undefined ? [pattern] : [...new Set([...all.resolved, ...all.folded])];
};

/** The rules of which a pattern matches one of some names, in document order. */
function indexOf(rules: readonly CompiledRule[], kind: ThingKind, spell: Spellings): (names: readonly string[]) => readonly CompiledRule[] {
  const index: NameIndex = createNameIndex(
    rules.flatMap((compiled, order) =>
      patternsOf(compiled, kind)
        .flatMap(spell)
        .map((pattern) => ({ pattern, order })),
    ),
  );
  return (names) => {
    const found = new Set<number>();
    for (const name of names) index.collect(name, found);
    return [...found].sort((a, b) => a - b).flatMap((order) => rules[order] ?? []);
  };
}
