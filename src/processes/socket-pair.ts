// A connected pair of sockets for two child processes. Node has no socketpair(2), so a listener lives for one connection in a
// folder that only the owner may enter; by the time anybody else could look, the name is gone.

import { randomBytes } from 'node:crypto';
import { createServer, connect } from 'node:net';
import type { Socket } from 'node:net';

/** Two ends of one connection; neither has read a byte. */
export type SocketPair = readonly [Socket, Socket];

/** Makes a pair. `folder` must be short (socket paths end at about 100 bytes) and private to the owner (mode 0700). */
export function createSocketPair(folder: string): Promise<SocketPair> {
  const path = `${folder}/p-${randomBytes(6).toString('hex')}`;
  return new Promise((resolve, reject) => {
    const near = new Promise<Socket>((accepted) => {
      const server = createServer({ pauseOnConnect: true }, (socket) => {
        server.close();
        accepted(socket);
      });
      server.once('error', reject);
      server.listen(path, () => {
        const far = connect(path);
        far.pause(); // Before it is connected: nothing may be read in this process.
        far.once('error', reject);
        far.once('connect', () => {
          far.removeAllListeners('error');
          void near.then((socket) => resolve([socket, far]));
        });
      });
    });
  });
}
