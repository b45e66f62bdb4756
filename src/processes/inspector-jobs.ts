// The messages that an inspector is looking into, a slice of each in turn. Those of which little was looked at so far come first: a small message is done
// after little more than its own time, however many large ones there are. Those have a turn now and then all the same, so that none is starved.

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

/** Up to here a message may turn out to be small: what agents wait for, and not what passes by. */
const FRESH_BYTES = 256 * 1024;
/** Of so many turns, one is for those that are known to be large. */
const TURNS_OF_FRESH = 4;

interface Job {
  readonly id: number;
  readonly begin: () => Scan;
  scan: Scan | undefined;
  lookedBytes: number;
  readonly slices: Uint8Array[];
  ended: boolean;
  /** It stands in the queue. */
  queued: boolean;
}

/** `later` calls back after others have had their turn: what has arrived meanwhile is heard between two slices. */
export function createInspectorJobs(say: Say, later: (next: () => void) => void): InspectorJobs {
  const jobs = new Map<number, Job>();
  const fresh: Job[] = [];
  const large: Job[] = [];
  let turns = 0;
  let running = false;

  const enqueue = (job: Job): void => {
    if (!job.queued) (job.lookedBytes < FRESH_BYTES ? fresh : large).push(job);
    job.queued = true;
    if (!running) later(turn);
    running = true;
  };

  const turn = (): void => {
    const isForLarge = large.length > 0 && (fresh.length === 0 || ++turns % TURNS_OF_FRESH === 0);
    const job = (isForLarge ? large : fresh).shift();
    if (job !== undefined) {
      job.queued = false;
      if (jobs.has(job.id)) work(job);
      if (jobs.has(job.id) && (job.slices.length > 0 || job.ended)) enqueue(job);
    }
    running = fresh.length + large.length > 0;
    if (running) later(turn);
  };

  const work = (job: Job): void => {
    const slice = job.slices.shift();
    try {
      job.scan ??= job.begin();
      job.lookedBytes += slice?.length ?? 0;
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
    open: (id, begin) => void jobs.set(id, { id, begin, scan: undefined, lookedBytes: 0, slices: [], ended: false, queued: false }),
    bytes: (id, slice) => known(id, (job) => job.slices.push(slice)),
    end: (id) => known(id, (job) => (job.ended = true)),
    abandon: (id) => void jobs.delete(id),
    clear: () => {
      jobs.clear();
      fresh.length = 0;
      large.length = 0;
    },
  };
}

function toFields({ decided, found }: Progress): Fields {
  return { decided, found };
}
