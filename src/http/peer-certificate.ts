// What a server shows of itself in a TLS handshake, for whoever looks after the connection. Never a decision: who is trusted is decided in dial-tls.ts alone.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** A server's certificate. Names and subjects are the words of whoever issued it. */
export interface PeerCertificate {
  /** Of the connection. */
  readonly version: string | null;
  readonly cipher: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, in lower-case hex. */
  readonly fingerprint: string;
  /** Subjects of the chain as it was sent, from the server's own up. */
  readonly chain: readonly string[];
}

const MAX_CHAIN = 10;
const MAX_NAMES = 100;

/** The certificate of the other end; undefined where there is none (any more). */
export function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return undefined;
  return {
    version: socket.getProtocol(),
    cipher: socket.getCipher()?.standardName ?? null,
    subject: onOneLine(leaf.subject),
    issuer: onOneLine(leaf.issuer),
    names: namesOf(leaf),
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    chain: subjectsOf(leaf),
  };
}

/**
 * The certificate that whoever answers there shows, whether it is trusted or not: for saying what is wrong with it. The connection is closed
 * after the handshake; not a byte is sent or read over it.
 */
export function showCertificate(
  address: string,
  port: number,
  servername: string,
  timeoutMs: number,
): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      ALPNProtocols: ['http/1.1'],
      // Nothing is trusted here, and nothing said: the certificate is looked at because it was refused.
      rejectUnauthorized: false,
      ...(isIP(servername) === 0 ? { servername } : {}),
    });
    const end = (found: PeerCertificate | undefined): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(timeoutMs, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.once('secureConnect', () => end(peerCertificate(socket)));
  });
}

/** Each part of a name stands on a line of its own. */
function onOneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .filter((part) => part.startsWith('DNS:') || part.startsWith('IP Address:'))
    .map((part) => part.slice(part.indexOf(':') + 1))
    .slice(0, MAX_NAMES);
}

function subjectsOf(leaf: X509Certificate): string[] {
  const subjects: string[] = [];
  for (let at: X509Certificate | undefined = leaf; at !== undefined && subjects.length < MAX_CHAIN; at = at.issuerCertificate) {
    const subject = onOneLine(at.subject);
    if (subjects.at(-1) === subject) break; // A root vouches for itself.
    subjects.push(subject);
  }
  return subjects;
}
