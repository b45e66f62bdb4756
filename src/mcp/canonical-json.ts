// One spelling for each JSON value (RFC 8785), so that equal values have equal digests: of arguments, of tool definitions.

import { isArray } from './json-value.ts';
import type { JsonObject, JsonValue } from './types.ts';

/**
 * The canonical form: members sorted by UTF-16 code units, numbers and strings as ECMAScript prints them, no white space.
 * RFC 8785 has none for a number that overflowed; 1e999 keeps it apart from null and reads back as the same value.
 */
export function canonicalJson(value: JsonValue): string {
  return append('', value);
}

/** The text so far, and a value behind it: one text grows, and none is made for each part. */
function append(text: string, value: JsonValue): string {
  if (value === null) return `${text}null`;
  switch (typeof value) {
    case 'string':
      return text + JSON.stringify(value);
    case 'number':
      return text + (Number.isFinite(value) ? String(value) : value > 0 ? '1e999' : '-1e999');
    case 'boolean':
      return text + (value ? 'true' : 'false');
    default:
      return isArray(value) ? appendArray(text, value) : appendObject(text, value);
  }
}

function appendArray(text: string, array: readonly JsonValue[]): string {
  let grown = `${text}[`;
  let isFirst = true;
  for (const element of array) {
    grown = append(isFirst ? grown : `${grown},`, element);
    isFirst = false;
  }
  return `${grown}]`;
}

function appendObject(text: string, object: JsonObject): string {
  let grown = `${text}{`;
  let isFirst = true;
  for (const name of inOrder(Object.keys(object))) {
    const member = object[name];
    if (member === undefined) continue;
    grown = append(`${isFirst ? grown : `${grown},`}${JSON.stringify(name)}:`, member);
    isFirst = false;
  }
  return `${grown}}`;
}

/** Up to here an insertion is the faster sort, and makes nothing new. */
const FEW = 16;

/** The names by their UTF-16 code units, in their own array. */
function inOrder(names: string[]): readonly string[] {
  if (names.length > FEW) return names.sort();
  for (let at = 1; at < names.length; at++) {
    const name = names[at] ?? '';
    let to = at;
    for (; to > 0 && (names[to - 1] ?? '') > name; to--) names[to] = names[to - 1] ?? '';
    names[to] = name;
  }
  return names;
}
