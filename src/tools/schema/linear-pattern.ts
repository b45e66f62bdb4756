// Patterns of a schema, in linear time. They are written for ECMAScript's engine, which can be made to run for ever; here they run on RE2,
// and what RE2 cannot do is refused rather than approximated. Where the two mean different things by the same sign, ECMAScript's meaning holds.

import { RE2JS } from 're2js';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';

/** A pattern that is found, or not, in time that grows with the text. */
export interface LinearPattern {
  readonly found: (text: string) => boolean;
  /** What one character may cost, in steps of the interpreter. */
  readonly cost: number;
}

const MAX_PATTERN_CHARS = 2_000;
/** Instructions of one program; RE2 repeats a part at most 1 000 times, but parts stand beside each other. */
const MAX_PROGRAM = 5_000;
/** Instructions taken to be as dear as one step of the interpreter: an estimate, on the safe side for patterns that are done after a glance. */
const INSTRUCTIONS_PER_STEP = 8;

/** White space of ECMAScript beyond `\s` of RE2, as members of a class. */
const SPACES = '\\s\\x{b}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const LINE_ENDS = '\\n\\r\\x{2028}\\x{2029}';
/** A property as ECMAScript and others name it; RE2 knows the short names of categories, and scripts by themselves. */
const PROPERTY = /^[pP]\{(?:(?:General_Category|gc|Script|sc)=)?(\w+)\}/;
const CATEGORIES: ReadonlyMap<string, string> = new Map([
  ['letter', 'L'],
  ['uppercase_letter', 'Lu'],
  ['lowercase_letter', 'Ll'],
  ['mark', 'M'],
  ['number', 'N'],
  ['decimal_number', 'Nd'],
  ['digit', 'Nd'],
  ['punctuation', 'P'],
  ['symbol', 'S'],
  ['separator', 'Z'],
]);
/** Means one thing to RE2, another to ECMAScript, a third to Python: whoever wrote it cannot be followed with certainty. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['A', 'Z', 'z', 'Q', 'E', 'C', 'a', 'G']);

/** A pattern for the linear engine, or why there is none. */
export function compilePattern(source: string): Result<LinearPattern, string> {
  if (source.length > MAX_PATTERN_CHARS) return fail(`is longer than ${MAX_PATTERN_CHARS} characters`);
  const conditions = splitConditions(source);
  if (conditions === undefined) return fail('is not balanced');
  const parts: { readonly program: RE2JS; readonly wanted: boolean }[] = [];
  let size = 0;
  for (const { pattern, wanted } of conditions) {
    const program = compileOne(pattern);
    if (!program.ok) return program;
    size += program.value.programSize();
    parts.push({ program: program.value, wanted });
  }
  if (size > MAX_PROGRAM) return fail('is too large');
  const [only] = parts;
  const found =
    parts.length === 1 && only !== undefined
      ? (text: string): boolean => only.program.test(text)
      : (text: string): boolean => parts.every(({ program, wanted }) => program.test(text) === wanted);
  return ok({ found, cost: size / INSTRUCTIONS_PER_STEP });
}

function compileOne(pattern: string): Result<RE2JS, string> {
  const translated = translate(pattern);
  if (translated === undefined) return fail('uses an escape that engines read in different ways');
  try {
    return ok(RE2JS.compile(RE2JS.translateRegExp(translated)));
  } catch {
    return fail('cannot be run in linear time (look-around, a back reference, too many repetitions), or is no regular expression');
  }
}

interface Condition {
  readonly pattern: string;
  readonly wanted: boolean;
}

/**
 * `^(?=A)(?!B)C` without alternatives on its top level asks three things of one place, the begin: `^A`, not `^B`, `^C`. Each of them is
 * linear. Such look-aheads are what schema libraries write for e-mail addresses and rules of passwords.
 */
function splitConditions(source: string): readonly Condition[] | undefined {
  const conditions: Condition[] = [];
  let at = 1;
  while (source.startsWith('^') && (source.startsWith('(?=', at) || source.startsWith('(?!', at))) {
    const end = groupEnd(source, at);
    if (end === undefined) return undefined;
    conditions.push({ pattern: `^(?:${source.slice(at + 3, end)})`, wanted: source[at + 2] === '=' });
    at = end + 1;
  }
  if (conditions.length === 0 || QUANTIFIER.test(source.charAt(at)) || hasTopLevelBar(source)) return [{ pattern: source, wanted: true }];
  return [...conditions, { pattern: `^${source.slice(at)}`, wanted: true }];
}

const QUANTIFIER = /[*+?{]/;

/** Where the group that opens here ends. */
function groupEnd(source: string, open: number): number | undefined {
  let depth = 0;
  for (const { at, character } of plainCharacters(source)) {
    if (at < open) continue;
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

function hasTopLevelBar(source: string): boolean {
  let depth = 0;
  for (const { character } of plainCharacters(source)) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) return true;
  }
  return false;
}

/** The characters that are neither escaped nor inside a class. */
function* plainCharacters(source: string): Generator<{ readonly at: number; readonly character: string }> {
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else yield { at, character };
  }
}

/** Writes `.`, `\s` and `\b` as what they mean in ECMAScript; undefined where the meaning is anybody's guess. */
function translate(pattern: string): string | undefined {
  let text = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      at += 1;
      const escaped = pattern.charAt(at);
      if (AMBIGUOUS.has(escaped)) return undefined;
      if (escaped === 's') text += inClass ? SPACES : `[${SPACES}]`;
      else if (escaped === 'S' && !inClass) text += `[^${SPACES}]`;
      else if (escaped === 'b' && inClass) text += '\\x08';
      else if (escaped === 'p' || escaped === 'P') {
        const [whole, name = ''] = PROPERTY.exec(pattern.slice(at)) ?? [escaped];
        text += name === '' ? `\\${escaped}` : `\\${escaped}{${CATEGORIES.get(name.toLowerCase()) ?? name}}`;
        at += whole.length - 1;
      } else text += `\\${escaped}`;
    } else {
      if (inClass) inClass = character !== ']';
      else inClass = character === '[';
      text += character === '.' && !inClass ? `[^${LINE_ENDS}]` : character;
    }
  }
  return text;
}
