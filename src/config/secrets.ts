// Turns the references of an environment or header value into the value itself. Only who may read secrets (the keeper, and `check` to see
// whether they can be read) calls this; the result is a Secret even where all of it was literal.

import { fail, ok, Secret } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ValueSource } from '../servers/index.ts';
import type { Files } from './files.ts';
import { envValue, unsetMessage } from './template.ts';
import type { Env } from './template.ts';

/** Why a value cannot be had, as a sentence that names the reference and never the value. */
export type Unresolved = { readonly message: string; readonly fix: string };

/** Resolves a value; the first reference that fails is the reason. */
export function resolveValue(source: ValueSource, env: Env, files: Files): Result<Secret, Unresolved> {
  let text = '';
  for (const part of source) {
    if ('text' in part) {
      text += part.text;
    } else if ('env' in part) {
      const value = envValue(part, env);
      if (value === undefined) return fail({ message: unsetMessage(part.env), fix: `Set ${part.env} where the gateway is started.` });
      text += value;
    } else {
      const content = files.read(part.file);
      if (!content.ok)
        return fail({
          message: `needs the file ${part.file}, which ${content.error}`,
          fix: 'Correct the path, or let the user of the gateway read the file.',
        });
      // Editors and `echo` end a file with a line break that nobody means to be part of a secret.
      text += content.value.replace(/\r?\n$/, '');
    }
  }
  return ok(new Secret(text));
}
