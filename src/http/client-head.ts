// Reads the head of a server's answer (RFC 9112 §4–§6). Tolerant where a second reading does no harm: LF alone ends a line, the reason may be
// missing, white space before a colon is dropped, equal Content-Lengths may repeat. Never tolerant where the end of the message is decided.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { CR, HTAB, isDigit, LF, SP, TOKEN } from './grammar.ts';
import { createHeaderList } from './header-list.ts';
import type { HeaderList } from './types.ts';

/** How the end of the body is found (RFC 9112 §6.3); 'close' means the server hangs up. */
export type Framing = 'none' | 'length' | 'chunked' | 'close';

/** The head of an answer, read. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: HeaderList;
  readonly framing: Framing;
  /** Bytes of the body when `framing` is 'length', else 0. */
  readonly contentLength: number;
  /** The server will take another request on this connection. */
  readonly keepAlive: boolean;
  /** For how long it says it will wait for one (`Keep-Alive: timeout=…`). */
  readonly keepAliveHintMs: number | undefined;
  /** Content-Encoding in lower case; undefined for none and for identity. */
  readonly encoding: string | undefined;
}

const MAX_FIELDS = 256;

// What a byte means to the search for the end of a head.
const BAD = 0;
const TEXT = 1;
const CARRIAGE_RETURN = 2;
const LINE_FEED = 3;
const HEAD_BYTES = headBytes();

/** No end of a head in these bytes yet. */
export const INCOMPLETE = -1;
/** A byte that no head may hold: NUL and other controls, or a CR without LF (which recipients read as end of line, as space or as text). */
export const FORBIDDEN = -2;

/**
 * Finds where the head ends that begins at `start`: the offset after its empty line, INCOMPLETE or FORBIDDEN.
 * Bytes before `from` have been looked at before; none at or after `limit` is.
 */
export function findHeadEnd(bytes: Uint8Array, start: number, from: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    const kind = HEAD_BYTES[bytes[at] ?? 0];
    if (kind === TEXT) continue;
    if (kind === LINE_FEED) {
      const before = at - (bytes[at - 1] === CR ? 2 : 1);
      if (before >= start && bytes[before] === LF) return at + 1;
    } else if (kind === CARRIAGE_RETURN) {
      if (at + 1 === limit) return INCOMPLETE;
      if (bytes[at + 1] !== LF) return FORBIDDEN;
    } else {
      return FORBIDDEN;
    }
  }
  return INCOMPLETE;
}

/** Parses a head that `findHeadEnd` has delimited, decoded as Latin-1. The error is a sentence for the log. */
export function parseAnswerHead(text: string): Result<AnswerHead, string> {
  const statusEnd = lineEnd(text, 0);
  const status = parseStatus(text, statusEnd);
  if (status < 0) return fail('the status line is not HTTP/1.0 or HTTP/1.1');
  const names: string[] = [];
  const values: string[] = [];
  for (let at = text.indexOf('\n') + 1; ; at = text.indexOf('\n', at) + 1) {
    const end = lineEnd(text, at);
    if (end === at) break;
    // Folded lines (obs-fold) are what one reader joins and another takes for a new field.
    const first = text.charCodeAt(at);
    if (first === SP || first === HTAB) return fail('a header is folded over two lines');
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon >= end) return fail('a header line has no colon');
    const name = trimmed(text, at, colon).toLowerCase();
    if (!isToken(name)) return fail('a header name is malformed');
    names.push(name);
    values.push(trimmed(text, colon + 1, end));
    if (names.length > MAX_FIELDS) return fail(`there are more than ${MAX_FIELDS} header fields`);
  }
  return frame(status, text.charCodeAt(7) === 0x30, names, values);
}

interface FramingFields {
  contentLength: number | undefined;
  transferEncoding: string | undefined;
  connection: string;
  keepAlive: string | undefined;
  encoding: string | undefined;
}

function frame(status: number, http10: boolean, names: string[], values: string[]): Result<AnswerHead, string> {
  const fields: FramingFields = {
    contentLength: undefined,
    transferEncoding: undefined,
    connection: '',
    keepAlive: undefined,
    encoding: undefined,
  };
  for (let index = 0; index < names.length; index++) {
    const refusal = collect(fields, names[index] ?? '', values[index] ?? '');
    if (refusal !== undefined) return fail(refusal);
  }
  const { contentLength, transferEncoding } = fields;
  // Two ways to find the end of one message is response smuggling (RFC 9112 §6.3, §11.2).
  if (transferEncoding !== undefined && contentLength !== undefined) return fail('there are both Content-Length and Transfer-Encoding');
  if (transferEncoding !== undefined && (http10 || transferEncoding !== 'chunked'))
    return fail('the Transfer-Encoding is not exactly chunked on HTTP/1.1');
  const encoding = fields.encoding === '' || fields.encoding === 'identity' ? undefined : fields.encoding;
  return ok({
    status,
    headers: createHeaderList(names, values),
    framing: framingOf(status, contentLength, transferEncoding),
    contentLength: contentLength ?? 0,
    keepAlive: !http10 && !hasToken(fields.connection, 'close'),
    keepAliveHintMs: parseHintMs(fields.keepAlive),
    encoding,
  });
}

/** Takes up a field that decides about the connection or the body; returns why it cannot. */
function collect(fields: FramingFields, name: string, value: string): string | undefined {
  switch (name) {
    case 'content-length': {
      const length = parseContentLength(value);
      if (length < 0) return 'the Content-Length is not a number';
      if (fields.contentLength !== undefined && fields.contentLength !== length) return 'there are two different Content-Lengths';
      fields.contentLength = length;
      return undefined;
    }
    case 'transfer-encoding':
      fields.transferEncoding = fields.transferEncoding === undefined ? value.toLowerCase() : `${fields.transferEncoding}, ${value}`;
      return undefined;
    case 'content-encoding':
      fields.encoding = fields.encoding === undefined ? value.toLowerCase() : `${fields.encoding}, ${value}`;
      return undefined;
    case 'connection':
      fields.connection = `${fields.connection},${value.toLowerCase()}`;
      return undefined;
    case 'keep-alive':
      fields.keepAlive = value.toLowerCase();
      return undefined;
    default:
      return undefined;
  }
}

function framingOf(status: number, contentLength: number | undefined, transferEncoding: string | undefined): Framing {
  if (status < 200 || status === 204 || status === 304) return 'none';
  if (transferEncoding !== undefined) return 'chunked';
  if (contentLength === undefined) return 'close';
  return contentLength === 0 ? 'none' : 'length';
}

/** The three digits after `HTTP/1.x `, or -1. */
function parseStatus(text: string, end: number): number {
  const minor = text.charCodeAt(7);
  if (!text.startsWith('HTTP/1.') || (minor !== 0x30 && minor !== 0x31) || text.charCodeAt(8) !== SP) return -1;
  if (end < 12 || (end > 12 && text.charCodeAt(12) !== SP)) return -1;
  const [hundreds, tens, ones] = [text.charCodeAt(9), text.charCodeAt(10), text.charCodeAt(11)];
  if (!isDigit(hundreds) || !isDigit(tens) || !isDigit(ones)) return -1;
  const status = (hundreds - 0x30) * 100 + (tens - 0x30) * 10 + (ones - 0x30);
  return status >= 100 && status <= 599 ? status : -1;
}

/** One length, or a list of equal ones, which RFC 9112 §6.3 lets a recipient take for one; -1 for anything else. */
function parseContentLength(value: string): number {
  let length = -1;
  for (let at = 0; at <= value.length;) {
    const comma = value.indexOf(',', at);
    const end = comma < 0 ? value.length : comma;
    const digits = trimmed(value, at, end);
    const one = parseDigits(digits);
    if (one < 0 || (length >= 0 && one !== length)) return -1;
    length = one;
    at = end + 1;
  }
  return length;
}

/** A run of up to 15 decimal digits, which a double holds exactly; else -1. */
function parseDigits(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at);
    if (!isDigit(digit)) return -1;
    value = value * 10 + (digit - 0x30);
  }
  return value;
}

/** `timeout=N` of a Keep-Alive field, in milliseconds. A hint only, so nonsense counts as absent. */
function parseHintMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  for (const part of value.split(',')) {
    const text = part.trim();
    if (!text.startsWith('timeout=')) continue;
    const seconds = parseDigits(text.slice('timeout='.length).trim());
    return seconds < 0 ? undefined : seconds * 1000;
  }
  return undefined;
}

function hasToken(list: string, token: string): boolean {
  return list.includes(token) && list.split(',').some((part) => part.trim() === token);
}

/** Where the line that begins at `at` ends, without its LF or CRLF. */
function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed > at && text.charCodeAt(feed - 1) === CR ? feed - 1 : feed;
}

function isToken(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    if (TOKEN[name.charCodeAt(at)] !== 1) return false;
  }
  return name.length > 0;
}

function trimmed(text: string, start: number, end: number): string {
  let [from, to] = [start, end];
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB;
}

function headBytes(): Uint8Array {
  const table = new Uint8Array(256).fill(TEXT, SP).fill(BAD, 0x7f, 0x80);
  table[HTAB] = TEXT;
  table[CR] = CARRIAGE_RETURN;
  table[LF] = LINE_FEED;
  return table;
}
