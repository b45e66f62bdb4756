// The thread that reads policy texts. It keeps what it has read last, so that what control finds wrong with it can be said where it is written.

import { parentPort } from 'node:worker_threads';
import { readPolicyText } from './policy-check.ts';
import type { Read } from './policy-check.ts';
import type { FromPolicyThread, ToPolicyThread } from './policy-checker.ts';

let last: Read | undefined;

const send = (message: FromPolicyThread): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToPolicyThread) => {
  if (message.what === 'place')
    return send({
      what: 'placed',
      problems: message.doubts.flatMap(({ path, message: says, fix, severity }) => last?.placed?.(path, says, fix, severity) ?? []),
    });
  last = readPolicyText(message.ask);
  send({ what: 'read', reading: last.reading });
});
