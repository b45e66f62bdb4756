// Equality and divisibility of JSON values as JSON Schema means them: by mathematical value.

import type { JsonValue } from '../../mcp/index.ts';
import { isObject, own } from './keywords.ts';

/** Whether two values are equal (core §4.2.2): members in any order, 1.0 is 1, true is not 1. */
export function isEqual(one: JsonValue, other: JsonValue): boolean {
  if (one === other) return true;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((element, at) => isEqualTo(element, other[at]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isEqualTo(own(one, name), own(other, name)));
}

function isEqualTo(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return one !== undefined && other !== undefined && isEqual(one, other);
}

/** Whether a number is a multiple of another, in decimal: 0.3 is one of 0.1, although their doubles disagree. */
export function isMultiple(value: number, of: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return value % of === 0;
  const [digits, exponent] = toDecimal(value);
  const [ofDigits, ofExponent] = toDecimal(of);
  const least = Math.min(exponent, ofExponent);
  return (digits * 10n ** BigInt(exponent - least)) % (ofDigits * 10n ** BigInt(ofExponent - least)) === 0n;
}

/** The shortest decimal that reads back as this double: digits × 10^exponent. */
function toDecimal(value: number): readonly [digits: bigint, exponent: number] {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

/** Unicode characters, not UTF-16 units (validation §6.3.1). */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}
