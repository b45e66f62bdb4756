// Adds up the tree over lines as they come, at the least price: every record of the log passes here. One open node is kept for each level, already in the
// form in which it will be hashed with its neighbour, and hashes travel as Latin-1 text, which costs half of what small buffers do.

import { hash } from 'node:crypto';
import type { CompactRange, Subtree } from './merkle.ts';

/** The tree over the leaves from one on. */
export interface TreeBuilder {
  readonly from: number;
  /** The leaf that `add` takes next. */
  readonly to: number;
  /** Adds a line, without its LF, as the next leaf. Lines are ASCII. */
  add(line: string): void;
  /** The same for the bytes of a line that have a zero byte before them. */
  addBytes(leaf: Uint8Array): void;
  /** The same for a leaf that is hashed already: 32 bytes as Latin-1. */
  addLeaf(leaf: string): void;
  /** The range so far. */
  range(): CompactRange;
}

const HASH_BYTES = 32;
const NODE_BYTES = 1 + 2 * HASH_BYTES;

interface Level {
  /** What a node is hashed over: 0x01, left, right (RFC 9162 §2.1.1). */
  readonly node: Buffer;
  /** The left half is there, and waits for the right one. */
  isOpen: boolean;
}

/** Begins before leaf `from`. */
export function createTreeBuilder(from: number): TreeBuilder {
  const levels: Level[] = [];
  /** Subtrees whose left neighbour lies before `from`: they stay as they are. */
  const edge: Subtree[] = [];
  let to = from;

  const levelAt = (level: number): Level => {
    const known = levels[level];
    if (known !== undefined) return known;
    const made: Level = { node: Buffer.alloc(NODE_BYTES), isOpen: false };
    made.node[0] = 1;
    levels[level] = made;
    return made;
  };

  const addLeaf = (leaf: string): void => {
    let text = leaf;
    for (let level = 0; ; level++) {
      const place = levelAt(level);
      if (place.isOpen) {
        place.node.write(text, 1 + HASH_BYTES, HASH_BYTES, 'latin1');
        place.isOpen = false;
        text = hash('sha256', place.node, 'latin1');
        continue;
      }
      const index = Math.floor(to / 2 ** level);
      if (index % 2 === 1) {
        edge.push({ start: index * 2 ** level, level, hash: Buffer.from(text, 'latin1') });
      } else {
        place.node.write(text, 1, HASH_BYTES, 'latin1');
        place.isOpen = true;
      }
      break;
    }
    to += 1;
  };

  return {
    from,
    get to() {
      return to;
    },
    add: (line) => addLeaf(hash('sha256', `\0${line}`, 'latin1')),
    addBytes: (leaf) => addLeaf(hash('sha256', leaf, 'latin1')),
    addLeaf,
    range() {
      const nodes = [...edge];
      let start = nodes.reduce((at, node) => at + 2 ** node.level, from);
      for (let level = levels.length - 1; level >= 0; level--) {
        const place = levels[level];
        if (place?.isOpen !== true) continue;
        nodes.push({ start, level, hash: Buffer.from(place.node.subarray(1, 1 + HASH_BYTES)) });
        start += 2 ** level;
      }
      return { from, to, nodes };
    },
  };
}
