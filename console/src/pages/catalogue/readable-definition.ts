// A definition as people read it: an outline instead of JSON, with texts on lines of their own. Nothing is left out and nothing made up: every member has
// its line, and a text of several lines is marked at each of them, so that no text can pass for a member.

import type { DefinitionView } from '../../api/contract.ts';

/** Members that are read first, in this order; the others follow as they come. */
const FIRST = ['name', 'title', 'type', 'description', 'uri', 'uriTemplate', 'mimeType', 'required'];
/** Texts that are always on lines of their own, so that a longer one stands beside a shorter one. */
const PROSE: ReadonlySet<string> = new Set(['description', 'instructions']);
/** Texts longer than this, or with line breaks, stand on lines of their own. */
const MAX_INLINE_CHARS = 80;
/** What a reader would take for a line break may be one of several. */
const LINE_BREAK = /\r\n|\n/;

/** The outline of a definition; of what is no JSON, the text itself. */
export function toOutline(json: string): string {
  try {
    return outline(JSON.parse(json), '').join('\n');
  } catch {
    return json;
  }
}

function outline(value: unknown, indent: string): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${indent}[]`] : value.flatMap((item: unknown) => itemLines(item, indent));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([one], [other]) => rank(one) - rank(other));
    return members.length === 0 ? [`${indent}{}`] : members.flatMap(([name, inside]) => memberLines(name, inside, indent));
  }
  return [`${indent}${plain(value)}`];
}

function rank(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function memberLines(name: string, value: unknown, indent: string): readonly string[] {
  const key = `${indent}${keyOf(name)}:`;
  if (isEmpty(value)) return [`${key} ${Array.isArray(value) ? '[]' : '{}'}`];
  if (typeof value === 'string' && value !== '' && (PROSE.has(name) || isLong(value))) return [key, ...textLines(value, `${indent}  `)];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
    return [`${key} ${value.map(quoted).join(', ')}`];
  if (typeof value === 'object' && value !== null) return [key, ...outline(value, `${indent}  `)];
  return [`${key} ${plain(value)}`];
}

function itemLines(item: unknown, indent: string): readonly string[] {
  const lines = typeof item === 'string' && isLong(item) ? textLines(item, `${indent}  `) : outline(item, `${indent}  `);
  const [first = '', ...rest] = lines;
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function textLines(text: string, indent: string): readonly string[] {
  return text.split(LINE_BREAK).map((line) => `${indent}│ ${line}`);
}

function isLong(text: string): boolean {
  return text.length > MAX_INLINE_CHARS || LINE_BREAK.test(text);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A text that would read like something else is quoted. */
function plain(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain = /^[^\s"'[\]{},:#│-][^"[\]{}]*$/.test(value) && value === value.trim();
  const looksTyped = /^(true|false|null|-?\d[\d.eE+-]*)$/.test(value);
  return isPlain && !looksTyped ? value : JSON.stringify(value);
}

/** Within a row of values a comma would look like the end of one. */
function quoted(value: unknown): string {
  const text = plain(value);
  return typeof value === 'string' && text === value && value.includes(',') ? JSON.stringify(value) : text;
}

function keyOf(name: string): string {
  return /^[\w$.-]+$/.test(name) ? name : JSON.stringify(name);
}

/** What a kind of definition is called, with its article left to the sentence. */
export const KIND_WORDS: Readonly<Record<DefinitionView['kind'], string>> = {
  tool: 'Tool',
  prompt: 'Prompt',
  template: 'Resource template',
  instructions: 'Instructions',
};
