// The client's side of TLS towards one origin: one SecureContext, one remembered session. On resumption Node neither calls
// checkServerIdentity nor verifies the chain again, so a session is trust: it never leaves this object, which knows exactly one set of trust
// settings, and it is forgotten an hour after the handshake that verified a certificate, however often it was renewed since.

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { checkServerIdentity, connect, createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { explainTls } from './dial-failure.ts';
import type { DialFailure } from './dial-failure.ts';
import type { OriginTls } from './types.ts';

/** Turns connected sockets into TLS sockets to one origin. */
export interface TlsClient {
  /** `done` is called once, with a socket whose peer has been verified; timing out is the caller's business. */
  secure(raw: Socket, done: (result: Result<TLSSocket, DialFailure>) => void): void;
}

// As on the wire (RFC 7301 §3.1), and no Uint8Array: of this form alone Node's copy per connection does not lie in its pool, of which it would keep
// a block of 64 KiB.
const PROTOCOLS = new DataView(Uint8Array.of(8, ...Buffer.from('http/1.1')).buffer);
const MAX_SESSION_AGE_MS = 3_600_000;

interface TrustedSession {
  readonly ticket: Buffer;
  /** When a certificate was verified for it. */
  readonly verifiedMs: number;
}

/** Creates the client of one origin; nothing is parsed before the first use, so that a thousand servers do not block a reload. */
export function createTlsClient(tls: OriginTls): TlsClient {
  const { servername, minVersion } = tls;
  let context: SecureContext | undefined;
  let trusted: TrustedSession | undefined;

  function connectOptions(raw: Socket): ConnectionOptions {
    // An empty bundle would make Node fall back to its own roots: trust in everybody instead of in one.
    if (tls.ca !== undefined && !tls.ca.includes('-----BEGIN CERTIFICATE-----')) throw new TypeError('the CA bundle holds no certificate');
    context ??= createSecureContext({ minVersion, ...(tls.ca === undefined ? {} : { ca: tls.ca }) });
    if (trusted !== undefined && performance.now() - trusted.verifiedMs > MAX_SESSION_AGE_MS) trusted = undefined;
    return {
      socket: raw,
      secureContext: context,
      ALPNProtocols: PROTOCOLS,
      // Said outright: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would switch verification off.
      rejectUnauthorized: true,
      checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
      // RFC 6066 §3: an address is no server name.
      ...(isIP(servername) === 0 ? { servername } : {}),
      ...(trusted === undefined ? {} : { session: trusted.ticket }),
    };
  }

  /** Keeps the tickets of this connection once its peer is verified; TLS 1.2 sends them before that, TLS 1.3 after. */
  function remember(socket: TLSSocket): void {
    let verifiedMs: number | undefined;
    let early: Buffer | undefined;
    const offered = trusted;
    socket.on('session', (ticket) => {
      if (verifiedMs === undefined) early = ticket;
      else trusted = { ticket, verifiedMs };
    });
    socket.once('secureConnect', () => {
      verifiedMs = socket.isSessionReused() && offered !== undefined ? offered.verifiedMs : performance.now();
      if (early !== undefined) trusted = { ticket: early, verifiedMs };
    });
  }

  return {
    secure(raw, done) {
      let socket: TLSSocket;
      try {
        socket = connect(connectOptions(raw));
      } catch (error) {
        done(
          fail({
            kind: 'tls_settings',
            detail: `TLS with ${servername}: ${error instanceof Error ? error.message : 'the settings cannot be used'}; check tls.ca`,
          }),
        );
        return;
      }
      let settled = false;
      const settle = (result: Result<TLSSocket, DialFailure>): void => {
        settled = true;
        socket.off('secureConnect', onSecure);
        if (result.ok) socket.off('error', onError);
        done(result);
      };
      const onError = (error: unknown): void => {
        // A session that the server no longer likes must not make every later handshake fail as well.
        trusted = undefined;
        if (!settled) settle(fail(explainTls(servername, minVersion, error)));
      };
      const onSecure = (): void => settle(ok(socket));
      // Errors of the transport below arrive at the TLS socket too; without a listener of its own they would end the process.
      raw.on('error', () => {});
      remember(socket);
      socket.on('error', onError);
      socket.once('secureConnect', onSecure);
    },
  };
}
