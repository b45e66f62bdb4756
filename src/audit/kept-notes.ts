// Checkpoints that are kept outside the logs: in anchors, by the keeper, and beside each log. A note counts only with a good signature: what lies around may
// have been written by anybody.

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KeptNote } from './checkpoint-check.ts';
import { LAST_CHECKPOINT_FILE, readIfThere, readNotes } from './checkpoint-files.ts';
import type { LogDirectory } from './log-directory.ts';
import { openNote, readNote } from './note.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import { readMembers, toText } from './read-members.ts';

/** What was found, and of which file how much could not be used. */
export interface FoundNotes {
  readonly notes: readonly KeptNote[];
  readonly unread: ReadonlyMap<string, number>;
}

type Keys = readonly VerifierKey[] | undefined;

/** An anchor grows for years, and the newest note says the most: of each log so many are held against it, spread over all of them. */
const MAX_NOTES_PER_LOG = 512;

/** The notes of anchors' files, and those of the keeper where its folder is named. */
export async function findAnchors(files: readonly string[], keeper: string | undefined, keys: Keys): Promise<FoundNotes> {
  const unread = new Map<string, number>();
  const notes: KeptNote[] = [];
  for (const file of files) {
    for (const one of await readAnchor(file)) take(one.text, file, one.line, true);
  }
  if (keeper !== undefined) {
    for (const { file, text } of await readKeeper(keeper)) take(text, file, 1, true);
  }
  return { notes, unread };

  function take(text: string, file: string, line: number, isAnchor: boolean): void {
    const checkpoint = open(text, keys);
    if (checkpoint === undefined) unread.set(file, (unread.get(file) ?? 0) + 1);
    else notes.push({ checkpoint, place: { file, line, position: 0 }, isAnchor });
  }
}

/** The last checkpoint of each log, as it lies beside it: no anchor, but what it says has to be so. */
export async function findKept(logs: readonly LogDirectory[], keys: Keys): Promise<FoundNotes> {
  const unread = new Map<string, number>();
  const notes: KeptNote[] = [];
  for (const { directory, slot } of logs) {
    const text = await readIfThere(join(directory, LAST_CHECKPOINT_FILE));
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
}

/** The notes of one file; of each log the newest, and others spread evenly over its life. */
async function readAnchor(file: string): Promise<readonly AnchorNote[]> {
  const perLog = new Map<string, AnchorNote[]>();
  for await (const { text, line } of readNotes(file)) {
    const { origin = '', size = 0 } = readNote(text) ?? {};
    const notes = perLog.get(origin) ?? [];
    notes.push({ text, line, size });
    perLog.set(origin, notes.length > 2 * MAX_NOTES_PER_LOG ? thin(notes) : notes);
  }
  return [...perLog.values()].flatMap((notes) => (notes.length > MAX_NOTES_PER_LOG ? thin(notes) : notes));
}

/** Every second, and always the newest. */
function thin(notes: readonly AnchorNote[]): AnchorNote[] {
  const sorted = notes.toSorted((a, b) => a.size - b.size);
  return sorted.filter((_, at) => (sorted.length - 1 - at) % 2 === 0);
}

/** What the keeper signed last of each log (processes/checkpoint-signer.ts writes it). */
async function readKeeper(folder: string): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const trees = join(folder, 'checkpoints');
  const names = await readdir(trees).catch(() => []);
  const notes: { file: string; text: string }[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const text = await readIfThere(join(trees, name));
    const note = toText(readMembers(text ?? '')['note']);
    if (note !== '') notes.push({ file: join(basename(folder), 'checkpoints', name), text: note });
  }
  return notes;
}
