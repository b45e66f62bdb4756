// Reads segments ahead for verify, on all cores: a segment can be gone over by itself, since its head says where the chain was. The threads only read; what
// they find is held together where verify runs.

import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { passSigned } from './checkpoint-record.ts';
import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { toSegmentName } from './format.ts';
import { printVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';
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

/**
 * A reader for segments that will be asked for in this order. Reads them itself where that is faster, from `files`. `keys`: whose signatures count,
 * undefined where they cannot be checked.
 */
export function createSegmentReader(
  directory: string,
  numbers: readonly number[],
  keys: readonly VerifierKey[] | undefined,
  files: LogFiles = diskFiles,
): SegmentReader {
  const threads = numbers.length < MIN_SEGMENTS ? 0 : Math.min(MAX_THREADS, availableParallelism());
  // A process that may start no threads does without.
  const mayStart = process.permission === undefined || process.permission.has('worker');
  const own = createOwnReader(directory, keys, files);
  if (threads < 2 || !mayStart) return own;
  const pathOf = (number: number): string => join(directory, toSegmentName(number));
  return createThreadedReader(
    own,
    numbers,
    Array.from({ length: threads }, () => startThread(pathOf, keys)),
  );
}

function createOwnReader(directory: string, keys: readonly VerifierKey[] | undefined, files: LogFiles): SegmentReader {
  return {
    pass: (number) => withSegment(files, directory, number, (file) => passSigned(file, keys)),
    close: () => Promise.resolve(),
  };
}

function createThreadedReader(own: SegmentReader, numbers: readonly number[], threads: readonly Thread[]): SegmentReader {
  const asked = new Map<number, Promise<PassAnswer>>();
  let next = 0;

  const askAhead = (): void => {
    while (asked.size < threads.length * AHEAD && next < numbers.length) {
      const number = numbers[next] ?? 0;
      const answer = threads[next % threads.length]?.ask(number) ?? Promise.resolve(undefined);
      answer.catch(() => undefined); // Whoever comes for it is told; until then nobody is.
      asked.set(number, answer);
      next += 1;
    }
  };

  return {
    async pass(number) {
      askAhead();
      const answer = asked.get(number);
      if (answer === undefined) return own.pass(number);
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
  ask(number: number): Promise<PassAnswer>;
  close(): Promise<void>;
}

/** Answers come in the order of the questions. */
function startThread(pathOf: (number: number) => string, keys: readonly VerifierKey[] | undefined): Thread {
  const workerData: readonly string[] | undefined = keys?.map(printVerifierKey);
  const worker = new Worker(new URL(`./segment-thread${extname(import.meta.filename)}`, import.meta.url), { workerData });
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
    ask: (number) =>
      new Promise((resolve, reject) => {
        if (fault !== undefined) return reject(fault);
        waiting.push({ resolve, reject });
        const ask: PassAsk = { path: pathOf(number) };
        worker.postMessage(ask);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
