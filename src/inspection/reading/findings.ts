// What was found in one message, until it can be said. A finding may reach from one window into the next, where more of it, or another one, is found:
// what overlaps is said together, so that whoever takes it out has all of it in hand. Of one class, findings that overlap are one.

import type { Found } from '../types.ts';
import { byBeginning, createLane } from './lane.ts';
import type { Lane } from './lane.ts';

/** The findings of one message, in the order in which they may be said. */
export interface Findings {
  /** A message begins. */
  begin(): void;
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
  let lanes = createLanes();
  let ready: Found[] = [];
  let settled = 0;
  let isHolding = false;

  /** The last offset up to `limit` that no finding stands across, or one that is too far in front of it. */
  const clearCut = (limit: number): number => {
    let cut = limit;
    for (let before = Number.NaN; cut !== before && limit - cut <= maxHeldBytes;) {
      before = cut;
      for (const lane of lanes.all) cut = lane.across(cut)?.start ?? cut;
    }
    return cut;
  };

  return {
    begin: () => {
      if (lanes.all.length > 0) lanes = createLanes();
      ready = [];
      settled = 0;
      isHolding = false;
    },
    add: (found) => {
      const one = found.start >= settled ? found : { ...found, start: settled, end: Math.max(settled, found.end) };
      if (one.end <= settled) {
        ready.push(one);
        return;
      }
      lanes.of(one).add(one);
      isHolding = true;
    },
    settle: (limit) => {
      // Asked after every look, while a piece of something may hold back what was found in thousands of them.
      if (limit <= settled) return;
      if (!isHolding) {
        settled = limit;
        return;
      }
      const cut = clearCut(limit);
      settled = Math.max(settled, limit - cut <= maxHeldBytes ? cut : limit);
      const decided: Found[] = [];
      isHolding = false;
      for (const lane of lanes.all) {
        for (const found of lane.takeUpTo(settled)) decided.push(found);
        isHolding ||= !lane.isEmpty();
      }
      if (decided.length > 1) decided.sort(byBeginning);
      for (const found of decided) ready.push(found);
    },
    settled: () => settled,
    take: () => {
      if (ready.length === 0) return NOTHING;
      const taken = ready;
      ready = [];
      return taken;
    },
  };
}

/** One for each class, one for what of a class is never acted upon, as it must not weaken what is, and one for what stands nowhere in particular. */
function createLanes(): { readonly all: readonly Lane[]; of(found: Found): Lane } {
  const all: Lane[] = [];
  const known = { acted: new Map<string, Lane>(), low: new Map<string, Lane>(), message: new Map<string, Lane>() };
  return {
    all,
    of: (found) => {
      const lanes = found.kind === 'message' ? known.message : found.confidence === 'low' ? known.low : known.acted;
      const lane = lanes.get(found.class) ?? createLane();
      if (!lanes.has(found.class)) {
        lanes.set(found.class, lane);
        all.push(lane);
      }
      return lane;
    },
  };
}
