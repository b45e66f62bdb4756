import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { ClientConnection } from './client-connection.ts';
import { Exchange } from './client-exchange.ts';
import { POST, Recorder } from './scripted-server.fixture.ts';

test('a handler that throws costs its own connection, and the fault is not swallowed', () => {
  const events: string[] = [];
  const socket = new Socket();
  const connection = new ClientConnection(
    socket,
    { onFree: () => events.push('free'), onGone: () => events.push('gone'), onDeadline: () => {} },
    { maxHeadBytes: 1000, idleTimeoutMs: 1000 },
  );
  class Faulty extends Recorder {
    override onHead(): void {
      throw new Error('a fault in the handler');
    }
  }
  connection.start(new Exchange(POST, 'POST / HTTP/1.1\r\n\r\n', new Faulty(), { maxBodyBytes: Infinity, maxDecodedBytes: 0 }, 0, 1000));
  assert.throws(() => socket.emit('data', Buffer.from('HTTP/1.1 204 x\r\n\r\n')), /a fault in the handler/);
  assert.deepEqual(events, ['gone']);
  assert.equal(socket.destroyed, true);
});
