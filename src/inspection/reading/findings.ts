// What was found in one message, until it can be said. A finding may reach from one window into the next, where more of it, or another one, is found:
// what overlaps is said together, so that whoever takes it out has all of it in hand. Of one class, findings that overlap are one.

import type { Found } from '../types.ts';

/** The findings of one message, in the order in which they may be said. */
export interface Findings {
  add(found: Found): void;
  /** Everything in front of that offset was looked at. */
  settle(limit: number): void;
  /** Everything in front of this offset is decided. */
  settled(): number;
  /** What is decided and was not taken yet. */
  take(): readonly Found[];
}

const NOTHING: readonly Found[] = [];

/** Collects the findings of a message. What overlaps is kept back for at most `maxHeldBytes`; then it is cut there, and said as two. */
export function createFindings(maxHeldBytes: number): Findings {
  let open: Found[] = [];
  let ready: Found[] = [];
  let settled = 0;

  const settle = (limit: number): void => {
    if (open.length === 0) {
      settled = Math.max(settled, limit);
      return;
    }
    const ordered = inOrder(open, settled);
    const cut = clearCut(ordered, limit);
    open = [];
    if (limit - cut <= maxHeldBytes) {
      settled = Math.max(settled, cut);
      for (const found of ordered) (found.start < cut || found.end <= cut ? ready : open).push(found);
      return;
    }
    settled = Math.max(settled, limit);
    for (const found of ordered) {
      if (found.start < limit || found.end <= limit) ready.push(found.end <= limit ? found : { ...found, end: limit });
      if (found.end > limit) open.push(found.start >= limit ? found : { ...found, start: limit });
    }
  };

  return {
    add: (found) => {
      open.push(found);
    },
    settle,
    settled: () => settled,
    take: () => {
      if (ready.length === 0) return NOTHING;
      const taken = ready;
      ready = [];
      return taken;
    },
  };
}

/** By their beginnings, none of them in front of what was decided, and those of one class apart from each other. */
function inOrder(open: readonly Found[], settled: number): readonly Found[] {
  const sorted = open.map((found) => (found.start >= settled ? found : { ...found, start: settled, end: Math.max(settled, found.end) }));
  sorted.sort((a, b) => a.start - b.start || b.end - a.end);
  const ordered: Found[] = [];
  /** Of each class, where its last finding stands in `ordered`. What is never acted upon counts as a class of its own: it must not weaken what is. */
  const last = new Map<string, number>();
  for (const found of sorted) {
    if (found.kind === 'message') {
      ordered.push(found);
      continue;
    }
    const group = found.confidence === 'low' ? `${found.class} low` : found.class;
    const place = last.get(group);
    const earlier = place === undefined ? undefined : ordered[place];
    if (place !== undefined && earlier !== undefined && found.start < earlier.end) {
      ordered[place] = united(earlier, found);
    } else {
      last.set(group, ordered.length);
      ordered.push(found);
    }
  }
  return ordered;
}

/** One finding for two that overlap: of the surer type, and of two that are as sure, of the one that is there as it stands. */
function united(earlier: Found, later: Found): Found {
  const isSurer = later.confidence === earlier.confidence ? later.layers.length < earlier.layers.length : later.confidence === 'high';
  return { ...(isSurer ? later : earlier), start: earlier.start, end: Math.max(earlier.end, later.end) };
}

/** The last offset up to `limit` that no finding stands across. */
function clearCut(ordered: readonly Found[], limit: number): number {
  let cut = limit;
  for (const found of ordered.toReversed()) if (found.start < cut && found.end > cut) cut = found.start;
  return cut;
}
