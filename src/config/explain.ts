// Says in words what a schema found wrong: each mistake with its place, what is wrong with it, and what to write instead.
// The messages complete a sentence about the place: "servers.files.args" "must be a list, not text".

import * as z from 'zod';
import { nearest } from '../base/index.ts';
import type { Path } from './yaml.ts';

/** One mistake in a document. */
export interface Mistake {
  readonly path: Path;
  /** Whether the key or the value is wrong. */
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly fix: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** Checks a value by a schema. The issues of the schema go through `explain`. */
export function checkShape<Output>(schema: z.ZodType<Output>, value: unknown): z.ZodSafeParseResult<Output> {
  return schema.safeParse(value, { error: withKnownKeys });
}

// The names of the keys that an object may have are only at hand while zod looks at it; they travel in the message of the issue.
const withKnownKeys: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(' ') : undefined;

/** The mistakes behind the issues that checkShape found in a value. */
export function explain(issues: readonly Issue[], value: unknown): readonly Mistake[] {
  const mistyped = new Set(issues.flatMap(({ code, path }) => (code === 'invalid_type' ? [JSON.stringify(path)] : [])));
  // What is of the wrong type is not also said to be too short.
  const telling = issues.filter(({ code, path }) => !(code === 'too_small' || code === 'too_big') || !mistyped.has(JSON.stringify(path)));
  return telling.flatMap((issue) => explainOne(issue, issue.path.filter(isStep), value));
}

function explainOne(issue: Issue, path: Path, root: unknown): readonly Mistake[] {
  const value = valueAt(root, path);
  const one = (message: string, fix?: string): readonly Mistake[] => [{ path, part: 'value', message, fix }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, part: 'key', message, fix: undefined }));
    case 'invalid_union':
      return explainUnion(issue, path, root);
    case 'invalid_type':
      return value === undefined ? one('is missing', `Add ${String(path.at(-1))}.`) : one(...wrongType(issue.expected, value));
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      if (value === undefined) return one('is missing', `Add ${String(path.at(-1))}: ${orList(allowed)}.`);
      if (issue.values.some((wanted) => typeof wanted !== 'string' && String(wanted) === value))
        return one(`must be ${orList(allowed)}, not text`, `Write ${orList(allowed)}, without quotes.`);
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
      return one(`must be ${orList(allowed)}, not ${show(value)}`, meant === undefined ? undefined : `Did you mean ${meant}?`);
    }
    case 'too_small':
      return typeof value === 'number' ? one(`must be at least ${issue.minimum}, not ${value}`) : one(issue.message);
    case 'too_big':
      return typeof value === 'number' ? one(`must be at most ${issue.maximum}, not ${value}`) : one(issue.message);
    default:
      return one(issue.message);
  }
}

function unknownKey(path: Path, known: readonly string[]): Mistake {
  const meant = nearest(String(path.at(-1)), known);
  return {
    path,
    part: 'key',
    message: 'is not a key that is known here',
    fix: meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${meant}?`,
  };
}

/** Of the shapes a value may have, the one it comes nearest to says what is wrong; if none is nearest, the union says what it takes. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, root: unknown): readonly Mistake[] {
  const value = valueAt(root, path);
  const fitting = issue.errors.filter((issues) => !issues.some((inner) => isOtherType(inner, value)));
  const ranked = fitting.map((issues) => ({ issues, distance: distance(issues, value) })).sort((a, b) => a.distance - b.distance);
  const [best, second] = ranked;
  if (best !== undefined && (second === undefined || best.distance < second.distance)) {
    return best.issues.flatMap((inner) => explainOne(inner, [...path, ...inner.path.filter(isStep)], root));
  }
  // Several shapes are equally far: perhaps a key of one of them is misspelt.
  const misspelt = fitting
    .flat()
    .flatMap((inner) =>
      inner.code === 'unrecognized_keys' && inner.path.length === 0
        ? inner.keys.map((key) => unknownKey([...path, key], inner.message.split(' '))).filter(({ fix }) => fix?.startsWith('Did you mean'))
        : [],
    );
  if (misspelt.length > 0) return misspelt.slice(0, 1);
  if (value === null) return [{ path, part: 'value', message: `has no value; it ${issue.message}`, fix: undefined }];
  const asText = issue.errors
    .flat()
    .some((inner) => inner.code === 'invalid_type' && inner.expected === 'string' && inner.path.length === 0);
  return [{ path, part: 'value', message: issue.message, fix: asText ? wrongType('string', value)[1] : undefined }];
}

/** Whether an issue says that the value as a whole is of another type than the shape wants. */
function isOtherType({ code, path }: Issue, value: unknown): boolean {
  return path.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && typeof value !== 'string'));
}

/** How far a value is from a shape: keys too many, and keys missing, which weigh more. */
function distance(issues: readonly Issue[], value: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    const missing = issue.path.length > 0 && valueAt(value, issue.path.filter(isStep)) === undefined;
    return sum + (missing ? 2 : 0);
  }, 0);
}

function wrongType(expected: string, value: unknown): readonly [message: string, fix?: string] {
  const wanted = TYPE_NAMES[expected] ?? expected;
  if (value === null) return ['has no value', `Write ${wanted}, or leave the key out.`];
  const message = `must be ${wanted}, not ${typeName(value)}`;
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return [message, `Write "${value}", in quotes.`];
  if (expected === 'array' && typeof value === 'string') return [message, `Write [${JSON.stringify(value)}].`];
  if ((expected === 'number' || expected === 'int') && typeof value === 'string' && /^\d+$/.test(value))
    return [message, `Write ${value}, without quotes.`];
  return [message];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : String(value);
  return TYPE_NAMES[typeof value] ?? typeof value;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value === null ? 'empty' : typeName(value);
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), root);
}

function isStep(step: PropertyKey): step is string | number {
  return typeof step !== 'symbol';
}
