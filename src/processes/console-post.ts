// The supervisor's care for the console: binds its address, starts its process there, and replaces it when what it takes over at birth has changed. An address
// that cannot be bound is said, and the gateway runs without a console, or with the one it has.

import { bindSocket } from './listen-sockets.ts';
import type { ListenSocket } from './listen-sockets.ts';
import type { ConsolePlan } from './messages.ts';

export interface ConsolePostOptions<Child> {
  /** Starts a process that is handed the socket. */
  readonly start: () => void;
  /** The processes that are here to stay. */
  readonly staying: () => readonly Child[];
  readonly end: (child: Child) => void;
  readonly notice: (text: string) => void;
}

export interface ConsolePost {
  /** What the process is handed; undefined: there is to be none. */
  readonly socket: ListenSocket | undefined;
  follow(plan: ConsolePlan | undefined): void;
  /** Lets go of the address. */
  close(): void;
}

const REMEDY = 'admin.listen in the config, or --console';

export function createConsolePost<Child>({ start, staying, end, notice }: ConsolePostOptions<Child>): ConsolePost {
  let socket: ListenSocket | undefined;
  let plan: ConsolePlan | undefined;

  const close = (): void => {
    socket?.close();
    socket = undefined;
    plan = undefined;
  };

  /** The socket there is, where it is the one that is wanted. */
  const kept = ({ host, port }: ConsolePlan): ListenSocket | undefined =>
    plan !== undefined && plan.host === host && plan.port === port ? socket : undefined;

  return {
    get socket() {
      return socket;
    },
    close,
    follow: (next) => {
      if (next === undefined) {
        staying().forEach(end);
        return close();
      }
      const bound = kept(next) ?? bindSocket({ name: '@console', host: next.host, port: next.port }, REMEDY);
      if (typeof bound === 'string')
        return notice(`${bound} ${socket === undefined ? 'There is no console until then.' : 'The console stays where it is.'}`);
      const isSame = bound === socket && plan?.birthDigest === next.birthDigest;
      if (bound !== socket) socket?.close();
      socket = bound;
      plan = next;
      const before = staying();
      if (before.length > 0 && isSame) return;
      // One after the other: two that share a socket, of which one speaks TLS, would take turns. Who comes meanwhile waits in it.
      before.forEach(end);
      start();
    },
  };
}
