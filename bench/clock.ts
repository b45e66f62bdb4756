// The clock that all threads of a process share; performance.now() begins at zero in each of them.

/** Milliseconds of the monotonic clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
