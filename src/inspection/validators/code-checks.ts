// The check letters of national codes, each as its authority defines it. They take capitals and digits, and the marks `+` and `-`, of which some codes make use.

import { isDay, weigh } from './check-digits.ts';

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const HETU_LETTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Not what is rather a day: `20240131T`. */
export function isDni(code: string): boolean {
  return DNI_LETTERS.charAt(Number(code.slice(0, 8)) % 23) === code.slice(-1) && !/^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])/.test(code);
}

/** The letter in front stands for a digit. */
export function isNie(code: string): boolean {
  return DNI_LETTERS.charAt(Number(`${'XYZ'.indexOf(code.charAt(0))}${code.slice(1, 8)}`) % 23) === code.charAt(8);
}

// Odd positions count by this order, even ones by the letter's or digit's own value (decree of 23 December 1976).
const ITALIAN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export function isItalianFiscalCode(code: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const character = code.charCodeAt(index);
    const value = character < 58 ? character - 48 : character - 65;
    sum += index % 2 === 0 ? (ITALIAN_ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === code.charAt(15);
}

/** The letter counts as its two digits; products count by the sum of their digits. */
export function isGermanPensionNumber(code: string): boolean {
  const letter = String(code.charCodeAt(8) - 64).padStart(2, '0');
  const digits = code.slice(0, 8) + letter + code.slice(9);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  const sum = weights.reduce((total, weight, index) => total + sumOfDigits(Number(digits.charAt(index)) * weight), 0);
  const day = Number(code.slice(2, 4));
  return isDay(Number(code.slice(6, 8)), Number(code.slice(4, 6)), day > 50 ? day - 50 : day) && sum % 10 === Number(digits.charAt(12));
}

function sumOfDigits(number: number): number {
  return Math.floor(number / 10) + (number % 10);
}

export function isFinnish(code: string): boolean {
  const isDayOfBirth = isDay(Number(code.slice(4, 6)), Number(code.slice(2, 4)), Number(code.slice(0, 2)));
  return isDayOfBirth && HETU_LETTERS.charAt(Number(code.slice(0, 6) + code.slice(7, 10)) % 31) === code.charAt(10);
}

export function isIrish(code: string): boolean {
  const second = code.length > 8 && code.charAt(8) !== 'W' ? code.charCodeAt(8) - 64 : 0;
  const rest = (weigh(code, [8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
  return 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(rest) === code.charAt(7);
}

/** Months of women are 50 higher, and 20 where a day's numbers ran out; nine digits, of before 1954, have no check digit. */
export function isCzech(code: string): boolean {
  const month = Number(code.slice(2, 4)) % 50;
  const isDayOfBirth = isDay(Number(code.slice(0, 2)), month > 20 ? month - 20 : month, Number(code.slice(4, 6)));
  const rest = (Number(code.slice(0, 9)) % 11) % 10;
  return isDayOfBirth && (code.length === 9 || rest === Number(code.charAt(9)));
}

/** Since 2026 letters too: each counts as its ASCII code less 48. */
export function isCnpj(code: string): boolean {
  const text = code.replace('-', '');
  const values = text.split('').map((character) => character.charCodeAt(0) - 48);
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  const first = checkOf(values.slice(0, 12), weights.slice(1));
  const second = checkOf(values.slice(0, 13), weights);
  return !/^(.)\1*$/.test(text) && first === values[12] && second === values[13];
}

function checkOf(values: readonly number[], weights: readonly number[]): number {
  const rest = values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

export function isChilean(code: string): boolean {
  const [number = '', check = ''] = code.split('-');
  let sum = 0;
  for (let index = number.length - 1, weight = 2; index >= 0; index -= 1, weight = weight === 7 ? 2 : weight + 1) {
    sum += Number(number.charAt(index)) * weight;
  }
  const rest = 11 - (sum % 11);
  return Number(number) > 100_000 && (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) === check;
}

export function isCurp(code: string): boolean {
  const order = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
  let sum = 0;
  for (let index = 0; index < 17; index += 1) sum += order.indexOf(code.charAt(index)) * (18 - index);
  const isBorn = isDay(Number(code.slice(4, 6)), Number(code.slice(6, 8)), Number(code.slice(8, 10)));
  return isBorn && (10 - (sum % 10)) % 10 === Number(code.charAt(17));
}

/** GB 11643: ISO 7064 MOD 11-2, and a day of birth with its century. */
export function isChinese(code: string): boolean {
  const isBorn =
    /^(?:18|19|20)/.test(code.slice(6)) && isDay(Number(code.slice(6, 10)), Number(code.slice(10, 12)), Number(code.slice(12, 14)));
  const rest = weigh(code, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
  return isBorn && '10X98765432'.charAt(rest) === code.charAt(17);
}

export function isSingaporean(code: string): boolean {
  const series = code.charAt(0);
  const added = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0;
  const rest = (weigh(code.slice(1), [2, 7, 6, 5, 4, 3, 2]) + added) % 11;
  const letters = series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : series === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK';
  return (
    letters.charAt(series === 'M' ? 10 - rest : rest) === code.charAt(8) || (series === 'M' && letters.charAt(rest) === code.charAt(8))
  );
}

export function isHongKong(code: string): boolean {
  const padded = code.length === 8 ? `[${code}` : code;
  const values = padded
    .slice(0, 8)
    .split('')
    .map((character, index) => (index < 2 ? (character === '[' ? 36 : character.charCodeAt(0) - 55) : Number(character)));
  const sum = values.reduce((total, value, index) => total + value * (9 - index), 0);
  const check = padded.charAt(8) === 'A' ? 10 : Number(padded.charAt(8));
  return (sum + check) % 11 === 0;
}

export function isTaiwanese(code: string): boolean {
  const value = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(code.charAt(0)) + 10;
  return (Math.floor(value / 10) + (value % 10) * 9 + weigh(code.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}
