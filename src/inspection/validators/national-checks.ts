// The check digits and days of birth of national numbers, each as its authority defines it. They take digits that are already without separators.

import { isDay, isMod11And10, isUniform, modulo97, weigh } from './check-digits.ts';

/** The check digit makes a weighted sum divisible by eleven; a rest of ten is either none, or `ten`. */
export function check11(sum: number, check: string, ten?: string): boolean {
  const digit = (11 - (sum % 11)) % 11;
  return (digit === 10 ? ten : String(digit)) === check;
}

// Numbers that advertising made famous, and the range that nobody has (SSA POMS RM 10201.035).
const FAMOUS: ReadonlySet<string> = new Set(['078051120', '219099999', '123456789', '111111111', '333333333', '987654321']);

export function isSsn(digits: string): boolean {
  return !/^(?:000|666|9)/.test(digits) && digits.slice(3, 5) !== '00' && !digits.endsWith('0000') && !FAMOUS.has(digits);
}

/** Of the first ten digits one occurs twice or three times, and the others at most once. */
export function isGermanTaxId(digits: string): boolean {
  if (digits.startsWith('0') || !isMod11And10(digits)) return false;
  const counts = Array.from({ length: 10 }, (_, digit) => digits.slice(0, 10).split(String(digit)).length - 1);
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && repeated[0] !== undefined && repeated[0] < 4;
}

/** Thirteen digits and the key; departments of Corsica are already digits. */
export function isFrenchNir(number: string, key: string): boolean {
  const month = Number(number.slice(3, 5));
  const isMonth = (month >= 1 && month <= 12) || month === 20 || (month >= 30 && month <= 42) || month >= 50;
  return /^[12]/.test(number) && isMonth && number.slice(10) !== '000' && 97 - modulo97(number) === Number(key);
}

/**
 * A day of birth in six digits; `added` to the day where some numbers are of a second kind (coordination numbers of Sweden and Denmark, organisations of
 * Iceland, women of Indonesia). The century is unknown, so the 29th of February counts in years divisible by four.
 */
export function isBirthDay(digits: string, order: 'ymd' | 'dmy', added: number): boolean {
  const [a, month, c] = [Number(digits.slice(0, 2)), Number(digits.slice(2, 4)), Number(digits.slice(4, 6))];
  const [year, day] = order === 'ymd' ? [a, c] : [c, a];
  return isDay(year, month, day) || (added > 0 && isDay(year, month, day - added));
}

/** The month says the century: 80 is added for the 1800s, 20 for the 2000s, and so on. */
export function isPolishDay(digits: string): boolean {
  return isDay(Number(digits.slice(0, 2)), Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6)));
}

export function isBulgarianDay(digits: string): boolean {
  const month = Number(digits.slice(2, 4));
  return isDay(Number(digits.slice(0, 2)), month > 40 ? month - 40 : month > 20 ? month - 20 : month, Number(digits.slice(4, 6)));
}

/** The key is of nine digits, with a 2 in front for those born since 2000; months may be 20 or 40 higher for numbers of people from abroad. */
export function isBelgian(digits: string): boolean {
  const number = digits.slice(0, 9);
  const key = Number(digits.slice(9));
  const month = Number(digits.slice(2, 4)) % 20;
  return month <= 12 && Number(digits.slice(4, 6)) <= 31 && (97 - modulo97(number) === key || 97 - modulo97(`2${number}`) === key);
}

/** Day of birth, or a D number with 40 added to the day, and two check digits. */
export function isNorwegian(digits: string): boolean {
  return (
    isBirthDay(digits.slice(0, 6), 'dmy', 40) &&
    weigh(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weigh(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

export function isRomanian(digits: string): boolean {
  const rest = weigh(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (rest === 10 ? 1 : rest) === Number(digits.charAt(12));
}

export function isJmbg(digits: string): boolean {
  const isDayOfBirth = isDay(Number(digits.slice(4, 7)), Number(digits.slice(2, 4)), Number(digits.slice(0, 2)));
  return isDayOfBirth && check11(weigh(digits, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), digits.charAt(12));
}

/** Estonia and Lithuania share a form; Latvia's begins with the day of birth, or with 32 for those without. */
export function isBaltic(digits: string): boolean {
  if (digits.startsWith('32')) return true;
  const first = weigh(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const second = weigh(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  const check = first < 10 ? first : second % 10;
  const isShared = /^[1-8]/.test(digits) && isBirthDay(digits.slice(1, 7), 'ymd', 0) && check === Number(digits.charAt(10));
  const latvian = (1101 - weigh(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11;
  return isShared || (isBirthDay(digits.slice(0, 6), 'dmy', 0) && latvian === Number(digits.charAt(10)));
}

export function isTurkish(digits: string): boolean {
  if (digits.startsWith('0')) return false;
  const odd = weigh(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weigh(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === Number(digits.charAt(9)) && (odd + even + tenth) % 10 === Number(digits.charAt(10));
}

export function isCpf(digits: string): boolean {
  const first = ((weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  const second = ((weigh(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
  return !isUniform(digits) && first === Number(digits.charAt(9)) && second === Number(digits.charAt(10));
}

/** Eight digits have a zero in front; where the first weights leave ten, the second decide. */
export function isNewZealandIrd(digits: string): boolean {
  const padded = digits.padStart(9, '0');
  const check = padded.charAt(8);
  const sum = weigh(padded, [3, 2, 7, 6, 5, 4, 3, 2]);
  const isFirst = sum % 11 === 1 ? check11(weigh(padded, [7, 4, 3, 2, 5, 2, 7, 6]), check) : check11(sum, check);
  return Number(padded) > 10_000_000 && Number(padded) < 150_000_000 && isFirst;
}

export function isKorean(digits: string): boolean {
  return (11 - (weigh(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(digits.charAt(12));
}
