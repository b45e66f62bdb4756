// What a policy text takes from outside of itself: other files, and the environment. Whoever has the file may write anything into it; whoever may only change
// the policy, from a browser perhaps, must not learn by that what is in other files and variables that the gateway can read.

import { basename, dirname, resolve } from 'node:path';
import { compileGlob, isGlob } from '../base/index.ts';
import { variablesIn } from './environment.ts';
import type { Mistake } from './explain.ts';
import type { Path } from './yaml.ts';

export interface ReachOut {
  /** The document as it stands in its file, and as it is to be. */
  readonly before: unknown;
  readonly after: unknown;
  /** The file that it stands in. Absolute. */
  readonly file: string;
}

/** Everything that the new document takes from outside and the old one does not. */
export function findReachOut({ before, after, file }: ReachOut): readonly Mistake[] {
  const known = new Set(variablesIn(before));
  const mistakes: Mistake[] = [];
  const refuse = (path: Path, message: string, fix: string): void => void mistakes.push({ path, part: 'value', message, fix });
  if (memberOf(after, 'file') !== memberOf(before, 'file'))
    refuse(['file'], 'names another file', 'Write the rules here; where they stand is changed in the config file.');
  const isKnownCase = knownCases(listOf(memberOf(before, 'cases')), file);
  for (const [at, pattern] of listOf(memberOf(after, 'cases')).entries())
    if (!isKnownCase(pattern))
      refuse(
        ['cases', at],
        'leads to files that hold no cases of this policy now',
        'Leave it as it is, or name one of the files of cases; where more of them are is written in the config file.',
      );
  for (const { path, names } of variablesBelow(after, []))
    for (const name of names)
      if (!known.has(name))
        refuse(path, `takes ${name} from the environment`, 'Write the value; what the environment gives is written in the config file.');
  return mistakes;
}

/**
 * Whether a pattern finds nothing but cases that are run already. What is wrong with a file of cases is told line by line, so that any other would tell what files
 * there are, and what is in them.
 */
function knownCases(patterns: readonly unknown[], file: string): (pattern: unknown) => boolean {
  const toPath = (pattern: string): string => resolve(dirname(file), pattern);
  const known = patterns.filter((pattern) => typeof pattern === 'string').map(toPath);
  return (pattern) => {
    // What is no text is refused by the schema.
    if (typeof pattern !== 'string') return true;
    const path = toPath(pattern);
    if (known.includes(path)) return true;
    const matches = (one: string): boolean => dirname(one) === dirname(path) && compileGlob(basename(one))(basename(path));
    return !isGlob(path) && !basename(path).startsWith('.') && known.some(matches);
  };
}

function variablesBelow(value: unknown, path: Path): readonly { readonly path: Path; readonly names: readonly string[] }[] {
  if (typeof value === 'string') return [{ path, names: variablesIn(value) }];
  if (typeof value !== 'object' || value === null) return [];
  const members: readonly (readonly [string | number, unknown])[] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return members.flatMap(([step, member]) => variablesBelow(member, [...path, step]));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
