// Reads YAML into plain JSON values, and remembers where everything stands. YAML is only a way to write JSON here, so what JSON does not have is
// refused: duplicate keys, keys that are no text, tags, several documents, other YAML versions (in 1.1 `off` is false). Anchors and
// aliases are followed, with caps, so that a few lines cannot expand to gigabytes.

import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, ErrorCode, Node } from 'yaml';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { TAGGED, toValue } from './yaml-value.ts';

const MAX_CHARS = 16 * 1024 * 1024;

export type Path = readonly (string | number)[];

/** A place in a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file read: its value, and where its parts stand. */
export interface YamlSource {
  readonly value: unknown;
  /** Where the value at a path begins, or its key; of something absent, the nearest enclosing thing that is there. */
  locate(path: Path, part: 'key' | 'value'): Position;
}

/** Why a text cannot be read; `message` is about the text. */
export interface YamlMistake extends Position {
  readonly message: string;
  readonly fix: string | undefined;
}

/** Reads one document. */
export function readYaml(text: string): Result<YamlSource, readonly YamlMistake[]> {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (text.length > MAX_CHARS) return fail([{ ...at(0), message: 'is too large for a config', fix: undefined }]);
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
  });
  const [document, second] = documents;
  const empty = { line: 1, column: 1, message: 'is empty', fix: 'Write a config, or let `sallyport init` write one.' };
  if (document === undefined) return fail([empty]);
  const mistakes = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    ...inWords(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 256)),
  }));
  // One place is often said to be wrong in several ways; the first is the cause.
  const causes = mistakes.filter(
    ({ line, column }, i) => mistakes.findIndex((other) => other.line === line && other.column === column) === i,
  );
  if (causes.length > 0) return fail(causes);
  if (second !== undefined) {
    return fail([{ ...at(second.range[0]), message: 'has a second document', fix: 'Remove the `---` line and what follows.' }]);
  }
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2') {
    return fail([{ line: 1, column: 1, message: `asks for YAML ${yaml.version}`, fix: 'Remove the %YAML line: configs are YAML 1.2.' }]);
  }
  const value = toValue(document);
  if (!value.ok) {
    const { node, message, fix } = value.error;
    return fail([{ ...at(node?.range?.[0] ?? 0), message, fix }]);
  }
  if (value.value === null) return fail([empty]);
  return ok({ value: value.value, locate: (path, part) => at(find(document, path, part)) });
}

/** Follows a path through the nodes as far as it leads. */
function find(document: Document.Parsed, path: Path, part: 'key' | 'value'): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const last = i === path.length - 1;
    if (isMap<Node, Node | null>(node)) {
      const pair: unknown = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!isPair<Node, Node | null>(pair)) return offset;
      offset = (last && part === 'key' ? pair.key : (pair.value ?? pair.key)).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node>(node) && typeof step === 'number') {
      node = node.items[step];
      offset = node?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** `at`: the text from where the mistake is. */
function inWords(code: ErrorCode, message: string, at: string): { readonly message: string; readonly fix: string | undefined } {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: `has the key ${keyAt(at)} twice`, fix: 'Remove one of the two.' };
    case 'TAG_RESOLVE_FAILED':
      return TAGGED;
    case 'TAB_AS_INDENT':
      return { message: 'is indented with a tab', fix: 'Indent with spaces.' };
    case 'NON_STRING_KEY':
      return { message: 'has a key that is no text', fix: 'Write a plain word for a key.' };
    case 'BAD_ALIAS':
      return { message: 'has an alias or anchor without a name', fix: "Put quotes around a text that begins with * or &: '*'." };
    default:
      return { message: `is not valid YAML: ${message}`, fix: undefined };
  }
}

/** The key that a text begins with, without quotes. */
function keyAt(text: string): string {
  return (
    /^"([^"]*)"|^'([^']*)'|^([^:#\s,]+)/
      .exec(text)
      ?.slice(1)
      .find((key) => key !== undefined) ?? ''
  );
}
