// Patterns of detectors, on RE2's engine in JavaScript: time that grows with the text and nothing else. What RE2 cannot do is refused when detectors
// are compiled, never approximated.

import { RE2JS } from 're2js';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** Where something matched in a window: the whole, and what its group `value` took of it. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A pattern. It is only built when something is first looked for, for most of them never are. */
export interface Pattern {
  /** Whether it matches anywhere; several times cheaper than finding out where. */
  readonly test: (text: string) => boolean;
  /** The leftmost match that begins at `from` or behind it. */
  readonly find: (text: string, from: number) => Match | undefined;
  /** The match that begins where the text does. */
  readonly atStart: (text: string) => Match | undefined;
}

const MAX_PATTERN_CHARS = 4_000;
/** Instructions of a program. */
const MAX_PROGRAM = 8_000;
/** Name of the group that is the finding. */
const VALUE = 'value';
/** What the engine may remember of one pattern, by its own estimate. By default it is 8 MiB, which hostile text fills for every detector there is. */
const MAX_REMEMBERED_BYTES = 512 * 1024;
/** Texts on which a pattern that can match nothing at all does so. */
const PROBES = ['', 'a', '0', ' ', '\n', '=', ' a ', 'é'];

/** Why this cannot be a detector's pattern; undefined: it can. */
export function patternMistake(source: string): string | undefined {
  if (source.length > MAX_PATTERN_CHARS) return `is longer than ${MAX_PATTERN_CHARS} characters`;
  const program = build(source);
  if (!program.ok) return program.error;
  if (program.value.programSize() > MAX_PROGRAM) return 'is too large: write fewer or smaller repetitions';
  const pattern = wrap(() => program.value);
  for (const probe of PROBES) {
    for (let at = 0; at <= probe.length; at += 1) {
      const match = pattern.find(probe, at);
      if (match?.start === match?.end && match !== undefined) return 'can match the empty text, which is everywhere';
    }
  }
  return undefined;
}

/** A pattern that `patternMistake` has nothing to say about. */
export function createPattern(source: string): Pattern {
  let program: RE2JS | undefined;
  return wrap(() => {
    if (program === undefined) {
      program = RE2JS.compile(source);
      const { dfa } = program.re2();
      dfa.stateBudget = MAX_REMEMBERED_BYTES;
      dfa.memBudget = MAX_REMEMBERED_BYTES;
    }
    return program;
  });
}

function build(source: string): Result<RE2JS, string> {
  try {
    return ok(RE2JS.compile(source));
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it cannot be read';
    return fail(`is not RE2 syntax, which has no look-around and no back references: ${why}`);
  }
}

function wrap(program: () => RE2JS): Pattern {
  type Matcher = ReturnType<RE2JS['matcher']>;
  const describe = (matcher: Matcher): Match => {
    const start = matcher.start();
    const end = matcher.end();
    const valueStart = VALUE in program().namedGroups() ? matcher.start(VALUE) : -1;
    return valueStart < 0 ? { start, end, valueStart: start, valueEnd: end } : { start, end, valueStart, valueEnd: matcher.end(VALUE) };
  };
  return {
    test: (text) => program().test(text),
    find: (text, from) => {
      const matcher = program().matcher(text);
      return matcher.find(from) ? describe(matcher) : undefined;
    },
    atStart: (text) => {
      const matcher = program().matcher(text);
      return matcher.lookingAt() ? describe(matcher) : undefined;
    },
  };
}
