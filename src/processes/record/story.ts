// All that the record says of one entry: its lines, when a call came by which station, what else has to do with it, and from when on it was signed.

import { join } from 'node:path';
import { CHECKPOINT_KEY_FILE, factsOf, findKeys, noteOf, openNote, withholdNamesIn } from '../../audit/index.ts';
import type { Entry, EntryFilter, RecordIndex, VerifierKey } from '../../audit/index.ts';
import type { RecordView } from '../../admin/index.ts';
import type { FoundStory, SignedUpTo } from './asks.ts';
import { hopsOf } from './hops.ts';
import { detailsOf, toRecordView } from './record-view.ts';

const MAX_RELATED = 20;
/** All logs of a gateway have checkpoints; those of the others are passed over. */
const MAX_CHECKPOINTS = 2_000;

export interface StoryOptions {
  /** With the logs and the key beside them. */
  readonly directory: string;
  readonly index: RecordIndex;
  readonly hidesNames: boolean;
}

/** Undefined: there is no such entry. */
export async function readStory(options: StoryOptions, log: string, seq: number): Promise<FoundStory | undefined> {
  const { directory, index, hidesNames } = options;
  const entry = await index.read(log, seq);
  if (entry === undefined) return undefined;
  const { line, outcome } = hidesNames ? withholdNamesIn(entry) : entry;
  return {
    record: toRecordView(entry, hidesNames),
    details: detailsOf(entry, hidesNames),
    hops: hopsOf(entry),
    related: await relatedTo(entry, options),
    lines: [line, ...(outcome === undefined ? [] : [outcome])].map((one) => ({ seq: one.seq, text: one.text })),
    signed: await firstSigned(index, entry, await keysIn(directory)),
  };
}

/** What goes by the same id, and the question to a person that it names. */
async function relatedTo(entry: Entry, { index, hidesNames }: StoryOptions): Promise<readonly RecordView[]> {
  const { id } = factsOf(entry.kind, entry.line.members);
  const { approval } = entry.line.members;
  const found = new Map<string, RecordView>();
  for (const wanted of [id, approval]) {
    if (typeof wanted !== 'string' || wanted === '') continue;
    const filter: EntryFilter = { id: wanted };
    for await (const one of index.find({ ...filter, order: 'oldest', limit: MAX_RELATED })) {
      const isItself = one.slot === entry.slot && one.line.seq === entry.line.seq;
      if (!isItself && found.size < MAX_RELATED) found.set(`${one.slot} ${one.line.seq}`, toRecordView(one, hidesNames));
    }
  }
  return [...found.values()];
}

/** The first checkpoint in the log that is over the whole entry: how a call ended too, not only that it was let through. */
async function firstSigned(
  index: RecordIndex,
  { slot, line, outcome }: Entry,
  keys: readonly VerifierKey[],
): Promise<SignedUpTo | undefined> {
  if (keys.length === 0) return undefined;
  const last = Math.max(line.seq, outcome?.seq ?? 0);
  const checkpoints = index.find({ kinds: ['checkpoint'], fromMs: line.time, order: 'oldest', limit: MAX_CHECKPOINTS });
  for await (const one of checkpoints) {
    if (one.slot !== slot || one.line.seq <= last) continue;
    const signed = openNote(noteOf(one.line.text), keys);
    if (signed !== undefined && signed.size >= last) return { records: signed.size, atMs: signed.time };
  }
  return undefined;
}

async function keysIn(directory: string): Promise<readonly VerifierKey[]> {
  const keys = await findKeys([join(directory, CHECKPOINT_KEY_FILE)]);
  return keys.ok ? (keys.value ?? []) : [];
}
