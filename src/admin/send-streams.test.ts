// Answers that come in pieces, over a real connection: what is told arrives at once, and a source that nobody reads any more is ended, whatever it waits for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { sendDownload, sendEvents } from './send-streams.ts';

/** What a handler of ours does with a response; the answer as a client sees it. */
async function served(t: TestContext, send: (response: ServerResponse) => Promise<void>): Promise<IncomingMessage> {
  const server = createServer((_, response) => void send(response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const outgoing = request({ port: typeof address === 'object' ? address?.port : 0, host: '127.0.0.1', agent: false });
  outgoing.on('error', () => {});
  outgoing.end();
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  response?.on('error', () => {});
  return response ?? assert.fail('there is no answer');
}

/** Tells these, then waits until it is ended. */
function waiting(values: readonly unknown[]): { readonly source: AsyncIterable<unknown>; readonly ended: Promise<void> } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const left = [...values];
  const over = { done: true, value: undefined } as const;
  const iterator: AsyncIterator<unknown> = {
    next: async () => (left.length > 0 ? { done: false, value: left.shift() } : ended.then(() => over)),
    return: async () => {
      end();
      return over;
    },
  };
  return { source: { [Symbol.asyncIterator]: () => iterator }, ended };
}

test('events come one by one, and the source ends with whoever reads, though it has nothing to tell', async (t) => {
  const { source, ended } = waiting([{ a: 'line\nbreak' }, 2]);
  const response = await served(t, (to) => sendEvents(to, source));
  assert.equal(response.headers['content-type'], 'text/event-stream');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.includes('data: 2')) break;
  }
  assert.equal(text, ':\n\ndata: {"a":"line\\nbreak"}\n\ndata: 2\n\n');
  await ended;
});

test('a file is whole, and named', async (t) => {
  async function* chunks(): AsyncGenerator<string | Uint8Array, void, undefined> {
    yield 'a,b\n';
    yield Buffer.from('1,2\n');
  }
  const response = await served(t, (to) => sendDownload(to, { contentType: 'text/csv', fileName: 'record.csv', chunks: chunks() }));
  assert.equal(response.headers['content-disposition'], 'attachment; filename="record.csv"');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  assert.equal(text, 'a,b\n1,2\n');
});

test('a reader who stops reading makes the source wait, and leaving ends it', async (t) => {
  let asked = 0;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const chunks: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: 'x'.repeat(65_536 + asked++) }),
      return: async () => {
        end();
        return { done: true, value: undefined };
      },
    }),
  };
  const response = await served(t, (to) => sendDownload(to, { contentType: 'text/plain', fileName: 'endless', chunks }));
  response.pause();
  let before = -1;
  while (asked !== before) {
    before = asked;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.ok(asked < 1_000, `${asked} pieces were taken by nobody`);
  response.destroy();
  await ended;
});

test('a source that fails ends the connection: half a file is not taken for a whole one', async (t) => {
  let hasRead = (): void => {};
  const read = new Promise<void>((resolve) => (hasRead = resolve));
  async function* chunks(): AsyncGenerator<string, void, undefined> {
    yield 'half';
    await read;
    throw new Error('the disk is gone');
  }
  const response = await served(t, (to) => sendDownload(to, { contentType: 'text/plain', fileName: 'half', chunks: chunks() }));
  await assert.rejects(async () => {
    for await (const _ of response) hasRead();
  });
});
