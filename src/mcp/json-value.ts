// Telling JSON values apart. Reading a member whose name a stranger chose goes through `own`: 'constructor' is a fine
// name for an argument, and what Object.prototype keeps under it is not one.

import type { JsonObject, JsonValue } from './types.ts';

/** An object, neither array nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An array. */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The member itself, never what the prototype would lend. */
export function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a path of members and elements; undefined where the path ends early. */
export function valueAt(root: JsonValue | undefined, path: readonly (string | number)[]): JsonValue | undefined {
  let value = root;
  for (const step of path) {
    if (typeof step === 'number') value = isArray(value) ? value[step] : undefined;
    else value = isObject(value) ? own(value, step) : undefined;
  }
  return value;
}
