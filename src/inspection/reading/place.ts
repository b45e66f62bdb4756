// Where in a JSON document reading has come: the members and elements that are open, and the name of the value that comes. It remembers bytes of names and
// writes a path only when somebody asks for one, because most messages have nothing to be said about them.
//
// A path is written down, a name may be a value (a map from keys to what they may), so only what looks like a name is.

/** The levels above a value. */
export interface Place {
  /** False: deeper than any reader follows. */
  open(isObject: boolean): boolean;
  close(): void;
  readonly depth: number;
  readonly isObject: boolean;
  /** The next element of the array that is open. */
  next(): void;
  /** The name of the member that comes, or its beginning. */
  name(bytes: Uint8Array, from: number, to: number): void;
  /** A finding was made in the name: no path may hold it. */
  hideName(): void;
  /** Name of the member whose value is read, also of what stands in its arrays; empty where there is none. */
  key(): string;
  path(): string;
}

/** What the strict parser takes as well (mcp/scan.ts). */
const MAX_DEPTH = 64;
/** Bytes of a name that are kept: one more than a path shows, so that it is known to be longer. */
const NAME_BYTES = 65;
const FIRST_LEVELS = 8;
const MAX_PATH = 200;

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]{0,63}$/;
/** As long as no year and no version is. */
const LONG_DIGITS = /[0-9]{5}/;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The names that keep coming, as strings. */
const KNOWN_NAMES = 128;
const SHORT_NAME = 24;

interface Level {
  readonly isObject: boolean;
  /** Elements so far, or bytes of the name that are kept. */
  count: number;
  hidden: boolean;
}

/** Makes the place at the root of a document. */
export function createPlace(): Place {
  let names = new Uint8Array(FIRST_LEVELS * NAME_BYTES);
  const levels: Level[] = [];
  let depth = 0;

  const nameAt = (level: number, count: number): string => knownName(names, level * NAME_BYTES, count);
  const step = (level: number): string => {
    const one = levels[level];
    if (one === undefined) return '';
    if (!one.isObject) return `[${Math.max(0, one.count - 1)}]`;
    const name = one.hidden ? '*' : nameAt(level, one.count);
    return `.${PLAIN_NAME.test(name) && !LONG_DIGITS.test(name) ? name : '*'}`;
  };

  return {
    open: (isObject) => {
      if (depth === MAX_DEPTH) return false;
      // One object for each level that ever was, in either form: levels come and go with every element.
      levels[depth] = reuse(levels[depth], isObject);
      depth++;
      return true;
    },
    close: () => {
      depth--;
    },
    get depth(): number {
      return depth;
    },
    get isObject(): boolean {
      return levels[depth - 1]?.isObject ?? false;
    },
    next: () => {
      const level = levels[depth - 1];
      if (level !== undefined && !level.isObject) level.count++;
    },
    name: (bytes, from, to) => {
      const level = levels[depth - 1];
      if (level === undefined) return;
      const count = Math.min(to - from, NAME_BYTES);
      const start = (depth - 1) * NAME_BYTES;
      if (start + NAME_BYTES > names.length) names = doubled(names);
      for (let place = 0; place < count; place++) names[start + place] = bytes[from + place] ?? 0;
      level.count = count;
      level.hidden = false;
    },
    hideName: () => {
      const level = levels[depth - 1];
      if (level !== undefined) level.hidden = true;
    },
    key: () => {
      for (let level = depth - 1; level >= 0; level--) {
        const one = levels[level];
        if (one?.isObject === true) return nameAt(level, one.count);
      }
      return '';
    },
    path: () => {
      let path = '$';
      for (let level = 0; level < depth && path.length <= MAX_PATH; level++) path += step(level);
      return path.length > MAX_PATH ? `${path.slice(0, MAX_PATH - 1)}…` : path;
    },
  };
}

function reuse(level: Level | undefined, isObject: boolean): Level {
  if (level === undefined || level.isObject !== isObject) return { isObject, count: 0, hidden: false };
  level.count = 0;
  level.hidden = false;
  return level;
}

function doubled(names: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(names.length * 2);
  larger.set(names);
  return larger;
}

// Rows of a table have the same names: a string for each of them would be made again for each row. Nothing but names that were sent is in here, and none
// of it comes out but for the same bytes.
const known: string[] = Array.from({ length: KNOWN_NAMES }, () => '');

function knownName(bytes: Uint8Array, from: number, count: number): string {
  if (count === 0) return '';
  if (count > SHORT_NAME) return UTF8.decode(bytes.subarray(from, from + count));
  let hash = count;
  for (let place = from; place < from + count; place++) hash = (hash * 31 + (bytes[place] ?? 0)) | 0;
  const slot = (hash >>> 0) % KNOWN_NAMES;
  const candidate = known[slot] ?? '';
  if (isSame(candidate, bytes, from, count)) return candidate;
  const name = UTF8.decode(bytes.subarray(from, from + count));
  known[slot] = name;
  return name;
}

/** Whether a name of ASCII is these bytes; what is beyond ASCII is never known. */
function isSame(name: string, bytes: Uint8Array, from: number, count: number): boolean {
  if (name.length !== count) return false;
  for (let place = 0; place < count; place++) {
    const byte = bytes[from + place] ?? 0;
    if (byte >= 0x80 || name.charCodeAt(place) !== byte) return false;
  }
  return true;
}
