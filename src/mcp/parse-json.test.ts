// What the strict pass takes, what it refuses and under which code, and what it says about numbers and repaired text.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from './index.ts';
import type { JsonDocument } from './index.ts';

const NUL = String.fromCharCode(0);

function accept(text: string | Uint8Array, options = {}): JsonDocument {
  const parsed = parseJson(typeof text === 'string' ? Buffer.from(text) : text, options);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.say);
  return parsed.value;
}

function refuse(text: string | Uint8Array, options = {}): { code: string; say: string } {
  const parsed = parseJson(typeof text === 'string' ? Buffer.from(text) : text, options);
  assert.ok(!parsed.ok, 'the text must be refused');
  return parsed.error;
}

describe('accepted', () => {
  const texts = [
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1.5e-3',
    '10E+2',
    '1e2',
    '""',
    '"a"',
    '[]',
    '{}',
    '[ ]',
    '{ }',
    ' \t\r\n[1 , 2]\n',
    '[[],[[]],{}]',
    '{"a":{"b":[1,{"c":null}]}}',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\ude00"',
    '"\u007f\u2028é😀"',
    '{"":1}',
    '{"constructor":1,"toString":2}',
    '{"a":1,"A":2}',
    '{"é":1,"e\u0301":2}',
    '{"__proto":1,"__proto__ ":2,"_proto__":3}',
    JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key ${n}`, n]))),
    JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`"${n}\\`, [n]]))),
  ];
  for (const text of texts) {
    test(text.slice(0, 60), () => {
      const document = accept(text);
      assert.deepEqual(document.value, JSON.parse(text));
      assert.equal(Buffer.from(document.bytes).toString(), text);
      assert.equal(document.repaired, 0);
    });
  }

  test('the bytes are kept, not copied', () => {
    const bytes = Buffer.from('{"a":1}');
    assert.equal(accept(bytes).bytes, bytes);
  });

  test('a view into a larger buffer', () => {
    const document = accept(Buffer.from('xx{"a":[7]}yy').subarray(2, 11));
    assert.deepEqual(document.value, { a: [7] });
    assert.deepEqual(document.span(['a', 0]), { start: 6, end: 7 });
  });
});

describe('refused as malformed', () => {
  const texts = [
    '',
    ' ',
    'nul',
    'nulL',
    'True',
    'truex',
    'undefined',
    'NaN',
    'Infinity',
    '-',
    '-a',
    '+1',
    '01',
    '-01',
    '1.',
    '.5',
    '1.e1',
    '1e',
    '1e+',
    '1E-x',
    '0x1',
    '1_0',
    '"',
    '"a',
    '"\\',
    '"\\u',
    '"\\u12',
    '"\\u12g4"',
    '"\\x41"',
    '"\\U0041"',
    '"a\nb"',
    '"\t"',
    `"${NUL}"`,
    "'a'",
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    ']',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    '{1:1}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":1]',
    '{"a":}',
    '{"a" :tru}',
    '{"a\n":1}',
    '1 2',
    '{}{}',
    '[]\u00a0',
    '\ufeff{}',
    '// c\n1',
    '/**/1',
    `1${NUL}`,
  ];
  for (const text of texts) {
    test(JSON.stringify(text), () => {
      assert.equal(refuse(text).code, 'json_malformed');
    });
  }

  const bytes: readonly (readonly [string, readonly number[]])[] = [
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong quote of three bytes', [0xe0, 0x80, 0xa2]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that never occurs', [0xff]],
    ['a truncated sequence', [0xe2, 0x82]],
    ['Latin-1', [0xe9]],
  ];
  for (const [name, inside] of bytes) {
    test(`in UTF-8: ${name}`, () => {
      const error = refuse(Uint8Array.from([0x22, ...inside, 0x22]));
      assert.deepEqual(error, { code: 'json_malformed', say: 'The body is not valid UTF-8.' });
    });
  }

  test('the sentence names the place and not the content', () => {
    assert.equal(refuse('{"secret": hunter2}').say, 'The body is not valid JSON: a value cannot begin here at byte 11.');
  });
});

describe('refused as ambiguous', () => {
  const many = Array.from({ length: 30 }, (_, n) => `"k${n}":0`).join();
  const texts = [
    '{"a":1,"a":2}',
    '{"a":1,"b":2,"a":1}',
    '{"":1,"":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '[{"x":{"a":1,"a":1}}]',
    '{"é":1,"\\u00e9":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
    '{"a\\/b":1,"a/b":2}',
    `{${many},"k3":1}`,
    `{"k29":1,${many}}`,
    `{${many},"k\\u0035":1}`,
    '{"__proto__":1}',
    '{"a":[{"__proto__":{}}]}',
    '{"\\u005f_proto__":1}',
    '{"__pro\\u0074o__":1}',
    `{${many},"__proto__":1}`,
    '{"a":{"b":1},"a":{"b":1}}',
    '{"a":{"a":{"a":1}},"a":2}',
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800x"',
    '"\\ud800\\n"',
    '"\\ud800\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud800\\u0041"',
    '{"\\udfff":1}',
  ];
  for (const text of texts) {
    test(text.slice(0, 30) + (text.length > 30 ? `… ${text.slice(-12)}` : ''), () => {
      assert.equal(refuse(text).code, 'json_ambiguous');
    });
  }

  test('equal keys in different objects are no repetition', () => {
    assert.deepEqual(accept('[{"a":1},{"a":{"a":1}},{"b":{"a":2},"a":3}]').value, [{ a: 1 }, { a: { a: 1 } }, { b: { a: 2 }, a: 3 }]);
  });
});

describe('depth', () => {
  const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);
  test('64 levels of arrays are taken, 65 refused', () => {
    accept(nested(64));
    assert.deepEqual(refuse(nested(65)), {
      code: 'json_malformed',
      say: 'The body nests objects and arrays more than 64 deep at byte 64.',
    });
  });
  test('64 levels of objects are taken, 65 refused', () => {
    accept(nested(64, '{"a":', '}').replace('{"a":}', '{}'));
    assert.equal(refuse(nested(65, '{"a":', '}').replace('{"a":}', '{}')).code, 'json_malformed');
  });
  test('a million levels cost nothing but a refusal', () => {
    refuse('['.repeat(1_000_000));
    refuse('{"a":'.repeat(1_000_000));
  });
  test('maxDepth lowers the limit and never raises it', () => {
    accept('[[1]]', { maxDepth: 2 });
    refuse('[[[1]]]', { maxDepth: 2 });
    refuse(nested(65), { maxDepth: 1000 });
    accept('1', { maxDepth: 0 });
  });
});

describe('lossy numbers', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['{"id":9007199254740991}', false],
    ['{"id":-9007199254740991}', false],
    ['{"id":9007199254740992}', true],
    ['{"id":9007199254740993}', true],
    ['{"params":{"a":[-9007199254740993]}}', true],
    ['{"result":[12345678901234567890]}', true],
    ['{"result":{"a":1e400}}', true],
    ['{"params":{"a":-1E+400}}', true],
    ['{"params":{"a":1e300}}', false],
    ['{"params":{"a":6.02214076e23}}', false],
    ['{"params":{"a":1000000000000000}}', false],
    ['{"params":{"a":8999999999999999}}', false],
    ['{"params":{"a":9007199254740990.5}}', false],
    ['{"params":{"a":0.12345678901234567890123}}', false],
    ['{"other":9007199254740993,"params":{"a":1}}', false],
    ['{"\\u0069d":9007199254740993}', true],
    ['{"error":{"data":1e999}}', false],
    ['[9007199254740993]', false],
    ['9007199254740993', false],
  ];
  for (const [text, lossy] of cases) {
    test(`${text} ${lossy ? 'loses' : 'does not lose'} digits`, () => {
      assert.equal(accept(text).lossy, lossy);
    });
  }
});

describe('repair of lone surrogates', () => {
  const options = { repairSurrogates: true };
  const cases: readonly (readonly [string, string, number])[] = [
    ['"\\ud800"', '"\ufffd"', 1],
    ['"\\udc00\\ud800"', '"\ufffd\ufffd"', 2],
    ['"a\\uDBFFb\\ud83d\\ude00"', '"a\ufffdb\\ud83d\\ude00"', 1],
    ['"\\ud800\\u0041"', '"\ufffd\\u0041"', 1],
    ['"\\ud800\\ud83d\\ude00"', '"\ufffd\\ud83d\\ude00"', 1],
    ['{"\\ud800":[1]}', '{"\ufffd":[1]}', 1],
  ];
  for (const [text, repaired, count] of cases) {
    test(text, () => {
      const document = accept(text, options);
      assert.equal(Buffer.from(document.bytes).toString(), repaired);
      assert.deepEqual(document.value, JSON.parse(repaired));
      assert.equal(document.repaired, count);
    });
  }
  test('spans are those of the repaired bytes', () => {
    const document = accept('{"a":"\\ud800","b":7}', options);
    const span = document.span(['b']);
    assert.equal(Buffer.from(document.bytes.subarray(span?.start, span?.end)).toString(), '7');
  });
  test('keys that become equal are refused', () => {
    assert.equal(refuse('{"\\ud800":1,"\\udbff":2}', options).code, 'json_ambiguous');
    assert.equal(refuse('{"\\ud800":1,"\ufffd":2}', options).code, 'json_ambiguous');
  });
  test('nothing else is repaired', () => {
    assert.equal(refuse('"\\ud800', options).code, 'json_malformed');
    assert.equal(refuse(Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]), options).code, 'json_malformed');
    assert.equal(accept('"\\ud83d\\ude00"', options).repaired, 0);
  });
});
