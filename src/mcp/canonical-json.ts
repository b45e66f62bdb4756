// One spelling for each JSON value (RFC 8785), so that equal values have equal digests: of arguments, of tool definitions.

import { isArray } from './json-value.ts';
import type { JsonValue } from './types.ts';

/**
 * The canonical form: members sorted by UTF-16 code units, numbers and strings as ECMAScript prints them, no white space.
 * RFC 8785 has none for a number that overflowed; 1e999 keeps it apart from null and reads back as the same value.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : value > 0 ? '1e999' : '-1e999';
    case 'boolean':
      return value ? 'true' : 'false';
    default:
  }
  let text = '';
  if (isArray(value)) {
    for (const element of value) text += `${text === '' ? '' : ','}${canonicalJson(element)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
