// The listen sockets that all workers share. The supervisor only binds them: if it listened it would also accept, and the
// connections would end in a process that serves nothing.

import type { SendHandle } from 'node:child_process';
import * as net from 'node:net';
import type { BindRequest } from './messages.ts';

/** A bound socket that is not listening; workers are handed it. */
export interface ListenSocket {
  readonly name: string;
  readonly host: string;
  /** The real port, also when 0 was asked for. */
  readonly port: number;
  readonly fd: number;
  /** What a process is handed with its orders. */
  readonly handle: SendHandle;
  close(): void;
}

interface BoundHandle {
  readonly fd: number;
  getsockname(out: { address?: string; port?: number }): number;
  close(): void;
}

const ADDRESS_IN_USE = -98;
const ADDRESS_IN_USE_DARWIN = -48;
const PERMISSION_DENIED = -13;
const ADDRESS_NOT_AVAILABLE = -99;
const ADDRESS_NOT_AVAILABLE_DARWIN = -49;

/**
 * Binds, or says in a sentence why not and what to do.
 * @param remedy where another address is written
 */
export function bindSocket(request: BindRequest, remedy = 'listen in the config, or --listen'): ListenSocket | string {
  const where = `${request.host.includes(':') ? `[${request.host}]` : request.host}:${request.port}`;
  // The only way in Node to bind without listening; cluster stands on the same function. It defers EADDRINUSE, so getsockname decides.
  const create: unknown = Reflect.get(net, '_createServerHandle');
  if (typeof create !== 'function')
    return `This Node version (${process.version}) cannot bind ${where} without listening; use Node 24 or 26.`;
  const handle: unknown = create(request.host, request.port, request.host.includes(':') ? 6 : 4);
  if (typeof handle === 'number') return sentence(handle, where, remedy);
  if (!isBoundHandle(handle)) return `Cannot bind ${where}.`;
  const name: { address?: string; port?: number } = {};
  const status = handle.getsockname(name);
  if (status !== 0 || name.port === undefined) {
    handle.close();
    return sentence(status, where, remedy);
  }
  return {
    name: request.name,
    host: request.host,
    port: name.port,
    fd: handle.fd,
    handle: toSendHandle(handle),
    close: () => handle.close(),
  };
}

function sentence(errno: number, where: string, remedy: string): string {
  switch (errno) {
    case ADDRESS_IN_USE:
    case ADDRESS_IN_USE_DARWIN:
      return `${where} is taken by another program. Stop that program, or choose another address: ${remedy}.`;
    case PERMISSION_DENIED:
      return `${where} may not be bound by this user. Choose a port above 1023, or give the program the right to bind low ports.`;
    case ADDRESS_NOT_AVAILABLE:
    case ADDRESS_NOT_AVAILABLE_DARWIN:
      return `${where} is not an address of this machine. Choose one that is: ${remedy}.`;
    default:
      return `${where} cannot be bound (error ${errno}).`;
  }
}

/** Node passes a bare handle on as well (`net.Native`); its types know only what is made of one. */
function toSendHandle(handle: BoundHandle): SendHandle {
  return handle as unknown as SendHandle;
}

function isBoundHandle(value: unknown): value is BoundHandle {
  return typeof value === 'object' && value !== null && 'getsockname' in value && 'fd' in value;
}
