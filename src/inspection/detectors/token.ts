// How a detector of tokens with a prefix of their own is written down in one line: the prefix is the anchor, the body is what its vendor has published.

import type { Detector } from '../types.ts';

/** Classes of characters that tokens are made of. */
export const ALNUM = '[0-9A-Za-z]';
export const LOWER = '[0-9a-z]';
export const UPPER = '[0-9A-Z]';
export const HEX = '[0-9a-f]';
export const URLSAFE = '[0-9A-Za-z_-]';
export const BASE64 = '[0-9A-Za-z+/]';
export const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Ends of escapes that nobody has undone: of a line (`\n`), of an address (`%3D`), of a colour on a terminal. */
const ESCAPES = '\\\\[nrtbf]|%[0-9A-F]{2}|\\x1b\\[[0-9;]{0,10}m';
/** What may stand in front of a token: no letter or digit, unless it is the end of an escape. */
export const LEFT = `(?:\\b|_|${ESCAPES})`;
/** Behind it: nothing that could be more of it. */
const RIGHT = '\\b';
const RIGHT_OF_URLSAFE = '(?:\\b|[^0-9A-Za-z_-]|$)';
const RIGHT_OF_PADDING = '(?:[^0-9A-Za-z+/=]|$)';

/** The same in front of what may begin with a mark: none of these characters. */
export function leftOf(chars: string): string {
  return `(?:^|[^${chars}]|${ESCAPES})`;
}

interface TokenOptions {
  /** Bytes of the longest one behind its prefix. */
  readonly longest?: number;
  /** By default what is only masked is refused. */
  readonly validator?: string;
  readonly confidence?: Detector['confidence'];
}

/**
 * A detector for tokens that begin with one of some prefixes. `body` is RE2 syntax. They are found also in letters that look like theirs, and with characters
 * between them that nobody sees: whoever is talked into sending one out may be told to write it so.
 */
export function token(name: string, prefixes: string | readonly string[], body: string, options: TokenOptions = {}): Detector {
  const { longest = 120, validator = 'token', confidence = 'high' } = options;
  const literals = typeof prefixes === 'string' ? [prefixes] : prefixes;
  return {
    name,
    class: 'secret',
    anchors: { kind: 'literals', literals, exact: true },
    pattern: `${LEFT}(?P<value>(?:${literals.map(quote).join('|')})${body})${rightOf(body)}`,
    before: 13,
    after: Math.max(...literals.map((literal) => literal.length)) + longest + 1,
    validator,
    confidence,
    folded: true,
  };
}

/** A detector for values without a form of their own, of which what stands in front says whose they are. `context` and `value` are RE2 syntax. */
export function named(name: string, literals: readonly string[], pattern: string, options: TokenOptions = {}): Detector {
  const { longest = 200, validator = 'random-code', confidence = 'medium' } = options;
  return { name, class: 'secret', anchors: { kind: 'literals', literals }, pattern, before: 40, after: longest, validator, confidence };
}

/** What stands between a name and its value in .env, YAML, JSON, code, headers and command lines. */
export const ASSIGNED = '[0-9A-Za-z_. -]{0,24}["\'\\]\\\\`)]{0,4}\\s{0,4}(?:=>|:=|==?|:|,|>|\\s)\\s{0,4}["\'\\\\`(\\[]{0,4}';

function rightOf(body: string): string {
  if (/=(?:\{[0-9,]+\})?$/.test(body)) return RIGHT_OF_PADDING;
  return /-\](?:\{[0-9,]+\}|[+*])?$/.test(body) ? RIGHT_OF_URLSAFE : RIGHT;
}

function quote(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
