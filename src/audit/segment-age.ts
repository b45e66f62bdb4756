// How long a segment takes records, and how large the next one is. Records are removed by whole segments, so one that took a year to fill would keep its
// first record for a year too long; one that is ended before it is full should not have cost the disk sixteen megabytes. Pure.

/** A segment takes no more records of calls after this time. */
export const SEGMENT_MAX_AGE_MS = 7 * 86_400_000;

/** What is known of the segment that is written to. */
export interface SegmentInUse {
  /** Its size. */
  readonly bytes: number;
  /** Time of its head. */
  readonly since: number;
  /** Whether it holds anything that the gateway recorded, and not only what the log says of itself. */
  readonly isUsed: boolean;
}

const SMALLEST_BYTES = 1_048_576;
/** Room for four times as much as the one before came to. */
const GROWTH = 4;
/** An id in a head's `carried` lines, twice: a head takes up less than half of its segment. */
const BYTES_PER_CALL = 320;

/** Whether a segment takes no more, however much room there is in it. */
export function isOver({ since, isUsed }: SegmentInUse, timeMs: number): boolean {
  return isUsed && timeMs - since >= SEGMENT_MAX_AGE_MS;
}

/** The size of the segment after one that was ended by its age, at `usedBytes`. */
export function sizeAfter(usedBytes: number, runningCalls: number, segmentBytes: number): number {
  const wanted = Math.max(usedBytes * GROWTH, runningCalls * BYTES_PER_CALL, SMALLEST_BYTES);
  return Math.min(2 ** Math.ceil(Math.log2(wanted)), segmentBytes);
}
