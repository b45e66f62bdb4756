// Every value of a config, and who says so: the file (and what of the environment is in it), or nobody, so that it is the default. For people who wonder why
// something is as it is. What may be a secret is listed without its value. Of the policy, which is looked at elsewhere, there is what is not a rule.

import { createPathDescriber } from './describe-path.ts';
import { readDocument } from './document.ts';
import { variablesIn } from './environment.ts';
import { createHiding } from './hide-secrets.ts';
import { configJsonSchema } from './json-schema.ts';
import { isDecoyPlace, isSecretPlace } from './parse.ts';
import { formatPath } from './problem.ts';
import { configSchema } from './schema.ts';
import type { Env } from './template.ts';
import { readYaml } from './yaml.ts';
import type { Path } from './yaml.ts';

/** One value. */
export interface Setting {
  /** `servers.files.args`. */
  readonly path: string;
  /** Undefined: it may be a secret. */
  readonly value: unknown;
  readonly source: { readonly kind: 'default' } | { readonly kind: 'file'; readonly line: number; readonly variables: readonly string[] };
  readonly description: string;
  /** Undefined: there is none. */
  readonly byDefault: unknown;
}

const KEPT_APART: ReadonlySet<string> = new Set(['rules', 'cases', 'limits']);

/** Lists the values of a config text that can be used; of another one there are none. */
export function listSettings(text: string, env: Env): readonly Setting[] {
  const raw = readYaml(text);
  const document = readDocument(text, { file: '', schema: configSchema, env, keep: isSecretPlace, isOpen: isDecoyPlace });
  if (!raw.ok || document.value === undefined) return [];
  const written = raw.value;
  const describe = createPathDescriber(configJsonSchema());
  const hide = createHiding((path) => isSecretPlace(path) || isDecoyPlace(path));
  return leavesOf(document.value, []).map(({ path, value }): Setting => {
    const found = valueAt(written.value, path);
    const variables = found === undefined ? [] : variablesIn(found);
    return {
      path: formatPath(path),
      value: hide(path, value, variables),
      source: found === undefined ? { kind: 'default' } : { kind: 'file', line: written.locate(path, 'key').line, variables },
      ...describe(path),
    };
  });
}

interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

/** What holds nothing else. Lists of plain values are one; a reference to a secret is one too. */
function leavesOf(value: unknown, path: Path): readonly Leaf[] {
  if (typeof value !== 'object' || value === null || isSecretPlace(path)) return value === undefined ? [] : [{ path, value }];
  if (Array.isArray(value)) {
    const isPlain = value.every((element) => typeof element !== 'object' || element === null);
    return isPlain ? [{ path, value }] : value.flatMap((element, at) => leavesOf(element, [...path, at]));
  }
  const members = Object.entries(value);
  if (members.length === 0) return path.length === 0 ? [] : [{ path, value: {} }];
  return members.flatMap(([name, member]): readonly Leaf[] => {
    if (path[0] === 'policy' && path.length === 1 && KEPT_APART.has(name)) return [{ path: [...path, name], value: countOf(member) }];
    return leavesOf(member, [...path, name]);
  });
}

function countOf(member: unknown): number {
  return typeof member === 'object' && member !== null ? Object.keys(member).length : 0;
}

/** Undefined: nothing is written there. */
function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), root);
}
