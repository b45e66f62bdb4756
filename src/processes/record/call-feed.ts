// Control's side of the thread that follows the logs: it runs while somebody looks on, and a while longer, since pages come and go. One that dies is replaced.

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EntryFilter } from '../../audit/index.ts';
import type { Log } from '../../telemetry/index.ts';
import type { WatchedCalls } from './call-watch.ts';

/** To the thread. */
export type ToWatch =
  | { readonly what: 'watch'; readonly watcher: number; readonly filter: EntryFilter; readonly hidesNames: boolean }
  | { readonly what: 'leave'; readonly watcher: number };

/** From it. `ready`: what was on record is behind it, and what comes is new. */
export type FromWatch = { readonly what: 'ready' } | { readonly what: 'calls'; readonly calls: WatchedCalls };

/** Somebody who looks on. */
export interface Watching {
  readonly filter: EntryFilter;
  readonly hidesNames: boolean;
  /** From here on every call is told that fits; once more where the thread had to be replaced: some may be missing then. */
  readonly onReady: () => void;
  readonly onCalls: (calls: Pick<WatchedCalls, 'records' | 'skipped'>) => void;
}

export interface CallFeed {
  /** Gives back what ends it. */
  watch(watching: Watching): () => void;
  close(): Promise<void>;
}

export interface CallFeedOptions {
  readonly dataFolder: string;
  readonly log: Log;
  readonly idleMs?: number;
}

const MAX_HEAP_MB = 256;
const IDLE_MS = 30_000;
const RESTART_MS = 1_000;
/** Run from source, or built. */
const THREAD = import.meta.url.endsWith('.ts') ? './watch-thread.ts' : './watch-thread.js';

export function createCallFeed({ dataFolder, log, idleMs = IDLE_MS }: CallFeedOptions): CallFeed {
  const watchers = new Map<number, Watching>();
  let lastId = 0;
  let thread: Worker | undefined;
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const tell = (message: ToWatch): void => thread?.postMessage(message);
  const enter = (watcher: number, { filter, hidesNames }: Watching): void => tell({ what: 'watch', watcher, filter, hidesNames });

  const hear = (message: FromWatch): void => {
    if (message.what === 'calls') return watchers.get(message.calls.watcher)?.onCalls(message.calls);
    isReady = true;
    for (const { onReady } of watchers.values()) onReady();
  };

  const start = (): void => {
    isReady = false;
    const started = new Worker(new URL(THREAD, import.meta.url), {
      workerData: join(dataFolder, 'audit'),
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    thread = started;
    started.on('message', hear);
    // `exit` follows; without a listener it would be this process's end.
    started.on('error', (error) => log.warn('what follows the record for who looks on has failed; it begins again', { error }));
    started.on('exit', () => {
      if (thread !== started) return;
      thread = undefined;
      // Not at once: what made it fail may still be there.
      if (watchers.size > 0 && !isClosed) timer = setTimeout(start, RESTART_MS).unref();
    });
    for (const [id, watching] of watchers) enter(id, watching);
  };

  const stop = async (): Promise<void> => {
    const stopping = thread;
    thread = undefined;
    await stopping?.terminate();
  };

  return {
    watch(watching) {
      clearTimeout(timer);
      lastId += 1;
      const id = lastId;
      watchers.set(id, watching);
      if (thread === undefined) start();
      else {
        enter(id, watching);
        if (isReady) queueMicrotask(watching.onReady);
      }
      return () => {
        if (!watchers.delete(id)) return;
        tell({ what: 'leave', watcher: id });
        clearTimeout(timer);
        if (watchers.size === 0) timer = setTimeout(() => void stop(), idleMs).unref();
      };
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await stop();
    },
  };
}
