// What conditions compute with, and the operators over it. A whole number is an int (64 bits), any other a double; where the two meet they
// compare by value and compute as doubles. Whatever has no answer is a Failure, which the rule then says.

import { EXHAUSTED, Failure, priceOfReading, spend } from './steps.ts';
import type { Steps } from './steps.ts';

/** A value. Numbers inside lists and maps may still be as JSON has them: `toValue` makes of each what it is here. */
export type Value = null | boolean | bigint | number | string | Date | readonly Value[] | { readonly [key: string]: Value };

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** What a value of JSON is in a condition: its whole numbers are ints. */
export function toValue(value: Value): Value {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** What a value is called in messages. */
export function nameOf(value: Value): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return isList(value) ? 'list' : value instanceof Date ? 'timestamp' : 'map';
  }
}

/** Whether a value is a list. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether a value is a map. */
export function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The member of a map, or the element of a list. Members of the prototype are none. */
export function memberOf(value: Value, key: Value): Value | Failure {
  if (isMap(value)) {
    const member = typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
    return member === undefined ? new Failure(`there is no ${show(key)} in it`) : toValue(member);
  }
  if (isList(value)) {
    const element = typeof key === 'bigint' || typeof key === 'number' ? value[Number(key)] : undefined;
    return element === undefined ? new Failure(`there is no element ${show(key)} in the list`) : toValue(element);
  }
  return new Failure(`a ${nameOf(value)} has no ${show(key)}`);
}

/** Whether a value has a member. */
export function hasMember(value: Value, key: string): boolean | Failure {
  return isMap(value) ? Object.hasOwn(value, key) : new Failure(`a ${nameOf(value)} has no ${show(key)}`);
}

/** Equality by value, through and through; values of two kinds are different. */
export function equals(a: Value, b: Value, steps: Steps): boolean | Failure {
  if (!spend(steps, typeof a === 'string' ? 1 + priceOfReading(a.length) : 1)) return EXHAUSTED;
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (isList(a) && isList(b)) return a.length === b.length && every(a.keys(), (i) => equals(a[i] ?? null, b[i] ?? null, steps));
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    if (!spend(steps, keys.length)) return EXHAUSTED;
    if (keys.length !== Object.keys(b).length) return false;
    return every(keys.values(), (key) => Object.hasOwn(b, key) && equals(a[key] ?? null, b[key] ?? null, steps));
  }
  return a === b;
}

/** Whether a value is in a list, or a key in a map. */
export function isIn(value: Value, within: Value, steps: Steps): boolean | Failure {
  if (isMap(within)) return typeof value === 'string' && Object.hasOwn(within, value);
  if (!isList(within)) return new Failure(`a ${nameOf(within)} has nothing in it`);
  for (const element of within) {
    const same = equals(value, element, steps);
    if (same !== false) return same;
  }
  return false;
}

/** Below nothing, nothing or above it: how two values are ordered. */
export function compare(a: Value, b: Value, steps: Steps): number | Failure {
  if (typeof a === 'string' && typeof b === 'string') {
    if (!spend(steps, priceOfReading(Math.min(a.length, b.length)))) return EXHAUSTED;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : sameNumber(a, b) ? 0 : Number.NaN;
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return new Failure(`a ${nameOf(a)} and a ${nameOf(b)} have no order`);
}

/** The arithmetic operators. */
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** Computes; `+` also joins texts and lists. */
export function compute(op: Arithmetic, a: Value, b: Value, steps: Steps): Value | Failure {
  if (typeof a === 'bigint' && typeof b === 'bigint') return computeInt(op, a, b);
  if (isNumber(a) && isNumber(b)) return computeDouble(op, Number(a), Number(b));
  if (op === '+' && typeof a === 'string' && typeof b === 'string')
    return spend(steps, priceOfReading(a.length + b.length)) ? a + b : EXHAUSTED;
  if (op === '+' && isList(a) && isList(b)) return spend(steps, a.length + b.length) ? [...a, ...b] : EXHAUSTED;
  return new Failure(`there is no ${nameOf(a)} ${op} ${nameOf(b)}`);
}

function computeInt(op: Arithmetic, a: bigint, b: bigint): Value | Failure {
  if ((op === '/' || op === '%') && b === 0n) return new Failure('it divides by zero');
  const result = op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '/' ? a / b : a % b;
  return result < MIN_INT || result > MAX_INT ? new Failure('a number grows beyond 64 bits') : result;
}

function computeDouble(op: Arithmetic, a: number, b: number): Value | Failure {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return new Failure('% needs whole numbers');
  }
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** By value also between int and double: a bigint is never `===` a number. */
function sameNumber(a: bigint | number, b: bigint | number): boolean {
  return typeof a === typeof b ? a === b : !(a < b) && !(a > b) && !Number.isNaN(Number(a)) && !Number.isNaN(Number(b));
}

function every<T>(items: Iterable<T>, holds: (item: T) => boolean | Failure): boolean | Failure {
  for (const item of items) {
    const held = holds(item);
    if (held !== true) return held;
  }
  return true;
}

/** Keys may come from arguments: cut, and only letters that are no trouble in a terminal or a log. */
function show(key: Value): string {
  const text = isNumber(key) || typeof key === 'string' ? String(key) : nameOf(key);
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
