// One inspector process, as its worker sees it: what it is sent and when, and how it is known to hang.
//
// Of each message, and of all together, only so much is under way: what is not sent yet stays where it is, in the hands of whoever pushed it. Messages
// that have something to send take turns, so a small one waits for a slice of each other, and not for the whole of any.

import type { InspectionDocument } from '../inspection/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import { readProgress, SLICE_BYTES } from './inspection-frames.ts';
import type { InspectionJob, InspectionLoad } from './inspection-job.ts';

/** Of one message: enough that the inspector never waits for the next slice. */
const MESSAGE_WINDOW_BYTES = 4 * SLICE_BYTES;
/** Of all: what the socket and the inspector hold. */
const WINDOW_BYTES = 64 * SLICE_BYTES;
/** Compiling takes a fraction of a second; on a machine that is starved, some of them. */
const ENGINE_TIMEOUT_MS = 20_000;

/** How a message ended, as far as this inspector is concerned. */
export type JobEnd = 'looked' | 'failed';

export interface InspectorLinkOptions {
  readonly channel: Channel;
  readonly load: InspectionLoad;
  /** It has its engine, or said why it has none. */
  readonly onPrepared: (problem: string | undefined) => void;
  readonly onEnd: (job: InspectionJob, end: JobEnd) => void;
  /** It says what cannot be, or nothing: it cannot be trusted with anything any more. */
  readonly onBroken: (why: 'hung' | 'malformed') => void;
  readonly onLoad: (fields: Fields) => void;
}

/** A linked inspector. */
export interface InspectorLink {
  readonly channel: Channel;
  /** It has its engine. */
  readonly isReady: boolean;
  /** Why it will have none. */
  readonly problem: string | undefined;
  /** From now on, messages are looked into with this. */
  prepare(revision: number, document: InspectionDocument): void;
  open(job: InspectionJob): void;
  /** The message has more to send. */
  wake(job: InspectionJob): void;
  /** Nobody wants to know of this message any more. */
  drop(job: InspectionJob): void;
  hear(frame: Frame): void;
  /** Called a few times a second: more than `silentTicks` calls in which it owes an answer and says nothing, and it hangs. */
  tick(silentTicks: number): void;
  /** It is gone, and with it what it was looking into. */
  lost(): readonly InspectionJob[];
}

interface Entry {
  readonly job: InspectionJob;
  /** Slices and ends that are not answered. */
  owed: number;
  queued: boolean;
}

/** A link to an inspector that knows nothing yet. */
export function createInspectorLink(options: InspectorLinkOptions): InspectorLink {
  const { channel, load } = options;
  const entries = new Map<number, Entry>();
  const queue: Entry[] = [];
  let revision = 0;
  let engine: 'preparing' | 'ready' | 'refused' = 'preparing';
  let problem: string | undefined;
  let silent = 0;
  let pumping = false;

  /** Sends what the windows have room for, a slice of each message in turn. */
  const pump = (): void => {
    if (pumping) return;
    pumping = true;
    while (load.underWayBytes < WINDOW_BYTES) {
      const entry = queue.shift();
      if (entry === undefined) break;
      entry.queued = false;
      if (entries.get(entry.job.id) === entry && sendNext(entry)) enqueue(entry);
    }
    pumping = false;
  };
  const enqueue = (entry: Entry): void => {
    if (entry.queued || entry.job.underWayBytes >= MESSAGE_WINDOW_BYTES) return;
    entry.queued = true;
    queue.push(entry);
  };
  const sendNext = (entry: Entry): boolean => {
    const { job } = entry;
    const next = job.next();
    if (next === undefined) return false;
    entry.owed++;
    if (next.kind === 'slice') channel.send('bytes', { job: job.id }, next.bytes);
    else channel.send('end', { job: job.id });
    return true;
  };

  const answered = (frame: Frame): boolean => {
    const entry = entries.get(Number(frame.fields['job']));
    if (entry === undefined) return true; // It was given up meanwhile.
    const { job } = entry;
    entry.owed--;
    switch (frame.type) {
      case 'looked': {
        const { bytes } = frame.fields;
        if (typeof bytes !== 'number' || !(bytes >= 0 && bytes <= job.underWayBytes)) return false;
        const progress = readProgress(frame.fields, job.lookedBytes + bytes);
        if (progress === undefined || !job.looked(bytes, progress)) return false;
        enqueue(entry);
        return true;
      }
      case 'ended': {
        const progress = readProgress(frame.fields, job.lookedBytes);
        if (progress === undefined || !job.ended(progress)) return false;
        entries.delete(job.id);
        options.onEnd(job, 'looked');
        return true;
      }
      case 'failed':
        entries.delete(job.id);
        job.fail('failed');
        options.onEnd(job, 'failed');
        return true;
      default:
        return false;
    }
  };

  return {
    channel,
    get isReady() {
      return engine === 'ready';
    },
    get problem() {
      return problem;
    },
    prepare: (next, document) => {
      revision = next;
      engine = 'preparing';
      problem = undefined;
      channel.request('engine', { revision, document }, ENGINE_TIMEOUT_MS).then(
        ({ fields }) => {
          if (next !== revision) return; // Another one is on its way.
          problem = typeof fields['error'] === 'string' ? fields['error'] : undefined;
          engine = problem === undefined ? 'ready' : 'refused';
          options.onPrepared(problem);
        },
        () => {
          if (channel.open) options.onBroken('hung');
        },
      );
    },
    open: (job) => {
      entries.set(job.id, { job, owed: 0, queued: false });
      channel.send('open', { job: job.id, revision, surface: job.surface });
    },
    wake: (job) => {
      const entry = entries.get(job.id);
      if (entry === undefined) return;
      enqueue(entry);
      pump();
    },
    drop: (job) => {
      if (entries.delete(job.id)) channel.send('abandon', { job: job.id });
      pump(); // What was under way of it makes room.
    },
    hear: (frame) => {
      silent = 0;
      if (frame.type === 'load') return options.onLoad(frame.fields);
      if (!answered(frame)) return options.onBroken('malformed');
      pump();
    },
    tick: (silentTicks) => {
      const owes = [...entries.values()].some((entry) => entry.owed > 0);
      silent = owes && engine !== 'preparing' ? silent + 1 : 0;
      if (silent > silentTicks) options.onBroken('hung');
    },
    lost: () => {
      const jobs = [...entries.values()].map(({ job }) => job);
      entries.clear();
      queue.length = 0;
      return jobs;
    },
  };
}
