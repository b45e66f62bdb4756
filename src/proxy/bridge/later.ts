// Waiting, without keeping a process alive that has nothing else left to do.

/** Calls back after a while, unless it is cleared before. */
export function later(waitMs: number, callback: () => void): NodeJS.Timeout {
  const timer = setTimeout(callback, waitMs);
  timer.unref();
  return timer;
}
