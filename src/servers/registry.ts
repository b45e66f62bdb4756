// The servers of a snapshot, as one worker reaches them: pool, credentials and era verdict of each, prepared before the first
// call and refreshed behind it. One server that is dead or slow has its own state here and touches no other.

import type { PoolOptions, UpstreamPool } from '../http/index.ts';
import type { SecretsDoor, StdioDoor } from './doors.ts';
import { createHttpReach } from './http-reach.ts';
import type { HttpTarget } from './http-target.ts';
import { probeHttp, probeStdio } from './probe.ts';
import type { ServerClock } from './server-clock.ts';
import type { ServerConfig } from './types.ts';
import type { EraVerdict, NoVerdict } from './verdict.ts';

/** A server that is ready to be called, or why it is not. */
export type Readiness =
  | { readonly kind: 'ready'; readonly verdict: EraVerdict; readonly http: HttpTarget | undefined }
  | ({ readonly kind: 'failed' } & NoVerdict);

/** One server, as the road sees it. */
export interface Server {
  readonly name: string;
  readonly config: ServerConfig;
  /** The state now; undefined while nothing is known. */
  readonly readiness: Readiness | undefined;
  /** Calls under way; counted by the road, capped by `limits.maxInFlightPerServer`. */
  inFlight: number;
  /** The way to it over HTTP; undefined for a program, and before its credentials are there. */
  readonly pool?: UpstreamPool | undefined;
  /** What its answers said of its clock. */
  clock?: ServerClock | undefined;
  /** Bytes of answers that are held until they can be judged; counted and capped by the road. */
  heldBytes: number;
  /** What came of a call contradicts the verdict, or a program ended before it said anything: it is probed again, behind the calls. */
  doubt(): void;
  /** Calls back at once when the state is known and fresh, else when the probe has answered. */
  prepare(callback: (readiness: Readiness) => void): void;
  close(): void;
}

export interface ServersOptions {
  readonly stdio: StdioDoor;
  readonly secrets: SecretsDoor;
  readonly nowMs: () => number;
  readonly connectTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxQueued: number;
  readonly maxHeadBytes: number;
  readonly addressPolicy: PoolOptions['addressPolicy'];
  /** A verdict was reached or a server failed: for status and logs. */
  readonly onChange: (server: Server) => void;
}

/** All servers of a worker. */
export interface Servers {
  get(name: string): Server | undefined;
  all(): Iterable<Server>;
  /** Takes over a new config: servers whose config did not change keep their pools and verdicts. */
  update(configs: Iterable<ServerConfig>): void;
  close(): void;
}

const SECRETS_LIFE_MS = 5 * 60_000;
/** A program on disk changes its era only when somebody replaces it. */
const STDIO_LIFE_MS = 60 * 60_000;
/** A failure is believed this long, so that a burst of calls to a dead server asks it once. */
const FAILURE_LIFE_MS = 1_000;
/** A program that cannot be started is not started in a loop: each failure in a row doubles the pause, up to this. */
const LONGEST_PAUSE_MS = 60_000;
/** Doubts may come with every call, and are answered once in this time. */
const DOUBT_PERIOD_MS = 5_000;

/** Calls that were decided before a config change may ask for it afterwards. */
const GONE: Readiness = { kind: 'failed', reason: 'The server was taken out of the config.', code: 'upstream_unreachable' };

/** An empty registry; `update` fills it. */
export function createServers(options: ServersOptions): Servers {
  const servers = new Map<string, Server>();
  return {
    get: (name) => servers.get(name),
    all: () => servers.values(),
    update: (configs) => {
      const kept = new Set<string>();
      for (const config of configs) {
        kept.add(config.name);
        const before = servers.get(config.name);
        if (before !== undefined && JSON.stringify(before.config) === JSON.stringify(config)) continue;
        before?.close();
        servers.set(config.name, createServer(config, options));
      }
      for (const [name, server] of servers) {
        if (kept.has(name)) continue;
        servers.delete(name);
        server.close();
      }
    },
    close: () => {
      for (const server of servers.values()) server.close();
      servers.clear();
    },
  };
}

function createServer(config: ServerConfig, options: ServersOptions): Server {
  const waiting: ((readiness: Readiness) => void)[] = [];
  let readiness: Readiness | undefined;
  let freshUntilMs = 0;
  let probing = false;
  let closed = false;
  let doubted = false;
  /** It was asked for a call, which waits for the answer; else behind the calls. */
  let isForCall = false;
  let askedAtMs = 0;
  let failures = 0;
  const reach = config.kind === 'http' ? createHttpReach(config, options.secrets, options) : undefined;

  const settle = (next: Readiness): void => {
    probing = false;
    if (closed) return;
    // Asked behind the calls, it may have come back a moment later. Who came while it was asked is not refused by that answer: they ask themselves.
    const isHearsay = next.kind === 'failed' && !isForCall && config.kind === 'http';
    if (isHearsay && waiting.length > 0 && readiness?.kind !== 'ready') {
      doubted = false;
      return ask(true);
    }
    const now = options.nowMs();
    failures = next.kind === 'failed' ? failures + 1 : 0;
    // A server that was reached before keeps its verdict while it fails: the call itself will say what is wrong. But a program that ends
    // in silence, also when it is asked again, would be started anew by every call.
    const isBroken = doubted && config.kind === 'stdio';
    if (next.kind === 'ready' || readiness?.kind !== 'ready' || isBroken) readiness = next;
    doubted = false;
    const pauseMs = pauseAfter(failures, config);
    freshUntilMs = next.kind === 'ready' ? freshUntil(next, now) : isHearsay ? now : now + pauseMs;
    if (readiness.kind === 'failed' && pauseMs > FAILURE_LIFE_MS)
      readiness = {
        ...readiness,
        reason: `${readiness.reason} (It failed ${failures} times in a row, and is tried again after ${pauseMs / 1_000} s.)`,
      };
    const state = readiness;
    for (const callback of waiting.splice(0)) callback(state);
    options.onChange(server);
  };

  const probe = async (): Promise<Readiness> => {
    if (reach === undefined) {
      const verdict = await probeStdio(options.stdio, config.name, options.nowMs);
      return verdict.ok ? { kind: 'ready', verdict: verdict.value, http: undefined } : { ...verdict.error, kind: 'failed' };
    }
    const http = await reach.renew();
    const last = readiness?.kind === 'ready' ? readiness.verdict : undefined;
    // Credentials are renewed more often than the era is asked for.
    if (last !== undefined && !doubted && options.nowMs() < last.staleAtMs) return { kind: 'ready', verdict: last, http };
    const verdict = await probeHttp(http, config.timeoutMs ?? Number.POSITIVE_INFINITY, options.nowMs);
    return verdict.ok ? { kind: 'ready', verdict: verdict.value, http } : { ...verdict.error, kind: 'failed' };
  };

  const ask = (forCall: boolean): void => {
    if (probing || closed) return;
    probing = true;
    isForCall = forCall;
    askedAtMs = options.nowMs();
    void probe().then(settle, (error: unknown) =>
      settle({
        kind: 'failed',
        reason: error instanceof Error ? error.message : 'It cannot be reached.',
        code: 'upstream_unreachable',
      }),
    );
  };

  const server: Server = {
    name: config.name,
    config,
    inFlight: 0,
    heldBytes: 0,
    get pool() {
      return reach?.pool;
    },
    clock: undefined,
    get readiness() {
      return readiness;
    },
    doubt: () => {
      if (probing || options.nowMs() - askedAtMs < DOUBT_PERIOD_MS) return;
      doubted = true;
      ask(false);
    },
    prepare: (callback) => {
      const fresh = options.nowMs() < freshUntilMs;
      if (!fresh) ask(true);
      // A known server serves while its verdict is renewed; an unknown one, or one that failed, is waited for.
      if (readiness !== undefined && (fresh || readiness.kind === 'ready')) callback(readiness);
      else if (closed) callback(GONE);
      else waiting.push(callback);
    },
    close: () => {
      closed = true;
      reach?.close();
      for (const callback of waiting.splice(0)) callback(GONE);
    },
  };
  return server;
}

/** When a server is looked at again: for its credentials, or because its verdict is old by then. */
function freshUntil({ verdict, http }: Extract<Readiness, { kind: 'ready' }>, nowMs: number): number {
  return http === undefined ? nowMs + STDIO_LIFE_MS : Math.min(nowMs + SECRETS_LIFE_MS, verdict.staleAtMs);
}

/** How long a failure is believed, by how often it came in a row. What is reached over a network costs little to ask. */
function pauseAfter(failures: number, { kind }: ServerConfig): number {
  return kind === 'http' ? FAILURE_LIFE_MS : Math.min(FAILURE_LIFE_MS * 2 ** Math.max(0, failures - 1), LONGEST_PAUSE_MS);
}
