// A definition as lines that a person reads, and that can be held against those of another: one member a line, texts over as many lines as they have. What
// nobody sees in a text stands there as an escape.

import { canonicalJson } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { toVisible } from './visible-text.ts';

const PLAIN_NAME = /^[A-Za-z_$][\w$.-]*$/;
/** Texts that could be taken for something else where they stand. */
const AMBIGUOUS = /^$|^[\s[{"|-]|\s$|^(?:true|false|null)$|^[\d.]+$/;
const INDENT = '  ';
/** Members that people look for first; the others follow in the order of their names. */
const FIRST: readonly string[] = ['name', 'title', 'description', 'type', 'inputSchema', 'properties', 'required'];

/** The lines of a definition. */
export function outlineDefinition(definition: JsonValue): readonly string[] {
  return isObject(definition) ? ofObject(definition) : ofValue(definition).map((line) => line.trimStart());
}

function ofObject(object: JsonObject): readonly string[] {
  const names = Object.keys(object).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return names.flatMap((name) => behind(`${PLAIN_NAME.test(name) ? name : quoted(name)}:`, object[name] ?? null));
}

function ofList(list: readonly JsonValue[]): readonly string[] {
  return list.flatMap((element) => behind('-', element));
}

/** A value behind its name: in the same line where it has one. */
function behind(head: string, value: JsonValue): readonly string[] {
  const [first = '', ...rest] = ofValue(value);
  const isOne = rest.length === 0 && !first.startsWith(INDENT);
  return isOne ? [`${head} ${first}`] : [head, first, ...rest];
}

/** One line as it is; several, each indented. */
function ofValue(value: JsonValue): readonly string[] {
  if (typeof value === 'string') {
    const lines = value.split('\n');
    return lines.length === 1
      ? [AMBIGUOUS.test(value) ? quoted(value) : toVisible(value)]
      : lines.map((line) => `${INDENT}| ${toVisible(line)}`);
  }
  if (Array.isArray(value) && value.length > 0) {
    const isShort = value.every((element) => typeof element !== 'object' && !(typeof element === 'string' && element.includes('\n')));
    return isShort ? [`[${value.map(inList).join(', ')}]`] : indent(ofList(value));
  }
  return isObject(value) && Object.keys(value).length > 0 ? indent(ofObject(value)) : [canonicalJson(value)];
}

function inList(value: JsonValue): string {
  return typeof value === 'string' ? quoted(value) : canonicalJson(value);
}

function quoted(text: string): string {
  return `"${toVisible(text).replaceAll('"', '\\"')}"`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => INDENT + line);
}

function rank(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
