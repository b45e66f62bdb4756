// Group commit: while one write is under way, records gather; when it returns, all of them go out in the next. From opening a log until
// its first fault there is one committer; after a fault it is thrown away, and what it had not written with it.

import type { AuditMeter } from './audit-meter.ts';
import type { Claim } from './claim.ts';
import type { Batch, LineQueue } from './line-queue.ts';
import type { Segments } from './segments.ts';
import type { Tickets } from './tickets.ts';

export interface CommitterOptions {
  readonly queue: LineQueue;
  readonly segments: Segments;
  readonly claim: Claim;
  readonly tickets: Tickets;
  readonly meter: AuditMeter;
  /** How long a record may wait when nobody hurries. */
  readonly lingerMs: number;
  /** Whether processor time is scarce: then each write waits a moment for more records to take along. */
  readonly isBusy: () => boolean;
  /** Whether no more than one call is under way: nobody will add to a write that waits for the others of this turn. */
  readonly isAlone: () => boolean;
  /** Told up to which record the log is on disk now. */
  readonly onCommit: (lastSeq: number) => void;
  /** A write failed, or the claim is lost (`superseded`). Nothing is written any more. */
  readonly onFail: (cause: unknown, superseded: boolean) => void;
}

/** What is left of a committer. */
export interface Stopped {
  /** The gateway's records that were not written, by their calls; undefined for one that is of none. */
  readonly unwritten: readonly (string | undefined)[];
  /** Settles when its files are closed. */
  readonly closed: Promise<void>;
}

export interface Committer {
  /** Bytes not yet durable. */
  readonly queuedBytes: number;
  /** Call after each push to the queue. `hurry`: write in this turn of the event loop, or at once; else after `lingerMs` at the latest. */
  schedule(hurry: boolean): void;
  /** Ends it at once. */
  stop(): Stopped;
}

/** How long a write waits for company under load. */
const GATHER_MS = 1;

/** A committer that takes from the queue. */
export function createCommitter(options: CommitterOptions): Committer {
  const { queue, segments, claim, tickets, meter, lingerMs } = options;
  let writing: Batch | undefined;
  let startedAt = 0;
  let hurried = false;
  let stopped = false;
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let gathering = false;

  const write = (): void => {
    immediate = undefined;
    clearTimeout(timer);
    timer = undefined;
    gathering = false;
    if (stopped || writing !== undefined || queue.batches === 0) return;
    // Another writer in this directory would break the chain: look before each write.
    try {
      if (!claim.holds()) return options.onFail(new Error('another process has taken over this audit log'), true);
    } catch (cause) {
      return options.onFail(cause, false);
    }
    writing = queue.take();
    if (writing === undefined) return;
    if (queue.batches === 0) hurried = false;
    startedAt = performance.now();
    segments.write(writing, writing.bytes.subarray(0, writing.length), onWritten);
  };

  const onWritten = (error: Error | null): void => {
    if (stopped || writing === undefined) return;
    if (error !== null) return options.onFail(error, false);
    const batch = writing;
    writing = undefined;
    meter.commitSeconds.observe((performance.now() - startedAt) / 1_000);
    meter.records.add(batch.records);
    meter.bytes.add(batch.length);
    meter.queuedBytes.set(queue.bytes);
    queue.giveBack(batch);
    tickets.settle(batch.ticket);
    options.onCommit(batch.lastSeq);
    // The callbacks may have appended, or stopped it.
    if (queue.batches > 1) write();
    else if (hurried) gatherOrWrite();
    else if (queue.batches > 0) schedule(false);
  };

  const gatherOrWrite = (): void => {
    if (!options.isBusy()) return write();
    gathering = true;
    timer = setTimeout(write, GATHER_MS);
  };

  const schedule = (hurry: boolean): void => {
    if (hurry && queue.batches > 0) hurried = true;
    if (stopped || writing !== undefined || gathering) return;
    // After the sockets of this turn have all been read: their records then share one write. A single one is on its way while its call is forwarded.
    if (hurry && immediate === undefined && options.isAlone()) write();
    else if (hurry) immediate ??= setImmediate(write);
    else timer ??= setTimeout(write, lingerMs);
  };

  return {
    get queuedBytes() {
      return queue.bytes + (writing?.length ?? 0);
    },
    schedule,
    stop() {
      stopped = true;
      clearImmediate(immediate);
      clearTimeout(timer);
      const unwritten: (string | undefined)[] = [];
      for (let batch = writing ?? queue.take(); batch !== undefined; batch = queue.take()) unwritten.push(...batch.appended);
      writing = undefined;
      return { unwritten, closed: segments.close() };
    },
  };
}
