// How directive language is looked for: sentences of a few families of intent, each told by its verbs and what they are done to, never by a fixed text.

import type { Detector, Surface } from '../types.ts';

/** Where text that servers write reaches a model. What an agent sends to a server gives no orders to anybody here. */
export const SURFACES: readonly Surface[] = ['answer', 'question', 'definition'];

/** What makes a detector of a family: where looking begins, and what must stand there. */
export interface Directive {
  readonly name: string;
  readonly confidence: Detector['confidence'];
  readonly anchors: readonly string[];
  /** RE2 syntax, of which one must match; without regard to case, and over the ends of lines. */
  readonly patterns: readonly string[];
  readonly surfaces?: readonly Surface[];
  readonly before?: number;
  readonly after?: number;
}

/** A detector of a family. */
export function directive({ name, confidence, anchors, patterns, surfaces = SURFACES, before = 96, after = 192 }: Directive): Detector {
  return {
    name,
    class: 'directive',
    confidence,
    anchors: { kind: 'literals', literals: anchors },
    pattern: `(?is)${patterns.length === 1 ? patterns[0] : `(?:${patterns.join('|')})`}`,
    before,
    after,
    surfaces,
  };
}

/** One of these. */
export function oneOf(...words: readonly string[]): string {
  return `(?:${words.join('|')})`;
}

/** Between two words: white space, quotation marks, emphasis; in texts that were put together again, nothing. */
export const GAP = String.raw`[\s,:;*_"'’\x60()\[\]-]*`;

/** Words of the same sentence between, in characters. */
export function within(characters: number): string {
  return `[^.!?\\n]{0,${characters}}?`;
}
