import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openBook } from './catalogue-book.ts';
import type { CatalogueBook } from './catalogue-book.ts';

const MAX_UNDECIDED = 5_000;
const DECISION = { state: 'pinned', decidedBy: 'admin', decidedAt: '2026-01-01T00:00:00Z' } as const;

function see(book: CatalogueBook, name: string, shape: string, at = '2026-01-02T00:00:00Z'): void {
  book.see({ server: 's', kind: 'tool', name, fingerprint: shape, definition: `"${shape}"`, at, serverVersion: '' });
}
const withheldOf = (book: CatalogueBook, name: string): readonly string[] =>
  book.withheld().flatMap((one) => (one.name === name ? [one.fingerprint] : []));

/** One approved tool, and as much junk as is kept. */
function flooded(): CatalogueBook {
  const book = openBook([], []);
  see(book, 'x', 'v1');
  book.decide({ kind: 'tool', name: 'x', fingerprint: 'v1' }, DECISION);
  for (let at = 0; at < MAX_UNDECIDED; at++) see(book, `junk${at}`, 'j', `2026-01-01T00:00:00.${String(at).padStart(4, '0')}Z`);
  return book;
}

describe('a server that lists more than is kept for review', () => {
  test('cannot hide by that what it made of something approved', () => {
    const book = flooded();
    see(book, 'x', 'v2');
    assert.deepEqual(withheldOf(book, 'x'), ['v2']);
    assert.equal(book.isFull, false);
  });

  test('cannot hide what it made of something whose approval was taken back', () => {
    const book = flooded();
    book.decide({ kind: 'tool', name: 'x', fingerprint: 'v1' }, { ...DECISION, state: 'rejected' });
    see(book, 'x', 'v2');
    assert.deepEqual(withheldOf(book, 'x'), ['v2']);
  });

  test('has further names left out, and that is said', () => {
    const book = flooded();
    see(book, 'more', 'm');
    assert.deepEqual([withheldOf(book, 'more'), book.isFull], [[], true]);
  });

  test('loses the oldest of what it does not list any more', () => {
    const book = openBook(flooded().rows(), [{ kind: 'tool', name: 'x', fingerprints: ['v1'] }]);
    book.retain('tool', new Set(['x', 'junk0']));
    see(book, 'junk1', 'j');
    see(book, 'more', 'm');
    assert.deepEqual([withheldOf(book, 'more'), book.isFull], [['m'], false]);
    const names = new Set(book.rows().map(({ name }) => name));
    assert.deepEqual([names.has('junk0'), names.has('junk1'), names.has('junk2'), names.has('junk3')], [true, true, false, true]);
  });

  test('does not grow by other shapes of one name', () => {
    const book = flooded();
    for (let at = 0; at < 100; at++) see(book, 'x', `shape${at}`);
    assert.ok(book.rows().filter(({ name }) => name === 'x').length <= 7);
    assert.deepEqual(withheldOf(book, 'x'), ['shape99']);
  });
});
