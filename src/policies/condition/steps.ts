// What keeps a condition short: every part of it that runs spends steps, and who has none left answers nothing but that. Counted, not timed, so
// that the same question has the same answer on every machine. Arguments come from strangers, and the worker has one thread.

/**
 * Steps that all conditions of one judgement share. A rule of everyday spends ten to a hundred; a part of a condition takes some 50 ns, and
 * the worst pattern over the worst text 0.1 µs for what `COMPARED_PER_STEP` and `MATCHED_PER_STEP` say of one step.
 */
export const MAX_STEPS = 50_000;

/** Characters that one step walks over, where a text is read once. */
const READ_PER_STEP = 64;
/** Products of two lengths in one step, where one text is looked for in another. */
const COMPARED_PER_STEP = 256;
/** Products of a text's length and a pattern's instructions in one step. */
const MATCHED_PER_STEP = 8;

/** What is left of the budget. Mutable; less than nothing means that it was not enough. */
export interface Steps {
  left: number;
}

/** Why a condition has no answer. An answer of its own and not an exception: the walk over a list may meet thousands of them. */
export class Failure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The failure of a condition that did not end within its steps. */
export const EXHAUSTED: Failure = Object.freeze(new Failure(`it takes more than ${MAX_STEPS} steps on these arguments`));

/** A full budget. */
export function createSteps(): Steps {
  return { left: MAX_STEPS };
}

/** Takes steps; false: there are none left, and the answer is EXHAUSTED. */
export function spend(steps: Steps, count: number): boolean {
  steps.left -= count;
  return steps.left >= 0;
}

/** The price of reading a text, or a list, once. */
export function priceOfReading(length: number): number {
  return Math.ceil(length / READ_PER_STEP);
}

/** The price of looking for a text in a text. */
export function priceOfSearching(length: number, sought: number): number {
  return Math.ceil((length * Math.max(1, sought)) / COMPARED_PER_STEP);
}

/** The price of holding a text against a pattern. */
export function priceOfMatching(length: number, instructions: number): number {
  return Math.ceil(((length + 1) * instructions) / MATCHED_PER_STEP);
}
