// Most runs of digits are counts, times, sums and versions. What may be a number of somebody says so: by the lengths of its groups, by a letter or a mark right
// beside it, or by a word near it. Everything else is told here, from its bytes.

import type { Glance } from '../types.ts';
import { isInCode } from './code-edges.ts';
import { toWords } from './context.ts';
import type { Words } from './context.ts';
import { createGroupGlance } from './group-glance.ts';
import type { NumberKind } from './groups.ts';
import { createNearbyWords } from './nearby-words.ts';
import { isSumOrTime } from './sums.ts';

/** What a reader of numbers is shown around a run. */
const SHOWN_BEFORE = 72;
const SHOWN_AFTER = 64;
/** Names that are remembered; there are few in one answer. */
const MAX_NAMES = 256;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Glances for these kinds of numbers, and for what these words speak of. */
export function createNumberGlance(kinds: readonly NumberKind[], alsoSpoken: readonly Words[]): Glance {
  const lists = [...kinds.flatMap(({ context }) => context ?? []), ...alsoSpoken];
  const nearby = createNearbyWords(lists, SHOWN_BEFORE, SHOWN_AFTER);
  const groups = createGroupGlance(kinds);
  const names = new Map<string, boolean>();
  let bytes = NO_BYTES;
  let begin = 0;
  let stop = 0;
  let isTold = false;

  const speaks = (name: string): boolean => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const text = toWords(name);
    const verdict = lists.some(({ test }) => test(text));
    if (names.size === MAX_NAMES) names.clear();
    names.set(name, verdict);
    return verdict;
  };

  return {
    begin: (next, from, to, key) => {
      bytes = next;
      begin = from;
      stop = to;
      isTold = key !== '' && speaks(key);
      nearby.begin(next, from, to);
    },
    skips: (start, end) => {
      if (isSumOrTime(bytes, start, end)) return true;
      if (isTold || isInCode(bytes, begin, start, end, stop)) return false;
      const count = groups.read(bytes, start, end);
      return !groups.mayBeOne() && !nearby.areNear(start, end, count === 1);
    },
    end: () => {
      bytes = NO_BYTES;
      nearby.end();
    },
  };
}
