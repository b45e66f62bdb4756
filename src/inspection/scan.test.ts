import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createScan } from './scan.ts';
import { createFixtureEngine, MAX_MATCH } from './scan.fixture.ts';
import type { Found, Surface } from './types.ts';

const WINDOW = 16_384;
const engine = createFixtureEngine();
const MARK = ['MARK', 'A1B2C3D4'].join('-');

function scanPieces(pieces: readonly Uint8Array[], surface: Surface = 'answer'): readonly Found[] {
  const scan = createScan(engine, { surface });
  const found: Found[] = [];
  let decided = 0;
  let fed = 0;
  const take = (progress: { readonly decided: number; readonly found: readonly Found[] }): void => {
    assert.ok(progress.decided >= decided, 'what is decided never becomes undecided');
    assert.ok(progress.decided <= fed, 'nothing is decided before it came');
    let last = decided;
    for (const one of progress.found) {
      assert.ok(one.start >= last, `a finding at ${one.start} begins behind ${last}`);
      assert.ok(one.end <= progress.decided, 'a finding ends where it is decided');
      last = one.start;
    }
    decided = progress.decided;
    found.push(...progress.found);
  };
  for (const piece of pieces) {
    fed += piece.length;
    take(scan.push(piece));
  }
  take(scan.end());
  assert.equal(decided, fed, 'at the end all is decided');
  return found;
}

function scanText(text: string): readonly Found[] {
  return scanPieces([Buffer.from(text)]);
}

/** What the message has where the findings are. */
function spans(text: string, found: readonly Found[]): readonly string[] {
  const bytes = Buffer.from(text);
  return found.map(({ start, end }) => bytes.subarray(start, end).toString());
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
}

const value = JSON.stringify;

test('a finding says where it is', () => {
  const text = `{"params": {"arguments": {"list": [1, "no", "say ${MARK} now"]}}}`;
  const found = scanText(text);
  assert.deepEqual(found, [
    {
      type: 'mark',
      class: 'secret',
      confidence: 'high',
      kind: 'string',
      start: text.indexOf(MARK),
      end: text.indexOf(MARK) + MARK.length,
      path: '$.params.arguments.list[2]',
      layers: [],
    },
  ]);
});

test('escapes hide nothing, and spans hold all of them', () => {
  for (const [written, span] of [
    ['\\u004dARK-A1B2C3D4', '\\u004dARK-A1B2C3D4'],
    ['x\\n\\u004D\\u0041\\u0052\\u004b-A1B2C3D\\u0034\\n', '\\u004D\\u0041\\u0052\\u004b-A1B2C3D\\u0034'],
    ['\\"MARK-A1B2\\"', 'MARK-A1B2'],
    ['\\ud83d\\ude00MARK-A1B2\\u00e9', 'MARK-A1B2'],
    ['\\ud800MARK-A1B2', 'MARK-A1B2'],
    ['\\u200b\\udb40\\udc41', '\\u200b\\udb40\\udc41'],
    ['\\u12MARK-A1B2', undefined],
    ['\\q MARK-A1B2', 'MARK-A1B2'],
  ] as const) {
    const text = `{"a":"${written}"}`;
    assert.deepEqual(spans(text, scanText(text)), span === undefined ? [] : [span], written);
  }
});

test('names are looked at, and no path ever holds one that was a finding', () => {
  const text = `{"a":{"${MARK}":{"b":"<x>"},"c":"<y>"}}`;
  const found = scanText(text);
  assert.deepEqual(
    found.map(({ kind, type, path }) => [kind, type, path]),
    [
      ['name', 'mark', '$.a.*'],
      ['string', 'bracketed', '$.a.*.b'],
      ['string', 'bracketed', '$.a.c'],
    ],
  );
  assert.deepEqual(spans(text, found), [MARK, '<x>', '<y>']);
});

test('names that may be values are not written', () => {
  for (const [name, step] of [
    ['content', 'content'],
    ['$ref', '$ref'],
    ['x-y_z2', 'x-y_z2'],
    ['', '*'],
    ['two words', '*'],
    ['io.example/name', '*'],
    ['someone@example.com', '*'],
    ['id12345', '*'],
    ['a'.repeat(64), 'a'.repeat(64)],
    ['a'.repeat(65), '*'],
    ['größe', '*'],
    ['con\u0074ent', 'content'],
  ] as const)
    assert.deepEqual(
      scanText(`{${value(name)}:["<x>"]}`).map(({ path }) => path),
      [`$.${step}[0]`],
    );
});

test('paths have an end', () => {
  const name = 'n'.repeat(50);
  const [found] = scanText(`{"${name}":`.repeat(8) + '"<x>"' + '}'.repeat(8));
  assert.equal(found?.path.length, 200);
  assert.ok(found?.path.endsWith('…'));
});

test('long numbers are found as a whole, short ones are not looked at', () => {
  const text = '{"a":[4111111111111111,12345678,-1.23456789],"b":123456789}';
  const found = scanText(text);
  assert.deepEqual(
    found.map(({ kind, path }) => [kind, path]),
    [
      ['number', '$.a[0]'],
      ['number', '$.b'],
    ],
  );
  assert.deepEqual(spans(text, found), ['4111111111111111', '123456789']);
  assert.deepEqual(spans('[-12345678901.5]', scanText('[-12345678901.5]')), ['-12345678901.5']);
});

test('a number is found however it is written, wherever it is cut', () => {
  const written = ['5.2e9', '-1.23456789e+12', '0.41111e16', '41111111111111110e-1', '4.1111111111111110e15', '4111111111111111.0000001'];
  for (const number of written) {
    for (const text of [`[${number}]`, `{"a":${number},"b":0.5}`, `{"a":[1,${number} ,2e3]}`]) {
      const bytes = Buffer.from(text);
      const found = scanText(text);
      assert.deepEqual(
        found.map(({ type, kind, layers }) => [type, kind, layers]),
        [['digits', 'number', []]],
        text,
      );
      assert.deepEqual(spans(text, found), [number]);
      for (let cut = 1; cut < bytes.length; cut++) assert.deepEqual(scanPieces(cutAt(bytes, [cut])), found, `${text} cut at ${cut}`);
    }
  }
  assert.deepEqual(scanText('{"a":[12345.67,1.5e3,1e41,-122.4194155,0.12345678,1e999999]}'), []);
});

test('under some names short numbers are looked at as well', () => {
  const text = '{"password":123,"pin":{"password":[99,1234]},"count":123}';
  const found = scanText(text);
  assert.deepEqual(spans(text, found), ['123', '1234']);
  assert.deepEqual(spans('{"password":[2e2,4.5]}', scanText('{"password":[2e2,4.5]}')), ['2e2']);
  assert.ok(found.every(({ kind }) => kind === 'number'));
});

test('a number longer than any is not looked into, and that is said', () => {
  const text = `[${'1'.repeat(5000)},"${MARK}"]`;
  for (const pieces of [[Buffer.from(text)], cutAt(Buffer.from(text), [100, 200, 4500])])
    assert.deepEqual(
      scanPieces(pieces).map(({ type, kind }) => [type, kind]),
      [
        ['over-budget', 'message'],
        ['mark', 'string'],
      ],
    );
});

test('a value is looked at under the name of its member', () => {
  const text = '{"password":"hunter2","x":{"password":["a",{"y":"b"}]},"z":"c"}';
  assert.deepEqual(spans(text, scanText(text)), ['hunter2', 'a']);
});

test('what is no JSON is looked at as text, and said', () => {
  for (const text of [
    `hello ${MARK}`,
    `4111 ${MARK}`,
    `nothing ${MARK}`,
    `{"a":1} ${MARK}`,
    `{"a" ${MARK}`,
    `{"a":tru ${MARK}`,
    `{"a":"b",} ${MARK}`,
    `{"a":"b"] ${MARK}`,
    `{'a': '${MARK}'}`,
    `${'['.repeat(70)}"${MARK}"`,
    `\uFEFF{"a":"${MARK}"}`,
  ]) {
    const found = scanText(text);
    assert.deepEqual(found.map(({ type }) => type).toSorted(), ['mark', 'unparsable'], text);
    assert.ok(spans(text, found).includes(MARK), text);
  }
});

test('what ends too early is said', () => {
  for (const text of ['{', '{"a":"b', '{"a":"b\\u00', '[1', '[tru', '{"a":"\\'])
    assert.deepEqual(
      scanText(text).map(({ type }) => type),
      ['unparsable'],
      text,
    );
  for (const text of ['', '  ', '{}', '[]', '"a"', ' {"a":[true,false,null,0,{}]} ']) assert.deepEqual(scanText(text), [], text);
});

test('a finding that stands across windows is one', () => {
  for (const shift of [-MAX_MATCH, -20, -1, 0, 1, 20]) {
    const text = `{"a":"${'.'.repeat(WINDOW + shift)}${MARK}${'.'.repeat(WINDOW - 30)}${MARK}..."}`;
    const found = scanText(text);
    assert.deepEqual(spans(text, found), [MARK, MARK], `${shift}`);
  }
});

test('characters across the border of a window are not cut', () => {
  for (let shift = 0; shift < 5; shift++) {
    const hidden = '\u200B\u{E0041}'.repeat(4);
    const text = `["${'.'.repeat(WINDOW - 12 - shift)}${hidden}..."]`;
    assert.deepEqual(spans(text, scanText(text)), [hidden]);
  }
});

test('no more is held back than a window and what may be seen behind it', () => {
  const scan = createScan(engine, { surface: 'answer' });
  const piece = Buffer.from('<a b> c '.repeat(128));
  let fed = scan.push(Buffer.from('{"a":"')).decided;
  for (let round = 0; round < 200; round++) {
    fed += piece.length;
    const { decided } = scan.push(piece);
    assert.ok(fed - decided <= WINDOW + 2 * 3 * MAX_MATCH + piece.length, `${fed - decided} bytes are held back`);
  }
});

test('overlapping findings without an end are cut, of every one a piece on each side', () => {
  // Each of these begins inside of the one before it, by turns of two classes.
  const text = `{"a":"${'<MARK-AAAA12345678901234>'.repeat(1400)}"}`;
  const bytes = Buffer.from(text);
  const whole = scanPieces([bytes]);
  assert.ok(whole.length > 2000);
  assert.deepEqual(scanPieces(cutAt(bytes, [16_500, 33_000, 20_000])), whole);
});

test('over budget is said, and stops the looking', () => {
  const budget = { left: 10, failures: 0 };
  const scan = createScan(engine, { surface: 'answer', budget });
  const found = [...scan.push(Buffer.from(`["${'.'.repeat(50)}","${MARK}"]`)).found, ...scan.end().found];
  assert.deepEqual(new Set(found.map(({ type }) => type)), new Set(['over-budget']));
});

test('a detector that failed is said', () => {
  const scan = createScan(
    {
      ...engine,
      search: (_, budget) => {
        budget.failures++;
        return [];
      },
    },
    { surface: 'answer' },
  );
  const found = [...scan.push(Buffer.from('{"a":["b","c","d","e"]}')).found, ...scan.end().found];
  assert.deepEqual(
    found.map(({ type, class: group, kind }) => [type, group, kind]),
    Array.from({ length: 3 }, () => ['failed', 'unscanned', 'message']),
  );
});

// One buffer, or any pieces of it: the same findings. Words are such that every kind of finding, escape and character comes up, and stands at every border.
const WORD = fc.constantFrom(
  MARK,
  '\\u004dARK-ZZZZ9',
  '<a b>',
  '\\u003cx\\u003e',
  '\u200B',
  '\u{E0041}\u{E0041}',
  '\\u200b\\udb40\\udc41',
  '123456789012',
  'é€😀',
  '\\ud83d\\ude00',
  '\\ud83d',
  '\\udc00\\n',
  '\\"',
  '\\\\',
  '\\u00',
  '\\',
  ' ',
  'plain text ',
  '<',
  '>',
  '"',
  '","',
  '":"',
  '},{',
);
const NUMBER = fc.constantFrom('1234567890', '12345678.90e3', '123456789012.0', '1.5', '4e9', '-1.23456789012e11', '0.5e-7');
const STRING = fc.array(WORD, { maxLength: 30 }).map((words) => words.join(''));
const LONG = fc
  .tuple(
    STRING,
    fc.integer({ min: WINDOW - 200, max: WINDOW + 200 }),
    STRING,
    fc.constantFrom('.', 'é', '\\u0041', '\\n', 'word \\"', '<MARK-AAAA1>'),
  )
  .map(([head, count, tail, filler]) => head + filler.repeat(Math.ceil(count / Buffer.byteLength(filler))) + tail);
const MESSAGE = fc
  .array(fc.tuple(fc.oneof({ weight: 5, arbitrary: STRING }, { weight: 1, arbitrary: LONG }), NUMBER), { minLength: 1, maxLength: 6 })
  .map(
    (members) =>
      `{${members.map(([text, number], index) => `"n${index % 3}${index === 1 ? text.slice(0, 90) : ''}": ["${text}", ${number}, true]`).join(', ')}}`,
  );

test('any pieces give the same findings as one buffer', () => {
  fc.assert(
    fc.property(MESSAGE, fc.array(fc.nat(200_000), { maxLength: 12 }), (text, cuts) => {
      const bytes = Buffer.from(text);
      assert.deepEqual(scanPieces(cutAt(bytes, cuts)), scanPieces([bytes]));
    }),
    { numRuns: 150 },
  );
});

test('byte by byte gives the same findings as one buffer', () => {
  fc.assert(
    fc.property(fc.array(STRING, { minLength: 1, maxLength: 4 }), (strings) => {
      const bytes = Buffer.from(`[{"a":"${strings.join('"},{"b":"')}"}]`);
      assert.deepEqual(scanPieces([...bytes].map((byte) => Uint8Array.of(byte))), scanPieces([bytes]));
    }),
    { numRuns: 150 },
  );
});

test('it takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300), { maxLength: 4 }), (bytes, cuts) => {
      assert.deepEqual(scanPieces(cutAt(bytes, cuts)), scanPieces([bytes]));
    }),
    { numRuns: 300 },
  );
});

test('a message may cost less than its length lets it', () => {
  const looked = (maxSteps: number | undefined): ReadonlySet<string> => {
    const scan = createScan(engine, { surface: 'answer', maxSteps });
    return new Set([...scan.push(Buffer.from(`["${'.'.repeat(5_000)}","${MARK}"]`)).found, ...scan.end().found].map(({ type }) => type));
  };
  assert.deepEqual(looked(undefined), new Set(['mark']));
  assert.deepEqual(looked(6_000), new Set(['mark']));
  assert.deepEqual(looked(4_000), new Set(['over-budget']));
});

test('every string costs something, and every finding does, however short they are', () => {
  const stepsOf = (text: string): number => {
    const budget = { left: 1e9, failures: 0 };
    const scan = createScan(engine, { surface: 'answer', budget });
    scan.push(Buffer.from(text));
    scan.end();
    return 1e9 - budget.left;
  };
  const joined = stepsOf(`["${'.'.repeat(400)}"]`);
  assert.ok(stepsOf(`[${Array(200).fill('"."').join(',')}]`) > joined + 200 * 10);
  const zeroWidth = String.fromCharCode(0x200b);
  assert.ok(stepsOf(`["${`${zeroWidth} `.repeat(400)}"]`) > stepsOf(`["${'bcd '.repeat(400)}"]`) + 400 * 20);
});

test('a message that is nothing but findings is not looked into to its end, however it comes', () => {
  const text = `{"a":[${Array(20_000).fill('{"password":"x"}').join(',')},${Array(60_000).fill('"<a>"').join(',')}]}`;
  const bytes = Buffer.from(text);
  const whole = scanPieces([bytes]);
  assert.ok(whole.some(({ type }) => type === 'over-budget'));
  assert.ok(whole.length > 20_000);
  assert.ok(whole.length <= 4_096 + bytes.length / 16 + 3);
  assert.deepEqual(scanPieces(cutAt(bytes, [7, 100_000, 100_001, 400_000])), whole);
});
