// Where envelopes lie: `vault/<worker>/<day>/<id>.sealed`, one file each, so that one can be removed when its time is over. Workers write, each in a
// folder of its own; whoever lists them reads heads only.

import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_MAX_BYTES, readHead } from './envelope-head.ts';
import type { EnvelopeHead } from './types.ts';

/** A file of the vault. */
export interface VaultFile {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/** An envelope as it lies there. */
export interface VaultEntry extends VaultFile {
  readonly head: EnvelopeHead;
  readonly sizeBytes: number;
}

const SUFFIX = '.sealed';
const TAG_BYTES = 16;

/** The vault of a data folder. */
export function vaultFolder(dataFolder: string): string {
  return join(dataFolder, 'vault');
}

/** Where one worker's envelopes go. */
export function workerVaultFolder(dataFolder: string, slot: number): string {
  return join(vaultFolder(dataFolder), `worker-${slot}`);
}

/** The file of an envelope, below its worker's folder. */
export function envelopeFile(id: string, time: number): { readonly day: string; readonly file: string } {
  return { day: new Date(time).toISOString().slice(0, 10), file: id + SUFFIX };
}

/** Every file, oldest day first; none where there is no vault. */
export async function* vaultFiles(folder: string): AsyncGenerator<VaultFile> {
  const days: { readonly day: string; readonly path: string }[] = [];
  for (const worker of await namesIn(folder))
    for (const day of await namesIn(join(folder, worker))) days.push({ day, path: join(folder, worker, day) });
  for (const { path } of days.toSorted((a, b) => (a.day < b.day ? -1 : 1)))
    for (const name of await namesIn(path)) if (name.endsWith(SUFFIX)) yield { id: name.slice(0, -SUFFIX.length), path: join(path, name) };
}

/** Every envelope with its head. What is no envelope, or is gone since, is left out. */
export async function* listVault(folder: string): AsyncGenerator<VaultEntry> {
  for await (const file of vaultFiles(folder)) {
    const read = await readEntry(file).catch(() => undefined);
    if (read !== undefined) yield read;
  }
}

/** All of an envelope's bytes; undefined where it is gone. */
export async function readEnvelope(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(() => undefined);
}

/** Whether all of it is there: a crash can leave the beginning of one. */
export function isWhole({ head, sizeBytes }: VaultEntry): boolean {
  return sizeBytes === head.length + head.bytes + TAG_BYTES;
}

async function readEntry(file: VaultFile): Promise<VaultEntry | undefined> {
  const handle = await open(file.path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, HEAD_MAX_BYTES));
    await handle.read(bytes, 0, bytes.length, 0);
    const head = readHead(bytes);
    // The name is what a release is about: a head that says another is not what it seems.
    return head?.id === file.id ? { ...file, head, sizeBytes: size } : undefined;
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}
