// A worker's end of the kill switch: what is found locked is in force at once, what is open is judged again there and then, and the log says
// from when this worker went by it. Whoever wants to know when nothing could be called any more reads it from the logs of all workers.

import type { AuditLog, LockdownRecord } from '../audit/index.ts';
import { isGlob } from '../base/index.ts';
import { lockdownFolder, readLifted } from '../config/index.ts';
import type { Lock, Lockdown } from '../policies/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { Door } from './conversation.ts';
import { watchLockdown } from './lockdown-watch.ts';
import type { LockdownChange } from './lockdown-watch.ts';
import { NOT_KNOWN } from './recorded-names.ts';

/** The door, and what the worker reads. */
export interface LockdownDoor extends Door {
  readonly current: Lockdown;
  /** Looks for the first time; until then everything is locked. */
  open(): Promise<unknown>;
  /** The log takes records from now on; first of all it is told what is in force. */
  record(audit: Pick<AuditLog, 'append'>): void;
  close(): void;
}

export interface LockdownDoorOptions {
  readonly dataFolder: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** An agent's name as it may stand on record. */
  readonly toName: (agent: string) => Promise<string>;
  /** Puts `current` in force; gives back how much of what was open was cut. */
  readonly enforce: () => number;
}

export function createLockdownDoor({ dataFolder, log, metrics, nowMs, toName, enforce }: LockdownDoorOptions): LockdownDoor {
  let audit: Pick<AuditLog, 'append'> | undefined;

  const write = (record: Omit<LockdownRecord, 'kind' | 'time'>): void => {
    audit?.append({ kind: 'lockdown', time: nowMs(), ...record });
  };
  /** What is done at once is on record at once; only for the pseudonym of an agent the record waits. A pattern names nobody. */
  const writeLock = (lock: Lock, record: Pick<LockdownRecord, 'event' | 'by' | 'reason' | 'cut'>): void => {
    const facts = factsOf(lock);
    const time = nowMs();
    const put = (name: string): void => void audit?.append({ kind: 'lockdown', time, ...facts, ...record, name });
    if (lock.kind !== 'agent' || isGlob(lock.name)) return put(lock.name);
    void toName(lock.name).then(put, () => put(NOT_KNOWN));
  };
  const writeFault = (fault: string, cut: number): void => {
    log.error('nobody can say what is locked, so everything is', { folder: lockdownFolder(dataFolder), fault });
    write({ ...NO_LOCK, event: 'unreadable', reason: fault, cut });
  };
  /** Who lifted it is in a file beside; the lock is out of force whether or not it can be read. */
  const writeLifted = async (lock: Lock): Promise<void> => {
    const found = await readLifted(lockdownFolder(dataFolder), lock.id);
    writeLock(lock, { event: 'lifted', by: found?.lifted.by ?? '', reason: found?.lifted.reason ?? '', cut: 0 });
  };

  const change = ({ now, locked, lifted, fault }: LockdownChange): void => {
    let cut = enforce();
    metrics.counter('sallyport.lockdown.cuts', {}).add(cut);
    metrics.gauge('sallyport.lockdown.locks', {}).set(now.fault === undefined ? now.locks.length : Math.max(1, now.locks.length));
    if (fault !== undefined) writeFault(fault, cut);
    for (const lock of locked) {
      log.warn('locked', { lock: lock.id, what: lock.kind, name: logged(lock), by: lock.by });
      writeLock(lock, { event: 'locked', by: lock.by, reason: lock.reason, cut });
      cut = 0;
    }
    for (const lock of lifted) {
      log.warn('a lock was lifted', { lock: lock.id, what: lock.kind, name: logged(lock) });
      void writeLifted(lock);
    }
  };
  const watch = watchLockdown({ dataFolder, onChange: change });

  return {
    get current() {
      return watch.current;
    },
    open: () => watch.look(),
    record: (log_) => {
      audit = log_;
      const { locks, fault } = watch.current;
      if (fault !== undefined) writeFault(fault, 0);
      for (const lock of locks) writeLock(lock, { event: 'locked', by: lock.by, reason: lock.reason, cut: 0 });
    },
    close: () => watch.close(),
    hears: {
      // Control has changed something: it is answered when that is in force here.
      lockdown: (frame) => {
        void watch.look().then(({ locks, fault }) => frame.reply({ locks: locks.map(({ id }) => id), fault: fault ?? null }));
      },
    },
  };
}

const NO_LOCK = { lock: '', tenant: '', subject: 'all', name: '', by: '', since: '' } as const;

/** Who it is stands on record, and not in a log that is kept by other rules. */
function logged({ kind, name }: Lock): string | undefined {
  return kind === 'agent' ? undefined : name;
}

function factsOf({ id, tenant, kind, name, since }: Lock): Pick<LockdownRecord, 'lock' | 'tenant' | 'subject' | 'name' | 'since'> {
  return { lock: id, tenant, subject: kind, name, since };
}
