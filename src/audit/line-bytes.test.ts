import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { quoteAscii } from '../telemetry/index.ts';
import { putQuoted, putText, putWhole } from './line-bytes.ts';

const FROM = 3;

/** What was written, and whether the end that was given back is where it ends. */
function written(put: (into: Buffer, at: number) => number): string {
  const into = Buffer.alloc(4_096, 0xff);
  const end = put(into, FROM);
  assert.equal(into[end], 0xff, 'nothing is written behind the end');
  return into.toString('latin1', FROM, end);
}

describe('bytes of a line', () => {
  it('quotes any text as quoteAscii does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 })), fc.integer({ min: 1, max: 128 }), (text, max) => {
        assert.equal(
          written((into, at) => putQuoted(into, at, text, max)),
          quoteAscii(text, max),
        );
      }),
    );
  });

  it('writes any whole number as JSON does', () => {
    const edges = [0, 9, 10, 99_999_999, 100_000_000, 100_000_001, 1_700_000_000_000, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];
    const whole = fc.oneof(fc.constantFrom(...edges), fc.maxSafeNat());
    fc.assert(
      fc.property(whole, (value) =>
        assert.equal(
          written((into, at) => putWhole(into, at, value)),
          String(value),
        ),
      ),
    );
  });

  for (const [value, expected] of [
    [Number.NaN, '0'],
    [Number.POSITIVE_INFINITY, '0'],
    [-1, '0'],
    [-0, '0'],
    [0.9, '0'],
    [1_700_000_000_000.9, '1700000000000'],
    [2 ** 53, '0'],
  ] as const)
    it(`writes ${value} as ${expected}`, () =>
      assert.equal(
        written((into, at) => putWhole(into, at, value)),
        expected,
      ));

  it('never drops what has no room', () => {
    assert.throws(() => putText(Buffer.alloc(10), 5, 'longer'), RangeError);
    assert.equal(putText(Buffer.alloc(10), 4, 'longer'), 10);
  });
});
