import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { quoteAscii, toPrintable } from './printable.ts';

const cases: readonly { text: string; max: number; printable: string; quoted: string }[] = [
  { text: '', max: 9, printable: '', quoted: '""' },
  { text: 'read_file', max: 9, printable: 'read_file', quoted: '"read_file"' },
  { text: 'read_file', max: 4, printable: 'read…', quoted: '"read\\u2026"' },
  { text: 'a"b\\c', max: 9, printable: 'a"b\\c', quoted: '"a\\"b\\\\c"' },
  { text: 'a\r\n\tb\u007f', max: 9, printable: 'a\ufffd\ufffd\ufffdb\ufffd', quoted: '"a\\ufffd\\ufffd\\ufffdb\\ufffd"' },
  { text: 'prüf 🎉', max: 9, printable: 'prüf 🎉', quoted: '"pr\\u00fcf \\ud83c\\udf89"' },
  { text: 'ab🎉', max: 3, printable: 'ab…', quoted: '"ab\\u2026"' },
  { text: '\udc00x\ud800', max: 9, printable: '\ufffdx\ufffd', quoted: '"\\ufffdx\\ufffd"' },
  { text: '\u{e0041}\ufeff\u2066', max: 9, printable: '\ufffd\ufffd\ufffd', quoted: '"\\ufffd\\ufffd\\ufffd"' },
];

describe('text that strangers chose', () => {
  for (const { text, max, printable, quoted } of cases) {
    it(`${JSON.stringify(text)} cut at ${max}`, () => {
      assert.equal(toPrintable(text, max), printable);
      assert.equal(quoteAscii(text, max), quoted);
      assert.equal(JSON.parse(quoted), printable);
    });
  }

  it('quotes every UTF-16 unit into ASCII that JSON reads back', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      const quoted = quoteAscii(String.fromCharCode(unit), 10);
      assert.match(quoted, /^[ -~]+$/);
      assert.equal(JSON.parse(quoted), toPrintable(String.fromCharCode(unit), 10));
    }
  });
});
