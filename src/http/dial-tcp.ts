// Opens a TCP connection to a name or address that the filter allows. The addresses that were checked are the ones connected to: the name is
// resolved once, so that DNS cannot answer a public address to the check and 127.0.0.1 to the connect (rebinding).

import { lookup as dnsLookup } from 'node:dns';
import { connect, isIP } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AddressFilter } from './address-filter.ts';
import { errorCode, explainConnect } from './dial-failure.ts';
import type { DialFailure } from './dial-failure.ts';

/** Resolves a name to all its addresses. */
export type Lookup = (name: string, done: (error: Error | undefined, addresses: readonly string[]) => void) => void;

/** One attempt to connect; whoever gives up sets `over` and destroys `socket`. */
export interface Attempt {
  over: boolean;
  socket: Socket | undefined;
}

// A stream that is silent for hours must notice that its server is gone.
const KEEP_ALIVE_PROBE_MS = 30_000;

/** Resolves through the operating system, in its order of preference. */
export const systemLookup: Lookup = (name, done) => {
  dnsLookup(name, { all: true }, (error, found) => {
    if (error !== null) done(error, []);
    else
      done(
        undefined,
        found.map((entry) => entry.address),
      );
  });
};

/** The addresses of a host that may be connected to; an address stands for itself. */
export function resolveAllowed(
  host: string,
  allows: AddressFilter,
  lookup: Lookup,
  done: (result: Result<readonly string[], DialFailure>) => void,
): void {
  const judge = (addresses: readonly string[]): void => {
    const allowed = addresses.filter(allows);
    if (allowed.length > 0) done(ok(allowed));
    else
      done(
        fail({
          kind: 'address_refused',
          detail: `${host}: the address policy does not allow ${addresses.join(', ') || 'an empty answer'}`,
        }),
      );
  };
  if (isIP(host) !== 0) {
    judge([host]);
    return;
  }
  lookup(host, (error, addresses) => {
    if (error === undefined) judge(addresses);
    else done(fail({ kind: 'unresolved', detail: `${host}: the name cannot be resolved (${errorCode(error) || 'no code'})` }));
  });
}

/** Connects to the first of these addresses that answers. */
export function connectTcp(
  addresses: readonly string[],
  port: number,
  attempt: Attempt,
  done: (result: Result<Socket, DialFailure>) => void,
): void {
  const where = `${addresses.join(' or ')} port ${port}`;
  const socket = connect({ ...toTarget(addresses), port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS });
  connected(socket, where, attempt, done);
}

/** Connects to a unix socket. */
export function connectUnix(path: string, attempt: Attempt, done: (result: Result<Socket, DialFailure>) => void): void {
  connected(connect({ path }), path, attempt, done);
}

function connected(socket: Socket, where: string, attempt: Attempt, done: (result: Result<Socket, DialFailure>) => void): void {
  attempt.socket = socket;
  const onError = (error: unknown): void => done(fail(explainConnect(where, error)));
  socket.once('error', onError);
  socket.once('connect', () => {
    socket.off('error', onError);
    done(ok(socket));
  });
}

/** Several addresses are tried side by side (RFC 8305); net asks for them through a look-up, which here only repeats what was checked. */
function toTarget(addresses: readonly string[]): Pick<NetConnectOpts & { host: string }, 'host'> & Partial<NetConnectOpts> {
  const [first = ''] = addresses;
  if (addresses.length === 1) return { host: first };
  const pinned = addresses.map((address) => ({ address, family: isIP(address) }));
  return { host: 'pinned.invalid', autoSelectFamily: true, lookup: (_name, _options, done) => done(null, pinned) };
}
