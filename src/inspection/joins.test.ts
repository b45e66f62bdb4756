import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createFixtureEngine } from './scan.fixture.ts';
import { createScan } from './scan.ts';
import type { Found } from './types.ts';

const engine = createFixtureEngine();
const MARK = ['MARK', 'A1B2C3D4E5F6'].join('-');
const PIECES = ['MAR', 'K-A1B2', 'C3D4E5F6'];

function scan(text: string, cuts: readonly number[] = []): readonly Found[] {
  const bytes = Buffer.from(text);
  const one = createScan(engine, { surface: 'request' });
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  let decided = 0;
  const found: Found[] = [];
  for (const [index, place] of places.slice(1).entries()) {
    const progress = one.push(bytes.slice(places[index], place));
    for (const { start, end } of progress.found) assert.ok(start >= decided && end <= progress.decided);
    assert.ok(progress.decided >= decided);
    ({ decided } = progress);
    found.push(...progress.found);
  }
  return [...found, ...one.end().found];
}

/** What is found joined: path, and what stands there. */
function joined(message: unknown): readonly (readonly [string, string])[] {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return scan(text)
    .filter(({ layers }) => layers.includes('joined'))
    .map(({ path, start, end }) => [path, Buffer.from(text).subarray(start, end).toString()]);
}

test('a secret in pieces is found in every piece', () => {
  assert.deepEqual(joined({ a: ['say', ...PIECES, 'bye'] }), [
    ['$.a[1]', 'MAR'],
    ['$.a[2]', 'K-A1B2'],
    ['$.a[3]', 'C3D4E5F6'],
  ]);
  assert.deepEqual(joined({ a: { one: 'MARK-', n: 7, two: 'A1B2C3D4E5F6' } }), [
    ['$.a.one', 'MARK-'],
    ['$.a.two', 'A1B2C3D4E5F6'],
  ]);
  assert.deepEqual(
    joined({ content: PIECES.map((text) => ({ type: 'text', text, annotations: { priority: 1 } })) }),
    PIECES.map((text, place) => [`$.content[${place}].text`, text]),
  );
});

test('a piece with escapes is taken whole', () => {
  assert.deepEqual(joined('["x\\nMARK-","A1B2C3D4E5F6"]'), []);
  assert.deepEqual(joined('["\\u004dARK-","\\u00411B2C3D4E5F6"]'), [
    ['$[0]', '\\u004dARK-'],
    ['$[1]', '\\u00411B2C3D4E5F6'],
  ]);
});

test('a word beside the letters of a secret is not taken out with them', () => {
  for (const encode of ['base64', 'hex'] as const) {
    const letters = Buffer.from(`hello ${MARK} and so on`).toString(encode).replaceAll('=', '');
    for (const block of [
      { type: 'text', text: letters },
      { kind: 'note', data: letters },
      { type: 'face', text: letters, more: 'dead' },
    ]) {
      assert.deepEqual(joined({ content: [block] }), [], encode);
      assert.deepEqual(new Set(scan(JSON.stringify({ content: [block] })).map(({ type }) => type)), new Set(['mark']), encode);
    }
    const half = letters.length / 2;
    const split = JSON.stringify({ a: ['text', letters.slice(0, half), letters.slice(half), 'text'] });
    assert.deepEqual(
      scan(split).map(({ path }) => path),
      ['$.a[1]', '$.a[2]'],
    );
  }
});

test('a secret in letters in pieces is found', () => {
  const letters = Buffer.from(`hello ${MARK}`).toString('base64');
  assert.deepEqual(
    joined([letters.slice(0, 10), letters.slice(10, 21), letters.slice(21)]).map(([path]) => path),
    ['$[0]', '$[1]', '$[2]'],
  );
});

test('more pieces than are joined at once', () => {
  for (let front = 0; front < 12; front++)
    assert.deepEqual(
      joined([...Array.from({ length: front }, (_, place) => `w${place}.`), ...PIECES]).map(([, text]) => text),
      PIECES,
      `${front}`,
    );
});

test('what is not beside each other is not joined', () => {
  for (const message of [
    ['MARK-', 'a sentence between', 'A1B2C3D4E5F6'],
    ['MARK-', 'x'.repeat(300), 'A1B2C3D4E5F6'],
    [['MARK-'], ['A1B2C3D4E5F6']],
    { a: 'MARK-', b: { c: 'A1B2C3D4E5F6' } },
  ])
    assert.deepEqual(joined(message), []);
  assert.deepEqual(joined(`["MARK-",${' '.repeat(3000)}"A1B2C3D4E5F6"]`), []);
});

test('what stands in one piece is not found again, and words are not joined', () => {
  assert.deepEqual(joined([MARK, 'x1']), []);
  assert.deepEqual(joined(['red', 'green', 'blue', '<a', 'b>']), []);
});

test('numbers in pieces are one only if the pieces are nothing else', () => {
  assert.equal(joined(['4111', '1111', '1111', '1111']).length, 4);
  assert.equal(joined(['4111 1111', '1111 1111']).length, 0);
  assert.deepEqual(joined(['year', '2019', '2020', '2021', '2022']), []);
});

test('what waits for neighbours does not wait for long', () => {
  const one = createScan(engine, { surface: 'request' });
  let fed = 0;
  for (const piece of ['{"a":"x1","b":{"c":[', '1,'.repeat(5000), ' '.repeat(20_000), '1,'.repeat(5000)]) {
    fed += piece.length;
    const { decided } = one.push(Buffer.from(piece));
    assert.ok(fed - decided <= 4096, `${fed - decided} bytes wait`);
  }
});

test('no path holds a name in which something was found', () => {
  assert.deepEqual(
    joined({ [MARK]: 'MARK-', b: 'A1B2C3D4E5F6' }).map(([path]) => path),
    ['$.*', '$.b'],
  );
});

const VALUE = fc.oneof(
  fc.constantFrom('MARK-', 'MAR', 'K-', 'A1B2C3D4', '4111', '1111', 'a b', '', 'x', '\u200B', '<x>', 'MARK-AAAA1', 'y'.repeat(300), '\\n'),
  fc.constantFrom(1, 123456789, null, true),
);
const MESSAGE = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    VALUE,
    fc.array(tie('node'), { maxLength: 12 }),
    fc.dictionary(fc.constantFrom('text', 'type', 'a', 'MARK-BBBB2'), tie('node')),
  ),
})).node;

test('any pieces give the same findings as one buffer', () => {
  fc.assert(
    fc.property(fc.array(MESSAGE, { maxLength: 12 }), fc.array(fc.nat(5000), { maxLength: 8 }), fc.boolean(), (message, cuts, isWide) => {
      const text = JSON.stringify(message, undefined, isWide ? 400 : undefined);
      assert.deepEqual(scan(text, cuts), scan(text));
    }),
    { numRuns: 300 },
  );
});

test('a column of identifiers is no secret in pieces, but what stands beside one in an object may be part of it', () => {
  const uuid = ['0f8fad5b', 'd9cb', '469f', 'a165', '70867728950e'].join('-');
  const looks = (message: unknown): number => {
    let texts = 0;
    const counting = {
      ...engine,
      search: (...args: Parameters<typeof engine.search>) => (args[0].end - args[0].begin > uuid.length ? ++texts : 0, []),
    };
    const one = createScan(counting, { surface: 'answer' });
    one.push(Buffer.from(JSON.stringify(message)));
    one.end();
    return texts;
  };
  assert.equal(looks([{ id: uuid }, { id: uuid }, { id: uuid }]), 0);
  assert.ok(looks([{ prefix: 'MARK-', id: uuid }]) > 0);
});
