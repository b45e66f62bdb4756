import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { createFixtureEngine } from './scan.fixture.ts';
import { createScan } from './scan.ts';
import type { Found } from './types.ts';

const engine = createFixtureEngine();
const WINDOW = 16_384;
const MARK = ['MARK', 'A1B2C3D4'].join('-');

function scan(text: string, cuts: readonly number[] = []): readonly Found[] {
  const bytes = Buffer.from(text);
  const one = createScan(engine, { surface: 'answer' });
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const found = places.slice(1).flatMap((place, index) => one.push(bytes.slice(places[index], place)).found);
  return [...found, ...one.end().found];
}

/** What is found of a text in the only value of a message: type, layers, and what stands there. */
function look(text: string, name = 'text'): readonly (readonly [string, string, string])[] {
  const message = JSON.stringify({ [name]: text });
  const bytes = Buffer.from(message);
  return scan(message).map(({ type, layers, start, end }) => [type, layers.join(' '), bytes.subarray(start, end).toString()]);
}

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const hex = (text: string | Uint8Array): string => Buffer.from(text).toString('hex');
const percent = (text: string): string => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const references = (text: string): string => Array.from(text, (letter) => `&#x${letter.charCodeAt(0).toString(16)};`).join('');
const units = (text: string): string => Array.from(text, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const HELLO = `hello, this is ${MARK}, bye`;

test('what is written as letters is found, and taken out whole', () => {
  for (const [written, layers] of [
    [base64(HELLO), 'base64'],
    [base64url(`${HELLO}???>>>`), 'base64'],
    [hex(HELLO), 'hex'],
    [hex(HELLO).toUpperCase(), 'hex'],
    [base64(base64(HELLO)), 'base64 base64'],
    [hex(base64(HELLO)), 'hex base64'],
    [base64(hex(HELLO)), 'base64 hex'],
    [base64(gzipSync(HELLO)), 'base64 gzip'],
    [hex(gzipSync(HELLO)), 'hex gzip'],
    [base64(deflateSync(HELLO)), 'base64 gzip'],
    [base64(percent(MARK)), 'base64 url'],
    [base64(`{"a":"${units(MARK)}"}`), 'base64 escaped'],
  ] as const)
    assert.deepEqual(look(`see ${written} there`), [['mark', layers, written]], layers);
});

test('it does not matter what stands in front of the letters', () => {
  for (const front of ['a', 'ab', 'abc', 'https://example.com/p?d=', '/path/', '0x', 'x'.repeat(40)])
    for (const encode of [base64, hex]) {
      const [found] = look(front + encode(HELLO));
      assert.equal(found?.[0], 'mark', front);
    }
});

test('letters in lines are read together', () => {
  const lines = base64('x'.repeat(70) + HELLO + 'y'.repeat(200)).replaceAll(/.{64}/g, '$&\r\n');
  assert.deepEqual(
    look(lines).map(([type, layers]) => [type, layers]),
    [['mark', 'base64']],
  );
});

test('what is written as other characters is found where it stands', () => {
  for (const [written, layers] of [
    [percent(MARK), 'url'],
    [MARK.replace('A1', '%41%31'), 'url'],
    [references(MARK), 'html'],
    [MARK.replace('-', '&hyphen;'), 'html'],
    [MARK.replace('A', '&#65;').replace('1', '&#49'), 'html'],
    [units(MARK), 'escaped'],
    [MARK.replace('A1', '\\x41\\u{31}'), 'escaped'],
    [MARK.replace('A1', '\\101\\U00000031'), 'escaped'],
    [percent(percent(MARK)), 'url url'],
    [percent(references(MARK)), 'url html'],
    [references(percent(MARK)), 'html url'],
    [JSON.stringify(units(MARK)).slice(1, -1), 'escaped escaped'],
    [percent(base64(HELLO)), 'url base64'],
  ] as const) {
    const [found] = look(`see ${written} there`);
    assert.deepEqual(found?.slice(0, 2), ['mark', layers], written);
    const raw = JSON.stringify(written).slice(1, -1);
    assert.equal(found?.[2], raw, written);
  }
});

test('JSON in a string of JSON is read', () => {
  const text = JSON.stringify({ log: `first\n${MARK}\nlast`, other: '"<x>"' });
  assert.deepEqual(look(text), [
    ['mark', 'escaped', MARK],
    ['bracketed', '', '<x>'],
  ]);
});

test('what is found as it stands is not found again', () => {
  assert.deepEqual(look(`%41 ${MARK} &amp; "a\\nb"`), [['mark', '', MARK]]);
});

test('words that could be letters of a code are not text', () => {
  for (const text of [
    'getUserAccountInformationByIdentifier some-long-kebab-case-identifier-here /usr/local/lib/node_modules/package',
    'd41d8cd98f00b204e9800998ecf8427e 550e8400-e29b-41d4-a716-4466554400af',
    'C:\\Users\\name\\AppData\\Local 100% sure & certain AT&T; %zz &unknown; &; \\',
  ])
    assert.deepEqual(look(text), []);
});

test('what is no text is not looked into, and that is said', () => {
  const noise = Uint8Array.from({ length: 600 }, (_, place) => (place * 7919 + (place >> 3) * 104_729) & 0xff);
  for (const [bytes, name] of [
    [Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), noise]), 'text'],
    [Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), noise]), 'data'],
    [Buffer.concat([Buffer.from('RIFF\u0010\u0000\u0000\u0000WAVE'), noise]), 'text'],
    [Buffer.concat([Buffer.from('\u0000\u0000\u0000 ftypisom'), noise]), 'text'],
    [gzipSync(Buffer.concat([Buffer.from('a.txt'), Buffer.alloc(600)])), 'text'],
    [noise, 'data'],
    [noise, 'blob'],
  ] as const) {
    assert.deepEqual(look(base64(bytes), name), [['binary', '', '']]);
    if (bytes !== noise) assert.deepEqual(look(`data:image/png;base64,${base64(bytes)}`), [['binary', '', '']]);
  }
  assert.deepEqual(look(base64(noise), 'text'), []);
});

test('bytes that no magic number tells are bytes where they are many, and what reads as text among them is looked at', () => {
  for (const size of [800, 5_000, 100_000]) {
    const noise = bytesOf(size);
    assert.deepEqual(look(`x: ${base64(noise)}`), [['binary', '', '']]);
    assert.deepEqual(look(`x: ${hex(noise)}`), [['binary', '', '']]);
    const found = look(`x: ${base64(Buffer.concat([noise, Buffer.from(` ${MARK} `), noise]))}`);
    const types = new Set(found.map(([type]) => type));
    assert.ok(types.has('mark') && types.has('binary'));
  }
  const samples = Int16Array.from({ length: 4_000 }, (_, at) => Math.sin(at / 20) * 8_000);
  const floats = Float32Array.from({ length: 1_536 }, (_, at) => Math.sin(at * at) / 10);
  for (const { buffer } of [samples, floats])
    assert.deepEqual(
      look(base64(new Uint8Array(buffer))).filter(([type]) => type !== 'bracketed'),
      [['binary', '', '']],
    );
  assert.deepEqual(look(base64('\u00e9\u4e2d\u6587 \u0442\u0435\u043a\u0441\u0442 '.repeat(80))), []);
});

/** Bytes like any, the same each time. */
function bytesOf(size: number): Buffer {
  let state = 7;
  return Buffer.from(Uint8Array.from({ length: size }, () => ((state = (state * 48_271) % 2_147_483_647) >> 8) & 0xff));
}

test('ciphertext is told by its marks', () => {
  const header = base64url(JSON.stringify({ alg: 'RSA-OAEP', enc: 'A256GCM' }));
  for (const text of [
    '-----BEGIN PGP MESSAGE-----\n\nhQEMA5\n-----END PGP MESSAGE-----',
    'see: -----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n',
    '$ANSIBLE_VAULT;1.1;AES256\n6162',
    `${header}.${'a'.repeat(40)}.b.c.d`,
    base64(Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(40, 0x9c)])),
    base64(Buffer.concat([Buffer.from('3082010006092a864886f70d010703', 'hex'), Buffer.alloc(80, 0x9c)])),
  ])
    assert.deepEqual(look(text), [['encrypted', '', '']], text);
  assert.deepEqual(look('-----BEGIN CERTIFICATE-----'), []);
});

test('what says that it is compressed and is not is said', () => {
  const broken = gzipSync(HELLO);
  broken.fill(0x55, 12, 30);
  assert.deepEqual(look(base64(broken)), [['unparsable', '', '']]);
});

test('a third code is not undone, and that is said', () => {
  assert.deepEqual(look(base64(base64(base64(HELLO)))), [['too-deep', '', '']]);
  assert.deepEqual(look(base64(gzipSync(base64(HELLO)))), [['too-deep', '', '']]);
  assert.deepEqual(look(base64(base64(gzipSync(HELLO)))), [['too-deep', '', '']]);
  assert.deepEqual(look(percent(percent(percent(MARK)))), [['too-deep', '', '']]);
});

test('a little that stands for very much is not undone, and that is said', () => {
  for (const length of [1_000_000, 50_000_000]) assert.deepEqual(look(base64(gzipSync('a'.repeat(length)))), [['too-deep', '', '']]);
});

test('letters longer than a window are read in all windows', () => {
  const filler = 'some words that are here for nothing but their length. ';
  const text = Array.from({ length: 12 }, (_, place) => filler.repeat(60 + place) + `${MARK}${place} `).join('');
  for (const encode of [base64, hex]) {
    const found = look(`see: ${encode(text)}`);
    assert.equal(found.length, 12, encode.name);
    assert.ok(found.every(([type, layers, there]) => type === 'mark' && layers === encode.name && there.length < 60));
  }
});

test('compressed text longer than a window is not looked into behind it', () => {
  let state = 1;
  const letter = (): string => String.fromCharCode(96 + ((state = (state * 48_271) % 2_147_483_647) % 27));
  const noise = Array.from({ length: 40_000 }, letter).join('');
  const found = look(base64(gzipSync(`${HELLO}${noise}`)));
  assert.deepEqual(new Set(found.map(([type]) => type)), new Set(['mark', 'too-deep']));
});

test('what is written otherwise is found whole, wherever a window begins', () => {
  const wide = (letter: string): string => `&#x${letter.charCodeAt(0).toString(16).padStart(8, '0')};`;
  const padded = (letter: string): string => `&#${String(letter.charCodeAt(0)).padStart(8, '0')};`;
  const LONG_MARK = `MARK-${'ABCDEFGH'.repeat(3)}`;
  for (const [name, write] of Object.entries({
    percent,
    twicePercent: (text: string) => percent(percent(text)),
    references: (text: string) => Array.from(text, wide).join(''),
    decimals: (text: string) => Array.from(text, padded).join(''),
    percentReferences: (text: string) => percent(references(text)),
    units,
    twiceUnits: (text: string) => JSON.stringify(units(text)).slice(1, -1),
    lastLetter: (text: string) => text.slice(0, -1) + wide(text.slice(-1)),
    firstLetter: (text: string) => wide(text.slice(0, 1)) + text.slice(1),
  })) {
    const written = write(LONG_MARK);
    const shown = JSON.stringify(written).slice(1, -1);
    for (let shift = -3; shift < written.length + 3; shift++) {
      const front = `${'a word '.repeat(WINDOW / 7 + 1).slice(0, WINDOW - shift - 1)} `;
      const found = look(`${front}${written} behind`);
      assert.deepEqual(
        found.map(([type, , there]) => [type, there]),
        [['mark', shown]],
        `${name}, ${shift} bytes in front of a window`,
      );
    }
  }
});

test('what stands as it is between written characters is no further away than what may be seen', () => {
  const filler = 'x'.repeat(40);
  for (const front of [0, WINDOW - 300, WINDOW - 90, WINDOW - 60, WINDOW - 3]) {
    const body = `%3C${`${filler} `.repeat(2)}%3E`;
    const found = look(`${'.'.repeat(front)} ${body} behind`);
    assert.deepEqual(found, [['bracketed', 'url', body]], `${front}`);
  }
});

test('names are looked under as well', () => {
  assert.deepEqual(
    scan(`{"${base64(HELLO)}":{"${base64(HELLO)}":1}}`).map(({ kind, path, layers }) => [kind, path, layers.join(' ')]),
    [
      ['name', '$.*', 'base64'],
      ['name', '$.*.*', 'base64'],
    ],
  );
});

const WORD = fc.constantFrom(
  base64(HELLO),
  `a${base64(HELLO)}`,
  hex(HELLO),
  base64(base64(HELLO)),
  base64(gzipSync(HELLO)),
  base64(gzipSync(HELLO).subarray(0, 20)),
  base64(Buffer.from('89504e470d0a1a0a'.repeat(10), 'hex')),
  percent(MARK),
  percent(percent(MARK)),
  '%4',
  '%',
  '&#',
  '&am',
  '&amp;',
  references(MARK),
  units(MARK),
  '\\',
  '\\ud83d',
  '\n',
  ' ',
  '\u200B',
  MARK,
  '-----BEGIN PGP MESSAGE-----',
  'word',
  'Zm9v'.repeat(30),
  '6162'.repeat(30),
);
const TEXT = fc.array(WORD, { maxLength: 12 }).map((words) => words.join(''));
const LONG = fc
  .tuple(
    TEXT,
    fc.integer({ min: WINDOW - 300, max: WINDOW + 300 }),
    TEXT,
    fc.constantFrom('word ', '%41', 'Zm9v', '6d', '\\n', base64(HELLO), base64('é \n'), 'é', '&#x00000041;', percent(MARK), '%c3%a9'),
  )
  .map(([head, count, tail, filler]) => head + filler.repeat(Math.ceil(count / Buffer.byteLength(filler))) + tail);

test('any pieces give the same findings as one buffer', () => {
  const message = fc.array(fc.oneof({ weight: 3, arbitrary: TEXT }, { weight: 1, arbitrary: LONG }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(message, fc.array(fc.nat(200_000), { maxLength: 8 }), (texts, cuts) => {
      const json = JSON.stringify(Object.fromEntries(texts.map((text, place) => [place === 1 ? text.slice(0, 50) : `n${place}`, [text]])));
      assert.deepEqual(scan(json, cuts), scan(json));
    }),
    { numRuns: 150 },
  );
});

test('text that begins like something else is text', () => {
  for (const mark of ['%PDF ', 'ID3 ', 'BZh91 ', 'OggS ', 'Salted__ ', 'xxxxxxxxWAVE ', 'see ftyp ', '{"enc":"none","note":"']) {
    const found = look(base64(`${mark}${MARK} ${'and so on '.repeat(40)}`));
    assert.ok(
      found.some(([type]) => type === 'mark') && !found.some(([type]) => type === 'binary' || type === 'encrypted'),
      `${mark}: ${found.join(' | ')}`,
    );
  }
});
