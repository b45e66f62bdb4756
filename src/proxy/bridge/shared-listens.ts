// Streams of changes at servers of the modern era over HTTP: one for each server, the credential that it is opened with, and the revision that is
// spoken, however many agents listen. Streams of different credentials are never one: what a server tells it tells to whom it takes the gateway for.

import type { HttpTarget, Server } from '../../servers/index.ts';
import type { Ports } from '../exchange.ts';
import { readWish } from './listen-filter.ts';
import type { Asking } from './party.ts';
import type { ListenAsk } from './shared-listener.ts';
import { SharedStream } from './shared-stream.ts';

/** Who listens to what. */
export interface SharedListens {
  /** Streams that are shared, or can be. */
  readonly size: number;
  /** Listens for a call, whose request is a subscriptions/listen that was permitted. `of.alone` may be called before this returns. */
  listen(of: ListenAsk, target: HttpTarget, ports: Ports): Asking;
}

interface Shared {
  readonly stream: SharedStream;
  readonly revision: string;
  /** The credential that it was opened with. It is renewed under whoever keeps the target. */
  readonly headers: readonly string[];
}

/** Nobody listens. */
export function createSharedListens(): SharedListens {
  const open = new Map<HttpTarget, Shared[]>();
  let numbers = 0;
  const nextId = (): number => (numbers += 1);

  const forget = (target: HttpTarget, gone: SharedStream): void => {
    const left = (open.get(target) ?? []).filter(({ stream }) => stream !== gone);
    if (left.length === 0) open.delete(target);
    else open.set(target, left);
  };
  const find = (target: HttpTarget, server: Server, revision: string, ports: Ports): SharedStream => {
    const { headers } = target;
    const known = open.get(target) ?? [];
    const found = known.find((one) => one.revision === revision && isSame(one.headers, headers));
    if (found !== undefined) return found.stream;
    const stream: SharedStream = new SharedStream({ server, target, revision, ports, nextId, onEmpty: () => forget(target, stream) });
    open.set(target, [...known, { stream, revision, headers }]);
    return stream;
  };
  return {
    get size() {
      return open.values().reduce((sum, { length }) => sum + length, 0);
    },
    listen: (of, target, ports) => {
      const { call, message, request } = of.ask;
      const wish = readWish(message.params);
      const asking = wish === undefined ? undefined : find(target, call.server, request.revision, ports).listen(of, wish);
      return asking ?? of.alone();
    },
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((value, place) => value === other[place]));
}
