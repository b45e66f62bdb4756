// What the figures were measured on and with: they mean nothing without it. No names of hosts or users.

import { execFileSync } from 'node:child_process';
import { accessSync, closeSync, constants, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { delimiter, join } from 'node:path';

import { percentile } from './statistics.ts';

const DISK_WRITES = 300;
const RECORD_BYTES = 512;

/** Machine and versions, for the table and the JSON. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly loadAverage: number;
  readonly node: string;
  readonly openssl: string;
  readonly commit: string;
  /** One durable write of a record-sized piece into a preallocated file on the disk of the bench. */
  readonly durableWriteP50Ms: number;
  readonly durableWriteP99Ms: number;
}

/** Looks at the machine; writes a scratch file into `folder` for the disk. */
export function describeMachine(folder: string): Machine {
  const disk = durableWriteTimes(folder);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadAverage: loadavg()[0] ?? 0,
    node: process.version,
    openssl: process.versions.openssl,
    commit: commit(),
    durableWriteP50Ms: percentile(disk, 50),
    durableWriteP99Ms: percentile(disk, 99),
  };
}

/** Where a program is; the system folders count even when an ordinary user's PATH leaves them out. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}

/** The record's way to the disk without the gateway: preallocated, O_DSYNC, one write at a time. */
function durableWriteTimes(folder: string): Float64Array {
  const path = join(folder, 'disk.probe');
  const fd = openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_DSYNC, 0o600);
  const times = new Float64Array(DISK_WRITES);
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, Buffer.alloc(DISK_WRITES * RECORD_BYTES), 0, DISK_WRITES * RECORD_BYTES, 0);
    const record = Buffer.alloc(RECORD_BYTES, 'r');
    for (let n = 0; n < DISK_WRITES; n += 1) {
      const from = performance.now();
      writeSync(fd, record, 0, RECORD_BYTES, n * RECORD_BYTES);
      times[n] = performance.now() - from;
    }
  } finally {
    closeSync(fd);
    rmSync(path);
  }
  return times.sort();
}
