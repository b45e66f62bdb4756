// Where in a JSON document reading has come: the members and elements that are open, and the name of the value that comes. A path is written only when
// somebody asks for one, because most messages have nothing to be said about them.
//
// A path is written down, and a name may be a value (a map from keys to what they may): only what looks like a name, and in which nothing was found, is shown.

import { NO_NAME } from './names.ts';
import type { Name } from './names.ts';

/** The levels above a value. */
export interface Place {
  /** A document begins. */
  begin(): void;
  /** False: deeper than any reader follows. */
  open(isObject: boolean): boolean;
  close(): void;
  /** Whether nothing is open. */
  isRoot(): boolean;
  /** Whether what is open is an object. */
  isObject(): boolean;
  /** The next element of the array that is open. */
  next(): void;
  /** The member that comes, by its name. */
  member(name: Name): void;
  /** A finding was made in the name: no path may hold it. */
  hideName(): void;
  /** The member whose value is read, also what stands in its arrays. */
  name(): Name;
  /** The same for paths. */
  shownName(): Name;
  path(): string;
  /** Number of the element that is read of the array at that level. */
  element(level: number): number;
  /** The path to a member, or an element, or one in the other, below the first levels. */
  pathBelow(level: number, element: number | undefined, name: Name | undefined): string;
}

/** What the strict parser takes as well (mcp/scan.ts). */
const MAX_DEPTH = 64;
const MAX_PATH = 200;

interface Level {
  isObject: boolean;
  /** Elements so far. */
  count: number;
  /** Of an array, the name that it has itself. */
  name: Name;
  hidden: boolean;
  /** The path to it, once somebody has asked for one below it: while it is open, that stays the same. */
  path: string | undefined;
}

/** Makes the place at the root of a document. */
export function createPlace(): Place {
  /** Below those that are open, those that were: levels come and go with every element. */
  const levels: Level[] = [];
  let depth = 0;
  let top: Level = { isObject: false, count: 0, name: NO_NAME, hidden: false, path: undefined };
  const root = top;

  /** Below the first levels. What was written once is not written again for each of thousands of findings, and nothing that is cut away is written. */
  const pathTo = (end: number): string => {
    let from = end - 1;
    while (from > 0 && levels[from]?.path === undefined) from--;
    let path = levels[from]?.path ?? '$';
    for (let at = Math.max(0, from); at < end; at++) {
      const level = levels[at];
      if (level === undefined) break;
      level.path = path;
      if (path.length <= MAX_PATH) path += step(level);
    }
    return path;
  };

  return {
    begin: () => {
      depth = 0;
      top = root;
      root.count = 0;
      root.name = NO_NAME;
      root.hidden = false;
      root.path = undefined;
    },
    open: (isObject) => {
      if (depth === MAX_DEPTH) return false;
      const name = isObject ? NO_NAME : top.name;
      const level = levels[depth];
      depth++;
      if (level === undefined) {
        top = { isObject, count: 0, name, hidden: false, path: undefined };
        levels.push(top);
        return true;
      }
      top = level;
      top.isObject = isObject;
      top.count = 0;
      top.name = name;
      top.hidden = false;
      top.path = undefined;
      return true;
    },
    close: () => {
      depth--;
      // An index below zero is no index: it would be looked up by name.
      top = depth === 0 ? root : (levels[depth - 1] ?? root);
    },
    isRoot: () => depth === 0,
    isObject: () => top.isObject,
    next: () => {
      top.count++;
    },
    member: (name) => {
      top.name = name;
      top.hidden = false;
    },
    hideName: () => {
      top.hidden = true;
    },
    name: () => top.name,
    shownName: () => (top.hidden ? NO_NAME : top.name),
    path: () => shorten(pathTo(depth)),
    element: (level) => Math.max(0, (levels[level]?.count ?? 1) - 1),
    pathBelow: (level, element, name) =>
      shorten(`${pathTo(level)}${element === undefined ? '' : `[${element}]`}${name === undefined ? '' : member(name)}`),
  };
}

function step({ isObject, count, name, hidden }: Level): string {
  if (!isObject) return `[${Math.max(0, count - 1)}]`;
  return hidden ? '.*' : member(name);
}

function member(name: Name): string {
  return name.isPlain ? `.${name.text}` : '.*';
}

function shorten(path: string): string {
  return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH - 1)}…` : path;
}
