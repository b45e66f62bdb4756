// Says in words what a schema found wrong: each mistake with its place, what is wrong with it, and what to write instead.
// The messages complete a sentence about the place: "servers.files.args" "must be a list, not text". A message that a schema brings itself may
// go on with what to write, as a second sentence.

import * as z from 'zod';
import { stringify } from 'yaml';
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
  return schema.safeParse(value, { error: fromSchema });
}

// The names of the keys that an object may have, and the example of a value, are only at hand while zod looks at them; they travel in the
// message of the issue: for keys their names, for a type what to write.
const fromSchema: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject) return Object.keys(issue.inst.shape).join(' ');
  if (issue.code !== 'invalid_type') return undefined;
  const example = exampleOf(issue.inst);
  if (issue.input !== undefined)
    return remedyOf(issue.expected, issue.input) ?? (example === undefined ? '' : `Write ${example}, for example.`);
  const key = String(issue.path?.at(-1) ?? '');
  return example === undefined ? `Add ${key}.` : `Add ${key}: ${example}, for example.`;
};

function exampleOf(schema: unknown): string | undefined {
  const examples: unknown = schema instanceof z.ZodType ? z.globalRegistry.get(schema)?.['examples'] : undefined;
  if (!Array.isArray(examples) || examples.length === 0) return undefined;
  const [example]: readonly unknown[] = examples;
  return stringify(example, { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll('[ ', '[').replaceAll(' ]', ']');
}

/** The mistakes behind the issues that checkShape found in a value. */
export function explain(issues: readonly Issue[], value: unknown): readonly Mistake[] {
  return explainAll(issues, [], value);
}

/** Explains issues whose paths begin at a place of the document. */
function explainAll(issues: readonly Issue[], at: Path, root: unknown): readonly Mistake[] {
  const pathOf = (issue: Issue): Path => [...at, ...issue.path.filter(isStep)];
  const wrong = new Set(issues.flatMap((issue) => (issue.code === 'invalid_type' ? [JSON.stringify(pathOf(issue))] : [])));
  const meant = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => JSON.stringify([...pathOf(issue), nearest(key, issue.message.split(' '))]))
        : [],
    ),
  );
  const telling = issues.filter((issue) => {
    const place = JSON.stringify(pathOf(issue));
    // What is of the wrong type is not also said to be too short, and what is there but misspelt is not also said to be missing.
    if (issue.code === 'too_small' || issue.code === 'too_big') return !wrong.has(place);
    return !meant.has(place) || valueAt(root, pathOf(issue)) !== undefined;
  });
  return telling.flatMap((issue) => explainOne(issue, pathOf(issue), root));
}

function explainOne(issue: Issue, path: Path, root: unknown): readonly Mistake[] {
  const value = valueAt(root, path);
  const one = (message: string, fix?: string): readonly Mistake[] => [{ path, part: 'value', message, fix }];
  const said = (message: string): readonly Mistake[] => [{ path, part: 'value', ...inSentences(message) }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(' ')));
    case 'invalid_key':
      return issue.issues.map((inner) => ({ path, part: 'key', ...inSentences(inner.message) }));
    case 'invalid_union':
      return explainUnion(issue, path, root);
    case 'invalid_type':
      return one(value === undefined ? 'is missing' : wrongType(issue.expected, value), issue.message === '' ? undefined : issue.message);
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      if (value === undefined) return one('is missing', `Add ${String(path.at(-1))}: ${orList(allowed)}.`);
      if (issue.values.some((wanted) => typeof wanted !== 'string' && String(wanted) === value))
        return one(`must be ${orList(allowed)}, not text`, `Write ${orList(allowed)}, without quotes.`);
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
      const only = allowed.length === 1 ? `Write ${orList(allowed)}.` : undefined;
      return one(`must be ${orList(allowed)}, not ${show(value)}`, meant === undefined ? only : `Did you mean ${meant}?`);
    }
    case 'too_small':
      return typeof value === 'number' ? one(`must be at least ${issue.minimum}, not ${value}`) : said(issue.message);
    case 'too_big':
      return typeof value === 'number' ? one(`must be at most ${issue.maximum}, not ${value}`) : said(issue.message);
    default:
      return said(issue.message);
  }
}

function inSentences(text: string): { readonly message: string; readonly fix: string | undefined } {
  const end = text.indexOf('. ');
  return end < 0 ? { message: text, fix: undefined } : { message: text.slice(0, end), fix: text.slice(end + 2) };
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

/**
 * Of the shapes a value may have, the one that is written says what is wrong: the one all of whose keys are there, whatever they hold, or else
 * the one it comes nearest to. If several are written at once, or none is nearest, the union says what it takes.
 */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, root: unknown): readonly Mistake[] {
  const value = valueAt(root, path);
  const fitting = issue.errors.filter((issues) => !issues.some((inner) => isOtherType(inner, value)));
  const complete = fitting.filter((issues) => !issues.some((inner) => isMissingKey(inner, value)));
  const [written] = complete;
  if (written !== undefined && complete.length === 1) return explainAll(written, path, root);
  const ranked = fitting.map((issues) => ({ issues, distance: distance(issues, value) })).sort((a, b) => a.distance - b.distance);
  const [best, second] = ranked;
  if (complete.length === 0 && best !== undefined && (second === undefined || best.distance < second.distance))
    return explainAll(best.issues, path, root);
  // Several shapes are equally far: perhaps a key of one of them is misspelt.
  const misspelt = fitting
    .flat()
    .flatMap((inner) =>
      inner.code === 'unrecognized_keys' && inner.path.length === 0
        ? inner.keys.map((key) => unknownKey([...path, key], inner.message.split(' '))).filter(({ fix }) => fix?.startsWith('Did you mean'))
        : [],
    );
  if (misspelt.length > 0) return misspelt.slice(0, 1);
  const { message, fix } = inSentences(issue.message);
  if (value === null) return [{ path, part: 'value', message: `has no value; it ${message}`, fix }];
  const asText = issue.errors
    .flat()
    .some((inner) => inner.code === 'invalid_type' && inner.expected === 'string' && inner.path.length === 0);
  return [{ path, part: 'value', message, fix: fix ?? (asText ? remedyOf('string', value) : undefined) }];
}

/** Whether an issue says that the value as a whole is of another type than the shape wants. */
function isOtherType({ code, path }: Issue, value: unknown): boolean {
  return path.length === 0 && (code === 'invalid_type' || (code === 'invalid_value' && typeof value !== 'string'));
}

/** Whether an issue says that a key of the value itself is missing. What is missing further in does not make it another shape. */
function isMissingKey({ path }: Issue, value: unknown): boolean {
  return path.length === 1 && valueAt(value, path.filter(isStep)) === undefined;
}

/** How far a value is from a shape: keys too many, and keys missing, which weigh more. */
function distance(issues: readonly Issue[], value: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return sum + issue.keys.length;
    return sum + (isMissingKey(issue, value) ? 2 : 0);
  }, 0);
}

function wrongType(expected: string, value: unknown): string {
  return value === null ? 'has no value' : `must be ${TYPE_NAMES[expected] ?? expected}, not ${typeName(value)}`;
}

/** What to write in place of a value of the wrong type, where it can be said from the value. */
function remedyOf(expected: string, value: unknown): string | undefined {
  if (value === null) return `Write ${TYPE_NAMES[expected] ?? expected}, or leave the key out.`;
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return `Write "${value}", in quotes.`;
  if (expected === 'array' && typeof value === 'string') return `Write [${JSON.stringify(value)}].`;
  const isNumber = (expected === 'number' || expected === 'int') && typeof value === 'string' && /^\d+$/.test(value);
  return isNumber ? `Write ${value}, without quotes.` : undefined;
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
