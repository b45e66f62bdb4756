// Members set in a message that has been read, without reading it again: the bytes are spliced and the value is changed alike, both from
// the same list, so that what is judged stays what is sent. A second pass over each message would be most of what a bridge costs.

import { findElements, findSpan, layoutOf } from './find-span.ts';
import type { Layout } from './find-span.ts';
import { isObject } from './json-value.ts';
import { memberEdits, splice } from './splice.ts';
import type { Edit } from './splice.ts';
import type { JsonDocument, JsonObject, JsonValue } from './types.ts';

/** What is set in one object of a document, whether it was there or not. The path leads to an object, or the caller is mistaken. */
export interface MembersSet {
  readonly path: readonly string[];
  readonly members: JsonObject;
}

/** The document with the members set. No two entries may set the same member, or a member and something inside it. */
export function setMembers(document: JsonDocument, sets: readonly MembersSet[]): JsonDocument {
  const edits: Edit[] = [];
  let { value } = document;
  for (const { path, members } of sets) {
    edits.push(...memberEdits(document, path, Object.entries(members).map(toText)));
    value = withMembers(value, path, members);
  }
  const bytes = splice(document, edits);
  // Few of these are edited again: their spans are looked for when somebody asks.
  let known: Layout | undefined;
  const layout = (): Layout => (known ??= layoutOf(bytes));
  return {
    bytes,
    value,
    lossy: document.lossy,
    repaired: document.repaired,
    span: (path) => findSpan(layout(), path),
    elements: (path) => findElements(layout(), path),
  };
}

function toText([key, value]: readonly [string, JsonValue]): readonly [string, string] {
  return [key, JSON.stringify(value)];
}

function withMembers(value: JsonValue | undefined, [step, ...rest]: readonly string[], members: JsonObject): JsonObject {
  const object = isObject(value) ? value : {};
  return step === undefined ? { ...object, ...members } : { ...object, [step]: withMembers(object[step], rest, members) };
}
