// Patterns of detectors, in RE2's syntax: time that grows with the text and nothing else. What RE2 cannot do is refused when detectors are compiled, never
// approximated.

import { RE2JS } from 're2js';
import { compileProgram } from './program.ts';
import type { Program } from './program.ts';
import { findMatch, matchAtStart } from './run-program.ts';
import type { Match } from './run-program.ts';
import type { Budget } from './types.ts';

/** A pattern. Its program is only built when something is first looked for, for most of them never are. What it costs is taken from the budget. */
export interface Pattern {
  /** The leftmost match that begins at `from` or behind it; undefined also where the budget ends. */
  readonly find: (text: string, from: number, budget: Budget) => Match | undefined;
  /** The match that begins where the text does. */
  readonly atStart: (text: string, budget: Budget) => Match | undefined;
}

const MAX_PATTERN_CHARS = 4_000;
/** Instructions of a program. */
const MAX_PROGRAM = 4_000;
/** Texts on which a pattern that can match nothing at all does so. */
const PROBES = ['', 'a', '0', ' ', '\n', '=', ' a ', 'é'];

/** Why this cannot be a detector's pattern; undefined: it can. */
export function patternMistake(source: string): string | undefined {
  if (source.length > MAX_PATTERN_CHARS) return `is longer than ${MAX_PATTERN_CHARS} characters`;
  try {
    if (RE2JS.compile(source).programSize() > MAX_PROGRAM) return 'is too large: write fewer or smaller repetitions';
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it cannot be read';
    return `is not RE2 syntax, which has no look-around and no back references: ${why}`;
  }
  return matchesNothing(source) ? 'can match the empty text, which is everywhere' : undefined;
}

function matchesNothing(source: string): boolean {
  const pattern = createPattern(source);
  const budget = { left: Number.MAX_SAFE_INTEGER, failures: 0 };
  return PROBES.some((probe) => {
    for (let at = 0; at <= probe.length; at += 1) {
      const match = pattern.find(probe, at, budget);
      if (match !== undefined && match.start === match.end) return true;
    }
    return false;
  });
}

/** A pattern that `patternMistake` has nothing to say about. */
export function createPattern(source: string): Pattern {
  let built: Program | undefined;
  const program = (): Program => {
    built ??= compileProgram(source);
    return built;
  };
  return {
    find: (text, from, budget) => findMatch(program(), text, from, budget),
    atStart: (text, budget) => matchAtStart(program(), text, budget),
  };
}
