// The kill switch on a data folder: writes and removes locks, and asks whoever can to say that they are in force. It uses no store, and works
// the same in control and in a command that finds no control.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { clearFaults, isUntouched, liftLock, listLifted, lockdownFolder, newLockId, readLocks, writeLock } from '../config/index.ts';
import type { Lock, LockKind, LocksFound } from '../config/index.ts';
import type { LockView } from './contract.ts';
import type { LockdownPort } from './ports.ts';
import type { AdminProblem } from './problems.ts';

/** How many workers were told, how many have said that they go by it, and who has not. */
export interface InForce {
  readonly workers: number;
  readonly confirmed: number;
  readonly silent: string[];
}

export interface LockdownPortOptions {
  readonly dataFolder: string;
  readonly tenant: string;
  readonly now: () => Date;
  /** Tells the workers to look; counts those that then have these locks, or have none of those. */
  readonly enforce: (expected: { readonly locked: readonly string[]; readonly lifted: readonly string[] }) => Promise<InForce>;
  /** Whether there is anything of this name now; null: nobody can say. */
  readonly isKnown: (kind: Exclude<LockKind, 'all'>, name: string) => Promise<boolean | null>;
}

const MAX_LIFTED_SHOWN = 20;
/** Of what is only tried. */
const NOBODY_TOLD = { workers: 0, confirmed: 0, silent: [] };

/** Offers the kill switch of a data folder. */
export function createLockdownPort({ dataFolder, tenant, now, enforce, isKnown }: LockdownPortOptions): LockdownPort {
  const folder = lockdownFolder(dataFolder);
  /** A folder that has never been there locks nothing; one that is gone locks everything. */
  const read = async (): Promise<LocksFound & { readonly fault: string | null }> => {
    const found = await readLocks(folder);
    if (!found.ok) return { locks: [], faults: [], fault: (await isUntouched(folder).catch(() => false)) ? null : found.error };
    const [first] = found.value.faults;
    return { ...found.value, fault: first === undefined ? null : `has ${first.file}, which ${first.fault}` };
  };

  return {
    read: async () => {
      const { locks, fault } = await read();
      const lifted = await listLifted(folder, MAX_LIFTED_SHOWN);
      return ok({
        locks: locks.map(toView),
        fault,
        lifted: lifted.map((one) => ({ ...toView(one.lock), lifted: { ...one.lifted } })),
      });
    },
    lock: async ({ kind, name, reason, by }, { isDryRun = false } = {}) => {
      const lock: Lock = { id: newLockId(now()), tenant, kind, name, reason, by, since: now().toISOString() };
      const known = async (): Promise<boolean | null> => (kind === 'all' ? true : isKnown(kind, name).catch(() => null));
      if (isDryRun) return ok({ lock: { ...toView(lock), id: '' }, isKnown: await known(), fault: (await read()).fault, ...NOBODY_TOLD });
      const written = await onDisk(() => writeLock(folder, lock));
      if (!written.ok) return written;
      const [inForce, isThere] = await Promise.all([enforce({ locked: [lock.id], lifted: [] }), known()]);
      return ok({ lock: toView(lock), isKnown: isThere, fault: (await read()).fault, ...inForce });
    },
    lift: async ({ kind, name, every, reason, by }, { isDryRun = false } = {}) => {
      const { locks, faults } = await read();
      const meant = every ? locks : locks.filter((lock) => lock.tenant === tenant && lock.kind === kind && lock.name === name);
      if (isDryRun) return ok({ lifted: meant.map(toView), fault: (await read()).fault, ...NOBODY_TOLD });
      const at = now().toISOString();
      const done = await onDisk(async () => {
        for (const lock of meant) await liftLock(folder, lock, { by, reason, at });
        if (every) await clearFaults(folder, faults);
      });
      if (!done.ok) return done;
      const inForce = await enforce({ locked: [], lifted: meant.map(({ id }) => id) });
      return ok({ lifted: meant.map(toView), fault: (await read()).fault, ...inForce });
    },
  };
}

function toView({ id, kind, name, reason, by, since }: Lock): LockView {
  return { id, kind, name, reason, by, since };
}

/** A disk that takes nothing is said at once: whoever pulls a switch must know that it did not move. */
async function onDisk(write: () => Promise<void>): Promise<Result<void, AdminProblem>> {
  try {
    return ok(await write());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail({
      code: 'unavailable',
      detail: `NOTHING WAS CHANGED: the lockdown folder cannot be written (${reason}). To stop everything now, end the gateway.`,
    });
  }
}
