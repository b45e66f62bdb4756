// Who must know when a session ends: what streams to a browser goes on for hours, and whoever was signed out, has another role or was removed may not hear
// another word. A session also ends by itself, when its time is over or nobody does anything in it: so it is looked at again and again, too.

/** Those who listen, by session. */
export interface SessionWatch {
  /** Calls once when the session ends. Gives back what takes the listener away. */
  onEnd(session: string, listener: () => void): () => void;
  /** Looks at every session that somebody listens to. Never rejects. */
  check(): Promise<void>;
  close(): void;
}

const CHECK_MS = 5_000;

/** `stands`: whether a session has not ended. Where nobody can say, it has. */
export function createSessionWatch(stands: (session: string) => Promise<boolean>): SessionWatch {
  const listeners = new Map<string, Set<() => void>>();

  const end = (session: string): void => {
    const told = listeners.get(session);
    listeners.delete(session);
    for (const listener of told ?? []) listener();
  };
  const check = async (): Promise<void> => {
    for (const session of listeners.keys()) if (!(await stands(session).catch(() => false))) end(session);
  };
  const timer = setInterval(() => void check(), CHECK_MS).unref();

  return {
    onEnd: (session, listener) => {
      const known = listeners.get(session) ?? new Set();
      listeners.set(session, known.add(listener));
      return () => {
        known.delete(listener);
        if (known.size === 0 && listeners.get(session) === known) listeners.delete(session);
      };
    },
    check,
    close: () => clearInterval(timer),
  };
}
