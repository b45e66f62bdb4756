import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { compileLiterals, CONTROL, DIGIT, MARK, WIDE } from './literals.ts';
import { shapeOf } from './shape.ts';
import { createSift, HYPHEN, LONG, LONG_RUN, SHAPED, SIFTED, WRITTEN } from './sift.ts';

const LITERALS = ['she', 'he', 'hers', '@', 'token', 'é'].map((literal) => Buffer.from(literal));
const literals = compileLiterals(LITERALS);
const sift = createSift(literals);

function traitsOf(text: string): number {
  const bytes = Buffer.from(`${AROUND}${text}${AROUND}`);
  return sift.pass(bytes, AROUND.length, bytes.length - AROUND.length);
}
/** What stands beside a text says nothing about it. */
const AROUND = '-%\u001b9.';

function told(): readonly string[] {
  const found: string[] = [];
  assert.ok(sift.tell((literal, end) => found.push(`${end}:${literal}`)));
  return found;
}

/** Pieces of which texts that are not ordinary are made, and those that nearly are. */
const piece = fc.oneof(
  fc.constantFrom('a', 'I', 'x1', 'l33t', 'h4ck', '0ver', 'b2', 'gur', 'NAQ', 'lbhe', 'gung', 'va', 'Vf', 'gb', 'word', 'Word', '@', '$5'),
  fc.constantFrom(
    ' ',
    '  ',
    '\n',
    '\n  ',
    '\t',
    '-',
    '.',
    '<b>',
    '</b>',
    '*',
    '**',
    '`',
    '~',
    '\u001b[1m',
    '%41',
    '&',
    '\\',
    ':',
    '\0',
    '\u007f',
  ),
  fc.constantFrom('é', '忽', 'x'.repeat(15), 'x'.repeat(16), 'w'.repeat(1022), 'w'.repeat(1023), 'q'.repeat(1024), '2'.repeat(1023)),
);
const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
/** Long enough for two lanes, with little in them: what there is may stand across the middle. */
const long = fc
  .tuple(fc.nat(200), fc.array(piece, { maxLength: 9 }), fc.nat(200))
  .map(([before, pieces, behind]) => `${'The end. '.repeat(before / 9)}${pieces.join('')}${' Words.'.repeat(behind / 7)}`);

describe('what is noticed of a text', () => {
  test('its literals, as the automaton by itself finds them', () => {
    const letters = fc.string({ unit: fc.constantFrom('s', 'H', 'e', 'r', '@', 'é', 'tok', 'en', ' '), maxLength: 300 });
    fc.assert(
      fc.property(letters, (written) => {
        const bytes = Buffer.from(written);
        const expected: string[] = [];
        literals.scan(bytes, 0, bytes.length, (literal, end) => expected.push(`${end}:${literal}`));
        sift.pass(bytes, 0, bytes.length);
        const found: string[] = [];
        const isKept = sift.tell((literal, end) => found.push(`${end}:${literal}`));
        assert.deepEqual(found, isKept ? expected : []);
      }),
    );
  });

  test('one that stands across the middle of a long text is left to the automaton', () => {
    for (const [at, isKept] of [
      [98, false],
      [96, true],
      [100, true],
    ] as const) {
      const bytes = Buffer.from(`${'.'.repeat(at)}hers${'.'.repeat(196 - at)}`);
      sift.pass(bytes, 0, bytes.length);
      assert.equal(
        sift.tell(() => {}),
        isKept,
        String(at),
      );
    }
  });

  test('too many of them are not kept, and that is said; the next text begins anew', () => {
    const bytes = Buffer.from('@'.repeat(2_100));
    sift.pass(bytes, 0, bytes.length);
    assert.equal(
      sift.tell(() => assert.fail('told')),
      false,
    );
    sift.pass(bytes, 0, 2);
    assert.deepEqual(told(), ['1:3', '2:3']);
  });

  test('its kinds of bytes, and no others', () => {
    const kinds = { é: WIDE, '\r': CONTROL, '7': DIGIT, ':': MARK, '.': MARK, '%': WRITTEN, '&': WRITTEN, '\\': WRITTEN, '-': HYPHEN };
    for (const [character, kind] of Object.entries(kinds)) assert.equal(traitsOf(`ab ${character} Cd`), SIFTED | kind, character);
    assert.equal(traitsOf('Nothing of interest; not (even) here!'), SIFTED);
    assert.equal(traitsOf(''), SIFTED);
  });

  test('whether a run is long', () => {
    for (const [run, isLong] of [
      ['a'.repeat(LONG_RUN), true],
      ['a'.repeat(LONG_RUN - 1), false],
      [`${'a'.repeat(LONG_RUN - 1)} ${'b'.repeat(LONG_RUN - 1)}`, false],
      [`${'a'.repeat(LONG_RUN - 1)} ${'b'.repeat(LONG_RUN)}`, true],
      ['AZaz/+_9'.repeat(2), true],
    ] as const)
      assert.equal((traitsOf(`, ${run}, ${run}.`) & LONG) !== 0, isLong, run);
  });

  test('whatever has an odd shape is never taken for ordinary', () => {
    fc.assert(
      fc.property(fc.oneof(text, long), (written) => {
        const bytes = Buffer.from(written);
        const { isOdd, isSpread, isRotated } = shapeOf(bytes, 0, bytes.length);
        if (isOdd || isSpread || isRotated) assert.notEqual(sift.pass(bytes, 0, bytes.length) & SHAPED, 0, JSON.stringify(written));
      }),
      { numRuns: 3_000 },
    );
  });

  for (const odd of [
    'gur naq',
    'a b c d e f',
    'th1s 1s l33t',
    'two\nlines',
    'two  words',
    'bs va vf',
    'ig<b></b>nore',
    `${'w'.repeat(1_100)}`,
  ])
    test(`odd: ${odd.slice(0, 20)}`, () => assert.notEqual(traitsOf(odd) & SHAPED, 0));
  for (const plain of [
    'The parcel left on Tuesday, and waits at the depot; a b c d e',
    'First line.\nSecond line: and so on.\n- third',
    'order C-20418 of 2026-07-28, 3 pieces at 12.50 each (v2, x1)',
    'GB, 16 GB or more',
  ])
    test(`ordinary: ${plain.slice(0, 20)}`, () => assert.equal(traitsOf(plain) & SHAPED, 0));
});
