// Records on their way to disk: numbered, chained and gathered into batches, one batch per write. Where each line will stand is
// settled here, so that a new segment's head comes into the chain at its place. No I/O.

import { CARRIED_PER_LINE, COMMIT_MAX_BYTES, LINE_OVERHEAD_BYTES } from './format.ts';
import { createLineMaker } from './line-maker.ts';
import { createLogTree } from './log-tree.ts';
import type { TreeCut } from './log-tree.ts';
import type { CompactRange } from './merkle.ts';
import type { AuditRecord, CallRecord } from './record.ts';
import { isOver, sizeAfter } from './segment-age.ts';
import type { SegmentInUse } from './segment-age.ts';

/**
 * Buffers of written batches that are kept for the next: one batch fills while another is on its way to disk. Each is a megabyte that V8 counts as memory of
 * the program; were one made anew wherever two overlap, it would go through the whole heap after every sixty-four of them, and calls would wait.
 */
const MAX_SPARES = 2;

/** What goes out in one write. */
export interface Batch {
  readonly number: number;
  /** Size of the segment. */
  readonly segmentBytes: number;
  readonly position: number;
  /** The lines, up to `length`. */
  readonly bytes: Buffer;
  length: number;
  records: number;
  /** Of the last line in it. */
  lastSeq: number;
  /** The last ticket in it, or before it. */
  ticket: number;
  /** Of which calls those of its records are that the gateway appended; undefined for one that is of none. To know what is lost if the write fails. */
  readonly appended: (string | undefined)[];
}

export interface LineQueueOptions {
  readonly log: string;
  readonly slot: string;
  readonly node: string | undefined;
  readonly segmentBytes: number;
  readonly clock: () => number;
  /** Calls under way, which the head of a new segment has to carry. */
  readonly running: ReadonlySet<string>;
}

/** Where the queue goes on. */
export interface LineQueueStart {
  readonly number: number;
  readonly position: number;
  readonly seq: number;
  readonly chain: string;
  /** Over all lines before; undefined where they do not add up to one. */
  readonly tree: CompactRange | undefined;
  /** The segment it goes on in; of no meaning at position 0. */
  readonly segment: SegmentInUse;
}

/** What came to the log between two cuts, and the chain hash of the last line of it. */
export interface LogCut extends TreeCut {
  readonly chain: string;
}

export interface LineQueue {
  /** Bytes and batches that `take` has yet to give. */
  readonly bytes: number;
  readonly batches: number;
  /** Records since the last cut. Of those that are checkpoints themselves none is counted: else an idle log would be signed for ever. */
  readonly news: number;
  /** Ends a range of the tree; undefined where there is none. */
  cut(): LogCut | undefined;
  /** Adds a record that the gateway appended. */
  append(record: CallRecord, ticket: number): void;
  /** Adds a record of the log's own. */
  push(record: AuditRecord, ticket: number): void;
  /** Begins a new segment where this one takes no more because of its age; true where it did. */
  renew(ticket: number): boolean;
  /** The oldest batch, which from now on takes no more. */
  take(): Batch | undefined;
  /** Nobody looks at its bytes any more. */
  giveBack(batch: Batch): void;
}

/** A queue that goes on where the log ends. */
export function createLineQueue(start: LineQueueStart, options: LineQueueOptions): LineQueue {
  let { number, position, seq, segment } = start;
  let bytes = 0;
  let news = 0;
  const batches: Batch[] = [];
  const spares: Buffer[] = [];
  const tree = start.tree === undefined ? undefined : createLogTree(start.tree);
  const line = createLineMaker(start.chain);

  /** Bytes of a line depend on its seq by a digit at most; the margin covers it, and a fresh head that comes between. */
  const fits = (headBytes: number): boolean => position > 0 && position + headBytes + LINE_OVERHEAD_BYTES + 16 <= segment.bytes;

  const beginBatch = (ticket: number): Batch => {
    const bytes = spares.pop() ?? Buffer.allocUnsafeSlow(COMMIT_MAX_BYTES);
    const batch: Batch = {
      number,
      segmentBytes: segment.bytes,
      position,
      bytes,
      length: 0,
      records: 0,
      lastSeq: seq,
      ticket,
      appended: [],
    };
    batches.push(batch);
    return batch;
  };

  /** Adds the line of which the head was written last. */
  const addLine = (ticket: number, isCheckpoint = false): Batch => {
    const length = line.finish(tree);
    if (!isCheckpoint) news += 1;
    let batch = batches.at(-1);
    if (batch === undefined || batch.number !== number || batch.length + length > COMMIT_MAX_BYTES) batch = beginBatch(ticket);
    batch.length = line.copy(batch.bytes, batch.length);
    batch.ticket = ticket;
    batch.records += 1;
    seq += 1;
    batch.lastSeq = seq;
    position += length;
    bytes += length;
    return batch;
  };

  const beginSegment = (ticket: number): void => {
    const time = options.clock();
    const ids = [...options.running];
    const isEndedByAge = position > 0 && isOver(segment, time);
    const size = isEndedByAge ? sizeAfter(position, ids.length, options.segmentBytes) : options.segmentBytes;
    segment = { bytes: size, since: time, isUsed: false };
    if (position > 0) number += 1;
    position = 0;
    const head: AuditRecord = {
      kind: 'segment',
      time,
      log: options.log,
      slot: options.slot,
      number,
      bytes: size,
      prev: line.chain,
      node: options.node,
      tree: tree?.print(),
      carried: ids.length,
    };
    line.begin(head, seq + 1);
    addLine(ticket);
    for (let i = 0; i < ids.length; i += CARRIED_PER_LINE) {
      const carried: AuditRecord = { kind: 'carried', time, ids: ids.slice(i, i + CARRIED_PER_LINE) };
      line.begin(carried, seq + 1);
      addLine(ticket);
    }
  };

  const add = (record: AuditRecord, ticket: number): Batch => {
    const headBytes = line.begin(record, seq + 1);
    const isCheckpoint = record.kind === 'checkpoint';
    if (fits(headBytes) && !isOver(segment, record.time)) return addLine(ticket, isCheckpoint);
    beginSegment(ticket - 1);
    line.begin(record, seq + 1);
    return addLine(ticket, isCheckpoint);
  };

  return {
    get bytes() {
      return bytes;
    },
    get batches() {
      return batches.length;
    },
    get news() {
      return news;
    },
    cut() {
      news = 0;
      const cut = tree?.cut();
      return cut === undefined ? undefined : { ...cut, chain: line.chain };
    },
    append(record, ticket) {
      add(record, ticket).appended.push(callOf(record));
      if (!segment.isUsed) segment = { ...segment, isUsed: true };
    },
    push: add,
    renew(ticket) {
      if (position === 0 || !isOver(segment, options.clock())) return false;
      beginSegment(ticket);
      return true;
    },
    take() {
      const batch = batches.shift();
      bytes -= batch?.length ?? 0;
      return batch;
    },
    giveBack(batch) {
      if (spares.length < MAX_SPARES) spares.push(batch.bytes);
    },
  };
}

/** The call that a record is of. */
export function callOf(record: CallRecord): string | undefined {
  return record.kind === 'decision' || record.kind === 'outcome' ? record.id : undefined;
}
