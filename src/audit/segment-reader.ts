// Reads segments ahead for verify, on all cores: a segment can be gone over by itself, since its head says where the chain was. The threads only read; what
// they find is held together where verify runs.

import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { diskFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import { passSegment } from './segment-pass.ts';
import type { SegmentPass } from './segment-pass.ts';
import { withSegment } from './with-segment.ts';

/** Goes over segments of one log. */
export interface SegmentReader {
  /** Undefined where anything is not as it should be (segment-pass.ts). */
  pass(number: number): Promise<SegmentPass | undefined>;
  close(): Promise<void>;
}

/** What a thread is asked and answers. */
export interface PassAsk {
  readonly path: string;
}
export type PassAnswer = SegmentPass | undefined;

/** Fewer are read faster than a thread begins. */
const MIN_SEGMENTS = 8;
const MAX_THREADS = 8;
/** Asked of each thread beforehand: it never waits for the next. */
const AHEAD = 2;

/** A reader for segments that will be asked for in this order. Reads them itself where that is faster. */
export function createSegmentReader(directory: string, numbers: readonly number[]): SegmentReader {
  const threads = numbers.length < MIN_SEGMENTS ? 0 : Math.min(MAX_THREADS, availableParallelism());
  // A process that may start no threads does without.
  const mayStart = process.permission === undefined || process.permission.has('worker');
  return threads < 2 || !mayStart ? createOwnReader(directory) : createThreadedReader(directory, numbers, threads);
}

function createOwnReader(directory: string): SegmentReader {
  return {
    pass: (number) => withSegment(diskFiles, directory, number, passSegment),
    close: () => Promise.resolve(),
  };
}

function createThreadedReader(directory: string, numbers: readonly number[], count: number): SegmentReader {
  const threads = Array.from({ length: count }, startThread);
  const asked = new Map<number, Promise<PassAnswer>>();
  let next = 0;

  const askAhead = (): void => {
    while (asked.size < count * AHEAD && next < numbers.length) {
      const number = numbers[next] ?? 0;
      const answer = threads[next % count]?.ask({ path: join(directory, toSegmentName(number)) }) ?? Promise.resolve(undefined);
      answer.catch(() => undefined); // Whoever comes for it is told; until then nobody is.
      asked.set(number, answer);
      next += 1;
    }
  };

  return {
    async pass(number) {
      askAhead();
      const answer = asked.get(number);
      if (answer === undefined) return withSegment(diskFiles, directory, number, passSegment);
      try {
        return await answer;
      } finally {
        asked.delete(number);
        askAhead();
      }
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  ask(ask: PassAsk): Promise<PassAnswer>;
  close(): Promise<void>;
}

/** Answers come in the order of the questions. */
function startThread(): Thread {
  const worker = new Worker(new URL(`./segment-thread${extname(import.meta.filename)}`, import.meta.url));
  const waiting: { readonly resolve: (answer: PassAnswer) => void; readonly reject: (error: Error) => void }[] = [];
  let fault: Error | undefined;
  const fail = (error: Error): void => {
    fault ??= error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (answer: PassAnswer) => waiting.shift()?.resolve(answer));
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error('a thread that read segments has ended')));
  return {
    ask: (ask) =>
      new Promise((resolve, reject) => {
        if (fault !== undefined) return reject(fault);
        waiting.push({ resolve, reject });
        worker.postMessage(ask);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
