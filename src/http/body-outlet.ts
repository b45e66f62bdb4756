// The body of a request on its way to a server, in pieces as they come: each is the socket's as it is, and nothing of it stays here.

import type { Socket } from 'node:net';
import type { BodyOutlet } from './types.ts';

const LAST_CHUNK = '0\r\n\r\n';
const CHUNK_END = '\r\n';

/** What an outlet needs of its connection. */
export interface OutletOwner {
  /** Whether the exchange that the body belongs to is still on this connection. */
  readonly isOpen: () => boolean;
  /** The body is not as long as its head has said: the server would read the next request as a part of it. */
  readonly onMisfit: () => void;
}

/** An outlet, and what its connection may ask of it. */
export interface OpenOutlet extends BodyOutlet {
  readonly isEnded: boolean;
}

/** An outlet on a socket. `bytes`: as the head has announced; undefined: chunked. */
export function createBodyOutlet(socket: Socket, bytes: number | undefined, owner: OutletOwner): OpenOutlet {
  let left = bytes;
  let isEnded = false;
  let isFull = false;
  const onDrain = (): void => {
    isFull = false;
    if (owner.isOpen()) outlet.onDrain?.();
  };
  const outlet: OpenOutlet & { onDrain: BodyOutlet['onDrain'] } = {
    get isEnded() {
      return isEnded;
    },
    onDrain: undefined,
    write: (piece) => {
      if (isEnded || piece.length === 0 || !owner.isOpen()) return true;
      if (left !== undefined && (left -= piece.length) < 0) {
        owner.onMisfit();
        return true;
      }
      const isRoom = left === undefined ? writeChunk(socket, piece) : socket.write(piece);
      // What had come already still follows a full socket; it drains once for all of it.
      if (!isRoom && !isFull) socket.once('drain', onDrain);
      isFull ||= !isRoom;
      return isRoom;
    },
    end: () => {
      if (isEnded || !owner.isOpen()) return;
      isEnded = true;
      if (left === undefined) socket.write(LAST_CHUNK, 'latin1');
      else if (left > 0) owner.onMisfit();
    },
  };
  return outlet;
}

function writeChunk(socket: Socket, piece: Uint8Array): boolean {
  socket.cork();
  socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
  socket.write(piece);
  const isRoom = socket.write(CHUNK_END, 'latin1');
  socket.uncork();
  return isRoom;
}
