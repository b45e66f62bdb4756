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
  try {
    await pour(response, events, toEvent);
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
  await pour(response, chunks, (chunk) => chunk);
}

/** JSON has no line break: one line is one event. */
function toEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/**
 * Ends the source when nobody listens any more, also while it has nothing to tell: its `return` must end what it waits for. So it is asked itself, and through
 * no generator, whose `return` would wait until there is something.
 */
async function pour<T>(response: ServerResponse, source: AsyncIterable<T>, toPiece: (value: T) => string | Uint8Array): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let isGone = response.destroyed;
  let isOver = false;
  let wake: (() => void) | undefined;
  const leave = (): void => {
    isGone = true;
    wake?.();
  };
  response.once('close', leave);
  // A promise of its own for each step: what hangs on one that lives as long as the stream would never be given back.
  const step = <Value>(work: Promise<Value>): Promise<Value | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      work.then(resolve, reject);
    });
  try {
    while (!isGone) {
      const next = await step(iterator.next());
      if (next === undefined) break;
      isOver = next.done === true;
      if (next.done === true) break;
      if (!response.write(toPiece(next.value))) await step(new Promise<void>((resolve) => response.once('drain', resolve)));
    }
  } finally {
    response.off('close', leave);
    // Nobody is there to hear how that went.
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
  if (!isGone) response.end();
}
