// A fixed address for servers that come and go: the suite starts a new one for each client scenario, and says where only when it starts
// the client. The gateway has this address in its config; the client writes the real one into a file, which is read per connection.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A relay that is listening. */
export interface Relay {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on loopback and carries bytes to the server that the file names; while there is none, connections are closed. */
export async function startRelay(aimFile: string): Promise<Relay> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
  };
  const relay = createServer((inbound) => {
    keep(inbound);
    const port = readPort(aimFile);
    if (port === undefined) return void inbound.destroy();
    const outbound = connect(port, 'localhost');
    keep(outbound);
    inbound.pipe(outbound).pipe(inbound);
    inbound.on('close', () => outbound.destroy());
    outbound.on('close', () => inbound.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no TCP address');
  return {
    // Each of the suite's servers answers at this path, or at any.
    url: `http://127.0.0.1:${address.port}/mcp`,
    async close() {
      const closed = once(relay, 'close');
      relay.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function readPort(aimFile: string): number | undefined {
  try {
    return Number(new URL(readFileSync(aimFile, 'utf8')).port);
  } catch {
    return undefined;
  }
}
