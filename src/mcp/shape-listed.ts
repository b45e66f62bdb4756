// Listed tools, prompts and resources for an older reader: members that its revision does not have are left out. Most readers ignore
// them, but some check strictly, and what a revision has no word for cannot be meant.

import { isArray, isObject } from './json-value.ts';
import { mapChanged } from './shape-content.ts';
import type { JsonObject, JsonValue } from './types.ts';

/** The member of a wrapped value, and of the schema that describes it. */
export const WRAPPED = 'value';

/** Remembers which tools were listed with a wrapped output schema, so that their results are wrapped alike. */
export interface WrappedTools {
  /** False: there are too many; the schema is left out instead. */
  add(tool: string): boolean;
  delete(tool: string): void;
}

type Since = ReadonlyMap<string, string>;

/** Members that came later than 2024-11-05, and when. */
const TOOL: Since = new Map([
  ['annotations', '2025-03-26'],
  ['title', '2025-06-18'],
  ['outputSchema', '2025-06-18'],
  ['_meta', '2025-06-18'],
  ['icons', '2025-11-25'],
  ['execution', '2025-11-25'],
]);
const OTHER: Since = new Map([
  ['title', '2025-06-18'],
  ['_meta', '2025-06-18'],
  ['icons', '2025-11-25'],
]);
const IMPLEMENTATION: Since = new Map([
  ['title', '2025-06-18'],
  ['icons', '2025-11-25'],
  ['websiteUrl', '2025-11-25'],
  ['description', '2025-11-25'],
]);

/** A listed tool. `wrapped` is given where the server may describe outputs that are no objects (2026-07-28). */
export function shapeTool(tool: JsonValue, revision: string, wrapped?: WrappedTools): JsonValue {
  const known = without(tool, TOOL, revision);
  if (wrapped === undefined || !isObject(known) || typeof known['name'] !== 'string') return known;
  const { outputSchema, execution, ...rest } = known;
  // What it says is about tasks, which nobody carries between the eras.
  const plain = execution === undefined ? known : outputSchema === undefined ? rest : { ...rest, outputSchema };
  if (outputSchema === undefined || (isObject(outputSchema) && outputSchema['type'] === 'object')) {
    wrapped.delete(known['name']);
    return plain;
  }
  const refers = JSON.stringify(outputSchema).includes('"$'); // A reference counts from the root, which would be another one.
  if (refers || !wrapped.add(known['name'])) return rest;
  return { ...rest, outputSchema: { type: 'object', properties: { [WRAPPED]: outputSchema }, required: [WRAPPED] } };
}

/** A listed prompt. */
export function shapePrompt(prompt: JsonValue, revision: string): JsonValue {
  const known = without(prompt, OTHER, revision);
  if (!isObject(known) || !isArray(known['arguments'])) return known;
  const args = known['arguments'];
  const shaped = mapChanged(args, (argument) => without(argument, OTHER, revision));
  return shaped === args ? known : { ...known, arguments: shaped };
}

/** A listed resource or template. */
export function shapeResource(resource: JsonValue, revision: string): JsonValue {
  return without(resource, OTHER, revision);
}

/** What a server or a client says about itself. */
export function shapeImplementation(implementation: JsonObject, revision: string): JsonObject {
  return without(implementation, IMPLEMENTATION, revision);
}

function without<T extends JsonValue>(value: T, since: Since, revision: string): T | JsonObject {
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.filter(([name]) => (since.get(name) ?? '') <= revision);
  return kept.length === entries.length ? value : Object.fromEntries(kept);
}
