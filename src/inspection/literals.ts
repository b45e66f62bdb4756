// Many literals at once: an automaton (Aho and Corasick, 1975) whose states are rows of one flat table, so that each byte costs one load that depends on
// the byte before. ASCII letters are folded; whoever wants them exactly compares again where one was found.

/** Kinds of bytes, as bits of what `scan` gives. */
export const WIDE = 0x100;
export const CONTROL = 0x200;
export const DIGIT = 0x400;
/** A dot or a colon. */
export const MARK = 0x800;

const CLASS_BITS = 0xff;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const DELETE = 0x7f;

/** Literals, compiled. */
export interface Literals {
  /** Length of the longest. */
  readonly maxBytes: number;
  /** Calls `found` for each literal that ends in (from, to], in the order of their ends; gives the kinds of bytes that are in there. */
  readonly scan: (bytes: Uint8Array, from: number, to: number, found: (literal: number, end: number) => void) => number;
  readonly automaton: Automaton;
}

/** What the automaton is made of, for other passes that take it along. */
export interface Automaton {
  /** The column of each byte, and above it its kind. */
  readonly classes: Uint16Array;
  /** Where each state leads, by column; the first state is 0. */
  readonly table: Int32Array;
  /** In this state and in all behind it, literals end. */
  readonly firstOutput: number;
  /** Which, by the state. */
  readonly endsAt: (state: number) => readonly number[];
  /** Shorter texts are not worth two lanes. */
  readonly minHalvedBytes: number;
  /** Whether a literal that begins in front of the middle ends behind it, where the automaton is in that state in the middle. */
  readonly standsAcross: (bytes: Uint8Array, middle: number, to: number, state: number) => boolean;
}

interface Ended {
  readonly literal: number;
  readonly end: number;
}

/** Shorter texts are not worth two lanes, nor are texts of a few times the longest literal, so much of which both would look at. */
const MIN_HALVED_BYTES = 128;
const MIN_HALVED_LITERALS = 8;
/** What is never added to. */
const NONE_LATER: Ended[] = [];

/** The automaton of these literals, each at least a byte long; `found` names them by their place. */
export function compileLiterals(literals: readonly Uint8Array[]): Literals {
  const { classes, width } = classify(literals);
  const trie = plant(literals, classes, width);
  const { table, outputs, firstOutput } = lay(trie, width);
  const maxBytes = literals.reduce((most, { length }) => Math.max(most, length), 0);

  const minHalvedBytes = Math.max(MIN_HALVED_BYTES, MIN_HALVED_LITERALS * maxBytes);
  const endsAt = (state: number): readonly number[] => outputs[(state - firstOutput) / width] ?? [];

  /**
   * In two lanes: what a byte leads to can only be asked when it is known what the one before has led to, and a processor that waits for one answer can wait for
   * two. What begins in the first half and ends in the second is the first lane's.
   */
  function scan(bytes: Uint8Array, from: number, to: number, found: (literal: number, end: number) => void): number {
    const half = to - from < minHalvedBytes ? 0 : (to - from) >> 1;
    const middle = from + half;
    const later: Ended[] = half === 0 ? NONE_LATER : [];
    let kinds = 0;
    let first = 0;
    let second = 0;
    for (let at = from; at < middle; at += 1) {
      const kind = classes[bytes[at] ?? 0] ?? 0;
      const other = classes[bytes[at + half] ?? 0] ?? 0;
      kinds |= kind | other;
      first = table[first + (kind & CLASS_BITS)] ?? 0;
      second = table[second + (other & CLASS_BITS)] ?? 0;
      if (first >= firstOutput) for (const literal of endsAt(first)) found(literal, at + 1);
      if (second >= firstOutput) for (const literal of endsAt(second)) later.push({ literal, end: at + half + 1 });
    }
    for (let at = middle + half; at < to; at += 1) {
      const kind = classes[bytes[at] ?? 0] ?? 0;
      kinds |= kind;
      second = table[second + (kind & CLASS_BITS)] ?? 0;
      if (second < firstOutput) continue;
      for (const literal of endsAt(second)) {
        if (half === 0) found(literal, at + 1);
        else later.push({ literal, end: at + 1 });
      }
    }
    if (half === 0) return kinds;
    const ended = later.length;
    for (let at = middle; at < Math.min(to, middle + maxBytes - 1); at += 1) {
      first = table[first + ((classes[bytes[at] ?? 0] ?? 0) & CLASS_BITS)] ?? 0;
      if (first < firstOutput) continue;
      for (const literal of endsAt(first)) if (at + 1 - (literals[literal]?.length ?? 0) < middle) later.push({ literal, end: at + 1 });
    }
    if (later.length > ended) later.sort((a, b) => a.end - b.end || a.literal - b.literal);
    for (const { literal, end } of later) found(literal, end);
    return kinds;
  }

  function standsAcross(bytes: Uint8Array, middle: number, to: number, first: number): boolean {
    const last = Math.min(to, middle + maxBytes - 1);
    let state = first;
    for (let at = middle; at < last && state !== 0; at += 1) {
      state = table[state + ((classes[bytes[at] ?? 0] ?? 0) & CLASS_BITS)] ?? 0;
      if (state < firstOutput) continue;
      for (const literal of endsAt(state)) if (at + 1 - (literals[literal]?.length ?? 0) < middle) return true;
    }
    return false;
  }

  return { maxBytes, scan, automaton: { classes, table, firstOutput, endsAt, minHalvedBytes, standsAcross } };
}

/** ASCII letters without their case. */
export function foldByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Bytes that no literal tells apart share a class: fewer columns, so that the table stays in the cache. The kind of a byte stands above its class. */
function classify(literals: readonly Uint8Array[]): { readonly classes: Uint16Array; readonly width: number } {
  const ofByte = new Map<number, number>();
  for (const literal of literals) {
    for (const byte of literal) {
      const folded = foldByte(byte);
      if (!ofByte.has(folded)) ofByte.set(folded, ofByte.size + 1);
    }
  }
  const classes = Uint16Array.from({ length: 256 }, (_, byte) => (ofByte.get(foldByte(byte)) ?? 0) | kindOf(byte));
  return { classes, width: ofByte.size + 1 };
}

function kindOf(byte: number): number {
  if (byte > DELETE) return WIDE;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  if (byte === 0x2e || byte === 0x3a) return MARK;
  return (byte < SPACE && byte !== TAB && byte !== LINE_FEED) || byte === DELETE ? CONTROL : 0;
}

/** The states of the automaton while it is built, by number; the first is where every text begins. */
interface Trie {
  /** Where each state goes, by class; 0 is the first state, and before the trie is complete, nowhere. */
  readonly next: Int32Array;
  /** Literals that end in a state, those that end inside of longer ones included. */
  readonly ends: (readonly number[])[];
  /** All states, the shallow ones first. */
  readonly order: readonly number[];
}

const NONE: readonly number[] = [];

function plant(literals: readonly Uint8Array[], classes: Uint16Array, width: number): Trie {
  const most = literals.reduce((sum, { length }) => sum + length, 1);
  const next = new Int32Array(most * width);
  const ends: (readonly number[])[] = [NONE];
  for (const [literal, bytes] of literals.entries()) {
    let state = 0;
    for (const byte of bytes) {
      const at = state * width + ((classes[byte] ?? 0) & CLASS_BITS);
      if (next[at] === 0) next[at] = ends.push(NONE) - 1;
      state = next[at] ?? 0;
    }
    ends[state] = [...(ends[state] ?? NONE), literal];
  }
  return { next, ends, order: complete(next, ends, width) };
}

/** Where nothing fits, a state goes where the longest end of what it has read goes that begins some literal. Breadth first: that end is shorter, and done. */
function complete(next: Int32Array, ends: (readonly number[])[], width: number): readonly number[] {
  const fallback = new Int32Array(ends.length);
  const order = [0];
  for (const state of order) {
    const instead = (fallback[state] ?? 0) * width;
    for (let kind = 0; kind < width; kind += 1) {
      const at = state * width + kind;
      const target = next[at] ?? 0;
      const other = state === 0 ? 0 : (next[instead + kind] ?? 0);
      if (target === 0) next[at] = other;
      else {
        fallback[target] = other;
        const shorter = ends[other] ?? NONE;
        if (shorter.length > 0) ends[target] = [...(ends[target] ?? NONE), ...shorter];
        order.push(target);
      }
    }
  }
  return order;
}

interface Laid {
  /** Rows of states; a state is the offset of its row. */
  readonly table: Int32Array;
  /** From this state on, literals end; so that asking whether one does costs a comparison and no load. */
  readonly firstOutput: number;
  readonly outputs: readonly (readonly number[])[];
}

/** Puts the states in order: those where no literal ends first, the shallow ones, which most bytes of a text lead to, beside each other. */
function lay({ next, ends, order }: Trie, width: number): Laid {
  const isLoud = (state: number): boolean => (ends[state] ?? NONE).length > 0;
  const quiet = order.filter((state) => !isLoud(state));
  const loud = order.filter(isLoud);
  const rows = [...quiet, ...loud];
  const rowOf = new Int32Array(rows.length);
  for (const [row, state] of rows.entries()) rowOf[state] = row * width;
  const table = new Int32Array(rows.length * width);
  for (const [row, state] of rows.entries()) {
    for (let kind = 0; kind < width; kind += 1) table[row * width + kind] = rowOf[next[state * width + kind] ?? 0] ?? 0;
  }
  return { table, firstOutput: quiet.length * width, outputs: loud.map((state) => ends[state] ?? NONE) };
}
