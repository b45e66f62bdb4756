// Whether a schema of a stranger can be used at all: bounded, closed in itself, finite, with patterns in linear time. A tool whose schema fails
// here must not be shown: nobody could say what its arguments may be (T11: references to addresses, thousands of schemas in one another,
// patterns that run away). Nothing is fetched, and nothing here takes longer than the schema is large.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { toPlace } from './diff.ts';
import { keywordFault } from './schema/keyword-shapes.ts';
import { isObject, isSchema, own, subschemas } from './schema/keywords.ts';
import { createSchemaDocument } from './schema/schema-document.ts';
import type { SchemaDocument } from './schema/schema-document.ts';

/** Why a schema cannot be used: where, and a predicate about that place. */
export interface SchemaFault {
  readonly place: string;
  readonly say: string;
}

type Path = readonly (string | number)[];

/** As many levels as JSON itself may have here. */
const MAX_DEPTH = 64;
const MAX_SUBSCHEMAS = 10_000;
/** Schemas that one value alone may have to meet, each counted as often as it is met: 2^n of them fit in n lines of references. */
const MAX_PER_VALUE = 10_000;
/** References and compositions one behind the other, for one value. */
const MAX_IN_PLACE = 64;

/** What is wrong with a schema for arguments or results; undefined if it can be used. */
export function checkSchema(schema: JsonValue): SchemaFault | undefined {
  const inspected = inspectSchema(schema);
  return inspected.ok ? undefined : inspected.error;
}

/** The same, with what the look has found out. */
export function inspectSchema(schema: JsonValue): Result<SchemaDocument, SchemaFault> {
  if (!isObject(schema)) return fail({ place: toPlace([]), say: 'is not a schema for an object' });
  const found = new Map<JsonObject, Path>();
  const fault = gather(schema, [], found);
  if (fault !== undefined) return fail(fault);
  const document = createSchemaDocument(schema);
  const onward = followReferences(document, found) ?? measure(document, found);
  return onward === undefined ? ok(document) : fail(onward);
}

/** Looks at the shape of each schema inside, and how many there are. */
function gather(schema: JsonObject, path: Path, found: Map<JsonObject, Path>): SchemaFault | undefined {
  if (found.has(schema)) return undefined;
  if (path.length > MAX_DEPTH * 2) return { place: toPlace(path.slice(0, 8)), say: `has schemas more than ${MAX_DEPTH} levels deep` };
  found.set(schema, path);
  if (found.size > MAX_SUBSCHEMAS) return { place: toPlace([]), say: `has more than ${MAX_SUBSCHEMAS} schemas in it` };
  const shape = keywordFault(schema);
  if (shape !== undefined) return { place: toPlace([...path, ...shape.path]), say: shape.say };
  for (const inner of subschemas(schema)) {
    if (!isObject(inner.schema)) continue;
    const fault = gather(inner.schema, [...path, ...inner.path], found);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

/** Every reference names something in this document; what it names is a schema then, wherever it stands. */
function followReferences(document: SchemaDocument, found: Map<JsonObject, Path>): SchemaFault | undefined {
  // A Map that grows while it is walked is walked to its new end.
  for (const [schema, path] of found) {
    for (const keyword of REFERENCES) {
      const reference = own(schema, keyword);
      if (typeof reference !== 'string') continue;
      const target = document.resolve(schema, reference);
      if (target === undefined) return { place: toPlace([...path, keyword]), say: 'names nothing in this schema, and nothing is fetched' };
      const fault = isObject(target) ? gather(target, [...path, keyword], found) : undefined;
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

/** Finds schemas that lead back to themselves without a step into the value, and those that one value would meet too often. */
function measure(document: SchemaDocument, found: ReadonlyMap<JsonObject, Path>): SchemaFault | undefined {
  const sizes = new Map<JsonObject, number>();
  const open = new Set<JsonObject>();

  function sizeOf(schema: JsonObject): number | string {
    const known = sizes.get(schema);
    if (known !== undefined) return known;
    if (open.has(schema)) return 'leads back to itself without going further into the value';
    if (open.size >= MAX_IN_PLACE) return `leads on to other schemas more than ${MAX_IN_PLACE} times for one value`;
    open.add(schema);
    let size = 1;
    for (const next of inPlaceOf(document, schema)) {
      const inner = sizeOf(next);
      if (typeof inner === 'string') return inner;
      size += inner;
      if (size > MAX_PER_VALUE) return `asks more than ${MAX_PER_VALUE} schemas about one value`;
    }
    open.delete(schema);
    sizes.set(schema, size);
    return size;
  }

  for (const [schema, path] of found) {
    const size = sizeOf(schema);
    if (typeof size === 'string') return { place: toPlace(path), say: size };
  }
  return undefined;
}

/** The schemas that are applied to the same value as this one. */
function inPlaceOf(document: SchemaDocument, schema: JsonObject): readonly JsonObject[] {
  const reference = own(schema, '$ref') ?? own(schema, '$recursiveRef');
  const target = typeof reference === 'string' ? document.resolve(schema, reference) : undefined;
  const referred = isObject(target) ? [target] : [];
  if (document.refAlone && referred.length > 0) return referred;
  const inside = subschemas(schema).flatMap(({ schema: inner, inPlace }) => (inPlace && isObject(inner) ? [inner] : []));
  return [...inside, ...referred, ...dynamicOf(document, schema)];
}

function dynamicOf(document: SchemaDocument, schema: JsonObject): readonly JsonObject[] {
  const reference = own(schema, '$dynamicRef');
  if (typeof reference !== 'string') return [];
  const target = document.resolve(schema, reference);
  const name = isObject(target) ? own(target, '$dynamicAnchor') : undefined;
  const others = typeof name === 'string' ? document.dynamicTargets(name) : [];
  return [...new Set([...(isSchema(target) && isObject(target) ? [target] : []), ...others])];
}
