// Reads one segment line by line, as it may have been left by anybody, and names what is wrong with it. Slower than segment-pass.ts, and always right.

import { hash } from 'node:crypto';
import { sha256Hex } from '../base/index.ts';
import type { ChainCheck, Finding } from './chain-check.ts';
import type { LogFile } from './files.ts';
import { COMMIT_MAX_BYTES } from './format.ts';
import { createLeafRun } from './leaf-run.ts';
import type { LeafRun, LeafRunBuilder } from './leaf-run.ts';
import type { LogFacts } from './log-facts.ts';
import { readLines, readRange } from './read-lines.ts';
import type { SegmentEnd } from './read-lines.ts';
import { isTelling } from './segment-pass.ts';
import type { TellingLine } from './segment-pass.ts';

/** What a segment had to say. */
export interface SegmentLines {
  /** `open`: after its last line there are only zeros; `unfinished`: a line begins there. */
  readonly end: 'open' | 'unfinished';
  /** Its leaves from the first line that follows up to the first that does not; undefined where none does. */
  readonly leaves: LeafRun | undefined;
  /** All of them follow, up to the last. */
  readonly whole: boolean;
  /** Of the lines that follow, those that say something about the log. */
  readonly telling: readonly TellingLine[];
}

/** What it is read with. */
export interface LineReading {
  readonly chain: ChainCheck;
  readonly facts: LogFacts;
  /** Nothing was written behind it yet: it may still grow. */
  readonly newest: boolean;
}

const LIVE_RETRIES = 3;
const LIVE_PAUSE_MS = 50;

/** Reads the segment `name`; what is wrong goes to the chain's findings. */
export async function verifyLines(file: LogFile, name: string, { chain, facts, newest }: LineReading): Promise<SegmentLines> {
  const telling: TellingLine[] = [];
  let builder: LeafRunBuilder | undefined;
  let whole = true;
  let line = 0;
  facts.beginSegment();
  const read = (from: number): Promise<SegmentEnd> =>
    readLines(file, from, (text, position) => {
      line += 1;
      facts.countLine();
      const frame = chain.add(text, { file: name, line, position });
      if (chain.isContested) whole = false;
      if (frame === undefined) return true;
      const one = { line, position, seq: frame.seq, kind: frame.kind, time: frame.time, text };
      facts.add(one);
      if (isTelling(frame.kind)) telling.push(one);
      builder ??= createLeafRun(frame.seq - 1);
      if (whole && builder.to === frame.seq - 1) builder.add(hash('sha256', `\0${text}`, 'latin1'));
      else whole = false; // A record is missing, or not the one that was written: what comes after it cannot be added to the tree.
      return true;
    });

  let end = await read(0);
  // A writer at work: what looked like a hole may be a write that was under way between two reads.
  for (let tries = 0; newest && end.restEnd > end.position && tries < LIVE_RETRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, LIVE_PAUSE_MS));
    const before = end.position;
    end = await read(before);
    if (end.position > before) tries = 0;
  }
  const place = { file: name, line: line + 1, position: end.position, seq: chain.last.seq + 1 };
  if (file.sizeBytes < facts.declaredBytes) {
    const says = `The file was made with ${facts.declaredBytes} bytes and has ${file.sizeBytes}: its end was cut off.`;
    chain.note({ what: 'cut', ...place, says });
  }
  const rest = end.restEnd === end.position ? 'open' : await judgeRest(file, end, place, { chain, facts, newest });
  return { end: rest, leaves: builder?.build(), whole, telling };
}

/** Bytes behind the last line that are neither zeros nor a line. */
async function judgeRest(
  file: LogFile,
  end: SegmentEnd,
  place: Omit<Finding, 'what' | 'says'>,
  { chain, facts, newest }: LineReading,
): Promise<'unfinished'> {
  const bytes = end.restEnd - end.position;
  if (bytes > COMMIT_MAX_BYTES) {
    chain.note({
      what: 'altered',
      ...place,
      says: `${bytes} bytes after record ${place.seq - 1} are no records, more than any crash leaves.`,
    });
    return 'unfinished';
  }
  const rest = await readRange(file, end.position, end.restEnd);
  // The beginning of a line, and nothing behind it: a killed writer, or one at work.
  if (newest && !rest.includes(0)) return 'unfinished';
  const says = `${bytes} bytes after record ${place.seq - 1} are no records: a write torn by a crash that is not on record yet, or tampering.`;
  facts.addTorn({ finding: { what: 'torn', ...place, says }, bytes, sha256: sha256Hex(rest) });
  return 'unfinished';
}
