// How long a sign of life is waited for.

/** A wait that every sign of life begins anew. */
export interface Patience {
  renew(): void;
  close(): void;
}

/** Begins to wait. */
export function createPatience(limitMs: number, onOver: () => void): Patience {
  let timer = setTimeout(onOver, limitMs);
  return {
    renew: () => {
      clearTimeout(timer);
      timer = setTimeout(onOver, limitMs);
    },
    close: () => clearTimeout(timer),
  };
}
