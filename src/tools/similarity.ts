// Links what is new on a server to what is gone from it: a tool that comes back under another name with another text is a rug pull that pins
// alone would show as one removal and one harmless addition (T04). A hint for who reviews, never a reason to let anything through.

import { canonicalJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { describedBy } from './definition-texts.ts';
import { isObject, own } from './schema/keywords.ts';
import { toSkeleton } from '../base/index.ts';

/** A definition that vanished and the one that seems to have taken its place. */
export interface Likeness {
  readonly name: string;
  /** 0: nothing in common; 1: the same but for the name. */
  readonly score: number;
}

/** Of unrelated tools of one server hardly any pair comes this far; a renamed one with an edited text always does. */
const LEAST = 0.5;
/** Text beyond this adds nothing to the likeness, and what a stranger sends must not decide what a comparison costs. */
const MAX_CHARS = 8_000;

/** What a definition is compared by. Made once where one is compared with many. */
export interface Trace {
  readonly name: ReadonlyMap<string, number>;
  readonly description: ReadonlyMap<string, number>;
  readonly schema: ReadonlyMap<string, number>;
}

/** Prepares a definition for comparison. */
export function traceOf(name: string, definition: JsonValue): Trace {
  const schema = isObject(definition) ? (own(definition, 'inputSchema') ?? own(definition, 'arguments') ?? null) : null;
  return {
    name: trigrams(toSkeleton(name).toLowerCase()),
    description: trigrams(toSkeleton(describedBy(definition).slice(0, MAX_CHARS)).toLowerCase()),
    schema: trigrams(canonicalJson(schema).slice(0, MAX_CHARS)),
  };
}

/** How alike two definitions are, from 0 to 1: what they do counts more than what they are called. */
export function likeness(one: Trace, other: Trace): number {
  return 0.2 * overlap(one.name, other.name) + 0.4 * overlap(one.description, other.description) + 0.4 * overlap(one.schema, other.schema);
}

/** The vanished definition that a new one resembles most, if it resembles any. */
export function resembles(
  fresh: { readonly name: string; readonly definition: JsonValue },
  vanished: readonly { readonly name: string; readonly definition: JsonValue }[],
): Likeness | undefined {
  const trace = traceOf(fresh.name, fresh.definition);
  let best: Likeness | undefined;
  for (const { name, definition } of vanished) {
    const score = likeness(trace, traceOf(name, definition));
    if (score >= LEAST && score > (best?.score ?? 0)) best = { name, score };
  }
  return best;
}

function trigrams(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const padded = `  ${text} `;
  for (let at = 0; at + 3 <= padded.length; at += 1) {
    const three = padded.slice(at, at + 3);
    counts.set(three, (counts.get(three) ?? 0) + 1);
  }
  return counts;
}

/** Dice's coefficient over the trigrams, each counted as often as it occurs. */
function overlap(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  let common = 0;
  let total = 0;
  for (const [three, count] of one) {
    common += Math.min(count, other.get(three) ?? 0);
    total += count;
  }
  for (const count of other.values()) total += count;
  return (2 * common) / total;
}
