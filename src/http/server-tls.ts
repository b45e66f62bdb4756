// Ending TLS towards agents: one tls.Server that never listens and is handed accepted sockets, so that caps come before
// handshakes. Offers http/1.1 alone; certificates can be swapped while connections stay.

import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** Certificate chain and key, PEM. */
export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Turns accepted sockets into TLS ones. */
export interface TlsTermination {
  /** Begins the handshake on a socket. */
  handshake(socket: Socket): void;
  /** New handshakes use this certificate; throws if it cannot be used, and keeps the old one. */
  setSecureContext(tls: ServerTls): void;
}

/** Who is told how handshakes end. */
export interface HandshakeEvents {
  onSecure(socket: TLSSocket): void;
  onFailed(): void;
}

const PROTOCOL = 'http/1.1';
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Prepares for handshakes; throws if key and certificate cannot be used. */
export function createTlsTermination(tls: ServerTls, events: HandshakeEvents): TlsTermination {
  const server = createServer({
    ...contextOf(tls),
    // A client that offers other protocols only is refused with an alert, instead of speaking HTTP/2 to an HTTP/1.1 parser. Not as a list: Node
    // keeps a copy of one per connection, in its pool, and with each a block of 64 KiB for as long as the connection idles.
    ALPNCallback: ({ protocols }) => (protocols.includes(PROTOCOL) ? PROTOCOL : undefined),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    allowHalfOpen: true,
  });
  server.on('secureConnection', (socket) => {
    socket.allowHalfOpen = true;
    // TLS 1.2 lets a client ask for new handshakes at our expense, without end.
    socket.disableRenegotiation();
    events.onSecure(socket);
  });
  server.on('tlsClientError', (_error, socket) => {
    // A handshake that timed out leaves its socket open.
    socket.destroy();
    events.onFailed();
  });
  return {
    handshake: (socket) => {
      // Who leaves in the middle of a handshake is gone; held half open, the socket would stay until the handshake's time is over.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
    setSecureContext: (next) => server.setSecureContext(contextOf(next)),
  };
}

function contextOf(tls: ServerTls): { key: string; cert: string; minVersion: 'TLSv1.2' | 'TLSv1.3' } {
  return { key: tls.key, cert: tls.cert, minVersion: tls.minVersion ?? 'TLSv1.2' };
}
