// What the sweep for hidden characters finds, and how its parts say so.

import type { Sought } from '../types.ts';

/** Everything that is found, in no order that means anything. */
const FINDS = {
  /** A second, invisible alphabet; three flags are spelled with it and nothing else (Unicode TR51). */
  'tag-characters': 'high',
  /** Selectors that select nothing: 256 of them are bytes that nobody sees. */
  'variation-selectors': 'high',
  /** Joiners, breaks and fillers in runs, or between the letters of scripts that need none. */
  'zero-width': 'high',
  /** One of these alone in a word: mostly left behind by a word processor. */
  'zero-width-lone': 'low',
  /** Text shown in another order than it is read by a model (CVE-2021-42574). */
  'bidi-override': 'high',
  'bidi-unbalanced': 'low',
  /** Deprecated format characters, interlinear annotations, invisible operators outside of formulas. */
  'format-character': 'medium',
  'terminal-conceal': 'high',
  /** Moves the cursor, erases, sets titles, makes links: what a terminal shows is not what is there. */
  'terminal-control': 'medium',
  'carriage-return': 'medium',
  /** Lets a terminal show another text than is there. */
  'control-character': 'medium',
  /** Other control characters: zero bytes between names of files, separators of old formats, bells, C1 characters of misread texts. */
  'control-separator': 'low',
  /** Letters of several scripts in one word, which looks like a word of one. */
  'look-alike-letters': 'low',
  /** Latin words in full-width, mathematical, circled letters or small capitals. */
  'styled-letters': 'low',
} as const satisfies Record<string, Sought['confidence']>;

export type HiddenType = keyof typeof FINDS;

const NAMES: readonly string[] = Object.keys(FINDS);

export const HIDDEN_FINDS: readonly Sought[] = Object.entries(FINDS).map(([name, confidence]) => ({ name, class: 'hidden', confidence }));

export function indexOfFind(type: HiddenType): number {
  return NAMES.indexOf(type);
}

/** Takes what was found: from a character to behind the last one, by their indices. */
export type Mark = (type: HiddenType, from: number, to: number) => void;
