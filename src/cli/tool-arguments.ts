// The arguments of a tool as a person types them: `name=value` becomes what the tool's schema wants there, `name:=json` is taken as it
// is written. Also which of them the modern era wants mirrored in headers. Pure.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { headerParamValues, scanHeaderParams } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { isObject } from './mcp-http.ts';

/** Reads the words; the error is a sentence for the person. Without a schema every plain value is a text. */
export function readArguments(words: readonly string[], schema: JsonObject | undefined): Result<JsonObject, string> {
  const entries: [string, JsonValue][] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    const exact = word[at - 1] === ':';
    const name = word.slice(0, exact ? at - 1 : at);
    if (at < 1 || name === '') return fail(`An argument is name=value or name:=json, not '${word}'.`);
    const text = word.slice(at + 1);
    const value = exact ? parseJson(text) : ok(convert(text, typesOf(schema, name)));
    if (!value.ok) return fail(`The value of '${name}' is not JSON: ${value.error}`);
    entries.push([name, value.value]);
  }
  // fromEntries defines members, also one called __proto__, which an assignment would not.
  return ok(Object.fromEntries(entries));
}

/** Reads all arguments from one JSON text. */
export function readJsonArguments(text: string): Result<JsonObject, string> {
  const parsed = parseJson(text);
  if (!parsed.ok) return fail(`The arguments are not JSON: ${parsed.error}`);
  return isObject(parsed.value) ? ok(parsed.value) : fail('The arguments must be one JSON object.');
}

/** The Mcp-Param headers that a call of this tool needs (SEP-2243). */
export function mirrorHeaders(args: JsonObject, schema: JsonObject | undefined): Record<string, string> {
  const scanned = schema === undefined ? undefined : scanHeaderParams(schema);
  const headers: Record<string, string> = {};
  if (scanned?.ok !== true) return headers;
  const values = headerParamValues(scanned.value, args);
  for (let i = 0; i + 1 < values.length; i += 2) headers[values[i] ?? ''] = values[i + 1] ?? '';
  return headers;
}

function parseJson(text: string): Result<JsonValue, string> {
  try {
    const value: JsonValue = JSON.parse(text);
    return ok(value);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** The types that the schema allows at a property; empty: it does not say. */
function typesOf(schema: JsonObject | undefined, name: string): readonly JsonValue[] {
  const properties = schema?.['properties'];
  const property = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const type = isObject(property) ? property['type'] : undefined;
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

/** What a typed text means where one of these types is wanted. What fits none of them stays a text: the server will say what is wrong. */
function convert(text: string, types: readonly JsonValue[]): JsonValue {
  if (types.length === 0 || types.includes('string')) return text;
  const parsed = parseJson(text);
  if (!parsed.ok) return text;
  const { value } = parsed;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return types.includes(kind) || (kind === 'number' && types.includes('integer')) ? value : text;
}
