// Finds, among many patterns, the ones that match a name, without trying them all: exact names by one look-up, globs by the text in front
// of their first wildcard. The price of a question grows with the patterns that share a beginning with the name, not with all there are.

import { compileGlob, isGlob, literalPrefix, type Matcher } from '../base/index.ts';

/** A pattern of the rule at this place in the document. */
export interface Entry {
  readonly pattern: string;
  readonly order: number;
}

/** Answer of `first` when nothing matches; greater than every order. */
export const NONE = Infinity;

export interface NameIndex {
  /** The lowest order whose pattern matches, or NONE. */
  first(name: string): number;
  /** Adds every order of which a pattern matches. */
  collect(name: string, into: Set<number>): void;
}

interface Glob {
  readonly order: number;
  readonly match: Matcher;
}

/** Builds the index. Entries must come in ascending order. */
export function createNameIndex(entries: readonly Entry[]): NameIndex {
  const exact = new Map<string, number[]>();
  const globs = new Map<string, Glob[]>();
  for (const { pattern, order } of entries) {
    if (isGlob(pattern)) push(globs, literalPrefix(pattern), { order, match: compileGlob(pattern) });
    else push(exact, pattern, order);
  }
  const lengths = [...new Set([...globs.keys()].map((prefix) => prefix.length))].sort((a, b) => a - b);

  return {
    first(name) {
      let best = exact.get(name)?.[0] ?? NONE;
      for (const length of lengths) {
        if (length > name.length) break;
        for (const glob of globs.get(name.slice(0, length)) ?? []) {
          if (glob.order >= best) break;
          if (glob.match(name)) best = glob.order;
        }
      }
      return best;
    },
    collect(name, into) {
      for (const order of exact.get(name) ?? []) into.add(order);
      for (const length of lengths) {
        for (const glob of globs.get(name.slice(0, length)) ?? []) {
          if (glob.match(name)) into.add(glob.order);
        }
      }
    },
  };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
