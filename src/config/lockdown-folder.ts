// What is locked, on disk: the one truth of the kill switch, and no more than a folder of small files, so that it works without the store,
// without control, and for a gateway that is not running yet. Every worker looks into it several times a second.
//
//   lockdown/<id>.json     a lock in force: { format: 1, tenant, kind, name, reason, by, since }
//   lockdown/<id>.lifted   one that was lifted, for people: the same, and lifted: { by, reason, at }
//   lockdown/gone.json     stands for the locks of a folder that was taken away
//   .lockdown-made         beside it: there has been such a folder
//
// A lock is written aside, flushed and renamed, and never written again: whoever knows an id knows what it says, and two who lock at the same
// time cannot lose each other's. To lift is to take the file away. What cannot be read locks everything: a person is there who wanted something
// stopped, and nobody can say any more what. So does a folder that was there and is gone; nothing that makes it again lifts what was in it, except who
// lifts everything.

import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Lock } from '../policies/index.ts';

export type { Lock, LockKind } from '../policies/index.ts';

/** What the folder says. `faults`: names of files that cannot be read as a lock, and why. */
export interface LocksFound {
  readonly locks: readonly Lock[];
  readonly faults: readonly { readonly file: string; readonly fault: string }[];
}

/** Who lifts a lock, and why. */
export interface Lifting {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** A lock that was lifted. */
export interface LiftedLock {
  readonly lock: Lock;
  readonly lifted: Lifting;
}

/** Longest name and reason; a file is no longer than these make it. */
const MAX_LOCK_NAME_CHARS = 256;
const MAX_LOCK_REASON_CHARS = 500;
const MAX_FILE_BYTES = 16 * 1024;
/** So many lifted ones are kept, the newest. */
const MAX_LIFTED = 100;
/** A lock can be lifted between the listing and the reading of its file. */
const MAX_TRIES = 5;
const IN_FORCE = '.json';
const LIFTED = '.lifted';
const GONE = 'gone.json';
const UNREADABLE = '.unreadable';
const ASIDE = '.new';
/** What is known to lock nothing: what was lifted or put away, and what was not written to its end. */
const NO_LOCKS: readonly string[] = [LIFTED, UNREADABLE, ASIDE];
/** Hidden, so that it outlives `rm -r lockdown*`. */
const MADE = '.lockdown-made';

const lockSchema = z.strictObject({
  format: z.literal(1),
  tenant: z.string().min(1),
  kind: z.enum(['agent', 'server', 'tool', 'all']),
  name: z.string().max(MAX_LOCK_NAME_CHARS),
  reason: z.string(),
  by: z.string(),
  since: z.string(),
});
const liftedSchema = lockSchema.extend({ lifted: z.strictObject({ by: z.string(), reason: z.string(), at: z.string() }) });

/** Where the locks of a data folder are. */
export function lockdownFolder(dataFolder: string): string {
  return join(dataFolder, 'lockdown');
}

/** A name for a new lock; names sort by time. */
export function newLockId(now: Date): string {
  return `${now.toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`;
}

/**
 * Reads what is in force; fails with the end of a sentence where the folder itself cannot be read. What is `known` is not read again.
 */
export async function readLocks(folder: string, known: ReadonlyMap<string, Lock> = new Map()): Promise<Result<LocksFound, string>> {
  for (let tries = 1; ; tries++) {
    const names = await listLocks(folder);
    if (!names.ok) return names;
    const read = await Promise.all(names.value.map(async (file) => ({ file, lock: await readLock(folder, file, known) })));
    if (tries < MAX_TRIES && read.some(({ lock }) => lock === 'gone')) continue;
    const locks: Lock[] = [];
    const faults: { file: string; fault: string }[] = [];
    for (const { file, lock } of read)
      if (lock === 'gone') faults.push({ file, fault: 'comes and goes' });
      else if (lock.ok) locks.push(lock.value);
      else faults.push({ file, fault: lock.error });
    return ok({ locks, faults });
  }
}

/**
 * Makes sure that there is a folder: an empty one where there has never been one. In place of one that was taken away it makes one that locks
 * everything, since nobody knows what was locked.
 */
export async function ensureLockdownFolder(folder: string): Promise<void> {
  // In this order: of two who make the first one, neither takes it for one that is gone.
  const wasMade = await exists(markOf(folder));
  if (!(await exists(folder))) await (wasMade ? makeAgain(folder) : makeEmpty(folder));
  if (!wasMade) await mark(folder);
}

/** Has there never been a folder here? Then nothing was ever locked. */
export async function isUntouched(folder: string): Promise<boolean> {
  return !(await exists(markOf(folder))) && !(await exists(folder));
}

/** Puts a lock in force; it is on the disk when this resolves. */
export async function writeLock(folder: string, lock: Lock): Promise<void> {
  await ensureLockdownFolder(folder);
  const { id, ...facts } = lock;
  // A file too long to be read would lock everything.
  const reason = lock.reason.slice(0, MAX_LOCK_REASON_CHARS);
  await writeDurably(folder, id + IN_FORCE, { format: 1, ...facts, reason });
}

/** Takes a lock out of force; its trace stays beside. */
export async function liftLock(folder: string, lock: Lock, lifted: Lifting): Promise<void> {
  const { id, ...facts } = lock;
  // First the trace: a lock that went and nobody knows why would be worse than one that must be lifted twice.
  await writeDurably(folder, id + LIFTED, { format: 1, ...facts, lifted });
  await rm(join(folder, id + IN_FORCE), { force: true });
  await flush(folder);
  const all = (await readdir(folder)).filter((name) => name.endsWith(LIFTED)).sort();
  for (const name of all.slice(0, -MAX_LIFTED)) await rm(join(folder, name), { force: true });
}

/** Takes away what is no lock, so that it locks nothing any more; makes the folder if it is gone. */
export async function clearFaults(folder: string, faults: LocksFound['faults']): Promise<void> {
  await makeEmpty(folder);
  await mark(folder);
  for (const { file } of faults) await rename(join(folder, file), join(folder, file + UNREADABLE));
  await flush(folder);
}

/** How a lock was lifted; undefined where nobody has written it down. */
export async function readLifted(folder: string, id: string): Promise<LiftedLock | undefined> {
  try {
    const parsed = liftedSchema.safeParse(JSON.parse(await readFile(join(folder, id + LIFTED), 'utf8')));
    if (!parsed.success) return undefined;
    const { format: _, lifted, ...facts } = parsed.data;
    return { lock: { id, ...facts }, lifted };
  } catch {
    return undefined;
  }
}

/** The newest that were lifted, the newest first. */
export async function listLifted(folder: string, limit: number): Promise<readonly LiftedLock[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const ids = names.filter((name) => name.endsWith(LIFTED)).map((name) => name.slice(0, -LIFTED.length));
  const read = await Promise.all(ids.map((id) => readLifted(folder, id)));
  return read
    .filter((one) => one !== undefined)
    .sort((a, b) => b.lifted.at.localeCompare(a.lifted.at))
    .slice(0, limit);
}

async function listLocks(folder: string): Promise<Result<readonly string[], string>> {
  try {
    // Hidden files are those of editors and file systems.
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && !NO_LOCKS.some((end) => name.endsWith(end)));
    return ok(names.sort());
  } catch (error) {
    return fail(reasonOf(error));
  }
}

async function readLock(folder: string, file: string, known: ReadonlyMap<string, Lock>): Promise<Result<Lock, string> | 'gone'> {
  if (!file.endsWith(IN_FORCE)) return fail(`is not a lock: its name does not end in ${IN_FORCE}`);
  const id = file.slice(0, -IN_FORCE.length);
  const before = known.get(id);
  if (before !== undefined) return ok(before);
  if (file === GONE) return fail('stands for the locks of a folder that was taken away');
  const path = join(folder, file);
  try {
    // Opening a pipe that somebody put here would wait for ever.
    const stats = await stat(path);
    if (!stats.isFile()) return fail('is no file');
    if (stats.size > MAX_FILE_BYTES) return fail(`has ${stats.size} bytes, more than a lock has`);
    const parsed = lockSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (!parsed.success) return fail('is not a lock of format 1');
    const { format: _, ...facts } = parsed.data;
    return ok({ id, ...facts });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    return fail(error instanceof SyntaxError ? 'is not JSON' : reasonOf(error));
  }
}

async function makeEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ownAlike(folder, dirname(folder));
}

/** Made aside and put in place whole: a worker that looked into one that is still empty would lift everything. */
async function makeAgain(folder: string): Promise<void> {
  const aside = `${folder}.new-${randomBytes(4).toString('hex')}`;
  await makeEmpty(aside);
  await writeDurably(aside, GONE, { gone: new Date().toISOString() });
  try {
    await rename(aside, folder);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Somebody else was faster.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
  await flush(dirname(folder));
}

/** Notes that there has been a folder: it is enough that the file is there. */
async function mark(folder: string): Promise<void> {
  const file = await open(markOf(folder), 'a', 0o600);
  await file.close();
  await ownAlike(markOf(folder), dirname(folder));
  await flush(dirname(folder));
}

function markOf(folder: string): string {
  return join(dirname(folder), MADE);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** All or nothing, also across a power cut. */
async function writeDurably(folder: string, name: string, value: object): Promise<void> {
  const path = join(folder, name);
  const aside = path + ASIDE;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await ownAlike(aside, folder);
  await rename(aside, path);
  await flush(folder);
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What root writes must be readable for the user who runs the gateway: to it, a lock that it may not read locks everything. */
async function ownAlike(path: string, like: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(like);
  await chown(path, uid, gid);
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
    case 'ERR_ACCESS_DENIED':
      return 'may not be read by the user that runs the gateway';
    default:
      return `cannot be read (${String(codeOf(error) ?? error)})`;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
