// Directive language: text that gives orders to the model which reads it. Families of intent, in English and for the three that matter most in other
// languages. What is certain enough to hold back a definition is `high`; in answers all of it is only tagged, for every issue tracker quotes such text.

import type { Detector } from '../types.ts';
import { DATA_DIRECTIVES } from './directives-data.ts';
import { FOREIGN_DIRECTIVES } from './directives-foreign.ts';
import { INSTRUCTION_DIRECTIVES } from './directives-instructions.ts';
import { SECRECY_DIRECTIVES } from './directives-secrecy.ts';
import { TOOL_DIRECTIVES } from './directives-tools.ts';

/** All of it. */
export const DIRECTIVES: readonly Detector[] = [
  ...INSTRUCTION_DIRECTIVES,
  ...SECRECY_DIRECTIVES,
  ...TOOL_DIRECTIVES,
  ...DATA_DIRECTIVES,
  ...FOREIGN_DIRECTIVES,
];
