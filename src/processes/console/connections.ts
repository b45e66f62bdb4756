// How many connections the admin listener holds open: in all, and from one address beyond this machine, so that somebody who opens many and says nothing leaves
// room for others. Over the cap a connection is closed at once; nothing is said, for a full house has nothing left to say it with.

import type { Server, Socket } from 'node:net';
import { isLoopback } from '../../config/index.ts';

/** A browser holds six for each host, and several people may sit behind one address. */
const MAX_CONNECTIONS = 512;
const MAX_CONNECTIONS_PER_ADDRESS = 64;

/** Caps a server's connections. On loopback everybody has one address, so only the whole is capped. */
export function capConnections(server: Server): void {
  const counts = new Map<string, number>();
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || isLoopback(address)) return;
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
    if (count > MAX_CONNECTIONS_PER_ADDRESS) socket.destroy();
  });
}
