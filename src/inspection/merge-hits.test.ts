import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { mergeHits } from './merge-hits.ts';
import type { Hit, Sought } from './types.ts';

const SOUGHT: readonly Sought[] = [
  { name: 'high', class: 'secret', confidence: 'high' },
  { name: 'medium', class: 'secret', confidence: 'medium' },
  { name: 'low', class: 'secret', confidence: 'low' },
  { name: 'other', class: 'personal', confidence: 'high' },
  { name: 'second', class: 'secret', confidence: 'high' },
];

function merge(...hits: readonly (readonly [string, number, number, ...Hit['layers']])[]): readonly unknown[] {
  const all = hits.map(([name, start, end, ...layers]) => ({
    detector: SOUGHT.findIndex((sought) => sought.name === name),
    start,
    end,
    layers,
  }));
  return mergeHits(all, SOUGHT).map(({ detector, start, end, layers }) => [SOUGHT[detector]?.name, start, end, ...layers]);
}

describe('hits', () => {
  test('that do not overlap stay, in the order of their beginning', () => {
    assert.deepEqual(merge(['low', 9, 12], ['high', 0, 4], ['medium', 4, 9]), [
      ['high', 0, 4],
      ['medium', 4, 9],
      ['low', 9, 12],
    ]);
  });

  test('of several classes have nothing to do with each other', () => {
    assert.deepEqual(merge(['high', 0, 9], ['other', 2, 4]), [
      ['high', 0, 9],
      ['other', 2, 4],
    ]);
  });

  test('that overlap are one: of the surest type, over all of them', () => {
    assert.deepEqual(merge(['medium', 0, 9], ['high', 4, 12]), [['high', 0, 12]]);
    assert.deepEqual(merge(['high', 0, 9], ['medium', 4, 12], ['medium', 11, 15]), [['high', 0, 15]]);
    assert.deepEqual(merge(['low', 0, 9], ['low', 4, 12]), [['low', 0, 12]]);
  });

  test('that are only low add nothing to what is surer', () => {
    assert.deepEqual(merge(['low', 0, 20], ['high', 4, 12]), [['high', 4, 12]]);
    assert.deepEqual(merge(['medium', 0, 9], ['low', 4, 12]), [['medium', 0, 9]]);
  });

  test('that are equally sure: what was written plainly, the longer, the earlier, the one that was named first', () => {
    assert.deepEqual(merge(['high', 0, 9, 'folded'], ['second', 0, 5]), [['second', 0, 9]]);
    assert.deepEqual(merge(['high', 0, 5], ['second', 2, 9]), [['second', 0, 9]]);
    assert.deepEqual(merge(['second', 0, 5], ['high', 2, 7]), [['second', 0, 7]]);
    assert.deepEqual(merge(['second', 0, 5], ['high', 0, 5]), [['high', 0, 5]]);
  });

  test('in any order give the same, overlap with nothing of their class, and leave no byte of what is sure', () => {
    const hit = fc.record({ detector: fc.nat(4), start: fc.nat(40), length: fc.integer({ min: 1, max: 12 }) });
    const hits = fc.array(
      hit.map(({ detector, start, length }): Hit => ({ detector, start, end: start + length, layers: [] })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(hits, fc.func(fc.nat()), (some, order) => {
        const merged = mergeHits(some, SOUGHT);
        assert.deepEqual(
          mergeHits(
            some.toSorted((a, b) => order(a) - order(b)),
            SOUGHT,
          ),
          merged,
        );
        for (const [index, one] of merged.entries()) {
          assert.ok(index === 0 || (merged[index - 1]?.start ?? 0) <= one.start);
          for (const other of merged.slice(index + 1)) {
            const isApart = one.end <= other.start || other.end <= one.start;
            assert.ok(isApart || SOUGHT[one.detector]?.class !== SOUGHT[other.detector]?.class);
          }
        }
        for (const { detector, start, end } of some) {
          const { class: ofClass, confidence } = SOUGHT[detector] ?? {};
          if (confidence === 'low') continue;
          assert.ok(merged.some((one) => SOUGHT[one.detector]?.class === ofClass && one.start <= start && one.end >= end));
        }
      }),
    );
  });
});
