// Holds the checkpoints of one log against its tree: those on record in it, and those that were kept elsewhere. The first that does not hold bounds what
// was rewritten; those after it tell nothing new, since every root is over everything before it.

import type { ChainCheck, Place } from './chain-check.ts';
import { noteOf } from './checkpoint-record.ts';
import { isAbout } from './log-identity.ts';
import type { LogIdentity } from './log-identity.ts';
import { openNote, readNote } from './note.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import type { TellingLine } from './segment-pass.ts';
import type { TreeCheck } from './tree-check.ts';

/** A checkpoint that was kept outside the log; its signature is good. */
export interface KeptNote {
  readonly checkpoint: Checkpoint;
  /** Where it was found: a file, and the line in it. */
  readonly place: Place;
  /** It was kept where whoever can change the log cannot change it. */
  readonly isAnchor: boolean;
  /** It is what the keeper of this gateway remembers: an anchor as far as only the keeper can write there. */
  readonly isKeepers?: boolean;
}

/** What a log was at a moment, by a checkpoint that holds. */
export interface Signed {
  readonly size: number;
  readonly time: number;
}

export interface CheckpointCheck {
  /** Checkpoints that hold, and those about a part that can no longer be added up. */
  readonly held: number;
  readonly unknown: number;
  /** By the last that holds; of those that anchors kept; and of those that the keeper remembers. */
  readonly signed: Signed | undefined;
  readonly anchored: Signed | undefined;
  readonly remembered: Signed | undefined;
  /** One of them did not hold since the tree was taken up. */
  readonly failed: boolean;
  /** The tree was lost or taken up anew: what held before says nothing about what comes. */
  restart(): void;
  /** Those on record in a segment, and the kept ones that the log has come to. */
  check(file: string, telling: readonly TellingLine[]): Promise<void>;
  /** At the end of the log: what is kept about records that are not there. */
  end(): void;
}

export interface CheckpointCheckOptions {
  readonly chain: ChainCheck;
  readonly tree: TreeCheck;
  readonly identity: LogIdentity;
  /** Undefined: signatures cannot be checked. */
  readonly keys: readonly VerifierKey[] | undefined;
  readonly kept: readonly KeptNote[];
  /** Whether a record is one of those that a tombstone stands for. */
  readonly isRemoved: (seq: number) => boolean;
}

interface Seen {
  readonly checkpoint: Checkpoint;
  readonly place: Place;
  readonly isAnchor: boolean;
  readonly isKeepers?: boolean;
  /** The number of its record, where it is on record. */
  readonly seq?: number;
}

export function createCheckpointCheck({ chain, tree, identity, keys, kept, isRemoved }: CheckpointCheckOptions): CheckpointCheck {
  let waiting = [...kept].sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  let held = 0;
  let unknown = 0;
  let signed: Signed | undefined;
  let anchored: Signed | undefined;
  let remembered: Signed | undefined;
  let failed = false;
  /** The first that cannot be held against anything, though nobody who may has removed what it is about. */
  let baseless: Seen | undefined;

  const readRecord = (file: string, { line, position, seq, text, isSigned }: TellingLine): Seen | undefined => {
    const place = { file, line, position };
    const note = noteOf(text);
    const counts = keys === undefined || (isSigned ?? openNote(note, keys) !== undefined);
    const checkpoint = counts ? readNote(note) : undefined;
    if (checkpoint === undefined) {
      chain.note({ what: 'forged', ...place, seq, says: `The checkpoint in record ${seq} is not signed by ${namesOf(keys)}.` });
      return undefined;
    }
    if (!isAbout(identity, checkpoint.origin)) {
      const says = `The checkpoint in record ${seq} is about another log, ${checkpoint.origin}.`;
      chain.note({ what: 'foreign', ...place, seq, says });
      return undefined;
    }
    return { checkpoint, place, isAnchor: false, seq };
  };

  const compare = async (seen: Seen): Promise<void> => {
    const { checkpoint, place, isAnchor, isKeepers, seq } = seen;
    const { size, time } = checkpoint;
    // One that is over itself, or over what came behind it, had more before it once.
    const holding = seq !== undefined && size >= seq ? 'differs' : await tree.compare(checkpoint);
    if (holding === 'unknown') {
      unknown += 1;
      if (size > 0 && !isRemoved(size)) baseless ??= seen;
    } else if (holding === 'differs') {
      if (!failed) chain.note({ what: 'rewritten', ...place, ...boundsOf(size, signed, time) });
      failed = true;
    } else {
      held += 1;
      if (size >= (signed?.size ?? 0)) signed = { size, time };
      if (isKeepers === true) remembered = newerOf(remembered, { size, time });
      else if (isAnchor) anchored = newerOf(anchored, { size, time });
    }
  };

  return {
    get held() {
      return held;
    },
    get unknown() {
      return unknown;
    },
    get signed() {
      return signed;
    },
    get anchored() {
      return anchored;
    },
    get remembered() {
      return remembered;
    },
    get failed() {
      return failed;
    },
    restart() {
      failed = false;
    },
    async check(file, telling) {
      const seen = telling
        .filter(({ kind }) => kind === 'checkpoint')
        .map((line) => readRecord(file, line))
        .filter((one) => one !== undefined);
      const { seq } = chain.last;
      const due = waiting.filter(({ checkpoint }) => checkpoint.size <= seq);
      waiting = waiting.filter(({ checkpoint }) => checkpoint.size > seq);
      for (const one of [...seen, ...due].sort((a, b) => a.checkpoint.size - b.checkpoint.size)) await compare(one);
    },
    end() {
      // The tree is lost where something else is wrong, which is a finding by then. Lost without one, somebody has made it so.
      if (baseless !== undefined && chain.findings.length === 0)
        chain.note({ what: 'rewritten', ...baseless.place, ...boundsOf(baseless.checkpoint.size, signed, baseless.checkpoint.time) });
      const last = waiting.at(-1);
      // Where the log was rewritten, it need not be told as well that it became shorter by that.
      if (last === undefined || failed) return;
      const { seq } = chain.last;
      const { size, time } = last.checkpoint;
      const vouched = signed?.size ?? 0;
      const rest = vouched < seq ? `; ${countedRecords(vouched + 1, seq)} may not be what they were` : '';
      const says = `The log had ${size} records at ${new Date(time).toISOString()} and has ${seq}: ${countedRecords(seq + 1, size)} ${size === seq + 1 ? 'was' : 'were'} cut off its end${rest}.`;
      chain.note({ what: 'rolled-back', ...last.place, seq: seq + 1, until: size, says });
      waiting = [];
    },
  };
}

/** The one over more records; of two over as many, the second. */
export function newerOf(one: Signed | undefined, other: Signed | undefined): Signed | undefined {
  return (one?.size ?? -1) > (other?.size ?? -1) ? one : other;
}

function namesOf(keys: readonly VerifierKey[] | undefined): string {
  return keys === undefined ? 'anybody' : keys.map(({ name }) => name).join(' or ');
}

/** Which records a root that differs is about, when an earlier one held. */
function boundsOf(size: number, signed: Signed | undefined, time: number): { seq: number; until: number; says: string } {
  const at = new Date(time).toISOString();
  if (signed === undefined || signed.size >= size)
    return { seq: 1, until: size, says: `Among records 1 to ${size} are some that are not those that were signed at ${at}.` };
  const seq = signed.size + 1;
  const says = `Among records ${seq} to ${size} are some that are not those that were signed at ${at}; those before are, by the checkpoint of ${new Date(signed.time).toISOString()}.`;
  return { seq, until: size, says };
}

function countedRecords(from: number, to: number): string {
  return from === to ? `record ${from}` : `records ${from} to ${to}`;
}
