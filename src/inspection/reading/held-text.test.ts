import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createHeldText } from './held-text.ts';

const SIZES = { behind: 64, own: 2048, ahead: 128 };

/** What is seen of a text, put together, and where each byte of it is said to stand. */
function seen(pieces: readonly string[]): { readonly text: string; readonly raw: readonly number[] } {
  let text = '';
  const raw: number[] = [];
  const held = createHeldText(SIZES, (bytes, _begin, from, to) => {
    text += Buffer.from(bytes.subarray(from, to)).toString('latin1');
    for (let at = from; at < to; at++) raw.push(held.rawStart(at));
  });
  held.begin(0);
  for (const piece of pieces) {
    const bytes = new Uint8Array(Buffer.from(piece, 'latin1'));
    for (let at = 0; at < bytes.length;) {
      const next = held.take(bytes, at);
      // As the scan does: what is taken no further is appended.
      const stop = next === at ? bytes.length : next;
      if (next === at) held.append(bytes, at, stop);
      at = stop;
    }
  }
  held.end();
  held.release();
  return { text, raw };
}

test('wherever the memory ends, reading goes on', () => {
  for (let length = 1000; length < 1040; length++) assert.equal(seen(['x'.repeat(length), 'abc', 'd']).text, `${'x'.repeat(length)}abcd`);
});

test('every byte stands where it is said to stand', () => {
  const piece = fc.array(fc.constantFrom('x', 'word ', '\\n', '\\"', 'y'.repeat(100), 'z'.repeat(2000)), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (words) => {
      const pieces = words.map((some) => some.join(''));
      const whole = pieces.join('');
      const { text, raw } = seen(pieces);
      assert.equal(text, whole.replaceAll('\\n', '\n').replaceAll('\\"', '"'));
      raw.forEach((at, place) => {
        const written = whole[at] === '\\' ? (whole[at + 1] === 'n' ? '\n' : '"') : whole[at];
        assert.equal(text[place], written);
      });
    }),
    { numRuns: 200 },
  );
});
