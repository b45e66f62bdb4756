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

  return { maxBytes, scan };
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

/** A state of the automaton while it is built. Transitions by class; after `plant` all of them are there. */
interface Node {
  readonly next: Int32Array;
  /** Where to go on when nothing fits: the longest end of what was read that begins some literal. */
  fallback: number;
  /** Literals that end here, those that end inside of longer ones included. */
  ends: readonly number[];
}

const NONE = -1;

function plant(literals: readonly Uint8Array[], classes: Uint16Array, width: number): readonly Node[] {
  const root = createNode(width);
  const nodes = [root];
  for (const [literal, bytes] of literals.entries()) {
    let node = root;
    for (const byte of bytes) {
      const kind = (classes[byte] ?? 0) & CLASS_BITS;
      let next = nodes[node.next[kind] ?? NONE];
      if (next === undefined) {
        next = createNode(width);
        node.next[kind] = nodes.length;
        nodes.push(next);
      }
      node = next;
    }
    node.ends = [...node.ends, literal];
  }
  complete(nodes, root);
  return nodes;
}

function createNode(width: number): Node {
  return { next: new Int32Array(width).fill(NONE), fallback: 0, ends: [] };
}

/** Breadth first, so that the shorter ends, on which the longer fall back, are complete before them. */
function complete(nodes: readonly Node[], root: Node): void {
  const queue = [0];
  for (const index of queue) {
    const node = nodes[index] ?? root;
    const fallback = nodes[node.fallback] ?? root;
    if (node !== root) node.ends = [...node.ends, ...fallback.ends];
    for (const [kind, target] of node.next.entries()) {
      const instead = node === root ? 0 : (fallback.next[kind] ?? 0);
      const next = nodes[target];
      if (next === undefined) node.next[kind] = instead;
      else {
        next.fallback = instead;
        queue.push(target);
      }
    }
  }
}

interface Laid {
  /** Rows of states; a state is the offset of its row. */
  readonly table: Int32Array;
  /** From this state on, literals end; so that asking whether one does costs a comparison and no load. */
  readonly firstOutput: number;
  readonly outputs: readonly (readonly number[])[];
}

/** Puts the states in order: those where no literal ends first, the shallow ones, which most bytes of a text lead to, beside each other. */
function lay(nodes: readonly Node[], width: number): Laid {
  const order = breadthFirst(nodes);
  const quiet = order.filter((index) => nodes[index]?.ends.length === 0);
  const loud = order.filter((index) => nodes[index]?.ends.length !== 0);
  const rows = [...quiet, ...loud];
  const rowOf = new Int32Array(nodes.length);
  for (const [row, index] of rows.entries()) rowOf[index] = row * width;
  const table = new Int32Array(nodes.length * width);
  for (const [row, index] of rows.entries()) {
    for (const [kind, target] of (nodes[index]?.next ?? []).entries()) table[row * width + kind] = rowOf[target] ?? 0;
  }
  return { table, firstOutput: quiet.length * width, outputs: loud.map((index) => nodes[index]?.ends ?? []) };
}

function breadthFirst(nodes: readonly Node[]): readonly number[] {
  const seen = new Set([0]);
  for (const index of seen) for (const target of nodes[index]?.next ?? []) seen.add(target);
  return [...seen];
}
