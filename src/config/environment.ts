// Fills the environment into a whole document, except where a value is to stay a reference: there it may be a secret, and secrets are not
// in the config, the snapshot, or the memory of the processes that read those.

import { interpolate, parseTemplate } from './template.ts';
import type { Env } from './template.ts';
import type { Mistake } from './explain.ts';
import type { Path } from './yaml.ts';

/** A document with the environment filled in. */
export interface Filled {
  readonly value: unknown;
  /** Paths (as JSON) of the texts that changed. */
  readonly changed: ReadonlySet<string>;
  readonly mistakes: readonly Mistake[];
  /** Where a variable that sounds like a secret was filled in. */
  readonly exposed: readonly { readonly path: Path; readonly name: string }[];
}

const SOUNDS_SECRET = /token|secret|password|passwd|credential|(api|access|private)[_-]?key/i;

/** Whether a name is one that people give to secrets. */
export function soundsSecret(name: string): boolean {
  return SOUNDS_SECRET.test(name);
}

/** Fills in every text that `keep` does not want kept. */
export function fillIn(value: unknown, env: Env, keep: (path: Path) => boolean): Filled {
  const changed = new Set<string>();
  const mistakes: Mistake[] = [];
  const exposed: { path: Path; name: string }[] = [];
  const fillText = (text: string, path: Path): string => {
    if (keep(path)) return text;
    const filled = interpolate(text, env);
    if (!filled.ok) {
      mistakes.push({ path, part: 'value', ...filled.error });
      return text;
    }
    if (filled.value !== text) changed.add(JSON.stringify(path));
    for (const name of variablesOf(text)) {
      if (soundsSecret(name)) exposed.push({ path, name });
    }
    return filled.value;
  };
  const visit = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') return fillText(node, path);
    if (Array.isArray(node)) return node.map((item, i) => visit(item, [...path, i]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return { value: visit(value, []), changed, mistakes, exposed };
}

/** The variables that a value as written takes from the environment, each once. */
export function variablesIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node === 'string') for (const name of variablesOf(node)) found.add(name);
    else if (Array.isArray(node)) node.forEach(visit);
    else if (typeof node === 'object' && node !== null) {
      if ('env' in node && typeof node.env === 'string') found.add(node.env);
      Object.values(node).forEach(visit);
    }
  };
  visit(value);
  return [...found];
}

function variablesOf(text: string): readonly string[] {
  if (!text.includes('${')) return [];
  const parts = parseTemplate(text);
  return parts.ok ? parts.value.flatMap((part) => ('env' in part ? [part.env] : [])) : [];
}
