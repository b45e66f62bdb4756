// Arguments that a tool wants mirrored in headers (`x-mcp-header`, SEP-2243): which they are, whether the headers of a call
// agree with its body, and what to send upstream. The schema comes from a stranger: it is read, never run, and one
// annotation in a wrong place makes the whole tool invalid (basic/transports/streamable-http, "Schema Extension").
// Headers are seen by every box on the way; that an argument is worth hiding is not this folder's to know.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { decodeHeaderValue, encodeHeaderValue } from './header-values.ts';
import { isArray, isObject, valueAt } from './json-value.ts';
import type { HeaderParam, JsonObject, JsonValue, Refusal } from './types.ts';

const ANNOTATION = 'x-mcp-header';
const HEADER_PREFIX = 'Mcp-Param-';

/** Keywords whose value is data, where the annotation's name is an ordinary key (JSON Schema 2020-12, validation §6, §9). */
const DATA_KEYWORDS = new Set(['const', 'default', 'enum', 'examples']);
/** Keywords whose value maps names to subschemas, so that its keys are no keywords. */
const MAP_KEYWORDS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies']);

/** tchar of RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A whole number as decimal text; `42.0` is 42 ("Integers SHOULD be compared numerically"). */
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** Finds the annotated properties of an input schema; refused, with the reason, if one of them breaks a rule. */
export function scanHeaderParams(inputSchema: JsonObject): Result<readonly HeaderParam[], string> {
  const found = new Map<string, HeaderParam>();
  const fault = visitSchema(inputSchema, [], found);
  return fault === undefined ? ok([...found.values()]) : fail(fault);
}

type Found = Map<string, HeaderParam>;

/** More than this no request head carries (100 fields, 16 KiB): what a server wants beyond it is only kept to fill the memory. */
const MAX_PARAMS = 64;
const MAX_NAME_CHARS = 128;
const MAX_PATH_CHARS = 512;

/** `path` is the way from the root by `properties` alone; undefined once the way led through anything else. */
function visitSchema(schema: JsonValue, path: readonly string[] | undefined, found: Found): string | undefined {
  if (isArray(schema)) return firstFault(schema, (item) => visitSchema(item, undefined, found));
  if (!isObject(schema)) return undefined;
  return firstFault(Object.entries(schema), ([keyword, value]) => {
    if (keyword === ANNOTATION) return noteAnnotation(value, schema['type'], path, found);
    if (DATA_KEYWORDS.has(keyword)) return undefined;
    if (!MAP_KEYWORDS.has(keyword) || !isObject(value)) return visitSchema(value, undefined, found);
    const below = keyword === 'properties' ? path : undefined;
    return firstFault(Object.entries(value), ([name, child]) => visitSchema(child, below && [...below, name], found));
  });
}

function firstFault<T>(items: readonly T[], visit: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = visit(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function noteAnnotation(
  header: JsonValue,
  type: JsonValue | undefined,
  path: readonly string[] | undefined,
  found: Found,
): string | undefined {
  if (path === undefined || path.length === 0) return `${ANNOTATION} stands where no argument is reached by properties alone`;
  if (typeof header !== 'string' || header.length > MAX_NAME_CHARS || !TOKEN.test(header)) return `${ANNOTATION} is not an HTTP token`;
  if (found.size >= MAX_PARAMS || path.join('').length > MAX_PATH_CHARS) return `${ANNOTATION} stands on more than a request can carry`;
  if (type !== 'string' && type !== 'integer' && type !== 'boolean')
    return `${ANNOTATION} stands on a property that is no string, integer or boolean`;
  const key = header.toLowerCase();
  if (found.has(key)) return `${ANNOTATION} names the same header twice`;
  found.set(key, { header, path, type });
  return undefined;
}

/** Compares the Mcp-Param headers of a call with its arguments. `get` takes a header name in lower case. */
export function checkHeaderParams(
  params: readonly HeaderParam[],
  args: JsonObject | undefined,
  get: (lowercaseHeaderName: string) => string | undefined,
): Result<undefined, Refusal> {
  for (const { header, path } of params) {
    const name = HEADER_PREFIX + header;
    const problem = compare(get(name.toLowerCase()), valueAt(args, path));
    if (problem !== undefined) return fail({ code: 'header_mismatch', say: `The header ${name} ${problem}.` });
  }
  return ok(undefined);
}

function compare(raw: string | undefined, value: JsonValue | undefined): string | undefined {
  const text = mirror(value);
  if (raw === undefined) return text === undefined ? undefined : 'is missing';
  if (text === undefined) return 'carries something and the body does not';
  const decoded = decodeHeaderValue(raw);
  if (!decoded.ok) return 'does not decode';
  const same = typeof value === 'number' && DECIMAL.test(decoded.value) ? Number(decoded.value) === value : decoded.value === text;
  return same ? undefined : 'does not match the body';
}

/** The headers to send for these arguments: name, value, name, value… */
export function headerParamValues(params: readonly HeaderParam[], args: JsonObject | undefined): string[] {
  const headers: string[] = [];
  for (const { header, path } of params) {
    const text = mirror(valueAt(args, path));
    if (text !== undefined) headers.push(HEADER_PREFIX + header, encodeHeaderValue(text));
  }
  return headers;
}

/** The text of an argument that can be mirrored; absent, null and structured ones are not (the schema judges those). */
function mirror(value: JsonValue | undefined): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}
