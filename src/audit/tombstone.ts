// A tombstone stands for records that were removed because their time was over: whole segments of one log, with the hashes that the rest of the log needs
// to go on from. It is what makes a removal different from a loss: only the keeper can sign one, it signs none for records that are too young or held, and
// whoever verifies accepts exactly the records that one names. It is a signed note (note.ts), in a file beside the segments that named the first of those
// it stands for: 00000001.tombstone.
//
//     sallyport tombstone 1                     what this is; no checkpoint begins like this
//     sallyport/<node>/<log>                    origin, as in the checkpoints of the log
//     records 1 41822                           the first and the last that were removed; record n is leaf n-1
//     segments 1 3                              the first and the last file
//     chain <64 hex>                            chain hash of the last
//     prev <64 hex>                             chain hash of the record before the first: what may stand in front of them. Notes from before this was signed lack it
//     before 2026-05-16T10:00:00.000Z           all of them had been written by then: a checkpoint of that time covers them
//     time 2026-11-23T10:00:00.000Z             when it was signed, by the signer's clock
//     reason kept for 190 days
//     tree 2                                    the compact range of the leaves (merkle.ts): so many subtrees, and a line with the
//     <64 hex>                                  root of each, in order
//     <64 hex>
//
//     — sallyport/<node> <base64 of key id and signature>
//
// HOW ONE IS READ. The files that a tombstone names are gone, or are about to go: the tombstone is durable before the first of them is removed, and they
// are removed from the first on. So where all of them are there they count as any others do; where one is missing, those that are left are passed over.
// The log then goes on with record `to` + 1, which is the head of segment `last` + 1 and has `chain` as `prev`. A log has as many tombstones as it was
// shortened times; between the files of two there may be some that had to stay.

import type { KeyObject } from 'node:crypto';
import { parseRange, printRange } from './merkle.ts';
import type { CompactRange } from './merkle.ts';
import { openBody, signBody } from './note.ts';
import type { VerifierKey } from './note.ts';

/** What was removed. */
export interface Tombstone {
  readonly origin: string;
  /** The first and the last record that were removed. */
  readonly from: number;
  readonly to: number;
  /** The first and the last segment. */
  readonly first: number;
  readonly last: number;
  /** Chain hash of record `to`. */
  readonly chain: string;
  /** Chain hash of the record before `from`; undefined in one from before that was signed. */
  readonly prev: string | undefined;
  /** Epoch milliseconds, by the signer's clock: none of the records is younger. */
  readonly before: number;
  /** When it was signed. */
  readonly time: number;
  readonly reason: string;
  /** The leaves from `from` - 1 up to but without `to`. */
  readonly tree: CompactRange;
}

const EXTENSION = '.tombstone';

/** The file of the tombstone for the segments from this one on. */
export function toTombstoneName(first: number): string {
  return `${String(first).padStart(8, '0')}${EXTENSION}`;
}

/** The number of the first segment that a tombstone's file stands for; undefined for any other file. */
export function parseTombstoneName(file: string): number | undefined {
  const number = Number(/^(\d{8,12})\.tombstone$/.exec(file)?.[1] ?? 0);
  return number > 0 && toTombstoneName(number) === file ? number : undefined;
}

/** The tombstone as a signed note. `key`: Ed25519, private. Throws a RangeError for a reason that is not one printable line. */
export function signTombstone(tombstone: Tombstone, name: string, key: KeyObject): string {
  const body = toBody(tombstone);
  if (parseBody(body) === undefined) throw new RangeError('no tombstone can say that');
  return signBody(body, name, key);
}

/** The tombstone of a note; undefined where the text is none, or nobody who is trusted signed it. */
export function openTombstone(note: string, trusted: readonly VerifierKey[]): Tombstone | undefined {
  const body = openBody(note, trusted);
  return body === undefined ? undefined : parseBody(body);
}

/** What a note says, whoever wrote it; undefined where the text is no tombstone. For what is checked elsewhere, or only shown. */
export function readTombstone(note: string): Tombstone | undefined {
  return parseBody(note.slice(0, note.lastIndexOf('\n\n') + 1));
}

function toBody({ origin, from, to, first, last, chain, prev, before, time, reason, tree }: Tombstone): string {
  const hashes = printRange(tree).map((hash) => `${hash}\n`);
  return (
    `sallyport tombstone 1\n${origin}\nrecords ${from} ${to}\nsegments ${first} ${last}\nchain ${chain}\n` +
    `${prev === undefined ? '' : `prev ${prev}\n`}before ${new Date(before).toISOString()}\ntime ${new Date(time).toISOString()}\nreason ${reason}\ntree ${hashes.length}\n${hashes.join('')}`
  );
}

const BODY =
  /^sallyport tombstone 1\n(sallyport\/[^\s/]{1,64}\/[^\s/]{1,64})\nrecords ([1-9]\d{0,15}) ([1-9]\d{0,15})\nsegments ([1-9]\d{0,11}) ([1-9]\d{0,11})\nchain ([0-9a-f]{64})\n(?:prev ([0-9a-f]{64})\n)?before (\S{20,30})\ntime (\S{20,30})\nreason ([\x20-\x7e]{1,200})\ntree (\d{1,3})\n((?:[0-9a-f]{64}\n)*)$/;

function parseBody(body: string): Tombstone | undefined {
  const [, origin = '', from, to, first, last, chain = '', prev, before = '', time = '', reason = '', count, hashes = ''] =
    BODY.exec(body) ?? [];
  const roots = hashes.split('\n').slice(0, -1);
  const tree = parseRange(Number(from) - 1, Number(to), roots);
  const said = {
    from: Number(from),
    to: Number(to),
    first: Number(first),
    last: Number(last),
    before: Date.parse(before),
    time: Date.parse(time),
  };
  const sound =
    tree !== undefined &&
    roots.length === Number(count) &&
    said.from <= said.to &&
    said.first <= said.last &&
    !Number.isNaN(said.before + said.time);
  return sound ? { origin, ...said, chain, prev, reason, tree } : undefined;
}
