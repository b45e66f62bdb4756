// The groups of a run of digits, read from its bytes: whether a number that needs no word beside it may be among them.

import { MAX_RUN_BYTES } from '../runs.ts';
import type { NumberKind, Shape } from './groups.ts';

/** Reads one run after the other. */
export interface GroupGlance {
  /** Gives how many groups a run has. */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** Whether some of its groups have the form of a number. */
  mayBeOne(): boolean;
}

interface Form {
  readonly shape: Shape;
  readonly marks: readonly (number | undefined)[];
  readonly digits: number;
  readonly mayBegin: NonNullable<NumberKind['mayBegin']>;
}

const ZERO = 0x30;
const NINE = 0x39;
const HYPHEN = 0x2d;
const DOT = 0x2e;
/** From here on it may be digits and a letter (validators/national-codes.ts). */
const LONG_GROUP = 17;
const PREFIX_DIGITS = 4;
const ANY_MARK = '_';

/** Of these kinds, those that need no word. */
export function createGroupGlance(kinds: readonly NumberKind[]): GroupGlance {
  const formsOf: Form[][] = Array.from({ length: LONG_GROUP }, () => []);
  for (const { shapes, mayBegin = () => true } of kinds)
    for (const shape of shapes)
      formsOf[shape.lengths[0] ?? 0]?.push({
        shape,
        marks: shape.marks.map((mark) => (mark === ANY_MARK ? undefined : mark.charCodeAt(0))),
        digits: shape.lengths.reduce((sum, length) => sum + length, 0),
        mayBegin,
      });
  const starts = new Int32Array(MAX_RUN_BYTES);
  const lengths = new Int32Array(MAX_RUN_BYTES);
  const marks = new Uint8Array(MAX_RUN_BYTES);
  let bytes: Uint8Array = new Uint8Array(0);
  let count = 0;
  let isOdd = false;

  const fits = ({ shape, marks: wanted }: Form, first: number): boolean => {
    const last = first + shape.lengths.length - 1;
    if (last >= count) return false;
    for (let group = first; group <= last; group += 1) {
      if (lengths[group] !== shape.lengths[group - first]) return false;
      if (group < last && marks[group] !== (wanted[group - first] ?? marks[first])) return false;
    }
    return true;
  };

  /** The number that the first digits of some groups are. */
  const prefixFrom = (first: number): number => {
    let prefix = 0;
    let digits = 0;
    for (let at = starts[first] ?? 0; digits < PREFIX_DIGITS; at += 1) {
      const byte = bytes[at] ?? ZERO;
      if (byte < ZERO || byte > NINE) continue;
      prefix = prefix * 10 + byte - ZERO;
      digits += 1;
    }
    return prefix;
  };

  return {
    read: (next, start, end) => {
      bytes = next;
      count = 0;
      let [from, hyphens, dots, longest] = [start, 0, 0, 0];
      for (let at = start; at <= end; at += 1) {
        const byte = at < end ? (bytes[at] ?? 0) : 0;
        if (byte >= ZERO && byte <= NINE) continue;
        if (byte === HYPHEN) hyphens += 1;
        if (byte === DOT) dots += 1;
        starts[count] = from;
        lengths[count] = at - from;
        marks[count] = byte;
        longest = Math.max(longest, at - from);
        count += 1;
        from = at + 1;
      }
      // With both marks it is a code of Chile.
      isOdd = longest >= LONG_GROUP || (hyphens > 0 && dots > 0);
      return count;
    },
    mayBeOne: () => {
      if (isOdd) return true;
      for (let first = 0; first < count; first += 1) {
        for (const form of formsOf[lengths[first] ?? 0] ?? [])
          if (fits(form, first) && form.mayBegin(prefixFrom(first), form.digits)) return true;
      }
      return false;
    },
  };
}
