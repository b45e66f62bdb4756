// A thread that goes over segments for verify (segment-reader.ts): a path in, what is in the segment out, or undefined where anything is not as it should be.

import { parentPort, workerData } from 'node:worker_threads';
import { parseKeys } from './checkpoint-files.ts';
import { passSigned } from './checkpoint-record.ts';
import { diskFiles } from './files.ts';
import type { PassAnswer, PassAsk } from './segment-reader.ts';

const keys = Array.isArray(workerData) ? (parseKeys(workerData.join('\n')) ?? []) : undefined;
let last: Promise<unknown> = Promise.resolve();
// One at a time, so that answers go out in the order of the questions.
parentPort?.on('message', (ask: PassAsk) => {
  last = last.then(async () => parentPort?.postMessage(await read(ask)));
});

/** What cannot be read here is read again by whoever asked, and said there. */
async function read({ path }: PassAsk): Promise<PassAnswer> {
  try {
    const file = await diskFiles.open(path, 'read');
    try {
      return await passSigned(file, keys);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
