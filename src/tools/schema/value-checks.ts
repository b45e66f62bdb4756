// Keywords about a value as a whole: its type, its choices, numbers, text.

import { canonicalJson } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { toVisible } from '../visible-text.ts';
import { countCharacters, isEqual, isMultiple } from './compare-values.ts';
import { isObject, own } from './keywords.ts';
import { compilePattern } from './linear-pattern.ts';
import { refuse, spend } from './run.ts';
import type { Check, Run } from './run.ts';

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

/** What choices are named in a sentence; more of them, or longer ones, only make it unreadable. */
const MAX_NAMED = 8;
const MAX_NAMED_CHARS = 40;
/** Characters of a value that cost one step where all of it is compared. */
const CHARS_PER_STEP = 32;

export function valueChecks(schema: JsonObject): readonly Check[] {
  return [typeCheck(schema), enumCheck(schema), constCheck(schema), numberCheck(schema), lengthCheck(schema), patternCheck(schema)].filter(
    (check) => check !== undefined,
  );
}

function typeCheck(schema: JsonObject): Check | undefined {
  const type = own(schema, 'type');
  if (typeof type === 'string') {
    const say = `should be ${NAMES[type] ?? type}`;
    return (value, run) => hasType(value, type) || refuse(run, say);
  }
  if (!Array.isArray(type)) return undefined;
  const types = type.filter((one) => typeof one === 'string');
  const say = `should be ${types.map((one) => NAMES[one] ?? one).join(' or ')}`;
  return (value, run) => types.some((one) => hasType(value, one)) || refuse(run, say);
}

function hasType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'object':
      return isObject(value);
    default:
      return typeof value === type;
  }
}

function enumCheck(schema: JsonObject): Check | undefined {
  const choices = own(schema, 'enum');
  if (!Array.isArray(choices)) return undefined;
  const say = `should be ${nameChoices(choices)}`;
  const simple = new Set(choices.filter((choice) => typeof choice !== 'object' || choice === null));
  const composed = choices.filter((choice) => typeof choice === 'object' && choice !== null);
  return (value, run) => {
    if (simple.has(value)) return true;
    if (typeof value !== 'object' || value === null) return refuse(run, say);
    return spend(run, composed.length) && (composed.some((choice) => isEqual(choice, value)) || refuse(run, say));
  };
}

function constCheck(schema: JsonObject): Check | undefined {
  const only = own(schema, 'const');
  if (only === undefined) return undefined;
  const say = `should be ${nameChoices([only])}`;
  return (value, run) => isEqual(only, value) || refuse(run, say);
}

function nameChoices(choices: readonly JsonValue[]): string {
  const names = choices.slice(0, MAX_NAMED).map((choice) => toVisible(canonicalJson(choice)));
  if (choices.length > MAX_NAMED || names.some((name) => name.length > MAX_NAMED_CHARS))
    return choices.length === 1 ? 'the one value that is allowed' : `one of the ${choices.length} values that are allowed`;
  return names.length === 1 ? (names[0] ?? '') : `one of ${names.join(', ')}`;
}

function numberCheck(schema: JsonObject): Check | undefined {
  const rules: ((value: number, run: Run) => boolean)[] = [];
  const rule = (keyword: string, holds: (value: number, limit: number) => boolean, say: string): void => {
    const limit = own(schema, keyword);
    if (typeof limit !== 'number') return;
    const wrong = `${say} ${limit}`;
    rules.push((value, run) => holds(value, limit) || refuse(run, wrong));
  };
  // Draft 4 says with a boolean that the limit itself is out.
  const above = own(schema, 'exclusiveMinimum') === true;
  const under = own(schema, 'exclusiveMaximum') === true;
  rule('minimum', (value, limit) => (above ? value > limit : value >= limit), `should be ${above ? 'more than' : 'at least'}`);
  rule('maximum', (value, limit) => (under ? value < limit : value <= limit), `should be ${under ? 'less than' : 'at most'}`);
  rule('exclusiveMinimum', (value, limit) => value > limit, 'should be more than');
  rule('exclusiveMaximum', (value, limit) => value < limit, 'should be less than');
  rule('multipleOf', isMultiple, 'should be a multiple of');
  if (rules.length === 0) return undefined;
  return (value, run) => {
    if (typeof value !== 'number') return true;
    for (let at = 0; at < rules.length; at++) if (rules[at]?.(value, run) === false) return false;
    return true;
  };
}

function lengthCheck(schema: JsonObject): Check | undefined {
  const { least, most } = limits(schema, 'minLength', 'maxLength');
  if (least === 0 && most === Infinity) return undefined;
  return (value, run) => {
    if (typeof value !== 'string') return true;
    // A character has one or two units: mostly the units decide, and nothing is counted.
    if (value.length >= least * 2 && value.length <= most) return true;
    if (!spend(run, value.length / CHARS_PER_STEP)) return false;
    const count = countCharacters(value);
    if (count < least) return refuse(run, `should have at least ${least} characters`);
    return count <= most || refuse(run, `should have at most ${most} characters`);
  };
}

function patternCheck(schema: JsonObject): Check | undefined {
  const source = own(schema, 'pattern');
  if (typeof source !== 'string') return undefined;
  const pattern = compilePattern(source);
  // Never met where the schema was checked first; and if it was not, an unknown pattern fits nothing.
  if (!pattern.ok) return (value, run) => typeof value !== 'string' || refuse(run, 'has a pattern that cannot be checked');
  const { found, cost } = pattern.value;
  const shown = toVisible(source);
  const say = shown.length <= MAX_NAMED_CHARS * 2 ? `should match ${shown}` : 'should match the pattern of the schema';
  return (value, run) => typeof value !== 'string' || (spend(run, 1 + value.length * cost) && (found(value) || refuse(run, say)));
}

/** A pair of limits that are counts; a draft-4 `1.0` is 1. */
export function limits(schema: JsonObject, least: string, most: string): { readonly least: number; readonly most: number } {
  const low = own(schema, least);
  const high = own(schema, most);
  return { least: typeof low === 'number' ? low : 0, most: typeof high === 'number' ? high : Infinity };
}
