// Records on their way to disk: numbered, chained and gathered into batches, one batch per write. Where each line will stand is
// settled here, so that a new segment's head comes into the chain at its place. No I/O.

import { CARRIED_PER_LINE, COMMIT_MAX_BYTES, LINE_OVERHEAD_BYTES, toChain, toLine } from './format.ts';
import { encodeRecord } from './encode-record.ts';
import type { AuditRecord, CallRecord } from './record.ts';

/** What goes out in one write. */
export interface Batch {
  readonly number: number;
  readonly position: number;
  /** The lines; ASCII, so one byte per character. */
  text: string;
  records: number;
  /** The last ticket in it, or before it. */
  ticket: number;
  /** Those of its records that the gateway appended, to know what is lost if the write fails. */
  readonly appended: CallRecord[];
}

export interface LineQueueOptions {
  readonly log: string;
  readonly slot: string;
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
}

export interface LineQueue {
  /** Bytes and batches that `take` has yet to give. */
  readonly bytes: number;
  readonly batches: number;
  /** Adds a record that the gateway appended. */
  append(record: CallRecord, ticket: number): void;
  /** Adds a record of the log's own. */
  push(record: AuditRecord, ticket: number): void;
  /** The oldest batch, which from now on takes no more. */
  take(): Batch | undefined;
}

/** A queue that goes on where the log ends. */
export function createLineQueue(start: LineQueueStart, options: LineQueueOptions): LineQueue {
  let { number, position, seq, chain } = start;
  let bytes = 0;
  const batches: Batch[] = [];

  /** Bytes of a line depend on its seq by a digit at most; the margin covers it, and a fresh head that comes between. */
  const fits = (head: string): boolean => position > 0 && position + head.length + LINE_OVERHEAD_BYTES + 16 <= options.segmentBytes;

  const addLine = (head: string, ticket: number): Batch => {
    chain = toChain(chain, head);
    const line = toLine(head, chain);
    let batch = batches.at(-1);
    if (batch === undefined || batch.number !== number || batch.text.length + line.length > COMMIT_MAX_BYTES) {
      batch = { number, position, text: '', records: 0, ticket, appended: [] };
      batches.push(batch);
    }
    batch.text += line;
    batch.ticket = ticket;
    batch.records += 1;
    seq += 1;
    position += line.length;
    bytes += line.length;
    return batch;
  };

  const beginSegment = (ticket: number): void => {
    if (position > 0) number += 1;
    position = 0;
    const time = options.clock();
    const ids = [...options.running];
    const head: AuditRecord = {
      kind: 'segment',
      time,
      log: options.log,
      slot: options.slot,
      number,
      bytes: options.segmentBytes,
      prev: chain,
      carried: ids.length,
    };
    addLine(encodeRecord(head, seq + 1), ticket);
    for (let i = 0; i < ids.length; i += CARRIED_PER_LINE) {
      const carried: AuditRecord = { kind: 'carried', time, ids: ids.slice(i, i + CARRIED_PER_LINE) };
      addLine(encodeRecord(carried, seq + 1), ticket);
    }
  };

  const add = (record: AuditRecord, ticket: number): Batch => {
    const head = encodeRecord(record, seq + 1);
    if (fits(head)) return addLine(head, ticket);
    beginSegment(ticket - 1);
    return addLine(encodeRecord(record, seq + 1), ticket);
  };

  return {
    get bytes() {
      return bytes;
    },
    get batches() {
      return batches.length;
    },
    append(record, ticket) {
      add(record, ticket).appended.push(record);
    },
    push: add,
    take() {
      const batch = batches.shift();
      bytes -= batch?.text.length ?? 0;
      return batch;
    },
  };
}
