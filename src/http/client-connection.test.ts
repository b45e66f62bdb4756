import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { ClientConnection } from './client-connection.ts';
import { Exchange } from './client-exchange.ts';
import { POST, Recorder } from './scripted-server.fixture.ts';
import type { UpstreamHandler } from './types.ts';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

function createExchange(handler: UpstreamHandler): Exchange {
  return new Exchange(POST, 'POST / HTTP/1.1\r\n\r\n', handler, { maxBodyBytes: Infinity, maxDecodedBytes: 0 }, 0, 1000);
}

/** A handler that throws in one of its methods. */
function faulty(where: 'onHead' | 'onBody' | 'onEnd'): UpstreamHandler {
  const handler: UpstreamHandler = {
    onHead: () => {},
    onBody: () => {},
    onEnd: () => {},
    onError: () => assert.fail('called after its fault'),
  };
  handler[where] = () => {
    throw new Error('a fault in the handler');
  };
  return handler;
}

/** A connection on a socket that is not connected, so that bytes can be put into it by hand and faults come back. */
function createConnection(onFree: (connection: ClientConnection) => void = () => {}): {
  socket: Socket;
  connection: ClientConnection;
  gone: () => boolean;
} {
  const socket = new Socket();
  // What is written must count as sent: only then is an answer not an early one.
  Object.defineProperty(socket, 'write', { value: () => true });
  let gone = false;
  const owner = { onFree, onGone: () => void (gone = true), onDeadline: () => {} };
  return { socket, connection: new ClientConnection(socket, owner, { maxHeadBytes: 1000, idleTimeoutMs: 1000 }), gone: () => gone };
}

for (const where of ['onHead', 'onBody'] as const) {
  test(`a handler that throws in ${where} costs its own connection, and the fault is not swallowed`, () => {
    const { socket, connection, gone } = createConnection();
    connection.start(createExchange(faulty(where)));
    assert.throws(() => socket.emit('data', ANSWER), /a fault in the handler/);
    assert.equal(gone(), true);
    assert.equal(socket.destroyed, true);
  });
}

test('a handler that throws in onEnd does no harm to whoever has the connection next', async () => {
  const next = new Recorder();
  const { socket, connection, gone } = createConnection((free) => free.start(createExchange(next)));
  connection.start(createExchange(faulty('onEnd')));
  assert.throws(() => socket.emit('data', ANSWER), /a fault in the handler/);
  assert.equal(gone(), false);
  socket.emit('data', ANSWER.subarray(0, -2));
  socket.emit('data', Buffer.from('mn'));
  assert.equal(next.body, 'mn');
});

for (const [what, isToldLater, kept] of [
  ['whose request is said to be written a moment after its answer has come is used again', true, true],
  ['that answers before its request is written is closed', false, false],
] as const)
  test(`a connection ${what}`, async () => {
    let free = 0;
    const { socket, connection, gone } = createConnection(() => void (free += 1));
    let unwritten = 20;
    Object.defineProperty(socket, 'writableLength', { get: () => unwritten });
    const recorder = new Recorder();
    connection.start(createExchange(recorder));
    socket.emit('data', ANSWER);
    assert.equal(recorder.body, 'ok', 'the answer does not wait for it');
    assert.deepEqual([free, gone()], [0, false]);
    if (isToldLater) unwritten = 0;
    await new Promise(setImmediate);
    assert.deepEqual([free, gone()], kept ? [1, false] : [0, true]);
  });
