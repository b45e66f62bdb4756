// What looking costs, in steps: about as much as looking at so many bytes once. It is counted by what is there to be looked at, not by the clock: the same
// message always costs the same.

import type { Budget, Cost } from './types.ts';

/** A literal or a run was found: whose it is, and whether they want it here. */
export const STEPS_PER_LITERAL = 4;
export const STEPS_PER_ANCHOR = 8;
/** A window is opened: its bytes become text. What a pattern does in it is counted as it does it (run-program.ts). */
export const STEPS_PER_WINDOW = 20;
export const CHARACTERS_OPENED_PER_STEP = 8;
/** A validator or a reader is asked, and looks at so many characters: when it does not say what that costs. */
export const DEFAULT_COST: Cost = { look: 60, character: 1 };
/** A byte of a text is folded; of one with characters beyond ASCII, each is looked up. */
export const STEPS_PER_FOLDED_BYTE = 1;
export const STEPS_PER_FOLDED_WIDE_BYTE = 4;
/** Something was found: it has to be kept and sorted. */
export const STEPS_PER_HIT = 50;
/** A text is looked at, however short it is. */
export const STEPS_PER_LOOK = 24;
/** Something is said of a message: it has a path, and a place among the others. */
export const STEPS_PER_FINDING = 32;

/** Takes steps from the budget; false when they are not there, and then nothing more is done. */
export function spend(budget: Budget, steps: number): boolean {
  budget.left -= steps;
  return budget.left >= 0;
}

/** Whether something was left undone. */
export function isSpent(budget: Budget): boolean {
  return budget.left < 0;
}

/** Runs what is written for one detector: when it throws that is counted, and the others go on. */
export function contain<T>(budget: Budget, run: () => T): T | undefined {
  try {
    return run();
  } catch {
    budget.failures += 1;
    return undefined;
  }
}
