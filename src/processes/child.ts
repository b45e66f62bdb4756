// The part that control, keeper, runner, workers and inspectors have in common: they are told who they are, get links to the others,
// and go when they are told to or when the supervisor is gone.

import type { Socket } from 'node:net';
import { createChannel } from './channel.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import { isOrder } from './messages.ts';
import type { Init, Order, Report, Role } from './messages.ts';

/** The other processes, as this one reaches them. */
export interface Links {
  /** The newest open channel to a role; undefined while there is none. */
  get(role: Role): Channel | undefined;
  /** All open channels to a role (control has one per worker). */
  all(role: Role): readonly Channel[];
  /** A request over the newest channel; waits for a link that is just being replaced. */
  request(role: Role, type: string, fields: Fields, timeoutMs: number): Promise<Frame>;
}

/** What a process does; every member may be left out. */
export interface Duties {
  readonly onFrame?: (from: { readonly role: Role; readonly name: string }, frame: Frame, channel: Channel) => void;
  readonly onLink?: (role: Role, channel: Channel, name: string) => void;
  readonly onUnlink?: (role: Role, channel: Channel, name: string) => void;
  /** A channel that was congested has room again. */
  readonly onRoom?: (channel: Channel) => void;
  readonly onReload?: () => void;
  readonly onConsoleBound?: (port: number | undefined) => void;
  readonly onDrain?: (graceMs: number) => void;
  /** Ends orderly; the process exits when the promise settles. */
  readonly onStop?: () => Promise<void>;
}

/** Says something to the supervisor. */
export function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

/** Waits to be told who this process is, then lets `begin` set it up. */
export function runChild(begin: (init: Init, links: Links) => Duties): void {
  const channels = new Map<Channel, { role: Role; name: string }>();
  const arrivals = new Set<() => void>();
  let duties: Duties = {};
  /** Listen sockets, as they came. They are kept: one that is collected closes what is listened on. */
  const handed: { readonly fd: number }[] = [];

  const links: Links = {
    get: (role) => [...channels].findLast(([, peer]) => peer.role === role)?.[0],
    all: (role) => [...channels].filter(([, peer]) => peer.role === role).map(([channel]) => channel),
    request: async (role, type, fields, timeoutMs) => {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const left = until - Date.now();
        if (left <= 0) throw new Error(`the ${role} cannot be reached`);
        const channel = links.get(role);
        if (channel === undefined) {
          await arrival(left);
          continue;
        }
        try {
          return await channel.request(type, fields, left);
        } catch (error) {
          // All questions may be asked twice: if the other process died over this one, its successor is asked.
          if (channel.open) throw error;
        }
      }
    },
  };
  const arrival = (waitMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        arrivals.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      arrivals.add(done);
    });

  const addLink = (role: Role, name: string, socket: Socket): void => {
    const peer = { role, name };
    const channel = createChannel(socket, {
      onFrame: (frame) => duties.onFrame?.(peer, frame, channel),
      onDrain: () => duties.onRoom?.(channel),
      onClose: () => {
        channels.delete(channel);
        report({ kind: 'unlinked', name });
        duties.onUnlink?.(role, channel, name);
      },
    });
    channels.set(channel, peer);
    duties.onLink?.(role, channel, name);
    for (const done of arrivals) done();
  };

  const stop = (): void => {
    void (duties.onStop?.() ?? Promise.resolve()).catch(() => {}).then(() => process.exit(0));
  };

  const obey = (order: Order, handle: unknown): void => {
    switch (order.kind) {
      case 'init':
        duties = begin({ ...order, listeners: order.listeners.map((listener, n) => ({ ...listener, fd: descriptor(handed[n]) })) }, links);
        return;
      case 'listener':
        if (hasDescriptor(handle)) handed.push(handle);
        return;
      case 'link':
        if (isSocket(handle)) addLink(order.role, order.name, handle);
        return;
      case 'drain':
        duties.onDrain?.(order.graceMs);
        return;
      case 'stop':
        return stop();
      case 'reload':
        return duties.onReload?.();
      case 'console-bound':
        return duties.onConsoleBound?.(order.port);
      default:
        return order satisfies never;
    }
  };

  // Ctrl-C reaches the whole foreground group; only the supervisor decides what it means.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('SIGTERM', () => (duties.onDrain === undefined ? undefined : duties.onDrain(ORPHAN_GRACE_MS)));
  process.on('message', (message: unknown, handle: unknown) => {
    if (isOrder(message)) obey(message, handle);
  });
  // Without a supervisor nobody would replace or end this process: it finishes its work and goes.
  process.on('disconnect', () => (duties.onDrain === undefined ? stop() : duties.onDrain(ORPHAN_GRACE_MS)));
}

const ORPHAN_GRACE_MS = 3_000;

/** A process without all of its listeners would look as if it served. */
function descriptor(handle: { readonly fd: number } | undefined): number {
  if (handle === undefined) throw new Error('a listen socket was not handed over');
  return handle.fd;
}

function hasDescriptor(handle: unknown): handle is { readonly fd: number } {
  return typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number' && handle.fd >= 0;
}

function isSocket(handle: unknown): handle is Socket {
  return typeof handle === 'object' && handle !== null && 'destroy' in handle && 'write' in handle;
}
