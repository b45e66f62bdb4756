// Reads one segment that is as it should be, fast: ten million records are verified in a minute or they are not verified at all. It goes over the bytes
// without making text of them, and gives up at the first thing that is not exactly as a writer leaves it, for whatever reason: then verify reads the
// segment again, line by line, and says what it is. So everything that it lets pass must be strictly right: each line the one behind the one before, by its
// number and by its chain hash, from a head on, and behind the last of them only zeros.

import { hash } from 'node:crypto';
import type { LogFile } from './files.ts';
import { isFrame, LINE_MAX_BYTES } from './format.ts';
import { createLeafRun } from './leaf-run.ts';
import type { LeafRun } from './leaf-run.ts';
import { readMembers, toNumber, toText } from './read-members.ts';

/** What is in a segment that has nothing wrong in itself. Plain data. */
export interface SegmentPass {
  /** Chain hash that its first line is chained to. */
  readonly prev: string;
  /** Chain hashes of the last two lines. */
  readonly chain: string;
  readonly chainBefore: string;
  readonly leaves: LeafRun;
  readonly kinds: Readonly<Record<string, number>>;
  readonly firstTime: number;
  readonly lastTime: number;
  /** The lines that say something about the log, its head among them. */
  readonly telling: readonly TellingLine[];
}

/** A line that verify has to look into. */
export interface TellingLine {
  readonly line: number;
  readonly position: number;
  readonly seq: number;
  readonly kind: string;
  readonly time: number;
  readonly text: string;
  /** Of a checkpoint, where that was looked at already: whether a key that is trusted signed it. */
  readonly isSigned?: boolean;
}

/** Kinds of records that are about the log itself. */
export function isTelling(kind: string): boolean {
  return kind === 'segment' || kind === 'log' || kind === 'checkpoint';
}

const CHUNK_BYTES = 1_048_576;
const HEX_BYTES = 64;
const LF = 10;
const CR = 13;
/** `,"chain":"` and what follows. */
const TAIL_BYTES = ',"chain":"'.length + HEX_BYTES + '"}'.length;
/** More than the longest number, time and kind. */
const FRONT_BYTES = 96;
const FRONT = /(\d{1,16}),"kind":"([a-z]{1,20})"/y;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Undefined where anything at all is not as it should be. */
export async function passSegment(file: LogFile): Promise<SegmentPass | undefined> {
  // In front of every line there is room for the chain hash before it, which is hashed with it: 64 bytes of the line before, which has been read.
  const room = Buffer.allocUnsafe(HEX_BYTES + LINE_MAX_BYTES + CHUNK_BYTES);
  let reader: LineReader | undefined;
  let held = 0;
  for (let position = 0; position < file.sizeBytes;) {
    const begin = HEX_BYTES + held;
    const length = await file.read(room.subarray(begin, begin + CHUNK_BYTES), position);
    if (length === 0) return undefined;
    const bytes = room.subarray(0, begin + length);
    reader ??= beginReading(bytes);
    const end = reader?.take(bytes, position - held);
    if (end === undefined) return undefined;
    position += length;
    if (bytes[end] === 0) return (await isZeroFrom(file, bytes.subarray(end), position)) ? reader?.finish(file.sizeBytes) : undefined;
    held = bytes.length - end;
    if (held > LINE_MAX_BYTES) return undefined;
    room.copyWithin(HEX_BYTES, end, bytes.length);
  }
  return held === 0 ? reader?.finish(file.sizeBytes) : undefined;
}

interface LineReader {
  /** Reads whole lines from behind the room on; gives the first byte behind them. `position`: of the first byte behind the room, in the file. */
  take(bytes: Buffer, position: number): number | undefined;
  finish(sizeBytes: number): SegmentPass | undefined;
}

/** The first line says where the chain was. */
function beginReading(bytes: Buffer): LineReader | undefined {
  const end = bytes.indexOf(LF, HEX_BYTES);
  const head = readMembers(bytes.toString('latin1', HEX_BYTES, end === -1 ? HEX_BYTES : end));
  const first = toNumber(head['seq']);
  const prev = toText(head['prev']);
  if (head['kind'] !== 'segment' || !Number.isSafeInteger(first) || first < 1 || !/^[0-9a-f]{64}$/.test(prev)) return undefined;
  return createLineReader(first, prev, toNumber(head['bytes']));
}

function createLineReader(first: number, prev: string, declaredBytes: number): LineReader {
  const kinds: Record<string, number> = {};
  const telling: TellingLine[] = [];
  const leaves = createLeafRun(first - 1);
  let seq = first;
  let chain = prev;
  let chainBefore = prev;
  let firstTime = -1;
  let lastTime = -1;

  /** False where the line does not follow. */
  const takeLine = (bytes: Buffer, start: number, end: number, position: number): boolean => {
    const front = bytes.toString('latin1', start, Math.min(start + FRONT_BYTES, end));
    const expected = `{"v":1,"seq":${seq},"time":`;
    if (!front.startsWith(expected)) return false;
    FRONT.lastIndex = expected.length;
    const match = FRONT.exec(front);
    const tail = end - TAIL_BYTES;
    if (match === null || tail < start + FRONT.lastIndex) return false;
    const [, time = '', kind = ''] = match;
    lastTime = Number(time);
    if (!isFrame(seq, lastTime)) return false;
    if (firstTime === -1) firstTime = lastTime;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (isTelling(kind)) {
      if (kind === 'segment' && seq !== first) return false;
      telling.push({ line: seq - first + 1, position, seq, kind, time: lastTime, text: bytes.toString('latin1', start, end) });
    }
    // The byte before the line takes the zero of a leaf, then the 64 bytes before it the chain hash.
    bytes[start - 1] = 0;
    leaves.add(hash('sha256', bytes.subarray(start - 1, end), 'latin1'));
    bytes.write(chain, start - HEX_BYTES, 'latin1');
    chainBefore = chain;
    chain = hash('sha256', bytes.subarray(start - HEX_BYTES, tail), 'hex');
    seq += 1;
    return bytes.toString('latin1', tail, end) === `,"chain":"${chain}"}`;
  };

  return {
    take(bytes, position) {
      let start = HEX_BYTES;
      const zero = bytes.indexOf(0, start);
      const limit = zero === -1 ? bytes.length : zero;
      // A line break of another kind is none in this format, and no writer writes one.
      const other = bytes.indexOf(CR, start);
      if (other !== -1 && other < limit) return undefined;
      while (start < limit) {
        const end = bytes.indexOf(LF, start);
        if (end === -1 || end >= limit) break;
        if (end - start > LINE_MAX_BYTES || !takeLine(bytes, start, end, position + start - HEX_BYTES)) return undefined;
        start = end + 1;
      }
      return start;
    },
    finish: (sizeBytes) =>
      seq === first || sizeBytes < declaredBytes
        ? undefined
        : { prev, chain, chainBefore, leaves: leaves.build(), kinds, firstTime, lastTime, telling },
  };
}

async function isZeroFrom(file: LogFile, rest: Buffer, position: number): Promise<boolean> {
  if (!isZero(rest)) return false;
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = position; at < file.sizeBytes;) {
    const length = await file.read(chunk, at);
    if (length === 0 || !isZero(chunk.subarray(0, length))) return false;
    at += length;
  }
  return true;
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const part = bytes.subarray(at, at + CHUNK_BYTES);
    if (!part.equals(ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}
