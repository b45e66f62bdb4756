// What compiling a condition is made of: its parts, what they run on, and how a compilation ends that cannot go on.

import type { ConditionMistake } from './language.ts';
import type { Failure, Steps } from './steps.ts';
import type { Value } from './values.ts';

/** What a condition may read; undefined: there is none here. */
export interface Facts {
  readonly agent: Value;
  readonly server: Value;
  readonly tool: Value | undefined;
  readonly args: Value | undefined;
  readonly request: Value;
  readonly taint?: Value | undefined;
  readonly findings?: Value | undefined;
}

/** What a condition runs on. `item`: the element that a loop is at. */
export interface Frame {
  readonly facts: Facts;
  readonly steps: Steps;
  item: Value;
}

/** A part of a condition, ready to run. */
export type Part = (frame: Frame) => Value | Failure;

/** Where a part stands. */
export interface Scope {
  readonly reads: Set<string>;
  /** The name of the element, inside a loop. */
  readonly item: string | undefined;
}

/** The mistake that ends a compilation; thrown and caught in this folder only. */
export class NotACondition extends Error {
  readonly mistake: ConditionMistake;

  constructor(mistake: ConditionMistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** Ends the compilation. */
export function refuse(message: string, fix?: string): never {
  throw new NotACondition({ message, fix });
}
