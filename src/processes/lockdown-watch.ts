// How a worker knows what is locked: it looks into the folder itself, several times a second and whenever control says so. Nobody stands
// between the switch and the worker, so that it works while control, the keeper, the runner or the store does not.
//
// What cannot be read locks everything; but only what cannot be read twice, a quarter of a second apart, so that one stumble of the disk does
// not cut every stream. Before the first look everything is locked.

import { fail } from '../base/index.ts';
import { lockdownFolder, readLocks } from '../config/index.ts';
import { compileLockdown, lockEverything } from '../policies/index.ts';
import type { Lock, Lockdown } from '../policies/index.ts';

/** What one look found that had not been so before. */
export interface LockdownChange {
  readonly now: Lockdown;
  readonly locked: readonly Lock[];
  readonly lifted: readonly Lock[];
  /** Set when nobody can say any more what is locked; undefined also where that is over. */
  readonly fault: string | undefined;
}

export interface LockdownWatch {
  readonly current: Lockdown;
  /** Looks now; what it resolves with is in force here. */
  look(): Promise<Lockdown>;
  close(): void;
}

export interface LockdownWatchOptions {
  readonly dataFolder: string;
  /** Puts it in force, before anything else happens. */
  readonly onChange: (change: LockdownChange) => void;
}

/** A lock holds one second later at the latest: four looks. */
const PERIOD_MS = 250;
/** A disk that says nothing for so long cannot be read. */
const PATIENCE_MS = 1_000;
const NOT_LOOKED = lockEverything('has not been looked at yet');

/** Begins to look. */
export function watchLockdown({ dataFolder, onChange }: LockdownWatchOptions): LockdownWatch {
  const folder = lockdownFolder(dataFolder);
  let current: Lockdown = NOT_LOOKED;
  let known: ReadonlyMap<string, Lock> = new Map();
  let isSuspect = true; // The first look counts, whatever it finds.
  let looking: Promise<Lockdown> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const adopt = (found: readonly Lock[], fault: string | undefined): void => {
    const confirmed = isSuspect ? fault : undefined;
    isSuspect = fault !== undefined;
    // What cannot be read has not been lifted, and what can be read beside it holds.
    const next = new Map([...(fault === undefined ? [] : known), ...found.map((lock): [string, Lock] => [lock.id, lock])]);
    const locked = found.filter(({ id }) => !known.has(id));
    const lifted = [...known.values()].filter(({ id }) => !next.has(id));
    if (locked.length + lifted.length === 0 && confirmed === current.fault) return;
    const isNewFault = confirmed !== current.fault;
    const locks = [...next.values()];
    known = next;
    current = confirmed === undefined ? compileLockdown(locks) : lockEverything(confirmed, locks);
    onChange({ now: current, locked, lifted, fault: isNewFault ? confirmed : undefined });
  };

  const lookOnce = async (): Promise<Lockdown> => {
    const read = await within(PATIENCE_MS, readLocks(folder, known)).catch((error: unknown) => fail(`cannot be read (${String(error)})`));
    if (read === undefined) adopt([], `does not answer within ${PATIENCE_MS} ms`);
    else if (!read.ok) adopt([], read.error);
    else {
      const [first] = read.value.faults;
      adopt(read.value.locks, first === undefined ? undefined : `has ${first.file}, which ${first.fault}`);
    }
    return current;
  };

  /** One look at a time: what is asked for while one is under way may have been written behind its back. */
  const look = (): Promise<Lockdown> => {
    const after = looking ?? Promise.resolve(current);
    const mine = after.then(lookOnce).finally(() => {
      if (looking === mine) looking = undefined;
    });
    looking = mine;
    return mine;
  };

  const again = (): void => {
    if (closed) return;
    timer = setTimeout(() => void look().finally(again), PERIOD_MS);
    timer.unref();
  };
  again();

  return {
    get current() {
      return current;
    },
    look,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
