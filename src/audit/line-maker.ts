// Makes the lines of a log, one at a time and always in the same place: what stands in front of a head there is what it is hashed with, so that the chain
// (format.ts) and the tree (merkle.ts) are taken over bytes that nobody had to put together for it. No I/O.

import { sha256Hex } from '../base/index.ts';
import { putRecord } from './encode-record.ts';
import { LINE_OVERHEAD_BYTES, LINE_ROOM_BYTES } from './format.ts';
import { putPart, putText, toPart } from './line-bytes.ts';
import type { LogTree } from './log-tree.ts';
import type { AuditRecord } from './record.ts';

export interface LineMaker {
  /** Chain hash of the line that was finished last. */
  readonly chain: string;
  /** Writes the head of the next line; gives back its length. One that was written before and not finished is forgotten. */
  begin(record: AuditRecord, seq: number): number;
  /** Chains that line, and adds it to the tree; gives back its length with its LF. */
  finish(tree: LogTree | undefined): number;
  /** Copies the line that was finished last; gives back where it ends. */
  copy(into: Buffer, at: number): number;
}

const CHAIN = toPart(',"chain":"');
const CLOSE = toPart('"}');
const LINE_FEED = 0x0a;
/** Where a line begins: behind the chain hash of the one before. */
const START = 64;

/** Goes on behind the line with this chain hash. */
export function createLineMaker(last: string): LineMaker {
  const place = Buffer.alloc(START + LINE_ROOM_BYTES + LINE_OVERHEAD_BYTES);
  putText(place, 0, last);
  let chain = last;
  let headEnd = START;
  let end = START;
  return {
    get chain() {
      return chain;
    },
    begin(record, seq) {
      headEnd = putRecord(place, START, record, seq);
      return headEnd - START;
    },
    finish(tree) {
      chain = sha256Hex(place.subarray(0, headEnd));
      const at = putPart(place, putText(place, putPart(place, headEnd, CHAIN), chain), CLOSE);
      // RFC 9162 §2.1.1: a leaf is hashed with a zero byte before it.
      place[START - 1] = 0;
      tree?.add(place.subarray(START - 1, at));
      place[at] = LINE_FEED;
      end = at + 1;
      putText(place, 0, chain);
      return end - START;
    },
    copy: (into, at) => putPart(into, at, place.subarray(START, end)),
  };
}
