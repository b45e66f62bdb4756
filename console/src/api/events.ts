// What happens in the gateway, as it happens: one connection of this page for everybody on it who listens. What it listens to is what they want
// together; a connection that breaks is made again, later and later, and whoever shows something is told that it may have missed some. A page that nobody
// sees has none: a browser has six connections for one host, in all its tabs together, and a tab without one to spare would show nothing at all.

import type { EventTopic, GatewayEvent } from './contract.ts';
import { toUrl } from './endpoints.ts';

/** What one listener wants. Only one at a time can narrow calls: the page that shows them. */
export interface Wanted {
  readonly topics: readonly EventTopic[];
  readonly filter?: Readonly<Record<string, string | undefined>>;
}

/**
 * connecting: for the first time, because what is listened to has changed, or because the page was hidden. broken: it will be tried again. elsewhere: newer
 * pages of the same session have it; it comes back with whoever comes to this one.
 */
export type StreamState = 'connecting' | 'open' | 'broken' | 'elsewhere';

/** One connection for all listeners of a page. */
export interface EventStream {
  /** Calls back with what was wanted; `onGap` when something may have been missed. Returns what ends it. */
  readonly listen: (wanted: Wanted, onEvent: (event: GatewayEvent) => void, onGap?: () => void) => () => void;
  readonly state: () => StreamState;
  readonly onState: (listener: () => void) => () => void;
}

/** What a connection says. */
export interface Hearing {
  readonly onMessage: (data: string) => void;
  readonly onBreak: () => void;
}

/** What it needs from a browser. */
export interface StreamDeps {
  /** Connects; returns what closes it. */
  readonly open: (url: string, hearing: Hearing) => () => void;
  readonly later: (what: () => void, ms: number) => () => void;
  /** Whether nobody can see the page now. */
  readonly isHidden: () => boolean;
  /** Calls back when that changes, and when somebody comes to the page. */
  readonly onLook: (listener: () => void) => void;
}

/** Listeners come and go together when a page changes: what they want is added up once. */
const SETTLE_MS = 30;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

interface Listener {
  readonly wanted: Wanted;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onGap: (() => void) | undefined;
}

/** Makes the connection; opened when somebody listens on a page that is seen, closed when nobody does. */
export function createEventStream({ open, later, isHidden, onLook }: StreamDeps): EventStream {
  const listeners = new Set<Listener>();
  const watchers = new Set<() => void>();
  let state: StreamState = 'connecting';
  let close: (() => void) | undefined;
  let url: string | undefined;
  let cancelSettling: (() => void) | undefined;
  let cancelRetry: (() => void) | undefined;
  let retryMs = FIRST_RETRY_MS;
  let isGap = false;

  const setState = (next: StreamState): void => {
    if (next === state) return;
    state = next;
    for (const watcher of watchers) watcher();
  };
  const tell = (data: string): void => {
    const event = readEvent(data);
    if (event === undefined) return;
    if (event.topic === 'ready') return begin();
    if (event.topic === 'over') return letGo('elsewhere');
    const topic = TOPIC_OF[event.topic];
    for (const listener of listeners) if (listener.wanted.topics.includes(topic)) listener.onEvent(event);
  };
  /** From here on everything is told. */
  const begin = (): void => {
    retryMs = FIRST_RETRY_MS;
    setState('open');
    if (isGap) for (const listener of listeners) listener.onGap?.();
    isGap = false;
  };
  /** What happens until there is a connection again is told by none. */
  const letGo = (next: StreamState): void => {
    cancelRetry?.();
    cancelRetry = undefined;
    close?.();
    close = undefined;
    isGap = true;
    setState(next);
  };
  const connect = (): void => {
    if (close !== undefined) letGo('connecting');
    if (url === undefined) return;
    if (isHidden()) return letGo('connecting');
    const mine = open(url, {
      onMessage: tell,
      // A browser gives up for good when the answer is none that it knows, a 401 or a 503: so every break is mended here.
      onBreak: () => {
        if (close !== mine) return;
        letGo('broken');
        cancelRetry = later(connect, retryMs);
        retryMs = Math.min(MAX_RETRY_MS, retryMs * 2);
      },
    });
    close = mine;
  };
  const settle = (): void => {
    const next = urlOf(Array.from(listeners, (listener) => listener.wanted));
    if (next === url) return;
    url = next;
    connectAnew();
  };
  /** As if nothing had been wrong before. */
  const connectAnew = (): void => {
    cancelRetry?.();
    cancelRetry = undefined;
    retryMs = FIRST_RETRY_MS;
    setState('connecting');
    connect();
  };
  const settleSoon = (): void => {
    cancelSettling?.();
    cancelSettling = later(settle, SETTLE_MS);
  };
  onLook(() => {
    if (url === undefined) return;
    if (isHidden()) letGo('connecting');
    else if (close === undefined) connectAnew();
  });

  return {
    listen(wanted, onEvent, onGap) {
      const listener = { wanted, onEvent, onGap };
      listeners.add(listener);
      settleSoon();
      return () => {
        listeners.delete(listener);
        settleSoon();
      };
    },
    state: () => state,
    onState(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

/** Where to listen for what all of them want; undefined where nobody wants anything. */
export function urlOf(wanted: readonly Wanted[]): string | undefined {
  const topics = new Set(wanted.flatMap((each) => each.topics));
  if (topics.size === 0) return undefined;
  const filter = wanted.find((each) => each.filter !== undefined)?.filter ?? {};
  return toUrl('listen', {}, { topics: [...topics].sort().join(','), ...filter });
}

/** What was asked for → what comes of it; `ready` and `over` are about the connection itself. */
const TOPIC_OF: Readonly<Record<Exclude<GatewayEvent['topic'], 'ready' | 'over'>, EventTopic>> = {
  call: 'calls',
  skipped: 'calls',
  change: 'changes',
  job: 'jobs',
  overview: 'overview',
};

/** The gateway checks what it tells against the contract; a line cut off in the middle is none. */
function readEvent(data: string): GatewayEvent | undefined {
  try {
    const event: unknown = JSON.parse(data);
    return typeof event === 'object' && event !== null && 'topic' in event ? (event as GatewayEvent) : undefined;
  } catch {
    return undefined;
  }
}
