// Answers that come in pieces: events as they happen, and files as they are made. Whoever reads slowly makes whoever tells wait.

import type { ServerResponse } from 'node:http';
import type { Download } from './contract.ts';

/** Proxies and browsers take a silent connection for a dead one. */
const KEEP_ALIVE_MS = 15_000;

/** Server-sent events (WHATWG HTML §9.2): one per value, until there are no more or nobody listens. */
export async function sendEvents(response: ServerResponse, events: AsyncIterable<unknown>): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.write(':\n\n'); // The head goes out at once.
  const alive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  const pieces = (async function* () {
    // JSON has no line break: one line is one event.
    for await (const event of events) yield `data: ${JSON.stringify(event)}\n\n`;
  })();
  try {
    await pour(response, pieces);
  } finally {
    clearInterval(alive);
  }
}

/** A file to be kept. Its name is one of ours. */
export async function sendDownload(response: ServerResponse, { contentType, fileName, chunks }: Download): Promise<void> {
  response.writeHead(200, {
    'content-type': contentType,
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'no-store',
  });
  await pour(response, chunks);
}

/** Ends the source when nobody listens any more, also while it has nothing to tell: its `return` must end what it waits for. */
async function pour(response: ServerResponse, source: AsyncIterable<string | Uint8Array>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let isGone = response.destroyed;
  let wake: (() => void) | undefined;
  const leave = (): void => {
    isGone = true;
    wake?.();
  };
  response.once('close', leave);
  // A promise of its own for each step: what hangs on one that lives as long as the stream would never be given back.
  const step = <T>(work: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      work.then(resolve, reject);
    });
  while (!isGone) {
    const next = await step(iterator.next());
    if (next === undefined || next.done === true) break;
    if (!response.write(next.value)) await step(new Promise<void>((resolve) => response.once('drain', resolve)));
  }
  response.off('close', leave);
  if (isGone) void iterator.return?.();
  else response.end();
}
