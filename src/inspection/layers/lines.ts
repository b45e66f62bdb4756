// A run of letters may be broken into lines (RFC 2045 §6.8, RFC 7468 §2): those belong together, and so does the padding behind them.

import type { Code, Run } from './codes.ts';
import { NO_DIGIT } from './codes.ts';

/** The letters of a run: [from, to) of bytes, and where they stand in the text with what is between them. */
export interface Letters {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly sourceFrom: number;
  readonly sourceEnd: number;
  /** Where the next run may begin. */
  readonly next: number;
}

/** Shorter lines are words one below the other. */
const MIN_LINE = 32;
/** Where lines are too many to be taken together, the next ones begin with the last of these: something may stand across. */
const OVERLAP_BYTES = 512;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const PADDING = 0x3d;

/** The run with the lines that follow it: so many bytes at most, in a text that ends at `end`. */
export function wholeLines(code: Code, bytes: Uint8Array, run: Run, end: number, maxBytes: number): Letters {
  const limit = Math.min(end, run.from + maxBytes);
  const lines: Run[] = [run];
  let last = run;
  for (;;) {
    const following = lineBehind(code, bytes, last, end);
    if (following === undefined) return gather(bytes, lines, last.to, paddingEnd(bytes, last.to, end));
    if (following.to > limit) return gather(bytes, lines, overlap(lines, following.from), last.to);
    lines.push(following);
    last = following;
  }
}

function lineBehind(code: Code, bytes: Uint8Array, line: Run, end: number): Run | undefined {
  if (line.to - line.from < MIN_LINE) return undefined;
  const feed = bytes[line.to] === CARRIAGE_RETURN ? line.to + 1 : line.to;
  if (feed >= end || bytes[feed] !== LINE_FEED) return undefined;
  let to = feed + 1;
  while (to < end && code.digits[bytes[to] ?? 0] !== NO_DIGIT) to++;
  return to === feed + 1 ? undefined : { from: feed + 1, to };
}

/** The beginning of a line near the end, but behind the first. */
function overlap(lines: readonly Run[], from: number): number {
  return lines.slice(1).find((line) => from - line.from <= OVERLAP_BYTES)?.from ?? from;
}

function gather(bytes: Uint8Array, lines: readonly Run[], next: number, sourceEnd: number): Letters {
  const [first] = lines;
  const sourceFrom = first?.from ?? next;
  if (first !== undefined && lines.length === 1) return { bytes, from: first.from, to: first.to, sourceFrom, sourceEnd, next };
  const letters = new Uint8Array(lines.reduce((total, line) => total + line.to - line.from, 0));
  let at = 0;
  for (const line of lines) {
    letters.set(bytes.subarray(line.from, line.to), at);
    at += line.to - line.from;
  }
  return { bytes: letters, from: 0, to: letters.length, sourceFrom, sourceEnd, next };
}

function paddingEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < from + 2 && at < end && bytes[at] === PADDING) at++;
  return at;
}
