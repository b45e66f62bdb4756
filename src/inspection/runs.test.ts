import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { findRuns, MAX_RUN_BYTES } from './runs.ts';
import type { RunKind } from './types.ts';

function runs(kind: RunKind, min: number, text: string, from = 0, to = Buffer.byteLength(text)): readonly string[] {
  const bytes = Buffer.from(text);
  const found: string[] = [];
  findRuns(kind, min, bytes, from, to, (start, end, length) => found.push(`${bytes.toString('utf8', start, end)} ${length}`));
  return found;
}

/** The same as expressions that are tried everywhere. */
const NAIVE: Readonly<Record<RunKind, { readonly run: RegExp; readonly counts: RegExp }>> = {
  digits: { run: /\d(?:[ .-]?\d)*/g, counts: /\d/g },
  base64: { run: /[0-9A-Za-z+/_-]+={0,2}/g, counts: /[^=]/g },
  hex: { run: /[0-9A-Fa-f]+/g, counts: /./g },
  address: { run: /[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*/g, counts: /[.:]/g },
  wide: { run: /[\u0080-\u{10ffff}]+/gu, counts: /./gu },
};

function runsNaively(kind: RunKind, min: number, text: string): readonly string[] {
  const { run, counts } = NAIVE[kind];
  return [...text.matchAll(run)].flatMap(([whole]) => {
    const length = whole.match(counts)?.length ?? 0;
    return length >= min ? [`${whole} ${length}`] : [];
  });
}

describe('runs', () => {
  const cases: readonly (readonly [RunKind, number, string, readonly string[]])[] = [
    ['digits', 6, 'on 2024-05-06, 12 34 5, and 1  234567', ['2024-05-06 8', '234567 6']],
    ['digits', 3, '-123.', ['123 3']],
    ['digits', 3, '1-2--3-4', []],
    ['digits', 2, '1-2--3-4', ['1-2 2', '3-4 2']],
    ['base64', 8, 'a key_with/more+than8== and less8=', ['key_with/more+than8== 19']],
    ['base64', 3, 'abc===', ['abc== 3']],
    ['hex', 8, 'deadbeef deadbeeg DEADBEEF1', ['deadbeef 8', 'DEADBEEF1 9']],
    ['address', 3, 'at 10.0.0.1: yes. No: fe80::1:2, end.', ['10.0.0.1: 4', 'fe80::1:2 3']],
    ['address', 2, '::1 and ..', ['::1 2', '.. 2']],
    ['wide', 2, 'é éé 日本', ['éé 2', '日本 2']],
  ];
  for (const [kind, min, text, expected] of cases) {
    test(`of ${kind}, at least ${min}: ${text}`, () => assert.deepEqual(runs(kind, min, text), expected));
  }

  test('are those that trying everywhere finds', () => {
    const character = fc.constantFrom('1', '9', 'a', 'f', 'g', ' ', '.', '-', ':', '=', '/', 'é', '\n');
    const kind = fc.constantFrom<RunKind>('digits', 'base64', 'hex', 'address', 'wide');
    fc.assert(
      fc.property(kind, fc.integer({ min: 1, max: 9 }), fc.string({ unit: character, maxLength: 80 }), (of, min, text) => {
        assert.deepEqual(runs(of, min, text), runsNaively(of, min, text));
      }),
    );
  });

  test('end where the text does, although more bytes follow', () => {
    assert.deepEqual(runs('digits', 3, '12345678', 2, 6), ['3456 4']);
    assert.deepEqual(runs('base64', 3, 'abcd==', 0, 5), ['abcd= 4']);
    assert.deepEqual(runs('digits', 2, '12-34', 0, 3), ['12 2']);
  });
});

describe('runs that are very long', () => {
  const pieces = (kind: RunKind, text: string): readonly (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    const bytes = Buffer.from(text);
    findRuns(kind, 8, bytes, 0, bytes.length, (start, end) => found.push([start, end]));
    return found;
  };

  for (const [kind, text] of [
    ['digits', '1 2-'.repeat(2000)],
    ['address', '1.2:'.repeat(2000)],
    ['wide', 'é'.repeat(4000)],
  ] as const) {
    test(`of ${kind} come in pieces that share something with the next, and leave nothing out`, () => {
      const found = pieces(kind, text);
      assert.ok(found.length > 5);
      for (const [index, [start, end]] of found.entries()) {
        assert.ok(end - start <= MAX_RUN_BYTES);
        if (index > 0) assert.equal((found[index - 1]?.[1] ?? 0) - start, 128);
      }
      assert.equal(found[0]?.[0], 0);
      assert.ok((found.at(-1)?.[1] ?? 0) >= Buffer.byteLength(text) - 1);
    });
  }

  test('of base64 and hex are data: only where they begin is looked at', () => {
    assert.deepEqual(pieces('base64', 'Zm9v'.repeat(1000)), [[0, MAX_RUN_BYTES]]);
    assert.deepEqual(pieces('hex', 'ab'.repeat(1000)), [[0, MAX_RUN_BYTES]]);
  });
});
