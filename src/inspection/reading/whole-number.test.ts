import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { wholeDigits } from './whole-number.ts';

function whole(text: string, minDigits = 1): string | undefined {
  const bytes = new Uint8Array(Buffer.from(`[${text},1]`));
  return wholeDigits(bytes, 1, 1 + text.length, minDigits);
}

test('a whole number is told however it is written', () => {
  for (const written of [
    '4200.0',
    '4200.000',
    '42e2',
    '42E+2',
    '4.2e3',
    '0.42e4',
    '420000e-2',
    '0.00042e7',
    '-4200.0',
    '4200e0',
    '4200e-000',
  ])
    assert.equal(whole(written), '4200', written);
  assert.equal(whole(`0.${'0'.repeat(3000)}42e3004`), '4200');
  assert.equal(whole(`42${'0'.repeat(3000)}e-2998`), '4200');
});

test('what is none, is written as its digits, or is no number is left alone', () => {
  for (const written of [
    '4200',
    '-4200',
    '42.5',
    '42e-1',
    '0.0',
    '0e5',
    '1e99999999999999',
    '1e41',
    '1.2.3',
    '1e',
    '1e+',
    '1e1e1',
    '1-2',
    '.',
    'e1',
  ])
    assert.equal(whole(written), undefined, written);
  assert.equal(whole('42e2', 5), undefined);
});

test('a number that becomes whole by being read is one', () => {
  assert.equal(whole('5200000000000007.0000001'), '5200000000000007');
  assert.equal(whole('5200000000000006.9999999'), '5200000000000007');
  assert.equal(whole('52000000000000070000000001e-10'), '5200000000000007');
});

test('whatever is whole is read as every reader does', () => {
  const sign = fc.constantFrom('', '-');
  const digits = fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }).map(String);
  fc.assert(
    fc.property(sign, digits, fc.nat(20), fc.integer({ min: -12, max: 12 }), (minus, text, point, exponent) => {
      const at = Math.min(text.length - 1, point) + 1;
      const written = `${minus}${text.slice(0, at)}.${text.slice(at)}0e${exponent}`;
      const value = Math.abs(Number(written));
      const told = whole(written);
      if (!Number.isSafeInteger(value)) return;
      assert.equal(told, value === 0 ? undefined : String(value), written);
    }),
    { numRuns: 2000 },
  );
});
