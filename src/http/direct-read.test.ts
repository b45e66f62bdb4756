import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readDirectly } from './direct-read.ts';

const TOTAL_BYTES = 3 * 1024 * 1024;

/** Two ends of one connection; the first is the one that is read. */
async function pair(t: TestContext): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const other = connect(port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  t.after(() => {
    socket.destroy();
    other.destroy();
    server.close();
  });
  return [socket, other];
}

/** Bytes that say where they stand. */
function counted(): Buffer {
  const bytes = Buffer.alloc(TOTAL_BYTES);
  for (let at = 0; at < TOTAL_BYTES; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
}

test('everything comes, in order, through any pauses, and none while paused; then the end', async (t) => {
  const [socket, other] = await pair(t);
  const sent = counted();
  const pieces: Buffer[] = [];
  let paused = false;
  readDirectly(socket, (bytes) => {
    assert.ok(!paused);
    pieces.push(bytes);
    if (pieces.length % 3 !== 0) return;
    paused = true;
    socket.pause();
    setTimeout(() => {
      paused = false;
      socket.resume();
    }, 2);
  });
  const ended = once(socket, 'end');
  other.end(sent);
  await ended;
  assert.ok(Buffer.concat(pieces).equals(sent));
  assert.ok(pieces.length > 3);
});

test('nothing comes after the reader has destroyed the socket', async (t) => {
  const [socket, other] = await pair(t);
  let reads = 0;
  readDirectly(socket, () => {
    reads += 1;
    socket.destroy();
  });
  other.on('error', () => {});
  other.write(counted());
  await once(socket, 'close');
  assert.equal(reads, 1);
});

test('a reader that throws does so before whoever watches the process, as with any event', async (t) => {
  const [socket, other] = await pair(t);
  const thrown = new Error('of the reader');
  const seen: unknown[] = [];
  t.mock.method(process, 'emit', (event: string, error: unknown) => {
    if (event === 'uncaughtException') seen.push(error);
    return true;
  });
  readDirectly(socket, () => {
    throw thrown;
  });
  other.write('x');
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  t.mock.restoreAll();
  assert.deepEqual(seen, [thrown]);
});
