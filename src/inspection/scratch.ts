// Room that is used over and over. Every window of a long text is read in a few ways, and what is made for each is needed no longer than that window: as
// fresh arrays it would be tens of megabytes by the time it is collected.

interface Cuttable<T> {
  readonly length: number;
  subarray(begin: number, end: number): T;
}

/** Below this a new array costs less than a part of an old one. */
const MIN_SHARED = 4096;
/** More than any window of a message needs; what is longer is not kept. */
const MAX_KEPT = 131_072;

/** Gives room for so many numbers. It is the caller's until it is asked for again; what is in it is left from before. */
export function createScratch<T extends Cuttable<T>>(make: (length: number) => T): (length: number) => T {
  let kept = make(0);
  return (length) => {
    if (length < MIN_SHARED || length > MAX_KEPT) return make(length);
    if (kept.length < length) kept = make(length);
    return kept.subarray(0, length);
  };
}
