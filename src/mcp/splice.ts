// Edits of a parsed document, as splices of its bytes: whatever is not edited stays as its author wrote it, down to white
// space, spelling of numbers and order of members. To make several edits at once, collect them and splice once.
// A path that leads nowhere and overlapping edits are mistakes of the caller, not of a stranger: they throw.

import { GatewayError } from '../base/index.ts';
import type { Path } from './find-span.ts';
import { skipSpace } from './scan-tokens.ts';
import { isObject, valueAt } from './json-value.ts';
import type { JsonDocument, Span } from './types.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What to put in the place of some bytes. */
export interface Edit {
  readonly span: Span;
  readonly replacement: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const COMMA_TEXT = Buffer.from(',');
const OPEN_TEXT = Buffer.from('{');
const CLOSE_TEXT = Buffer.from('}');
const EMPTY_TEXT = Buffer.from('{}');
const NO_MEMBERS: ReadonlyMap<string, string> = new Map();

/** The document's bytes with the edits made, in whichever order they are given. */
export function splice(document: JsonDocument, edits: readonly Edit[]): Uint8Array {
  const { bytes } = document;
  const ordered = edits.toSorted((a, b) => a.span.start - b.span.start);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { span, replacement } of ordered) {
    if (span.start < from || span.end < span.start || span.end > bytes.length) throw mistake('edits overlap or leave the document');
    parts.push(bytes.subarray(from, span.start), replacement);
    from = span.end;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts);
}

/** The array at `path` without the elements that `keep` says no to. */
export function removeElements(document: JsonDocument, path: Path, keep: (index: number) => boolean): Uint8Array {
  return splice(document, elementEdits(document, path, keep));
}

/** The object at `path` with the member set to a JSON text, whether it was there or not. */
export function setMember(document: JsonDocument, path: Path, key: string, jsonText: string): Uint8Array {
  return splice(document, [memberEdit(document, path, key, jsonText)]);
}

/** The object at `path` without the member; unchanged if it has none of that name. */
export function removeMember(document: JsonDocument, path: Path, key: string): Uint8Array {
  const value = document.span([...path, key]);
  return value === undefined ? document.bytes : splice(document, [{ span: memberSpan(document.bytes, value), replacement: NOTHING }]);
}

/** What becomes of an object's members; those without a word stay as they were written. */
export interface MemberChanges {
  readonly drop?: (name: string) => boolean;
  /** JSON texts by name; names that are not there yet come first. */
  readonly set?: ReadonlyMap<string, Uint8Array | string>;
}

/** The object at `path` with several members changed at once. One edit, since edits of neighbouring members would overlap. */
export function objectEdit(document: JsonDocument, path: Path, { drop, set = NO_MEMBERS }: MemberChanges): Edit {
  const { bytes } = document;
  const object = valueAt(document.value, path);
  if (!isObject(object)) throw mistake('there is no object to change members of');
  const parts: Uint8Array[] = [];
  const add = (...texts: readonly (Uint8Array | string)[]): void => {
    parts.push(parts.length === 0 ? OPEN_TEXT : COMMA_TEXT);
    for (const text of texts) parts.push(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
  };
  for (const [name, text] of set) if (!Object.hasOwn(object, name)) add(`${JSON.stringify(name)}:`, text);
  for (const name of Object.keys(object)) {
    if (drop?.(name) === true) continue;
    const value = placeOf(document, [...path, name]);
    const start = keyStart(bytes, bytes.lastIndexOf(QUOTE, value.start - 1));
    const text = set.get(name);
    if (text === undefined) add(bytes.subarray(start, value.end));
    else add(bytes.subarray(start, value.start), text);
  }
  parts.push(parts.length === 0 ? EMPTY_TEXT : CLOSE_TEXT);
  return { span: placeOf(document, path), replacement: Buffer.concat(parts) };
}

/** The edits that removeElements makes: none if all are kept. */
export function elementEdits(document: JsonDocument, path: Path, keep: (index: number) => boolean): readonly Edit[] {
  const elements = document.elements(path);
  if (elements === undefined) throw mistake('there is no array to take elements from');
  const first = elements[0];
  const last = elements.at(-1);
  const kept = elements.filter((_, index) => keep(index));
  if (first === undefined || last === undefined || kept.length === elements.length) return [];
  const parts = kept.flatMap(({ start, end }, index) => [index === 0 ? NOTHING : COMMA_TEXT, document.bytes.subarray(start, end)]);
  return [{ span: { start: first.start, end: last.end }, replacement: Buffer.concat(parts) }];
}

/** The edit that setMember makes. A new member is put first, where no other needs to be looked at. */
export function memberEdit(document: JsonDocument, path: Path, key: string, jsonText: string): Edit {
  const value = document.span([...path, key]);
  return value === undefined ? insertion(document, path, memberText(key, jsonText)) : replacement(value, jsonText);
}

/** The edits that set several members of one object: apart, the insertions of two into an empty one would miss the comma between them. */
export function memberEdits(
  document: JsonDocument,
  path: Path,
  members: readonly (readonly [key: string, jsonText: string])[],
): readonly Edit[] {
  const edits: Edit[] = [];
  const absent: string[] = [];
  for (const [key, jsonText] of members) {
    const value = document.span([...path, key]);
    if (value === undefined) absent.push(memberText(key, jsonText));
    else edits.push(replacement(value, jsonText));
  }
  if (absent.length > 0) edits.push(insertion(document, path, absent.join(',')));
  return edits;
}

function memberText(key: string, jsonText: string): string {
  return `${JSON.stringify(key)}:${jsonText}`;
}

function replacement(span: Span, jsonText: string): Edit {
  return { span, replacement: Buffer.from(jsonText, 'utf8') };
}

function insertion(document: JsonDocument, path: Path, members: string): Edit {
  const { bytes } = document;
  const object = document.span(path);
  if (object === undefined || bytes[object.start] !== OPEN_OBJECT) throw mistake('there is no object to set a member of');
  const start = object.start + 1;
  const comma = bytes[skipSpace(bytes, start)] === CLOSE_OBJECT ? '' : ',';
  return replacement({ start, end: start }, `${members}${comma}`);
}

/** A member with its key and one comma: the one behind it or, for the last member, the one before. */
function memberSpan(bytes: Uint8Array, value: Span): Span {
  const start = keyStart(bytes, bytes.lastIndexOf(QUOTE, value.start - 1));
  const behind = skipSpace(bytes, value.end);
  if (bytes[behind] === COMMA) return { start, end: skipSpace(bytes, behind + 1) };
  // Between a comma and the key that follows it there is only white space, and between a brace and its first key as well.
  const comma = bytes.lastIndexOf(COMMA, start);
  return comma >= 0 && skipSpace(bytes, comma + 1) === start ? { start: comma, end: value.end } : { start, end: value.end };
}

/** From the closing quote of a key to its opening one: the first before it that no backslash escapes. */
function keyStart(bytes: Uint8Array, close: number): number {
  let quote = bytes.lastIndexOf(QUOTE, close - 1);
  while (backslashesBefore(bytes, quote) % 2 === 1) quote = bytes.lastIndexOf(QUOTE, quote - 1);
  return quote;
}

function backslashesBefore(bytes: Uint8Array, at: number): number {
  let from = at;
  while (bytes[from - 1] === BACKSLASH) from--;
  return at - from;
}

function placeOf(document: JsonDocument, path: Path): Span {
  const span = document.span(path);
  if (span === undefined) throw mistake('there is nothing at this path');
  return span;
}

function mistake(what: string): GatewayError {
  return new GatewayError('internal', { cause: new Error(`An edit of JSON cannot be made: ${what}.`) });
}
