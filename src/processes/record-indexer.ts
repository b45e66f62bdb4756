// Keeps the index of the record near what is in the logs, so that who asks does not wait for a day's records to be read: once a minute, where anything was
// written since, in a thread of its own. Nothing depends on it: whoever asks brings the index up to date first, and it can be thrown away at any time.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { listLogs, toSegmentName } from '../audit/index.ts';
import type { Log } from '../telemetry/index.ts';

/** The job. */
export interface RecordIndexer {
  /** Resolves when what is not in the logs now is not in the index either; rejects where that cannot be done. */
  update(): Promise<void>;
  close(): Promise<void>;
}

export interface RecordIndexerOptions {
  readonly dataFolder: string;
  readonly log: Log;
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;
/** Far more than it needs: a fault must not take the memory of the machine. */
const MAX_HEAP_MB = 512;
/** Run from source, or built. */
const THREAD = import.meta.url.endsWith('.ts') ? './index-thread.ts' : './index-thread.js';

export function createRecordIndexer({ dataFolder, log, everyMs = EVERY_MS }: RecordIndexerOptions): RecordIndexer {
  let thread: Worker | undefined;
  let last: Promise<void> = Promise.resolve();
  let closed = false;
  let fault: string | undefined;
  let seenMs = 0;

  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      if (closed) return resolve();
      thread = new Worker(new URL(THREAD, import.meta.url), {
        workerData: dataFolder,
        resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      });
      thread.on('error', reject);
      thread.on('exit', () => {
        thread = undefined;
        resolve();
      });
    });

  /** One after the other. */
  const update = (): Promise<void> => {
    last = last.catch(() => undefined).then(run);
    return last;
  };

  const look = async (): Promise<void> => {
    if (thread !== undefined) return;
    const writtenMs = await newestWrite(join(dataFolder, 'audit'));
    if (writtenMs <= seenMs) return;
    seenMs = writtenMs;
    await update();
    fault = undefined;
  };

  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== fault)
        log.warn('the index of the record cannot be brought up to date; the record itself is not affected', { reason: why });
      fault = why;
      seenMs = 0;
    });
  }, everyMs).unref();

  return {
    update,
    async close() {
      closed = true;
      clearInterval(timer);
      // What it was writing is undone by whoever opens the index next.
      await thread?.terminate();
    },
  };
}

/** When the logs were last written to. Their size says nothing: segments are made at full size. */
async function newestWrite(directory: string): Promise<number> {
  const times = (await listLogs(directory)).flatMap((log) =>
    log.segments.slice(-2).map((number) => statSync(join(log.directory, toSegmentName(number)), { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
  return Math.max(0, ...times);
}
