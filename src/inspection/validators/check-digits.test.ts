import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDay, isGs1, isLuhn, isMod11And10, isUniform, isVerhoeff, modulo97, weigh } from './check-digits.ts';

/** Of ten numbers that differ in their last digit, which are taken. */
function checksOf(digits: string, isOne: (digits: string) => boolean): string {
  return '0123456789'
    .split('')
    .filter((check) => isOne(digits + check))
    .join('');
}

test('examples of the standards have one check digit, the published one', () => {
  // ISO/IEC 7812-1 annex B, Verhoeff 1969, ISO 7064, GS1 general specifications.
  assert.equal(checksOf('7992739871', isLuhn), '3');
  assert.equal(checksOf('23412341234', isVerhoeff), '6');
  assert.equal(checksOf('236', isVerhoeff), '3');
  assert.equal(checksOf('079', isMod11And10), '2');
  assert.equal(checksOf('8609574271', isMod11And10), '9');
  assert.equal(checksOf('629104150021', isGs1), '3');
});

test('Verhoeff’s scheme finds every single error and every swap of neighbours', () => {
  const number = '234123412346';
  for (let at = 0; at < number.length; at += 1) {
    for (const digit of '0123456789') {
      const other = number.slice(0, at) + digit + number.slice(at + 1);
      assert.equal(isVerhoeff(other), other === number, other);
    }
    const swapped = number.slice(0, at) + number.slice(at + 1, at + 2) + number.charAt(at) + number.slice(at + 2);
    assert.equal(isVerhoeff(swapped), swapped === number, swapped);
  }
});

test('the rest of a division is that of the whole number, however long', () => {
  for (const text of ['1', '97', '98', '123456789012345678901234567890', '3214282912345698765432161182']) {
    assert.equal(modulo97(text), Number(BigInt(text) % 97n));
  }
  assert.equal(modulo97('WEST12345698765432GB82'), 1);
});

test('weights count from the first digit; digits behind the last weight do not count', () => {
  assert.equal(weigh('1234', [1, 10]), 21);
  assert.equal(weigh('99', [1, -1]), 0);
});

test('one digit over and over', () => {
  assert.ok(isUniform('0000'));
  assert.ok(!isUniform('0001'));
});

test('days of a calendar', () => {
  for (const [year, month, day] of [
    [84, 2, 29],
    [2000, 2, 29],
    [1, 12, 31],
    [1, 4, 30],
  ] as const)
    assert.ok(isDay(year, month, day));
  for (const [year, month, day] of [
    [83, 2, 29],
    [1, 13, 1],
    [1, 0, 1],
    [1, 1, 0],
    [1, 4, 31],
    [1, 1, 32],
  ] as const)
    assert.ok(!isDay(year, month, day));
});
