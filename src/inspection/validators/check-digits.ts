// Check digits, as their standards define them. Each takes digits that are already without separators, and says whether the last ones fit the others.

const ZERO = 48;

/** ISO/IEC 7812-1 annex B: payment cards, and many national numbers. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - ZERO;
    const twice = digit * 2;
    if (double) sum += twice > 9 ? twice - 9 : twice;
    else sum += digit;
  }
  return sum % 10 === 0;
}

/** Sum of digits, each times its weight; digits behind the last weight do not count. */
export function weigh(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += (digits.charCodeAt(index) - ZERO) * (weights[index] ?? 0);
  return sum;
}

/** The number that digits and letters (A is 10, Z is 35) write, modulo 97: in steps, since it is longer than a double holds. */
export function modulo97(text: string): number {
  let rest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = Number.parseInt(text.charAt(index), 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

// The dihedral group D5, and the permutation that Verhoeff's scheme applies once for each position.
const PRODUCT = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const PERMUTATION = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];

/** Verhoeff's check digit: Aadhaar. */
export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - ZERO;
    const permuted = at(PERMUTATION, index % 8, digit);
    check = at(PRODUCT, check, permuted);
  }
  return check === 0;
}

function at(table: readonly string[], row: number, column: number): number {
  return (table[row] ?? '').charCodeAt(column) - ZERO;
}

/** ISO 7064 MOD 11,10: German tax ids, Croatian OIB. */
export function isMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index += 1) {
    const sum = (digits.charCodeAt(index) - ZERO + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (product + Number(digits.slice(-1))) % 10 === 1;
}

/** GS1's check digit, weights 1 and 3 from the end: article numbers, and the Swiss AHV number. */
export function isGs1(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, weight = 1; index >= 0; index -= 1, weight = 4 - weight) {
    sum += (digits.charCodeAt(index) - ZERO) * weight;
  }
  return sum % 10 === 0;
}

/** All digits are the same: what people type to fill a field, and what most schemes would take. */
export function isUniform(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length);
}

/** Whether a calendar has such a day; years of two digits are taken as they are, and leap years by four. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const long = month === 2 ? (year % 4 === 0 ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= long;
}
