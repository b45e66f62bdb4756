// The audit log on disk, format 1: what is on it, what always holds, how it is repaired.
//
// FORMAT. A log is a directory with one live writer (claim.ts) and segments 00000001.log, 00000002.log, … without gaps. A segment
// is made of zero bytes at its full size before the first record goes in; it then holds lines, and behind them zeros to its end.
// A line is one JSON object in ASCII, then LF:
//     {"v":1,"seq":17,"time":1700000000000,"kind":"decision", … ,"chain":"<64 hex>"}
// The first four members stand first, `chain` last. `seq` counts the lines of a log from 1, over all segments.
//     chain(n) = SHA-256( hex of chain(n-1), then line n up to but without `,"chain":` );   chain(0) = 64 times '0'
// Line 1 of a segment is a `segment` record, which repeats chain(n-1) as `prev` and counts the calls that are under way; `carried`
// records with their ids follow. All of these go out in one write.
//
// A segment takes records for a week at most (segment-age.ts): then the next one begins, so that what is old can be removed with it. Segments that were
// removed have a tombstone in their place (tombstone.ts).
//
// INVARIANTS. (1) One write is under way at a time, at most COMMIT_MAX_BYTES long, through a descriptor opened O_DSYNC; a record is
// acknowledged only when its write has returned. (2) Nothing is ever overwritten but the zeros it was made of. So a crash can tear only the
// last write, and behind it there are zeros; a line of a torn write holds a zero byte, or ends in zeros, where a page is
// missing. (3) A segment is written to only after all writes to the one before have returned.
//
// RECOVERY (recover.ts). Take the newest segment whose head is complete, and follow its lines to the first zero byte. If only zeros
// come after, appending goes on there. If anything else does, it stays as it is, for whoever wants to look, and a new
// segment begins with a `recovered` record that says where it is, how long, and its SHA-256: up to COMMIT_MAX_BYTES are a torn write,
// of which nothing was acknowledged. More than that, or a complete line that does not fit the chain, no crash leaves behind: then the
// record is `damaged` instead, and verify names the place. At last every allowed call without outcome is closed as `unknown`.
//
// The chain has no key: it shows any change to a part of the log, but not that the whole was rewritten from some record on, nor that
// its end was cut off. Checkpoints answer that: the keeper signs the root of a tree over the lines (merkle.ts; leaf n is line n+1 without its LF), and
// its notes (note.ts) are `checkpoint` records of the log itself. The head of a segment repeats the tree over all lines before it as `tree`.

import { sha256Hex } from '../base/index.ts';

/** Most bytes of one write. */
export const COMMIT_MAX_BYTES = 1_048_576;
/** Longest line; the encoder stays far below. */
export const LINE_MAX_BYTES = 65_536;
/** Room in which the head of a line is written: more than the longest takes. */
export const LINE_ROOM_BYTES = 2 * LINE_MAX_BYTES;
/** Default size of a segment. */
export const SEGMENT_BYTES = 16 * 1_048_576;
/** Below this a segment could not hold its own head. */
export const SEGMENT_MIN_BYTES = 16_384;
/** What the first line is chained to. */
export const GENESIS_CHAIN = '0'.repeat(64);
/** Ids in one `carried` record. */
export const CARRIED_PER_LINE = 200;

/** Bytes of a line behind its head. */
export const LINE_OVERHEAD_BYTES = ',"chain":"'.length + 64 + '"}\n'.length;

/** The chain hash of the line with this head, after the line with chain hash `prev`. */
export function toChain(prev: string, head: string): string {
  return sha256Hex(prev + head);
}

/** The whole line, as text. */
export function toLine(head: string, chain: string): string {
  return `${head},"chain":"${chain}"}\n`;
}

/** The frame of a line as it was read. */
export interface Frame {
  readonly seq: number;
  readonly time: number;
  readonly kind: string;
  /** What the chain hash is over. */
  readonly head: string;
  readonly chain: string;
}

/** The last moment that a date can be of (ECMA-262 §21.4.1.1). */
const MAX_TIME_MS = 8_640_000_000_000_000;

const FRAME = /^(\{"v":1,"seq":(\d{1,16}),"time":(\d{1,16}),"kind":"([a-z]{1,20})".*),"chain":"([0-9a-f]{64})"\}$/;

/** Whether a number and a time can be those of a record: a line with any other is none, so that nobody who reads on has to be afraid of it. */
export function isFrame(seq: number, time: number): boolean {
  return Number.isSafeInteger(seq) && seq > 0 && time <= MAX_TIME_MS;
}

/** Reads the frame of a line without its LF; undefined when it is none. */
export function parseFrame(line: string): Frame | undefined {
  const match = FRAME.exec(line);
  if (match === null) return undefined;
  const [, head = '', number, when, kind = '', chain = ''] = match;
  const seq = Number(number);
  const time = Number(when);
  return isFrame(seq, time) ? { seq, time, kind, head, chain } : undefined;
}

/** The file of a segment. */
export function toSegmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.log`;
}

/** The number of a segment's file, from 1; undefined for any other file, also for one that only names a number in another way. */
export function parseSegmentName(file: string): number | undefined {
  const number = Number(/^(\d{8,12})\.log$/.exec(file)?.[1] ?? 0);
  return number > 0 && toSegmentName(number) === file ? number : undefined;
}
