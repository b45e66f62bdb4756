// The functions and methods that conditions have, each with its price. Patterns and time zones must be written into the condition, so that
// they are compiled when the policy is loaded and nobody who calls can choose them.

import { RE2JS, RE2JSSyntaxException } from 're2js';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { ConditionMistake } from './language.ts';
import { EXHAUSTED, Failure, priceOfMatching, priceOfReading, priceOfSearching, spend } from './steps.ts';
import type { Steps } from './steps.ts';
import { isList, isMap, nameOf } from './values.ts';
import type { Value } from './values.ts';

/** A function of its arguments; for a method the first is what stands in front of the dot. */
export type Run = (args: readonly Value[], steps: Steps) => Value | Failure;

/** Makes a function for one place of a condition. `constants`: the arguments that are written there as they are; undefined for the others. */
export type Make = (constants: readonly (Value | undefined)[]) => Result<Run, ConditionMistake>;

/** Instructions of the longest pattern: with the price of matching, what a condition can cost stays bounded whatever is matched. */
const MAX_INSTRUCTIONS = 1000;

const always =
  (run: Run): Make =>
  () =>
    ok(run);

const onTexts = (price: (a: string, b: string) => number, answer: (a: string, b: string) => boolean): Make =>
  always(([a = null, b = null], steps) => {
    if (typeof a !== 'string' || typeof b !== 'string') return new Failure(`a ${nameOf(typeof a === 'string' ? b : a)} is no text`);
    return spend(steps, price(a, b)) ? answer(a, b) : EXHAUSTED;
  });

const onText = (answer: (text: string) => Value | Failure): Make =>
  always(([text = null], steps) => {
    if (typeof text !== 'string') return new Failure(`a ${nameOf(text)} is no text`);
    return spend(steps, priceOfReading(text.length)) ? answer(text) : EXHAUSTED;
  });

const size: Make = always(([value = null], steps) => {
  if (typeof value === 'string') {
    if (!spend(steps, priceOfReading(value.length))) return EXHAUSTED;
    // Characters, not halves of them: what a person counts.
    let count = 0;
    for (let i = 0; i < value.length; i += (value.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) count++;
    return BigInt(count);
  }
  if (isList(value)) return BigInt(value.length);
  if (!isMap(value)) return new Failure(`a ${nameOf(value)} has no size`);
  const keys = Object.keys(value).length;
  return spend(steps, keys) ? BigInt(keys) : EXHAUSTED;
});

const matches: Make = ([, pattern]) => {
  if (typeof pattern !== 'string')
    return fail({
      message: 'matches a pattern that is not written in it',
      fix: 'Write the pattern as a text: args.path.matches("^/srv/"), for example.',
    });
  const compiled = compilePattern(pattern);
  if (!compiled.ok) return compiled;
  const instructions = compiled.value.programSize();
  return ok(([text = null], steps) => {
    if (typeof text !== 'string') return new Failure(`a ${nameOf(text)} is no text`);
    return spend(steps, priceOfMatching(text.length, instructions)) ? compiled.value.test(text) : EXHAUSTED;
  });
};

function compilePattern(pattern: string): Result<RE2JS, ConditionMistake> {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() <= MAX_INSTRUCTIONS) return ok(compiled);
    return fail({ message: `has a pattern that becomes ${compiled.programSize()} instructions; ${MAX_INSTRUCTIONS} is the most` });
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return fail({
      message: `has the pattern ${JSON.stringify(pattern)}, which is none: ${error.message.replace('error parsing regexp: ', '')}`,
      fix: 'Patterns are those of RE2: without back references and look-around.',
    });
  }
}

const convert = (answer: (value: Value) => Value | Failure): Make => always(([value = null]) => answer(value));

const toInt = convert((value) => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(Math.trunc(value))) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^[+-]?\d{1,18}$/.test(value)) return BigInt(value);
  return new Failure(`a ${nameOf(value)} like this is no int`);
});

const toDouble = convert((value) => {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value === 'string' && value.length <= 32 && /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  return new Failure(`a ${nameOf(value)} like this is no double`);
});

const toText = convert((value) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return new Failure(`a ${nameOf(value)} is no text`);
});

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

const timestamp = convert((value) => {
  if (value instanceof Date) return value;
  const ms = typeof value === 'string' && TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? new Failure('a timestamp is written like "2026-01-31T12:00:00Z"') : new Date(ms);
});

type DatePart = 'year' | 'month' | 'day' | 'weekday' | 'hour' | 'minute' | 'second';
const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A part of a time, in UTC or in the time zone that is written. `base`: what the calendar's first counts as. */
const part = (name: DatePart, shift = 0): Make => {
  return (constants) => {
    const zone = constants.length > 1 ? constants[1] : 'UTC';
    if (typeof zone !== 'string' || !isTimeZone(zone))
      return fail({
        message: 'names a time zone that is none, or is not written in it',
        fix: 'Write the zone as a text: "Europe/Berlin", for example.',
      });
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    return ok(([time = null], steps) => {
      if (!(time instanceof Date)) return new Failure(`a ${nameOf(time)} is no timestamp`);
      // Formatting takes some microseconds: a hundred times a step.
      if (!spend(steps, 50)) return EXHAUSTED;
      const text = format.formatToParts(time).find(({ type }) => type === name)?.value ?? '';
      return BigInt((name === 'weekday' ? DAYS.indexOf(text) : Number(text)) + shift);
    });
  };
};

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** By name, and how many arguments they take. */
export interface Signature {
  readonly make: Make;
  readonly min: number;
  readonly max: number;
}

/** `size(args.list)`. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ['size', { make: size, min: 1, max: 1 }],
  ['int', { make: toInt, min: 1, max: 1 }],
  ['double', { make: toDouble, min: 1, max: 1 }],
  ['string', { make: toText, min: 1, max: 1 }],
  ['timestamp', { make: timestamp, min: 1, max: 1 }],
]);

const once = (a: string): number => priceOfReading(a.length);

/** `args.path.startsWith("/srv/")`; what stands in front counts as the first argument. */
export const METHODS: ReadonlyMap<string, Signature> = new Map([
  ['size', { make: size, min: 1, max: 1 }],
  [
    'startsWith',
    {
      make: onTexts(
        (_, b) => once(b),
        (a, b) => a.startsWith(b),
      ),
      min: 2,
      max: 2,
    },
  ],
  [
    'endsWith',
    {
      make: onTexts(
        (_, b) => once(b),
        (a, b) => a.endsWith(b),
      ),
      min: 2,
      max: 2,
    },
  ],
  [
    'contains',
    {
      make: onTexts(
        (a, b) => priceOfSearching(a.length, b.length),
        (a, b) => a.includes(b),
      ),
      min: 2,
      max: 2,
    },
  ],
  ['matches', { make: matches, min: 2, max: 2 }],
  ['lowerAscii', { make: onText((text) => text.replace(/[A-Z]+/g, (run) => run.toLowerCase())), min: 1, max: 1 }],
  ['upperAscii', { make: onText((text) => text.replace(/[a-z]+/g, (run) => run.toUpperCase())), min: 1, max: 1 }],
  ['getFullYear', { make: part('year'), min: 1, max: 2 }],
  // As CEL counts: months and days of the month from 0, dates from 1, days of the week from Sunday, 0.
  ['getMonth', { make: part('month', -1), min: 1, max: 2 }],
  ['getDate', { make: part('day'), min: 1, max: 2 }],
  ['getDayOfMonth', { make: part('day', -1), min: 1, max: 2 }],
  ['getDayOfWeek', { make: part('weekday'), min: 1, max: 2 }],
  ['getHours', { make: part('hour'), min: 1, max: 2 }],
  ['getMinutes', { make: part('minute'), min: 1, max: 2 }],
  ['getSeconds', { make: part('second'), min: 1, max: 2 }],
]);
