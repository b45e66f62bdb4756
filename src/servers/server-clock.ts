// Which time it is at a server, by the Date of its answers (RFC 9110 §6.6.1), looked at once a minute. Nothing is decided by it: it tells a person whose
// clock is wrong, where certificates, keys and records do not fit.

/** What was read of a server's clock. */
export interface ServerClock {
  /** To the second; negative where the server is behind. */
  readonly aheadMs: number;
  readonly readAtMs: number;
}

const PERIOD_MS = 60_000;
/** Date is cut to the second; its middle is the best guess. */
const HALF_SECOND_MS = 500;

/** Takes down the Date of an answer, where the last one is old. */
export function readServerClock(server: { clock?: ServerClock | undefined }, date: () => string | undefined, nowMs: number): void {
  const { clock } = server;
  // A clock that was set back meanwhile must not keep this from being read again.
  if (clock !== undefined && Math.abs(nowMs - clock.readAtMs) < PERIOD_MS) return;
  const theirsMs = Date.parse(date() ?? '');
  if (!Number.isNaN(theirsMs)) server.clock = { aheadMs: theirsMs + HALF_SECOND_MS - nowMs, readAtMs: nowMs };
}
