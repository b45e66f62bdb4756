// Globs over names: `*` is any run of characters, also none; `?` is exactly one character; everything else is itself. Whole name, case
// as written. Never a RegExp: a pattern may not cost more than (its length × the name's length), whatever the name.

/** Longest pattern that a document may hold; with it the price of a match is linear in the name. */
export const MAX_GLOB_LENGTH = 256;

export type Matcher = (name: string) => boolean;

/** Whether a pattern has a wildcard at all. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?');
}

/** The text in front of the first wildcard: every name that matches begins with it. */
export function literalPrefix(pattern: string): string {
  let end = 0;
  while (end < pattern.length && pattern[end] !== '*' && pattern[end] !== '?') end++;
  return pattern.slice(0, end);
}

/** Compiles a pattern; the common shapes get the cheapest test that decides them. */
export function compileGlob(pattern: string): Matcher {
  if (!isGlob(pattern)) return (name) => name === pattern;
  const prefix = literalPrefix(pattern);
  if (pattern === `${prefix}*`) return prefix === '' ? () => true : (name) => name.startsWith(prefix);
  if (prefix === '' && pattern[0] === '*' && !isGlob(pattern.slice(1))) {
    const suffix = pattern.slice(1);
    return (name) => name.endsWith(suffix);
  }
  // By code points, so that `?` is one character also where UTF-16 takes two units for it: with units, a deny rule for
  // `tool?` would not see a name that ends in an emoji.
  const parts = Array.from(pattern);
  return (name) => matches(parts, name);
}

/** Two pointers and one place to go back to: on a mismatch the last `*` takes one more character. */
function matches(parts: readonly string[], name: string): boolean {
  let p = 0;
  let n = 0;
  let starPart = -1;
  let starName = 0;
  while (n < name.length) {
    const part = parts[p];
    const width = widthAt(name, n);
    if (part === '*') {
      starPart = p++;
      starName = n;
    } else if (part !== undefined && (part === '?' || (part.length === width && name.startsWith(part, n)))) {
      p++;
      n += width;
    } else if (starPart >= 0) {
      p = starPart + 1;
      starName += widthAt(name, starName);
      n = starName;
    } else {
      return false;
    }
  }
  while (parts[p] === '*') p++;
  return p === parts.length;
}

/** UTF-16 units of the character at an index; a lone surrogate counts as a character of its own. */
function widthAt(name: string, index: number): number {
  const point = name.codePointAt(index);
  return point !== undefined && point > 0xffff ? 2 : 1;
}

/** Whether every name that `narrow` matches is matched by `wide` too. Says yes only where it is sure. */
export function coversGlob(wide: string, narrow: string): boolean {
  const [outer, inner] = [ordered(wide), ordered(narrow)];
  // By wildcard matching of the one pattern against the other, where `?` takes any one character or `?`, and `*` anything.
  let reached = new Set([0]);
  const skipStars = (places: ReadonlySet<number>): Set<number> => {
    const all = new Set(places);
    for (const place of all) if (outer[place] === '*') all.add(place + 1);
    return all;
  };
  reached = skipStars(reached);
  for (const token of inner) {
    const next = new Set<number>();
    for (const place of reached) {
      const own = outer[place];
      if (own === '*') next.add(place);
      else if (own !== undefined && token !== '*' && (own === '?' || own === token)) next.add(place + 1);
    }
    reached = skipStars(next);
  }
  return reached.has(outer.length);
}

/** In a run of wildcards the `?` come first, and one `*` is enough: that matches the same names, and is written one way only. */
function ordered(pattern: string): readonly string[] {
  // By code points, as globs match them.
  return Array.from(pattern.replace(/[*?]+/g, (run) => run.replaceAll('*', '') + (run.includes('*') ? '*' : '')));
}
