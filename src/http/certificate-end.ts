// When the certificate of a connection's peer ends, for whoever watches it. It was verified when the connection was made; nothing is decided here.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** In epoch milliseconds; undefined without TLS, and for a resumed session: its certificate was looked at in the handshake that began it. */
export function certificateEndOf(socket: Socket): number | undefined {
  if (!(socket instanceof TLSSocket) || socket.isSessionReused()) return undefined;
  const endsMs = socket.getPeerX509Certificate()?.validToDate.getTime();
  return endsMs === undefined || Number.isNaN(endsMs) ? undefined : endsMs;
}
