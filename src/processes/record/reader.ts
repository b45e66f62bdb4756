// Control's way to the threads that read the record. One stands ready while people look at it and goes when nobody does; what takes long has one of its own.
// A thread that dies takes its questions with it, and nothing else: the next question starts another.

import { Worker } from 'node:worker_threads';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { Log } from '../../telemetry/index.ts';
import type { AskName, FromThread, RecordAsks, RecordStreams, StreamName, ToThread } from './asks.ts';

/** Far more than it needs: a fault must not take the memory of the machine. */
const MAX_HEAP_MB = 512;
/** Nobody has asked for so long: the thread goes. */
const IDLE_MS = 60_000;
/** Questions under way at once; whoever asks more is told to try again. */
const MAX_ASKS = 64;
/** With so many threads no export begins: each holds a part of the index in memory. */
const MAX_THREADS = 4;
/** A question waits no longer than this for an index that is being made. */
const PATIENCE_MS = 2_000;
/** Run from source, or built. */
const THREAD = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';

/** How a long question is followed. */
export interface Following {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface RecordReader {
  /** The error is a sentence for whoever asks. */
  ask<Name extends AskName>(name: Name, ask: RecordAsks[Name]['ask']): Promise<Result<RecordAsks[Name]['answer'], string>>;
  /** In a thread of its own, which ends with the answer or when nobody wants it any more. */
  askLong<Name extends AskName>(
    name: Name,
    ask: RecordAsks[Name]['ask'],
    following: Following,
  ): Promise<Result<RecordAsks[Name]['answer'], string>>;
  /** In a thread of its own, from the first piece that is asked for. It throws where it cannot go on; giving it back ends the thread. */
  stream<Name extends StreamName>(name: Name, ask: RecordStreams[Name]): Result<AsyncIterable<string>, string>;
  close(): Promise<void>;
}

export interface RecordReaderOptions {
  readonly dataFolder: string;
  readonly log: Log;
  readonly idleMs?: number;
}

export function createRecordReader({ dataFolder, log, idleMs = IDLE_MS }: RecordReaderOptions): RecordReader {
  const threads = new Set<Thread>();
  let standing: Thread | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asking = 0;
  let isClosed = false;

  const start = (): Thread => {
    const thread = startThread(dataFolder, log, () => threads.delete(thread));
    threads.add(thread);
    return thread;
  };
  const atHand = (): Thread => {
    if (standing === undefined || standing.isGone()) standing = start();
    return standing;
  };

  /** Whoever asks from here on has another. */
  const leave = (): void => {
    const leaving = standing;
    standing = undefined;
    void leaving?.end();
  };

  return {
    async ask(name, ask) {
      if (isClosed) return fail(STOPPING);
      if (asking >= MAX_ASKS) return fail(BUSY);
      clearTimeout(idle);
      asking += 1;
      const thread = atHand();
      try {
        return await patiently(thread.ask(name, ask), () => thread.building());
      } finally {
        asking -= 1;
        if (asking === 0) idle = setTimeout(leave, idleMs).unref();
      }
    },
    async askLong(name, ask, { signal, onProgress }) {
      if (isClosed) return fail(STOPPING);
      const thread = start();
      const giveUp = (): void => void thread.end();
      signal.addEventListener('abort', giveUp);
      try {
        return await thread.ask(name, ask, onProgress);
      } finally {
        signal.removeEventListener('abort', giveUp);
        await thread.end();
      }
    },
    stream(name, ask) {
      if (isClosed) return fail(STOPPING);
      if (threads.size >= MAX_THREADS) return fail(BUSY);
      return ok({
        [Symbol.asyncIterator]: () => {
          const thread = start();
          const next = thread.stream(name, ask);
          const end = async (): Promise<IteratorResult<string>> => {
            await thread.end();
            return { done: true, value: undefined };
          };
          return {
            next: async () => {
              const piece = await next();
              return piece === undefined ? end() : { done: false, value: piece };
            },
            // What somebody waits for here comes to its end with the thread.
            return: end,
          };
        },
      });
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
}

const STOPPING = 'The gateway is stopping.';
const BUSY = 'The record is asked more than it can answer at once; try again.';
const GONE = 'What reads the record has ended unexpectedly; try again.';

/** What is being made takes as long as it takes: whoever asks is told how far it is instead of waiting for it. */
async function patiently<T>(answer: Promise<Result<T, string>>, building: () => number | undefined): Promise<Result<T, string>> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<Result<T, string>>((resolve) => {
    timer = setInterval(() => {
      const percent = building();
      if (percent !== undefined) resolve(fail(`The record is being read into its index: ${percent} % of it is. Try again.`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, impatience]);
  } finally {
    clearInterval(timer);
  }
}

/** One thread. */
interface Thread {
  ask<Name extends AskName>(
    name: Name,
    ask: RecordAsks[Name]['ask'],
    onProgress?: Following['onProgress'],
  ): Promise<Result<RecordAsks[Name]['answer'], string>>;
  /** Gives the next piece each time; undefined: there is no more. Rejects where it cannot go on. */
  stream<Name extends StreamName>(name: Name, ask: RecordStreams[Name]): () => Promise<string | undefined>;
  /** How much of the logs is in the index that it makes; undefined: it makes none. */
  building(): number | undefined;
  isGone(): boolean;
  end(): Promise<void>;
}

/** Told what a thread says about one question. */
type Hear = (message: Exclude<FromThread, { readonly what: 'building' }> | { readonly what: 'gone' }) => void;

function startThread(dataFolder: string, log: Log, onGone: () => void): Thread {
  const worker = new Worker(new URL(THREAD, import.meta.url), {
    workerData: dataFolder,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const hearing = new Map<number, Hear>();
  let lastId = 0;
  let percent: number | undefined;
  let isGone = false;

  worker.on('message', (message: FromThread) => {
    if (message.what === 'building') percent = message.percent;
    else hearing.get(message.id)?.(message);
  });
  // `exit` follows; without a listener it would be this process's end.
  worker.on('error', (error) => log.error('what reads the record for the admin API has failed', { error }));
  worker.on('exit', () => {
    isGone = true;
    for (const hear of hearing.values()) hear({ what: 'gone' });
    hearing.clear();
    onGone();
  });
  const tell = (message: ToThread): void => worker.postMessage(message);
  const begin = (hear: Hear): number => {
    lastId += 1;
    hearing.set(lastId, hear);
    return lastId;
  };

  return {
    ask: <Name extends AskName>(name: Name, ask: RecordAsks[Name]['ask'], onProgress?: Following['onProgress']) =>
      new Promise<Result<RecordAsks[Name]['answer'], string>>((resolve) => {
        if (isGone) return resolve(fail(GONE));
        const end = (result: Result<RecordAsks[Name]['answer'], string>): void => {
          hearing.delete(id);
          resolve(result);
        };
        const id = begin((message) => {
          if (message.what === 'progress') onProgress?.(message.done, message.total);
          // The thread is of this program and of this version: what it answers to a name is what the table says.
          else if (message.what === 'answer') end(ok(message.answer as RecordAsks[Name]['answer']));
          else end(fail(message.what === 'fault' ? message.fault : GONE));
        });
        tell({ id, name, ask } as ToThread);
      }),
    stream(name, ask) {
      let id: number | undefined;
      let hear: Hear = () => {};
      return () =>
        new Promise((resolve, reject) => {
          if (isGone) return reject(new Error(GONE));
          hear = (message) => {
            if (message.what === 'piece') resolve(message.piece);
            else reject(new Error(message.what === 'fault' ? message.fault : GONE));
          };
          if (id !== undefined) return tell({ id, name: 'more' });
          id = begin((message) => hear(message));
          tell({ id, name, ask } as ToThread);
        });
    },
    building: () => percent,
    isGone: () => isGone,
    end: async () => void (await worker.terminate()),
  };
}
