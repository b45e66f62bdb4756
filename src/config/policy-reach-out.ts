// What a policy text takes from outside of itself: other files, and the environment. Whoever has the file may write anything into it; whoever may only change
// the policy, from a browser perhaps, must not learn by that what is in other files and variables that the gateway can read.

import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { variablesIn } from './environment.ts';
import type { Mistake } from './explain.ts';
import type { Path } from './yaml.ts';

export interface ReachOut {
  /** The document as it stands in its file, and as it is to be. */
  readonly before: unknown;
  readonly after: unknown;
  /** The file that it stands in. Absolute. */
  readonly file: string;
  readonly dataFolder: string;
}

/** Everything that the new document takes from outside and the old one does not. */
export function findReachOut({ before, after, file, dataFolder }: ReachOut): readonly Mistake[] {
  const known = new Set(variablesIn(before));
  const mistakes: Mistake[] = [];
  const refuse = (path: Path, message: string, fix: string): void => void mistakes.push({ path, part: 'value', message, fix });
  if (memberOf(after, 'file') !== memberOf(before, 'file'))
    refuse(['file'], 'names another file', 'Write the rules here; where they stand is changed in the config file.');
  const cases = listOf(memberOf(before, 'cases'));
  for (const [at, pattern] of listOf(memberOf(after, 'cases')).entries())
    if (!cases.includes(pattern) && isOutside(pattern, file, dataFolder))
      refuse(['cases', at], 'leads out of the folder of the policy', 'Name files below it; others are named in the config file.');
  for (const { path, names } of variablesBelow(after, []))
    for (const name of names)
      if (!known.has(name))
        refuse(path, `takes ${name} from the environment`, 'Write the value; what the environment gives is written in the config file.');
  return mistakes;
}

/** Files of cases stand below the file of the policy, where people see them. */
function isOutside(pattern: unknown, file: string, dataFolder: string): boolean {
  if (typeof pattern !== 'string') return false;
  const isPlain = !isAbsolute(pattern) && pattern.split(/[\\/]/).every((part) => !part.startsWith('.') || part === '.');
  return !isPlain || `${resolve(dirname(file), pattern)}${sep}`.startsWith(`${dataFolder}${sep}`);
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
