// A text by itself, looked through: definitions of tools, and whatever is no message.

import type { Engine, FindingClass, Layer, Surface } from './types.ts';

/** Something found in a text: UTF-16 offsets, the end behind the last unit. */
export interface TextFinding {
  readonly type: string;
  readonly class: FindingClass;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly start: number;
  readonly end: number;
  readonly layers: readonly Layer[];
}

/** Steps for each byte of a text, and for any text: a text that was made to be expensive is looked at as far as this goes. */
const STEPS_PER_BYTE = 64;
const STEPS_PER_TEXT = 1_000_000;

/**
 * Everything in a text, in the order of its beginning. What was not looked into is a finding of the class `unscanned` over the whole of it.
 */
export function searchText(engine: Engine, text: string, surface: Surface, key = ''): readonly TextFinding[] {
  const bytes = Buffer.from(text);
  const budget = { left: STEPS_PER_TEXT + STEPS_PER_BYTE * bytes.length, failures: 0 };
  const hits = engine.search({ bytes, begin: 0, end: bytes.length, from: 0, to: bytes.length, key, surface }, budget);
  const toUnit = unitsOf(bytes);
  const found: TextFinding[] = [];
  for (const { detector, start, end, layers } of hits) {
    const sought = engine.detectors[detector];
    if (sought === undefined) continue;
    const { name: type, class: ofClass, confidence } = sought;
    found.push({ type, class: ofClass, confidence, start: toUnit(start), end: toUnit(end), layers });
  }
  const reasons = [...(budget.left < 0 ? ['over-budget'] : []), ...(budget.failures > 0 ? ['failed'] : [])];
  const unscanned = reasons.map((type): TextFinding => ({
    type,
    class: 'unscanned',
    confidence: 'high',
    start: 0,
    end: text.length,
    layers: [],
  }));
  return [...unscanned, ...found];
}

/** UTF-16 offsets of byte offsets that are asked for in any order: counted on from the last one, or from the beginning. */
function unitsOf(bytes: Uint8Array): (byte: number) => number {
  let at = 0;
  let units = 0;
  return (byte) => {
    if (byte < at) {
      at = 0;
      units = 0;
    }
    for (; at < byte; at += 1) {
      const value = bytes[at] ?? 0;
      if ((value & 0xc0) !== 0x80) units += value >= 0xf0 ? 2 : 1;
    }
    return units;
  };
}
