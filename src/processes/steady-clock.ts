// The time of day, for counting in: it never goes back within a process, whatever is done to the machine's clock, and agrees between processes of one
// machine as far as that clock did when they started.

/** Epoch milliseconds, whole ones. */
export function steadyNowMs(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}
