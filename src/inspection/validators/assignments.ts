// What is given to a name, wherever names are given values: .env, YAML, JSON in a text, code, XML, command lines, and sentences that say what it is. Read
// by hand, from the word on that was found: most words are given nothing, and cost a few characters. Pure, linear.

import type { Candidate, Part } from '../types.ts';
import { kindOf } from './secret-names.ts';
import { isSecret } from './secret-values.ts';

const MAX_NAME = 48;
const MAX_VALUE = 300;
/** So much of a long value says whether it is random. */
const MAX_PASSED = 128;
/** Characters that end a value without quotes. */
const STOPS = new Set([...Buffer.from(' "\'`<>,;\\|'), ...Array.from({ length: 32 }, (_, code) => code), 127]);

const AMPERSAND = 38;
const HASH = 35;
const PARENTHESIS = 40;

/** A value that stands somewhere in a text. */
interface Placed extends Part {
  readonly value: string;
  readonly quoted: boolean;
}

/** The value that the name around a word is given, if it is the secret that the name promises. */
export function assignedSecret({ window, value, at }: Candidate): readonly Part[] | false {
  const start = nameStart(window, at);
  // The last part of a path or of the name of a resource: what follows is the next part.
  if (window[start - 1] === ':' || window[start - 1] === '/') return false;
  const end = nameEnd(window, at + value.length);
  // `${PASSWORD:?is required}`: a variable, and what is said where it has no value.
  if (window.startsWith('${', start - 2) && /^:?\?/.test(window.slice(end, end + 2))) return false;
  const name = window.slice(start, end);
  const kind = kindOf(name);
  if (kind === undefined) return false;
  const valueAt = afterSeparator(window, end, start);
  if (valueAt === undefined) return false;
  const placed = readValue(window, valueAt, isInQuery(window, start));
  // `<password>hunter2</password>`; and no `<password>@host`.
  if (window[valueAt - 1] === '>' && window[valueAt - 2] !== '=' && window[placed?.end ?? 0] !== '<') return false;
  return placed !== undefined && isSecret(kind, { ...placed, name }) ? [{ start: placed.start, end: placed.end }] : false;
}

/** The name in front of a value, and what stands between them. */
const GIVEN_TO = /(?<name>[0-9A-Za-z_.-]{3,48})\\?["'`\])]{0,3}[ \t]{0,4}(?:=>|:=|[=:])[ \t]{0,4}\\?["'`]{0,3}$/;

/** A value of which only the beginning would be in the window around its name: the anchor is the value. */
export function longAssignedSecret({ window, value, at }: Candidate): readonly Part[] | false {
  const name = GIVEN_TO.exec(window.slice(0, at))?.groups?.['name'] ?? '';
  const kind = kindOf(name);
  if (kind === undefined || !isSecret('token', { value: value.slice(0, MAX_PASSED), quoted: true, name })) return false;
  let end = at + value.length;
  while (end < window.length && /[0-9A-Za-z_+/=.~%-]/.test(window.charAt(end))) end += 1;
  return [{ start: at, end }];
}

/** All of a JSON string whose member's name promises a secret. */
export function memberSecret({ value, key, at }: Candidate): readonly Part[] | false {
  const kind = kindOf(key);
  const trimmed = value.trim();
  if (kind === undefined || !isSecret(kind, { value: trimmed, quoted: true, name: key })) return false;
  const from = at + value.indexOf(trimmed);
  return [{ start: from, end: from + trimmed.length }];
}

function isNameChar(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45 || code === 46
  );
}

function nameStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && from - at < MAX_NAME && isNameChar(text.charCodeAt(at - 1))) at -= 1;
  // An escape that nobody has undone is no part of a name: `\npassword=`.
  return at > 0 && at < from && text[at - 1] === '\\' && /[nrt]/.test(text[at] ?? '') ? at + 1 : at;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && at - from < MAX_NAME && isNameChar(text.charCodeAt(at))) at += 1;
  return at;
}

const SEPARATOR =
  /^(?:\\?["'`]|["'\])]{1,3}|\*\*|\\_)?[ \t]{0,8}(?:=>|:=|\?=|={1,3}|->|:|>|["']?[ \t]+value=)[ \t]{0,8}(?:\r?\n[ \t]{1,12})?/;
/** `define('DB_PASSWORD', '…')`: two arguments, of which the first says what the second is. */
const PAIR = /^["'`][ \t]{0,2},[ \t]{0,4}(?=["'`])/;
/** `setPassword("…")`. */
const CALL = /^\([ \t]{0,2}(?=["'`])/;
const SAYS_IT_IS = /^(?:["'`*]{0,2})[ ](?:is|was|are|set to|will be|=)[ ]?:?[ ]{0,2}/;
const OPTION = /^[ \t]{1,4}(?=[^\s-])/;

/** Where the value begins that stands behind a name; undefined: it is given none. */
function afterSeparator(text: string, end: number, nameAt: number): number | undefined {
  const rest = text.slice(end, end + 64);
  const called = /^(?:set|with|change|update)[A-Z_]/.test(text.slice(nameAt, nameAt + 8)) ? CALL.exec(rest) : null;
  const separator = SEPARATOR.exec(rest) ?? SAYS_IT_IS.exec(rest) ?? (text[nameAt - 2] === '(' ? PAIR.exec(rest) : null) ?? called;
  if (separator !== null) return end + separator[0].length;
  // `--password hunter2`: the hyphens are part of the name.
  const option = text.startsWith('--', nameAt) ? OPTION.exec(rest) : null;
  return option === null ? undefined : end + option[0].length;
}

function isInQuery(text: string, nameAt: number): boolean {
  return text[nameAt - 1] === '?' || text[nameAt - 1] === '&';
}

function readValue(text: string, from: number, inQuery: boolean): Placed | undefined {
  const opening = /^(?:[a-zA-Z]{0,2}(\\?["'`]{1,3}))?/.exec(text.slice(from, from + 8));
  const quote = opening?.[1];
  const start = from + (quote === undefined ? 0 : (opening?.[0].length ?? 0));
  const stop = Math.min(text.length, start + MAX_VALUE);
  let end = quote === undefined ? bareEnd(text, start, stop, inQuery) : quotedEnd(text, start, stop, quote);
  // Code that calls something is no value, and neither is what goes on behind it.
  if (quote === undefined && text[end] === '(') return undefined;
  if (quote === undefined) while (end > start && /[.,;:)\]}]/.test(text[end - 1] ?? '') && !isBalanced(text.slice(start, end))) end -= 1;
  return end > start ? { start, end, value: text.slice(start, end), quoted: quote !== undefined } : undefined;
}

function quotedEnd(text: string, start: number, stop: number, quote: string): number {
  const last = quote.charAt(quote.length - 1);
  let at = start;
  while (at < stop && text[at] !== '\n') {
    if (text.startsWith(quote, at)) return at;
    if (text[at] === '\\' && quote.length === 1) at += 1;
    else if (text[at] === last) return at;
    at += 1;
  }
  return Math.min(at, stop);
}

function bareEnd(text: string, start: number, stop: number, inQuery: boolean): number {
  let at = start;
  for (; at < stop; at += 1) {
    const code = text.charCodeAt(at);
    if (STOPS.has(code) || (inQuery && (code === AMPERSAND || code === HASH))) return at;
    if (code === PARENTHESIS && at > start && isNameChar(text.charCodeAt(at - 1))) return at;
  }
  return at;
}

/** Whether what closes has been opened: `a)` is at the end of something that began in front of it. */
function isBalanced(value: string): boolean {
  const last = value.charAt(value.length - 1);
  const opener = { ')': '(', ']': '[', '}': '{' }[last];
  return opener !== undefined && value.includes(opener);
}
