// Checkpoints that are kept outside the logs: in anchors, by the keeper, and beside each log. A note counts only with a good signature: what lies around may
// have been written by anybody.

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KeptNote } from './checkpoint-check.ts';
import { LAST_CHECKPOINT_FILE, readNotes } from './checkpoint-files.ts';
import type { LogDirectory } from './log-directory.ts';
import { createNoteSieve } from './note-sieve.ts';
import type { NoteSieve } from './note-sieve.ts';
import { openNote, readNote } from './note.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import { readMembers, toText } from './read-members.ts';
import { readSmallFile } from './small-file.ts';

/** What was found, and of which file how much could not be used. */
export interface FoundNotes {
  readonly notes: readonly KeptNote[];
  readonly unread: ReadonlyMap<string, number>;
}

type Keys = readonly VerifierKey[] | undefined;

/** The notes of anchors' files, and those of the keeper where its folder is named. */
export async function findAnchors(files: readonly string[], keeper: string | undefined, keys: Keys): Promise<FoundNotes> {
  const unread = new Map<string, number>();
  const notes: KeptNote[] = [];
  const pass = (file: string): void => void unread.set(file, (unread.get(file) ?? 0) + 1);
  for (const file of files) {
    for (const { checkpoint, line } of await readAnchor(file, keys, () => pass(file)))
      notes.push({ checkpoint, place: { file, line, position: 0 }, isAnchor: true });
  }
  for (const { file, text } of keeper === undefined ? [] : await readKeeper(keeper)) {
    const checkpoint = open(text, keys);
    if (checkpoint === undefined) pass(file);
    else notes.push({ checkpoint, place: { file, line: 1, position: 0 }, isAnchor: true });
  }
  return { notes, unread };
}

/** The last checkpoint of each log, as it lies beside it: no anchor, but what it says has to be so. */
export async function findKept(logs: readonly LogDirectory[], keys: Keys): Promise<FoundNotes> {
  const unread = new Map<string, number>();
  const notes: KeptNote[] = [];
  for (const { directory, slot } of logs) {
    const text = await readSmallFile(join(directory, LAST_CHECKPOINT_FILE));
    if (text === undefined) continue;
    const file = join(slot, LAST_CHECKPOINT_FILE);
    const checkpoint = open(text, keys);
    if (checkpoint === undefined) unread.set(file, 1);
    else notes.push({ checkpoint, place: { file, line: 1, position: 0 }, isAnchor: false });
  }
  return { notes, unread };
}

function open(text: string, keys: Keys): Checkpoint | undefined {
  return keys === undefined ? readNote(text) : openNote(text, keys);
}

interface AnchorNote {
  readonly text: string;
  readonly line: number;
  readonly size: number;
  readonly checkpoint: Checkpoint;
}

/** The notes of one file that are held against the logs. `onBad`: told of each that was looked at and is not signed. */
async function readAnchor(file: string, keys: Keys, onBad: () => void): Promise<readonly AnchorNote[]> {
  const perLog = new Map<string, NoteSieve<AnchorNote>>();
  const isGood = ({ text }: AnchorNote): boolean => {
    const good = open(text, keys) !== undefined;
    if (!good) onBad();
    return good;
  };
  for await (const { text, line } of readNotes(file)) {
    const checkpoint = readNote(text);
    if (checkpoint === undefined) {
      onBad();
      continue;
    }
    const { origin, size } = checkpoint;
    const note = { text, line, size, checkpoint };
    // A log that nobody signed for is none: invented ones take up no room.
    const sieve = perLog.get(origin) ?? (isGood(note) ? createNoteSieve(isGood) : undefined);
    if (sieve === undefined) continue;
    perLog.set(origin, sieve);
    sieve.take(note);
  }
  return [...perLog.values()].flatMap((sieve) => sieve.finish());
}

/** What the keeper signed last of each log (processes/checkpoint-signer.ts writes it). */
async function readKeeper(folder: string): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const trees = join(folder, 'checkpoints');
  const names = await readdir(trees).catch(() => []);
  const notes: { file: string; text: string }[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const text = await readSmallFile(join(trees, name));
    const note = toText(readMembers(text ?? '')['note']);
    if (note !== '') notes.push({ file: join(basename(folder), 'checkpoints', name), text: note });
  }
  return notes;
}
