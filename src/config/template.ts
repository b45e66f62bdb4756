// `${NAME}` and `${NAME:-default}` in the texts of a config: values from the environment. `$$` is a literal dollar sign; any other `$` is itself.
// The environment gives values, never structure: what it holds is one text, whatever characters are in it.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ValuePart } from '../servers/index.ts';

/** The environment, as a plain object. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What is wrong with a text, as the end of a sentence about it, and what to write. */
export interface TemplateMistake {
  readonly message: string;
  readonly fix: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Splits a text into what is literal and what comes from the environment. */
export function parseTemplate(text: string): Result<readonly ValuePart[], TemplateMistake> {
  const parts: ValuePart[] = [];
  let literal = '';
  for (let i = 0; i < text.length;) {
    const dollar = text.indexOf('$', i);
    const next = dollar < 0 ? '' : text[dollar + 1];
    if (next === '{') {
      const close = text.indexOf('}', dollar);
      if (close < 0) return fail({ message: 'has a ${ without its }', fix: 'Close it, or write $${ for the two characters themselves.' });
      const inside = text.slice(dollar + 2, close);
      const split = inside.indexOf(':-');
      const name = split < 0 ? inside : inside.slice(0, split);
      if (!NAME.test(name)) {
        return fail({
          message: `has \${${inside}}, which names no environment variable`,
          fix: 'Write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves.',
        });
      }
      literal += text.slice(i, dollar);
      if (literal !== '') parts.push({ text: literal });
      literal = '';
      parts.push(split < 0 ? { env: name } : { env: name, fallback: inside.slice(split + 2) });
      i = close + 1;
    } else if (dollar < 0) {
      literal += text.slice(i);
      i = text.length;
    } else {
      literal += text.slice(i, dollar + 1);
      i = dollar + (next === '$' ? 2 : 1);
    }
  }
  if (literal !== '' || parts.length === 0) parts.push({ text: literal });
  return ok(parts);
}

/** The text with everything from the environment filled in. As in a shell, a fallback also stands in for an empty variable. */
export function interpolate(text: string, env: Env): Result<string, TemplateMistake> {
  if (!text.includes('$')) return ok(text);
  const parts = parseTemplate(text);
  if (!parts.ok) return parts;
  let filled = '';
  for (const part of parts.value) {
    if ('text' in part) filled += part.text;
    if (!('env' in part)) continue;
    const value = envValue(part, env);
    if (value === undefined)
      return fail({ message: unsetMessage(part.env), fix: `Set ${part.env}, or write a default: \${${part.env}:-…}.` });
    filled += value;
  }
  return ok(filled);
}

/** The value of a reference to the environment. */
export function envValue(part: { readonly env: string; readonly fallback?: string | undefined }, env: Env): string | undefined {
  const value = env[part.env];
  return part.fallback !== undefined && (value === undefined || value === '') ? part.fallback : value;
}

/** What is said of a text that needs a variable that is not there. */
export function unsetMessage(name: string): string {
  return `needs the environment variable ${name}, which is not set`;
}
