// The data folder and the disk under it: who may read it, how much room is left, and how long a durable write takes, by making some.

import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { THRESHOLDS } from '../../admin/index.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

const MIB = 1_048_576;
const TRIES = 7;
const WRITE_BYTES = 4_096;
/** Of a disk that does not come back, nothing more is to be learnt. */
const GIVE_UP_MS = 5_000;
const OTHERS = 0o077;
/** What holds secrets, or lets in. */
const PRIVATE = ['', 'keys', 'run', 'vault'];

/** Who may read and write what is in it. */
export async function checkFolder(folder: string): Promise<Finding> {
  const open_: string[] = [];
  for (const name of PRIVATE) {
    const path = join(folder, name);
    const mode = await stat(path).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode === undefined && name === '')
      return finding('data folder', 'skipped', `There is no ${folder}: no gateway has run here.`, {
        remedy: 'Name the folder of the gateway with --data or its config with --config.',
      });
    if (mode !== undefined && (mode & OTHERS) !== 0) open_.push(path);
  }
  const loose = await looseKeys(join(folder, 'keys'));
  if (open_.length === 0 && loose.length === 0) return finding('data folder', 'ok', `${folder} is closed to other users.`);
  const paths = [...open_, ...loose];
  return finding('data folder', 'failed', `Other users may look into ${paths.join(', ')}.`, { remedy: `chmod -R go= ${folder}` });
}

async function looseKeys(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const mode = await stat(path).then(
      (one) => one.mode,
      () => 0,
    );
    if ((mode & OTHERS) !== 0) found.push(path);
  }
  return found;
}

/** What the disk check goes by: the real disk, but in tests. */
export interface DiskProbe {
  readonly freeBytes: (folder: string) => Promise<number>;
  /** Milliseconds of one durable write. */
  readonly writeMs: (folder: string) => Promise<number>;
}

export const realDisk: DiskProbe = {
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  writeMs: async (folder) => {
    const path = join(folder, `.doctor-${process.pid}`);
    const file = await open(path, 'w', 0o600);
    try {
      const beganMs = performance.now();
      await file.write(Buffer.alloc(WRITE_BYTES));
      await file.datasync();
      return performance.now() - beganMs;
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  },
};

/** Room, and durable writes. */
export async function checkDisk(folder: string, disk: DiskProbe = realDisk): Promise<Finding[]> {
  const free = await disk.freeBytes(folder).catch(() => undefined);
  if (free === undefined) return [finding('disk', 'skipped', `The disk of ${folder} cannot be looked at.`)];
  return [roomOf(free), await writesOf(folder, disk)];
}

function roomOf(free: number): Finding {
  const text = `${free >= 10_240 * MIB ? `${Math.floor(free / (1_024 * MIB))} GiB` : `${Math.floor(free / MIB)} MiB`} are free on the disk of the data folder.`;
  const remedy = 'Make room, or keep records for less long (audit.retentionDays): calls that cannot be put on record are refused.';
  if (free < THRESHOLDS.fullDiskBytes) return finding('disk', 'failed', `The disk is full: ${text}`, { remedy });
  return free < THRESHOLDS.lowDiskBytes ? finding('disk', 'warning', text, { remedy }) : finding('disk', 'ok', text);
}

async function writesOf(folder: string, disk: DiskProbe): Promise<Finding> {
  const took: number[] = [];
  try {
    for (let at = 0; at < TRIES && !took.includes(Infinity); at++) took.push(await withinPatience(disk.writeMs(folder)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    const isOther = code === 'EACCES' || code === 'EPERM';
    return finding('disk', isOther ? 'skipped' : 'failed', `Nothing can be written to ${folder} (${code}).`, {
      remedy: isOther
        ? 'Run the command as the user that runs the gateway.'
        : 'Look at the disk: calls that cannot be put on record are refused.',
    });
  }
  if (took.includes(Infinity))
    return finding('disk', 'failed', `The disk does not answer: a durable write has not come back within ${GIVE_UP_MS / 1_000} s.`, {
      remedy: 'Look at the disk, or at the server that it is mounted from: every call waits for such a write.',
    });
  const sorted = took.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(TRIES / 2)] ?? 0;
  const text = `A durable write takes ${median.toFixed(1)} ms (${TRIES} tries, the slowest ${(sorted.at(-1) ?? 0).toFixed(1)} ms).`;
  if (median < THRESHOLDS.slowCommitMs) return finding('disk', 'ok', text);
  return finding('disk', 'warning', `The disk is slow. ${text} Every call waits for one.`, {
    remedy: 'Look at what else writes to this disk, or move the data folder to a faster one.',
  });
}

/** What takes longer than anybody waits for is infinitely long. */
async function withinPatience(writing: Promise<number>): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(Infinity), GIVE_UP_MS);
  });
  return Promise.race([writing, patience]).finally(() => clearTimeout(timer));
}
