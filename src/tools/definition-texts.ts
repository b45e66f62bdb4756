// The words of a definition: its name, its descriptions, the names of its arguments.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { isObject, own } from './schema/keywords.ts';

/** A definition as the lists of names know it. */
export interface NamedDefinition {
  readonly server: string;
  readonly name: string;
  readonly definition: JsonValue;
}

/** Levels of a schema that are looked through for names. */
const MAX_LEVELS = 64;

/** The texts that tell what a thing does, in the order in which they count. */
export function describedBy(definition: JsonValue): string {
  if (typeof definition === 'string') return definition;
  if (!isObject(definition)) return '';
  const annotations = own(definition, 'annotations');
  const texts = [own(definition, 'title'), own(definition, 'description'), isObject(annotations) ? own(annotations, 'title') : undefined];
  return texts.filter((text) => typeof text === 'string').join(' ');
}

/** The names of all arguments, at every level of the input schema, each as often as it stands there; of a prompt, those of its arguments. */
export function argumentNames(definition: JsonValue): readonly string[] {
  if (!isObject(definition)) return [];
  const names: string[] = [];
  const args = own(definition, 'arguments');
  if (Array.isArray(args)) for (const one of args) if (isObject(one) && typeof one['name'] === 'string') names.push(one['name']);
  gather(own(definition, 'inputSchema') ?? null, names, MAX_LEVELS);
  return names;
}

function gather(schema: JsonValue, names: string[], levels: number): void {
  if (levels === 0 || typeof schema !== 'object' || schema === null) return;
  if (!isObject(schema)) {
    for (const element of schema) gather(element, names, levels - 1);
    return;
  }
  const properties = own(schema, 'properties');
  if (isObject(properties)) names.push(...Object.keys(properties));
  for (const member of members(schema)) gather(member, names, levels - 1);
}

function members(schema: JsonObject): readonly JsonValue[] {
  return Object.entries(schema).flatMap(([name, member]) => {
    if (name === 'properties' && isObject(member)) return Object.values(member);
    return name === 'default' || name === 'const' || name === 'enum' || name === 'examples' ? [] : [member];
  });
}

/** A text as lower-case words; `readFile` and `read_file` are two words each. */
export function wordsOf(text: string): readonly string[] {
  const parted = text.replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  return (
    parted
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []
  );
}
