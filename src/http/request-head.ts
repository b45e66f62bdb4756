// The head of an agent's request: bytes → RequestHead, or a refusal. One reading only: whatever two HTTP implementations could
// understand differently is refused, never repaired, and the connection is closed by the caller. Compared with Node's parser,
// nginx and HAProxy by test/attacks/http-differential.test.ts. It must never drop, merge or re-spell a field.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { COLON, CR, FIELD_VALUE, HTAB, isDigit, LF, METHOD, SP, TOKEN, ZERO } from './grammar.ts';
import { createHeaderList } from './header-list.ts';
import { parseHost } from './host.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { parseTarget } from './request-target.ts';
import type { RequestHead } from './types.ts';

/** A head and what the connection itself must know of it. */
export interface ParsedHead {
  readonly head: RequestHead;
  /** False after `Connection: close`. */
  readonly keepAlive: boolean;
  readonly expectContinue: boolean;
  readonly forwardedFor: string | undefined;
  /** Where each field line begins, from the start of the head; the last entry is where the last one ends. */
  readonly lines: readonly number[];
}

/** What a head is parsed with. */
export interface HeadOptions {
  readonly maxHeaders: number;
  /** The last head of the same connection: what a line meant there, the same line means here. */
  readonly lastBytes: Buffer;
  readonly lastParsed: ParsedHead | undefined;
}

interface Fields {
  readonly names: string[];
  readonly values: string[];
  readonly lines: number[];
}

interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Position of the first field line. */
  readonly next: number;
}

// Fields that decide something: a second one is refused even if it is equal, because others keep the first, the last, or both
// joined. Every mcp-* field belongs here too. All other fields may repeat.
const SINGLE: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'content-encoding',
  'authorization',
  'proxy-authorization',
  'origin',
  'expect',
  'upgrade',
  'last-event-id',
  'access-control-request-method',
]);

// Methods whose content has no meaning (RFC 9110 §9.3): a body there is a classic carrier of smuggled requests.
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
// Methods that turn the connection into something else, or send the request back (RFC 9110 §9.3.6, §9.3.8).
const NEVER_SERVED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);
const MAX_METHOD_BYTES = 24;
const MAX_LENGTH_DIGITS = 15;
const VERSION = 'HTTP/1.1';

/** Parses bytes[start, end), where `end` is just behind the first empty line. */
export function parseRequestHead(bytes: Buffer, start: number, end: number, options: HeadOptions): Result<ParsedHead, Refusal> {
  const line = parseRequestLine(bytes, start, end);
  if (!line.ok) return line;
  const fields: Fields = { names: [], values: [], lines: [] };
  let at = line.value.next;
  while (at < end - 2) {
    if (fields.names.length === options.maxHeaders) return fail(refusal('http_head_too_large', 'too many fields'));
    fields.lines.push(at - start);
    const known = repeatedLine(bytes, at, options, fields);
    const next = known > 0 ? known : readField(bytes, at, fields);
    if (next < 0) return malformed(next === BAD_NAME ? 'a field name is malformed' : 'a field value has a byte that does not belong there');
    if (repeatsSingle(fields.names)) return malformed('a field that decides something is repeated');
    at = next;
  }
  fields.lines.push(at - start);
  return judge(line.value, fields);
}

function parseRequestLine(bytes: Buffer, start: number, end: number): Result<RequestLine, Refusal> {
  let at = start;
  while (METHOD[bytes[at] ?? 0] === 1) at += 1;
  if (at === start || at - start > MAX_METHOD_BYTES || bytes[at] !== SP) return malformed('the request line does not begin with a method');
  const targetStart = at + 1;
  const targetEnd = bytes.indexOf(SP, targetStart);
  if (targetEnd < 0 || targetEnd >= end) return malformed('the request line has no version');
  const lineEnd = bytes.indexOf(CR, targetEnd);
  const version = bytes.toString('latin1', targetEnd + 1, Math.min(lineEnd, targetEnd + 1 + 2 * VERSION.length));
  if (bytes[lineEnd + 1] !== LF) return malformed('the request line has a bare CR');
  // Asked before the target is judged: the preface of HTTP/2 ('PRI * HTTP/2.0') is a question of version.
  if (version !== VERSION)
    return isVersion(version) ? fail(refusal('http_version', 'not HTTP/1.1')) : malformed('the version is malformed');
  const method = bytes.toString('latin1', start, at);
  if (NEVER_SERVED.has(method)) return fail(refusal('http_method', 'a method that is never served', 501));
  const target = parseTarget(bytes, targetStart, targetEnd);
  if (!target.ok) return malformed(target.error);
  return ok({ method, path: target.value.path, query: target.value.query, next: lineEnd + 2 });
}

function isVersion(text: string): boolean {
  return (
    text.length === VERSION.length &&
    text.startsWith('HTTP/') &&
    text[6] === '.' &&
    isDigit(text.charCodeAt(5)) &&
    isDigit(text.charCodeAt(7))
  );
}

const BAD_NAME = -1;
const BAD_VALUE = -2;

// Reads one field line; returns the position behind it. No search for the line's end comes first: a bare CR or LF is neither a
// TOKEN nor a FIELD_VALUE byte, and so ends the reading.
function readField(bytes: Buffer, start: number, fields: Fields): number {
  let at = start;
  while (TOKEN[bytes[at] ?? 0] === 1) at += 1;
  // Catches empty names, white space before the colon (RFC 9112 §5.1), obs-fold (§5.2) and lines without a colon.
  if (at === start || bytes[at] !== COLON) return BAD_NAME;
  const nameEnd = at;
  at += 1;
  while (bytes[at] === SP || bytes[at] === HTAB) at += 1;
  const valueStart = at;
  while (FIELD_VALUE[bytes[at] ?? 0] === 1) at += 1;
  if (bytes[at] !== CR || bytes[at + 1] !== LF) return BAD_VALUE;
  let valueEnd = at;
  while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd -= 1;
  fields.names.push(bytes.toString('latin1', start, nameEnd).toLowerCase());
  // Flat copies, not slices of the head: who keeps a session id must not keep the whole head alive with it.
  fields.values.push(bytes.toString('latin1', valueStart, valueEnd));
  return at + 2;
}

// Agents send the same lines again and again, in the same order. A line equal byte for byte to the one at its place in the last
// head needs no second look (measured: a head with three changed lines of fifteen costs half).
function repeatedLine(bytes: Buffer, start: number, { lastBytes, lastParsed }: HeadOptions, fields: Fields): number {
  const index = fields.names.length;
  const from = lastParsed?.lines[index];
  const to = lastParsed?.lines[index + 1];
  const name = lastParsed?.head.headers.names[index];
  const value = lastParsed?.head.headers.values[index];
  if (from === undefined || to === undefined || name === undefined || value === undefined) return 0;
  const shift = start - from;
  for (let at = from; at < to; at += 1) if (lastBytes[at] !== bytes[at + shift]) return 0;
  fields.names.push(name);
  fields.values.push(value);
  return to + shift;
}

/** Whether the last of these names stands for something that decides, and stands there before. */
function repeatsSingle(names: readonly string[]): boolean {
  const last = names.length - 1;
  const name = names[last];
  return name !== undefined && (SINGLE.has(name) || name.startsWith('mcp-')) && names.indexOf(name) < last;
}

function judge(line: RequestLine, fields: Fields): Result<ParsedHead, Refusal> {
  const headers = createHeaderList(fields.names, fields.values);
  const host = parseHost(headers.get('host') ?? '');
  if (host === undefined) return malformed('Host is missing or malformed');
  if (headers.get('upgrade') !== undefined) return malformed('the protocol of a connection is never changed');
  const encoding = headers.get('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return fail(refusal('http_encoding', 'the body is encoded'));
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined && length !== undefined) return malformed('Content-Length beside Transfer-Encoding');
  if (coding !== undefined && coding !== 'chunked') return malformed('Transfer-Encoding is not exactly chunked');
  const contentLength = length === undefined ? undefined : parseLength(length);
  if (contentLength === INVALID_LENGTH) return malformed('Content-Length is not a plain number');
  const chunked = coding !== undefined;
  const unframed = contentLength === undefined && !chunked;
  if (BODILESS.has(line.method)) {
    if (chunked || (contentLength ?? 0) > 0) return malformed('this method has no body');
  } else if (unframed) {
    return fail(refusal('http_length_required', 'neither Content-Length nor Transfer-Encoding'));
  }
  const expect = headers.get('expect');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    return fail(refusal('http_malformed', 'an unknown expectation', 417));
  return ok({
    head: { method: line.method, path: line.path, query: line.query, host, headers, contentLength, chunked },
    keepAlive: !listsClose(headers.get('connection')),
    expectContinue: expect !== undefined,
    forwardedFor: headers.get('x-forwarded-for'),
    lines: fields.lines,
  });
}

const INVALID_LENGTH = -1;

// Exactly what Number() prints: no sign, no '0x', no leading zero (octal to some), no list, no white space.
function parseLength(text: string): number {
  if (text.length === 0 || text.length > MAX_LENGTH_DIGITS) return INVALID_LENGTH;
  if (text.length > 1 && text.charCodeAt(0) === ZERO) return INVALID_LENGTH;
  for (let at = 0; at < text.length; at += 1) if (!isDigit(text.charCodeAt(at))) return INVALID_LENGTH;
  return Number(text);
}

// Other options of Connection name hop-by-hop fields (RFC 9110 §7.6.1). Nothing is removed on their word: every field is judged.
function listsClose(connection: string | undefined): boolean {
  if (connection === undefined || connection === 'keep-alive') return false;
  for (const option of connection.split(',')) if (option.trim().toLowerCase() === 'close') return true;
  return false;
}

function malformed(detail: string): Result<never, Refusal> {
  return fail(refusal('http_malformed', detail));
}
