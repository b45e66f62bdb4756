// The thread that brings the index of the record up to date, once, and ends: nothing of it blocks what control answers.

import { workerData } from 'node:worker_threads';
import { openRecordIndex } from '../cluster/index.ts';

const dataFolder: unknown = workerData;
if (typeof dataFolder !== 'string') throw new TypeError('the thread of the index needs the data folder');

const index = await openRecordIndex(dataFolder);
try {
  await index.catchUp();
} finally {
  index.close();
}
