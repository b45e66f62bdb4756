// Hands the bytes of a socket straight to whoever reads it. Between a socket and its 'data' event stands a queue with bookkeeping of its own
// and one turn of the tick queue per read. While nothing waits in that queue and the reader wants bytes, all of it only comes back to the state
// it began in; so then, and only then, it is passed by. A paused socket queues as ever, and what was queued comes first.

import type { Socket } from 'node:net';

/** Begins to read. Bytes come in order, none after `pause()`, until 'end' or 'close'; they are the receiver's to keep. */
export function readDirectly(socket: Socket, onBytes: (bytes: Buffer) => void): void {
  const queue = socket.push.bind(socket);
  // `push` is where the system's bytes enter any Readable: replacing it is what its documentation has implementers do.
  socket.push = (bytes: Buffer | null): boolean => {
    if (bytes === null || socket.readableFlowing !== true || socket.readableLength > 0) return queue(bytes);
    onBytes(bytes);
    return true;
  };
  socket.on('data', onBytes);
}
