// Codes of letters and digits stand by themselves. A run of the letters of base64 that has no stretch of their length between its marks holds none.

import type { Glance } from '../types.ts';

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Glances for codes of these lengths. */
export function createCodeGlance(lengths: readonly number[]): Glance {
  let bytes = NO_BYTES;
  return {
    begin: (next) => {
      bytes = next;
    },
    skips: (start, end) => {
      let from = start;
      for (let at = start; at <= end; at += 1) {
        if (at < end && isAlphanumeric(bytes[at] ?? 0)) continue;
        if (lengths.includes(at - from)) return false;
        from = at + 1;
      }
      return true;
    },
    end: () => {
      bytes = NO_BYTES;
    },
  };
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
}
