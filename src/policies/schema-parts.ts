// What rules and limits have in common as people write them: whom and what they are about.

import * as z from 'zod';
import { MAX_GLOB_LENGTH } from '../base/index.ts';

/** A label of a tool. */
export const labelSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must begin with a lowercase letter and hold at most 63 lowercase letters, digits and hyphens');

/** A list of globs over names. */
export const globs = (description: string, example: readonly string[]) =>
  z
    .array(z.string().min(1, 'must not be empty').max(MAX_GLOB_LENGTH, `must have at most ${MAX_GLOB_LENGTH} characters`))
    .min(1, 'must not be empty: leave it out, or write ["*"] for all')
    .max(1000, 'must have at most 1000 entries')
    .meta({ description: `${description} \`*\` is any run of characters, \`?\` one character.`, examples: [example] });
