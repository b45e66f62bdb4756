// The thread that follows the logs while somebody looks on.

import { parentPort, workerData } from 'node:worker_threads';
import { tailLogs } from '../../audit/index.ts';
import { createCallWatch } from './call-watch.ts';
import type { FromWatch, ToWatch } from './call-feed.ts';

const directory: unknown = workerData;
if (typeof directory !== 'string') throw new TypeError('the thread that follows the logs needs their folder');

/** Often enough that it looks like at once. */
const EVERY_MS = 200;

const watch = createCallWatch();
const send = (message: FromWatch): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToWatch) => {
  if (message.what === 'leave') watch.leave(message.watcher);
  else watch.watch(message.watcher, message.filter, message.hidesNames);
});

setInterval(() => {
  for (const calls of watch.drain()) send({ what: 'calls', calls });
}, EVERY_MS);

for await (const record of tailLogs(directory, { follow: true, limit: 0, pollMs: EVERY_MS, onEnd: () => send({ what: 'ready' }) }))
  watch.take(record);
