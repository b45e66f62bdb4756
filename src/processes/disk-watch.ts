// How much room the disk of the data folder has left. A full one refuses calls (the record comes first), so it is said while there is still time to do
// something about it.

import { statfs } from 'node:fs/promises';
import type { Log, Metrics } from '../telemetry/index.ts';

export interface DiskWatchOptions {
  readonly dataFolder: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Bytes that are free for this user. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

export interface DiskWatch {
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  faults(): readonly string[];
  open(): void;
  close(): void;
}

const PERIOD_MS = 30_000;
const MIB = 1_048_576;
/** Some sixty segments: hours at a high load, months at a low one. */
const LOW_BYTES = 1_024 * MIB;
/** What is said once is not taken back before there is this much more. */
const ENOUGH_BYTES = LOW_BYTES + 128 * MIB;

export function createDiskWatch({ dataFolder, log, metrics, freeBytes = freeOf }: DiskWatchOptions): DiskWatch {
  let free: number | undefined;
  let isLow = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    free = await freeBytes(dataFolder).catch(() => undefined);
    if (free === undefined) return;
    metrics.gauge('sallyport.disk.free', {}).set(free);
    const wasLow = isLow;
    isLow = free < (wasLow ? ENOUGH_BYTES : LOW_BYTES);
    if (isLow && !wasLow) log.warn('the disk of the data folder is nearly full', { freeMib: Math.floor(free / MIB) });
    else if (wasLow && !isLow) log.info('the disk of the data folder has room again', { freeMib: Math.floor(free / MIB) });
  };

  return {
    look,
    faults: () =>
      isLow && free !== undefined
        ? [
            `The disk of the data folder has ${Math.floor(free / MIB)} MiB left. Where it is full, calls are refused, since they cannot be put on record: make room, or keep records for less long (audit.retentionDays).`,
          ]
        : [],
    open() {
      void look();
      timer = setInterval(() => void look(), PERIOD_MS).unref();
    },
    close: () => clearInterval(timer),
  };
}

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
