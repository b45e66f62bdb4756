// The policy as a part of the text of a config file: what of the lines is the policy, and the same file with another policy. Everything else of the file
// stays as it is, byte for byte; where that could not be promised, nothing is written.

import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { readYaml } from './yaml.ts';

/** The lines of a config that are its policy. */
export interface PolicySection {
  /** Without the indentation that it has in the file; lines end with LF. Empty where no policy is written. */
  readonly text: string;
  /** Line of the file that the first line of the text is, from 1. */
  readonly firstLine: number;
  /** Columns that each line of the text stands to the right of where it is shown. */
  readonly indent: number;
  /** False: there is none, and one would be added. */
  readonly isWritten: boolean;
  /** The whole file with another policy, of which this is the value; or why that cannot be. */
  replace(text: string, value: unknown): Result<string, string>;
}

const INDENT = 2;
/** One begins a document, the other ends it: what is added stands before. */
const DOCUMENT_END = /^\.\.\.(\s|$)/;
const BLANK_OR_COMMENT = /^(#.*|\s*)$/;

/** Finds the policy in the text of a config that is YAML and has this value; fails with why it cannot be told apart from the rest. */
export function findPolicySection(whole: string, value: unknown): Result<PolicySection, string> {
  const counter = new LineCounter();
  const document = parseDocument(whole, { lineCounter: counter, prettyErrors: false, stringKeys: true, version: '1.2', schema: 'core' });
  if (document.errors.length > 0 || !isMap<Scalar, Node | null>(document.contents)) return fail('is not YAML that can be read');
  const root = document.contents;
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  const index = root.items.findIndex(({ key }) => isScalar(key) && key.value === 'policy');
  const pair = root.items[index];
  const place: Place = { whole, value, lines: whole.split('\n'), lineAt };
  if (pair === undefined) return ok(root.flow === true ? inFlow(place, undefined) : absent(place));
  const { value: node } = pair;
  if (node === null || isAlias(node) || node.anchor !== undefined || node.tag !== undefined)
    return fail('has an anchor, an alias or a tag on its policy, or nothing in it');
  if (root.flow === true) return ok(inFlow(place, node));
  return ok(inBlock(place, root, index, pair.key, node));
}

interface Place {
  readonly whole: string;
  readonly value: unknown;
  readonly lines: readonly string[];
  readonly lineAt: (offset: number) => number;
}

/** `policy:` in a file of lines. */
function inBlock(place: Place, root: YAMLMap<Scalar, Node | null>, index: number, key: Scalar, node: Node): PolicySection {
  const { whole, lines, lineAt } = place;
  const keyLine = lineAt(key.range?.[0] ?? 0);
  const start = node.range?.[0] ?? 0;
  const next: Pair<Scalar, Node | null> | undefined = root.items[index + 1];
  const end = lastLine(lines, keyLine, next === undefined ? undefined : lineAt(next.key.range?.[0] ?? whole.length));
  const before = lines.slice(0, keyLine - 1);
  const after = lines.slice(end);
  const keyText = lines[keyLine - 1] ?? '';
  const isSameLine = lineAt(start) === keyLine;
  const column = start - (whole.lastIndexOf('\n', start - 1) + 1);
  const written = lines.slice(isSameLine ? keyLine - 1 : keyLine, end).map(withoutReturn);
  // What begins behind the key stays as it is but for its first line: inside of brackets and quotes indentation says nothing.
  const shown = isSameLine ? [written[0]?.slice(column) ?? '', ...written.slice(1)] : written.map((line) => outdent(line, column));
  const head = withoutReturn(isSameLine ? keyText.slice(0, column).trimEnd() : keyText);
  return {
    text: toText(shown),
    firstLine: isSameLine ? keyLine : keyLine + 1,
    indent: isSameLine ? 0 : column,
    isWritten: true,
    replace: (text, value) =>
      spliced(place, value, [...before, ...withEnds(place, [head, ...indented(text, isSameLine ? INDENT : column)]), ...after].join('\n')),
  };
}

/** The last line before what follows: comments at the margin and blank lines in front of it belong to that. */
function lastLine(lines: readonly string[], keyLine: number, nextLine: number | undefined): number {
  let end = nextLine === undefined ? lines.length : nextLine - 1;
  if (nextLine === undefined) {
    const closed = lines.findIndex((line, at) => at >= keyLine && DOCUMENT_END.test(line));
    if (closed >= 0) end = closed;
  }
  while (end > keyLine && BLANK_OR_COMMENT.test(withoutReturn(lines[end - 1] ?? ''))) end -= 1;
  return end;
}

/** A policy in a file of braces, as JSON is. */
function inFlow(place: Place, node: Node | undefined): PolicySection {
  const [start, end] = node?.range ?? [0, 0];
  const { whole, lineAt } = place;
  return {
    text: node === undefined ? '' : toText(whole.slice(start, end).split('\n').map(withoutReturn)),
    firstLine: lineAt(start),
    indent: 0,
    isWritten: node !== undefined,
    replace: (text, value) =>
      node === undefined
        ? fail('is written in braces, and has no policy in it')
        : spliced(place, value, whole.slice(0, start) + withEnds(place, toLines(text)).join('\n') + whole.slice(end)),
  };
}

/** No policy yet: it is written behind everything else. */
function absent(place: Place): PolicySection {
  const { whole, lines } = place;
  const closed = lines.findIndex((line) => DOCUMENT_END.test(line));
  const end = closed >= 0 ? closed : whole.endsWith('\n') ? lines.length - 1 : lines.length;
  return {
    text: '',
    firstLine: end + 2,
    indent: INDENT,
    isWritten: false,
    replace: (text, value) => {
      const added = withEnds(place, ['policy:', ...indented(text, INDENT)]);
      return spliced(place, value, [...lines.slice(0, end), ...added, ...(end < lines.length ? lines.slice(end) : [''])].join('\n'));
    },
  };
}

/** The new whole, once it is sure that nothing but the policy is another, and that the policy is what was given. */
function spliced({ value: was }: Place, given: unknown, next: string): Result<string, string> {
  const is = readYaml(next);
  if (!is.ok) return fail('could not be read any more with this policy in it');
  const { policy: _before, ...others } = toMembers(was);
  const { policy, ...rest } = toMembers(is.value.value);
  const isSame = isDeepStrictEqual(policy, given) && isDeepStrictEqual(rest, others);
  return isSame ? ok(next) : fail('would say something else with this policy in it');
}

function toMembers(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Lines as text files have them, whatever ends they had. */
export function toLines(text: string): readonly string[] {
  return text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n');
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function indented(text: string, columns: number): readonly string[] {
  return toLines(text).map((line) => (line === '' ? '' : ' '.repeat(columns) + line));
}

/** Lines with the ends that the file has. */
function withEnds({ whole }: Place, lines: readonly string[]): readonly string[] {
  return whole.includes('\r\n') ? lines.map((line) => `${line}\r`) : lines;
}

/** A comment may stand further left than what it is about. */
function outdent(line: string, columns: number): string {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(spaces, columns));
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
