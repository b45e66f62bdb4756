// Whether one rule covers all that another one covers, and counts whenever the other does. Says yes only where it is sure: a glob that is
// wider in a way that is hard to see is taken for another one.

import { coversGlob } from '../../base/index.ts';
import { readings } from '../readings.ts';
import { patternsOf } from '../rule.ts';
import type { CompiledRule, ThingKind } from '../rule.ts';

const KINDS: readonly ThingKind[] = ['tool', 'prompt', 'resource'];

/** Whether everything that the narrow rule covers is covered by the wide one. */
export function coversRule(wide: CompiledRule, narrow: CompiledRule): boolean {
  const [outer, inner] = [wide.rule, narrow.rule];
  const isForAll = coversAll(outer.agents, ['*']);
  if (!isForAll && !(coversAll(outer.agents, inner.agents) && coversAll(outer.groups, inner.groups))) return false;
  return coversAll(outer.servers, inner.servers) && KINDS.every((kind) => coversThings(wide, narrow, kind)) && coversLabels(wide, narrow);
}

/** Whether the wide rule counts whenever the narrow one does, as far as it covers the same. */
export function countsWith(wide: CompiledRule, narrow: CompiledRule, isAlwaysTrue: (rule: CompiledRule) => boolean): boolean {
  const { after } = wide.rule;
  const follows = after === undefined || after.every((label) => narrow.rule.after?.includes(label) === true);
  return follows && (wide.condition === undefined || wide.rule.when === narrow.rule.when || isAlwaysTrue(wide));
}

function coversAll(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((pattern) => wide.some((one) => coversGlob(one, pattern)));
}

function coversThings(wide: CompiledRule, narrow: CompiledRule, kind: ThingKind): boolean {
  const inner = patternsOf(narrow, kind);
  if (inner.length === 0) return true;
  // A URI is held against every reading of a pattern; of one that can be read in several ways nothing is said.
  if (kind === 'resource' && !inner.every(isPlain)) return false;
  return coversAll(patternsOf(wide, kind), inner);
}

function isPlain(pattern: string): boolean {
  return readings(pattern)?.resolved.every((reading) => reading === pattern) === true;
}

/** Labels narrow a rule to what carries one of them, save prompts and resources that it names. */
function coversLabels(wide: CompiledRule, narrow: CompiledRule): boolean {
  const { labels } = wide.rule;
  if (labels === undefined) return true;
  if (narrow.rule.labels?.every((label) => labels.includes(label)) !== true) return false;
  return narrow.rule.prompts === undefined && narrow.rule.resources === undefined;
}
