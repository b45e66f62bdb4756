// Where a JSON Schema holds further schemas, in 2020-12 and in the drafts that older servers still write.

import type { JsonObject, JsonValue } from '../../mcp/index.ts';

/** A schema inside another. `inPlace`: it is applied to the same value as the one around it, not to a part of that value. */
export interface Subschema {
  readonly path: readonly (string | number)[];
  readonly schema: JsonValue;
  readonly inPlace: boolean;
}

const ONE = ['additionalItems', 'additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'];
const ONE_OF_2019 = ['contentSchema', 'unevaluatedItems', 'unevaluatedProperties'];
const LISTS = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'];
const MAPS = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'];
const IN_PLACE: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'dependencies', 'dependentSchemas', 'else', 'if', 'not', 'oneOf', 'then']);

/** Whether a value can be a schema at all. */
export function isSchema(value: JsonValue | undefined): value is JsonObject | boolean {
  return typeof value === 'boolean' || isObject(value);
}

/** An object, neither array nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member itself: a schema's `constructor` is not what Object.prototype has there. */
export function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The schemas directly inside one. */
export function subschemas(schema: JsonObject): readonly Subschema[] {
  const found: Subschema[] = [];
  const add = (path: Subschema['path'], value: JsonValue | undefined, keyword: string): void => {
    if (isSchema(value)) found.push({ path, schema: value, inPlace: IN_PLACE.has(keyword) });
  };
  for (const keyword of [...ONE, ...ONE_OF_2019]) add([keyword], own(schema, keyword), keyword);
  for (const keyword of LISTS) {
    const list = own(schema, keyword);
    if (Array.isArray(list)) for (const [at, element] of list.entries()) add([keyword, at], element, keyword);
  }
  for (const keyword of MAPS) {
    const map = own(schema, keyword);
    if (isObject(map)) for (const [name, member] of Object.entries(map)) add([keyword, name], member, keyword);
  }
  return found;
}
