// Where in a YAML document a position stands: under which keys and list items, and what its neighbours are called. It goes by indentation alone, so
// that it answers for a document that is being written and cannot be parsed yet.

/** A step into a list, in a path. */
export const ITEM = '[]';

/** Where something is being written. */
export interface YamlPlace {
  /** Keys, and `[]` for an item of a list, from the outside in. */
  readonly path: readonly string[];
  /** `start`: the beginning of a line or item, where a key or a plain value may stand; `value`: behind a key. */
  readonly at: 'start' | 'value';
  /** Keys that the same mapping has already. */
  readonly siblings: readonly string[];
  /** What was typed of the word that stands here. */
  readonly word: string;
}

interface MapFrame {
  readonly kind: 'map';
  readonly column: number;
  readonly keys: string[];
  key: string;
}

interface ItemFrame {
  readonly kind: 'item';
  readonly column: number;
}

type Frame = MapFrame | ItemFrame;

const KEY = /^("[^"]*"|'[^']*'|[^\s#:,[\]{}'"][^:#,[\]{}]*?)\s*:(?=\s|$)/;
const BLOCK_SCALAR = /:\s+[|>][+-]?\d?\s*(#.*)?$|^[|>][+-]?\d?\s*(#.*)?$/;
const WORD = /[\w.*?/-]*$/;

/** Where a position stands; undefined inside a comment or a text of several lines. */
export function placeAt(text: string, position: number): YamlPlace | undefined {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  const prefix = text.slice(lineStart, position);
  const { frames, scalarUnder } = readFrames(text.slice(0, lineStart));
  const isInText = scalarUnder !== undefined && prefix.length - prefix.trimStart().length > scalarUnder;
  if (isInText || isComment(prefix)) return undefined;
  const { column, rest } = readDashes(frames, prefix);
  // A line of nothing but spaces says where something would stand by where the cursor is.
  unwindToKey(frames, column);
  const key = KEY.exec(rest);
  if (key === null) return startPlace(frames, { column, rest, after: text.slice(position) });
  const name = unquote(key[1] ?? '');
  const siblings = setKey(frames, column, name);
  const value = rest.slice(key[0].length).trimStart();
  return flowPlace(pathOf(frames), value) ?? { path: pathOf(frames), at: 'value', siblings, word: WORD.exec(value)?.[0] ?? '' };
}

interface Open {
  readonly frames: Frame[];
  /** The column of what a text of several lines belongs to, which goes on while lines are further in. */
  readonly scalarUnder: number | undefined;
}

/** The block structure that is open after these lines. */
function readFrames(lines: string): Open {
  const frames: Frame[] = [];
  let scalarUnder: number | undefined;
  for (const line of lines.split('\n')) {
    if (line.trim() === '') continue;
    const indent = line.length - line.trimStart().length;
    if (scalarUnder !== undefined && indent > scalarUnder) continue;
    scalarUnder = undefined;
    if (line.trimStart().startsWith('#')) continue;
    const { column, rest } = readDashes(frames, line);
    unwindToKey(frames, column);
    const key = KEY.exec(rest);
    if (key !== null) setKey(frames, column, unquote(key[1] ?? ''));
    if (BLOCK_SCALAR.test(rest)) scalarUnder = column;
  }
  return { frames, scalarUnder };
}

/** Takes the dashes that begin items off a line, and notes the items. */
function readDashes(frames: Frame[], line: string): { readonly column: number; readonly rest: string } {
  let column = line.length - line.trimStart().length;
  let rest = line.slice(column);
  for (let dash = /^-(\s+|$)/.exec(rest); dash !== null; dash = /^-(\s+|$)/.exec(rest)) {
    unwind(frames, (frame) => frame.column > column || (frame.kind === 'item' && frame.column === column));
    frames.push({ kind: 'item', column });
    column += dash[0].length;
    rest = rest.slice(dash[0].length);
  }
  return { column, rest };
}

function unwindToKey(frames: Frame[], column: number): void {
  unwind(frames, (frame) => frame.column > column || (frame.kind === 'item' && frame.column === column));
}

function unwind(frames: Frame[], isOver: (frame: Frame) => boolean): void {
  for (let last = frames.at(-1); last !== undefined && isOver(last); last = frames.at(-1)) frames.pop();
}

/** Notes that a key stands in this column; answers those that its mapping had before. */
function setKey(frames: Frame[], column: number, key: string): readonly string[] {
  const last = frames.at(-1);
  if (last?.kind === 'map' && last.column === column) {
    const siblings = [...last.keys];
    last.key = key;
    last.keys.push(key);
    return siblings;
  }
  frames.push({ kind: 'map', column, key, keys: [key] });
  return [];
}

interface Start {
  readonly column: number;
  readonly rest: string;
  readonly after: string;
}

function startPlace(frames: readonly Frame[], { column, rest, after }: Start): YamlPlace {
  const last = frames.at(-1);
  const isSibling = last?.kind === 'map' && last.column === column;
  const path = pathOf(isSibling ? frames.slice(0, -1) : frames);
  const flow = flowPlace(path, rest);
  if (flow !== undefined) return flow;
  const siblings = [...(isSibling ? last.keys : []), ...keysBelow(after, column)];
  return { path, at: 'start', siblings, word: WORD.exec(rest)?.[0] ?? '' };
}

/** Keys of the same mapping that stand below. */
function keysBelow(after: string, column: number): readonly string[] {
  const keys: string[] = [];
  for (const line of after.split('\n').slice(1)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const indent = line.length - line.trimStart().length;
    if (indent < column) break;
    const key = indent === column ? KEY.exec(line.slice(column)) : null;
    if (key !== null) keys.push(unquote(key[1] ?? ''));
  }
  return keys;
}

/** Where the end of a value stands that is written in brackets on one line; undefined if none of them is open. */
function flowPlace(path: readonly string[], value: string): YamlPlace | undefined {
  const open: { readonly bracket: '[' | '{'; key: string | undefined; readonly keys: string[]; from: number }[] = [];
  let quote: string | undefined;
  for (const [at, sign] of Array.from(value).entries()) {
    const top = open.at(-1);
    if (quote !== undefined) quote = sign === quote ? undefined : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '[' || sign === '{') open.push({ bracket: sign, key: undefined, keys: [], from: at + 1 });
    else if (sign === ']' || sign === '}') open.pop();
    else if (top !== undefined && sign === ',') {
      top.key = undefined;
      top.from = at + 1;
    } else if (top?.bracket === '{' && sign === ':' && top.key === undefined) {
      top.key = unquote(value.slice(top.from, at).trim());
      top.keys.push(top.key);
      top.from = at + 1;
    }
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  const steps = open.flatMap(({ bracket, key }) => (bracket === '[' ? [ITEM] : key === undefined ? [] : [key]));
  return {
    path: [...path, ...steps],
    at: last.bracket === '{' && last.key === undefined ? 'start' : 'value',
    siblings: last.keys,
    word: WORD.exec(value)?.[0] ?? '',
  };
}

function pathOf(frames: readonly Frame[]): readonly string[] {
  return frames.map((frame) => (frame.kind === 'map' ? frame.key : ITEM));
}

function unquote(key: string): string {
  return /^(["']).*\1$/.test(key) ? key.slice(1, -1) : key;
}

function isComment(prefix: string): boolean {
  return /(^|\s)#/.test(prefix.replaceAll(/"[^"]*"|'[^']*'/g, '""'));
}
