// The messages that an inspector is looking into, a slice of each in turn, so that a small one does not wait behind a large one.

import type { Progress, Scan } from '../inspection/index.ts';
import type { Fields } from './channel.ts';

/** Says something of a message. */
export type Say = (type: 'looked' | 'ended' | 'failed', fields: Fields) => void;

export interface InspectorJobs {
  /** `begin` may throw, as everything that looks into a message. */
  open(id: number, begin: () => Scan): void;
  bytes(id: number, slice: Uint8Array): void;
  end(id: number): void;
  abandon(id: number): void;
  /** Nobody is there any more who wants to know. */
  clear(): void;
}

interface Job {
  readonly id: number;
  readonly begin: () => Scan;
  scan: Scan | undefined;
  readonly slices: Uint8Array[];
  ended: boolean;
  /** It stands in the queue. */
  queued: boolean;
}

/** `later` calls back after others have had their turn: what has arrived meanwhile is heard between two slices. */
export function createInspectorJobs(say: Say, later: (next: () => void) => void): InspectorJobs {
  const jobs = new Map<number, Job>();
  let queue: Job[] = [];
  let running = false;

  const enqueue = (job: Job): void => {
    if (!job.queued) queue.push(job);
    job.queued = true;
    if (!running) later(turn);
    running = true;
  };

  const turn = (): void => {
    const job = queue.shift();
    if (job !== undefined) {
      job.queued = false;
      if (jobs.has(job.id)) work(job);
      if (jobs.has(job.id) && (job.slices.length > 0 || job.ended)) enqueue(job);
    }
    running = queue.length > 0;
    if (running) later(turn);
  };

  const work = (job: Job): void => {
    const slice = job.slices.shift();
    try {
      job.scan ??= job.begin();
      if (slice !== undefined) return say('looked', { job: job.id, bytes: slice.length, ...toFields(job.scan.push(slice)) });
      jobs.delete(job.id);
      say('ended', { job: job.id, ...toFields(job.scan.end()) });
    } catch {
      // What was thrown may hold a piece of the message: nobody is told what it was.
      jobs.delete(job.id);
      say('failed', { job: job.id });
    }
  };

  // Of a message that has failed, more may be on its way.
  const known = (id: number, step: (job: Job) => void): void => {
    const job = jobs.get(id);
    if (job === undefined) return;
    step(job);
    enqueue(job);
  };

  return {
    open: (id, begin) => void jobs.set(id, { id, begin, scan: undefined, slices: [], ended: false, queued: false }),
    bytes: (id, slice) => known(id, (job) => job.slices.push(slice)),
    end: (id) => known(id, (job) => (job.ended = true)),
    abandon: (id) => void jobs.delete(id),
    clear: () => {
      jobs.clear();
      queue = [];
    },
  };
}

function toFields({ decided, found }: Progress): Fields {
  return { decided, found };
}
