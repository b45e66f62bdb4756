// Defaults of the caps on accepted connections, and time as connections count it.

import type { ServerLimits } from './types.ts';

const KIB = 1024;

/** Caps for whoever serves without a config (tests, tools); the gateway's own come from its config. */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxHeadBytes: 16 * KIB,
  maxHeaders: 100,
  maxBodyBytes: 4 * KIB * KIB,
  headTimeoutMs: 5_000,
  bodyTimeoutMs: 30_000,
  // Longer than the 60 s after which common load balancers drop an idle connection, so that they are first.
  keepAliveTimeoutMs: 65_000,
  maxPipelined: 8,
  maxRequestsPerConnection: 10_000,
  maxConnections: 4_096,
  maxConnectionsPerAddress: 512,
  highWaterBytes: 64 * KIB,
  writeTimeoutMs: 30_000,
};

/** How long a closing connection is still read, so that the client gets the answer instead of a reset (RFC 9112 §9.6). */
export const LINGER_MS = 2_000;
/** How much of an unwanted body is swallowed while lingering. */
export const LINGER_BYTES = 16 * KIB * KIB;

const MIN_SWEEP_MS = 20;
const MAX_SWEEP_MS = 500;

/** One clock for all connections of a server, moved by its sweep: reading the time per request would cost more than it tells. */
export interface SweepClock {
  /** Sweeps so far. */
  tick: number;
  readonly sweepMs: number;
  /** The value of Date, good to a second or so. */
  date: string;
}

/** A clock whose sweeps are fine enough for the shortest of the limits. */
export function createSweepClock(limits: ServerLimits): SweepClock {
  const shortest = Math.min(limits.headTimeoutMs, limits.bodyTimeoutMs, limits.keepAliveTimeoutMs, limits.writeTimeoutMs);
  const sweepMs = Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, Math.floor(shortest / 8)));
  return { tick: 1, sweepMs, date: new Date().toUTCString() };
}

/**
 * The tick at which a wait that begins now is over. Counted in sweeps, not in time: a blocked loop makes waits longer, never
 * shorter, so that no client pays for our own pause.
 */
export function deadlineAfter(clock: SweepClock, timeoutMs: number): number {
  return clock.tick + Math.ceil(timeoutMs / clock.sweepMs) + 1;
}
