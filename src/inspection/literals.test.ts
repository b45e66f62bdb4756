import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { compileLiterals, CONTROL, WIDE } from './literals.ts';

/** Where each literal ends, as the automaton says. */
function ends(literals: readonly string[], text: string, from = 0, to = Buffer.byteLength(text)): readonly string[] {
  const found: string[] = [];
  const bytes = Buffer.from(text);
  compileLiterals(literals.map((literal) => Buffer.from(literal))).scan(bytes, from, to, (literal, end) => found.push(`${end}:${literal}`));
  return found.toSorted();
}

/** The same, by looking everywhere for everything. */
function endsNaively(literals: readonly string[], text: string, from = 0, to = Buffer.byteLength(text)): readonly string[] {
  const bytes = lower(Buffer.from(text));
  const found: string[] = [];
  for (const [index, literal] of literals.entries()) {
    const wanted = lower(Buffer.from(literal));
    for (let end = from + wanted.length; end <= to; end += 1) {
      if (bytes.subarray(end - wanted.length, end).equals(wanted)) found.push(`${end}:${index}`);
    }
  }
  return found.toSorted();
}

/** Without the case of ASCII letters, and of no others. */
function lower(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString('latin1').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    'latin1',
  );
}

describe('the automaton', () => {
  test('finds literals inside of each other and overlapping', () => {
    assert.deepEqual(ends(['she', 'he', 'hers', 'his'], 'ushers'), ['4:0', '4:1', '6:2']);
    assert.deepEqual(ends(['aa'], 'aaaa'), ['2:0', '3:0', '4:0']);
    assert.deepEqual(ends(['abcd', 'bc'], 'abce abcd'), ['3:1', '8:1', '9:0']);
  });

  test('folds ASCII letters, and only those', () => {
    assert.deepEqual(ends(['Token', 'tOKEN'], 'a TOKEN'), ['7:0', '7:1']);
    assert.deepEqual(ends(['@['], '`{ @['), ['5:0']);
    assert.deepEqual(ends(['ä'], 'Ä'), []);
    assert.deepEqual(ends(['straße'], 'STRAßE'), ['7:0']);
  });

  test('begins and ends where it is told to', () => {
    assert.deepEqual(ends(['abc'], 'abcabcabc', 1, 8), ['6:0']);
    assert.deepEqual(ends(['abc'], 'abc', 0, 2), []);
    assert.deepEqual(ends(['abc'], '', 0, 0), []);
  });

  test('finds what a naive search finds', () => {
    const letter = fc.constantFrom('a', 'b', 'A', 'B', 'c', '_', 'é', '😀');
    const literal = fc.string({ unit: letter, minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(literal, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: letter, maxLength: 60 }),
        fc.nat(20),
        fc.nat(20),
        (literals, text, skipped, left) => {
          const length = Buffer.byteLength(text);
          const from = Math.min(skipped, length);
          const to = Math.max(from, length - left);
          assert.deepEqual(ends(literals, text, from, to), endsNaively(literals, text, from, to));
        },
      ),
    );
  });

  test('finds the same in long texts, also what stands across their middle', () => {
    const unit = fc.constantFrom('ab', 'abcabc', 'bca', 'é', '.', '-----');
    const literals = ['abc', 'abcabcabc', 'cab', 'é.', '-----é', 'b'];
    fc.assert(
      fc.property(fc.array(unit, { minLength: 40, maxLength: 120 }), fc.nat(9), fc.nat(9), (units, skipped, left) => {
        const text = units.join('');
        const to = Buffer.byteLength(text) - left;
        assert.deepEqual(ends(literals, text, skipped, to), endsNaively(literals, text, skipped, to));
      }),
    );
  });

  test('tells of them in the order of their ends', () => {
    const found: number[] = [];
    const bytes = Buffer.from('abcdefghij'.repeat(60));
    compileLiterals([Buffer.from('cde'), Buffer.from('abcdefghijabcdefghijabcdefghij')]).scan(bytes, 0, 599, (_, end) => found.push(end));
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
    );
    assert.equal(found.length, 60 + 57);
  });

  test('no literals are none', () => {
    assert.deepEqual(ends([], 'anything'), []);
  });
});

describe('the kinds of bytes', () => {
  const { scan } = compileLiterals([Buffer.from('abc')]);
  const kindsOf = (text: string): number => scan(Buffer.from(text), 0, Buffer.byteLength(text), () => {}) & (WIDE | CONTROL);

  test('what is plain has none', () => {
    assert.equal(kindsOf('plain text,\twith a tab\nand lines: abc'), 0);
  });

  test('what is beyond ASCII is wide', () => {
    assert.equal(kindsOf('caf\u00e9'), WIDE);
  });

  test('control characters are told apart from tab and line feed', () => {
    for (const control of ['\u0000', '\b', '\r', '\u001b', '\u007f'])
      assert.equal(kindsOf(`a${control}`), CONTROL, JSON.stringify(control));
    assert.equal(kindsOf('\u001b\u202e'), WIDE | CONTROL);
  });
});
