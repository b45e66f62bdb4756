// What changed between two versions of a definition, for the person who decides whether the new one may be called. As data for an API, as
// lines for a terminal. Complete: where a line would be too long, the unchanged part is left out, never the changed one unsaid.

import { canonicalJson } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { looksSame, toAscii, toVisible } from './visible-text.ts';

/** Names of members and numbers of elements, from the definition inwards. */
export type Path = readonly (string | number)[];

/** One place where two definitions differ. An element's number is the one it has now; of a removed one, the one it had. */
export type Change =
  | { readonly kind: 'added'; readonly path: Path; readonly after: JsonValue }
  | { readonly kind: 'removed'; readonly path: Path; readonly before: JsonValue }
  | { readonly kind: 'changed'; readonly path: Path; readonly before: JsonValue; readonly after: JsonValue };

/** Every place where the two differ, in the order of the canonical form; none if and only if their fingerprints are the same. */
export function diffDefinitions(before: JsonValue, after: JsonValue): readonly Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: JsonValue, after: JsonValue, path: Path, changes: Change[]): void {
  if (Array.isArray(before) && Array.isArray(after)) return compareElements(before, after, path, changes);
  if (isObject(before) && isObject(after)) return compareMembers(before, after, path, changes);
  if (canonicalJson(before) !== canonicalJson(after)) changes.push({ kind: 'changed', path, before, after });
}

function compareMembers(before: JsonObject, after: JsonObject, path: Path, changes: Change[]): void {
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    const is = Object.hasOwn(after, name) ? after[name] : undefined;
    compareOptional(was, is, [...path, name], changes);
  }
}

/** Elements at the begin and the end that stayed are set aside: one that is put in front of a list does not change all behind it. */
function compareElements(before: readonly JsonValue[], after: readonly JsonValue[], path: Path, changes: Change[]): void {
  const was = before.map(canonicalJson);
  const is = after.map(canonicalJson);
  const shorter = Math.min(was.length, is.length);
  let begin = 0;
  while (begin < shorter && was[begin] === is[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && was[was.length - 1 - end] === is[is.length - 1 - end]) end += 1;
  for (let at = begin; at < Math.max(was.length, is.length) - end; at += 1)
    compareOptional(at < was.length - end ? before[at] : undefined, at < is.length - end ? after[at] : undefined, [...path, at], changes);
}

function compareOptional(was: JsonValue | undefined, is: JsonValue | undefined, path: Path, changes: Change[]): void {
  if (was !== undefined && is !== undefined) compare(was, is, path, changes);
  else if (is !== undefined) changes.push({ kind: 'added', path, after: is });
  else if (was !== undefined) changes.push({ kind: 'removed', path, before: was });
}

/** Unchanged characters that are kept on each side of a change in a long text. */
const CONTEXT_CHARS = 40;

/** The changes as lines of plain text, inert in every terminal: `+` what came, `-` what went. */
export function printChanges(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => {
    const place = toPlace(change.path);
    if (change.kind === 'added') return [`${place}: added`, ...marked('+', show(change.after, toVisible))];
    if (change.kind === 'removed') return [`${place}: removed`, ...marked('-', show(change.before, toVisible))];
    return [`${place}: changed`, ...printChanged(change.before, change.after)];
  });
}

/** A path as a person writes it: `inputSchema.properties.note.default`. Names that are no plain words are quoted, and nothing in them is hidden. */
export function toPlace(path: Path): string {
  const text = path.map((step) =>
    typeof step === 'number' ? `[${step}]` : PLAIN_NAME.test(step) ? `.${step}` : `[${quote(step, toAscii)}]`,
  );
  const place = text.join('').replace(/^\./, '');
  return place === '' ? '(all of it)' : place;
}

const PLAIN_NAME = /^[A-Za-z_$][\w$-]*$/;

function printChanged(before: JsonValue, after: JsonValue): readonly string[] {
  if (typeof before !== 'string' || typeof after !== 'string')
    return [...marked('-', show(before, toVisible)), ...marked('+', show(after, toVisible))];
  const [was, is] = cutToChange(before, after);
  const write = looksSame(before, after) ? toAscii : toVisible;
  return [...marked('-', show(was, write)), ...marked('+', show(is, write))];
}

/** Both texts without what they share at the begin and the end, but for some context. Whole characters only. */
function cutToChange(before: string, after: string): readonly [string, string] {
  const was = Array.from(before);
  const is = Array.from(after);
  const shorter = Math.min(was.length, is.length);
  let begin = 0;
  while (begin < shorter && was[begin] === is[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && was[was.length - 1 - end] === is[is.length - 1 - end]) end += 1;
  const from = begin > CONTEXT_CHARS ? begin - CONTEXT_CHARS : 0;
  const behind = end > CONTEXT_CHARS ? end - CONTEXT_CHARS : 0;
  const cut = (text: readonly string[]): string =>
    (from > 0 ? '\u2026' : '') + text.slice(from, text.length - behind).join('') + (behind > 0 ? '\u2026' : '');
  return [cut(was), cut(is)];
}

/** A text as lines, cut behind its own line breaks; any other value as compact JSON. */
function show(value: JsonValue, write: (text: string) => string): readonly string[] {
  if (typeof value !== 'string') return [toText(value, write)];
  const lines = value.split('\n');
  return lines.map((line, at) => (at === 0 ? '"' : '') + inner(line, write) + (at === lines.length - 1 ? '"' : '\\n'));
}

function toText(value: JsonValue, write: (text: string) => string): string {
  if (typeof value === 'string') return quote(value, write);
  if (Array.isArray(value)) return `[${value.map((element) => toText(element, write)).join(', ')}]`;
  if (!isObject(value)) return canonicalJson(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${quote(name, write)}: ${toText(member, write)}`)
    .join(', ')}}`;
}

function quote(text: string, write: (text: string) => string): string {
  return `"${inner(text, write)}"`;
}

/** A quotation mark of the text's own never ends the quotation. */
function inner(text: string, write: (text: string) => string): string {
  return write(text).replaceAll('"', '\\"');
}

function marked(sign: '+' | '-', lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${sign} ${line}`);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
