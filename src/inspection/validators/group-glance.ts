// The groups of a run of digits, read from its bytes: whether a number that needs no word beside it may be among them.

import { MAX_RUN_BYTES } from '../runs.ts';
import type { NumberKind, Shape } from './groups.ts';

/** Reads one run after the other. */
export interface GroupGlance {
  /** Gives how many groups a run has. */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** Whether some of its groups have the form of a number, and its check digits. */
  mayBeOne(): boolean;
}

interface Form {
  readonly shape: Shape;
  readonly marks: readonly (number | undefined)[];
  readonly digits: number;
  readonly mayBegin: NonNullable<NumberKind['mayBegin']>;
  readonly check: NumberKind['check'];
}

const ZERO = 0x30;
const NINE = 0x39;
/** No number has a longer first group. */
const LONGEST_GROUP = 19;
const PREFIX_DIGITS = 4;
const ANY_MARK = '_';

/** Of these kinds, those that need no word. */
export function createGroupGlance(kinds: readonly NumberKind[]): GroupGlance {
  const formsOf: Form[][] = Array.from({ length: LONGEST_GROUP + 1 }, () => []);
  for (const { shapes, check, mayBegin = () => true } of kinds)
    for (const shape of shapes)
      formsOf[shape.lengths[0] ?? 0]?.push({
        shape,
        marks: shape.marks.map((mark) => (mark === ANY_MARK ? undefined : mark.charCodeAt(0))),
        digits: shape.lengths.reduce((sum, length) => sum + length, 0),
        mayBegin,
        check,
      });
  const starts = new Int32Array(MAX_RUN_BYTES);
  const lengths = new Int32Array(MAX_RUN_BYTES);
  const marks = new Uint8Array(MAX_RUN_BYTES);
  const digits = Buffer.alloc(MAX_RUN_BYTES);
  let bytes: Uint8Array = new Uint8Array(0);
  let count = 0;

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

  const digitsFrom = (first: number, wanted: number): string => {
    let length = 0;
    for (let at = starts[first] ?? 0; length < wanted; at += 1) {
      const byte = bytes[at] ?? ZERO;
      if (byte < ZERO || byte > NINE) continue;
      digits[length] = byte;
      length += 1;
    }
    return digits.toString('latin1', 0, wanted);
  };

  const mayBe = (form: Form, first: number): boolean =>
    fits(form, first) && form.mayBegin(prefixFrom(first), form.digits) && form.check(digitsFrom(first, form.digits));

  return {
    read: (next, start, end) => {
      bytes = next;
      count = 0;
      let from = start;
      for (let at = start; at <= end; at += 1) {
        const byte = at < end ? (bytes[at] ?? 0) : 0;
        if (byte >= ZERO && byte <= NINE) continue;
        starts[count] = from;
        lengths[count] = at - from;
        marks[count] = byte;
        count += 1;
        from = at + 1;
      }
      return count;
    },
    mayBeOne: () => {
      for (let first = 0; first < count; first += 1) {
        for (const form of formsOf[lengths[first] ?? 0] ?? []) if (mayBe(form, first)) return true;
      }
      return false;
    },
  };
}
