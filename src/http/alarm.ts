// One timer for the many deadlines of a pool. Under load the timer is hardly ever touched: a deadline that is later than the
// next sweep costs one comparison, and the sweep itself says when the following one is due.

/** Wakes its owner no later than the earliest deadline it was told. */
export interface Alarm {
  /** Times are those of `performance.now()`. */
  by(deadlineMs: number): void;
  close(): void;
}

const AFTER_FAULT_MS = 100;

/** Creates an alarm; `sweep` acts on what is due and returns the next deadline, or Infinity. Does not keep the process alive. */
export function createAlarm(sweep: (nowMs: number) => number): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Infinity;

  const ring = (): void => {
    const nowMs = performance.now();
    timer = undefined;
    dueMs = Infinity;
    // If a sweep ends in a fault of whoever it told, the others still get theirs.
    let nextMs = nowMs + AFTER_FAULT_MS;
    try {
      nextMs = sweep(nowMs);
    } finally {
      by(nextMs);
    }
  };
  const by = (deadlineMs: number): void => {
    if (deadlineMs >= dueMs) return;
    dueMs = deadlineMs;
    clearTimeout(timer);
    // Rounded up: a timer that fires a fraction too early would find nothing due and turn in circles.
    timer = setTimeout(ring, Math.max(1, Math.ceil(deadlineMs - performance.now()))).unref();
  };
  return {
    by,
    close() {
      clearTimeout(timer);
      dueMs = -Infinity;
    },
  };
}
