// Strings in HTTP field values: as they are where HTTP can carry them, else in the base64 sentinel of MCP 2026-07-28
// (basic/transports/streamable-http, "Value Encoding"; SEP-2243). Two values are compared decoded, never as sent.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Refusal } from './types.ts';

const PREFIX = '=?base64?';
const SUFFIX = '?=';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A field value without the optional white space around it (RFC 9110 §5.5). */
export function trimSpace(raw: string): string {
  let start = 0;
  let end = raw.length;
  while (start < end && isSpace(raw.charCodeAt(start))) start++;
  while (end > start && isSpace(raw.charCodeAt(end - 1))) end--;
  return end - start === raw.length ? raw : raw.slice(start, end);
}

/** The field value that carries this text. An empty text is wrapped too, since some programs drop empty fields. */
export function encodeHeaderValue(text: string): string {
  const plain = text !== '' && isVisible(text) && trimSpace(text) === text && !(text.startsWith(PREFIX) && text.endsWith(SUFFIX));
  return plain ? text : `${PREFIX}${Buffer.from(text, 'utf8').toString('base64')}${SUFFIX}`;
}

/** The text that a field value carries; refused if it holds what no field may, or a sentinel that does not decode. */
export function decodeHeaderValue(raw: string): Result<string, Refusal> {
  const value = trimSpace(raw);
  if (!isVisible(value)) return refuse('A header value has characters outside printable ASCII.');
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) return ok(value);
  const base64 = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what it does not know and takes missing padding; only what it would itself write is base64 (RFC 4648 §4).
  if (bytes.toString('base64') !== base64) return refuse('A header value is not padded standard base64 between its markers.');
  try {
    return ok(UTF8.decode(bytes));
  } catch {
    return refuse('A header value is not UTF-8 once its base64 is decoded.');
  }
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

/** Whether an HTTP field can carry the text: printable ASCII, space and tab. */
function isVisible(text: string): boolean {
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    if (unit > 0x7e || (unit < 0x20 && unit !== 0x09)) return false;
  }
  return true;
}

function refuse(say: string): Result<never, Refusal> {
  return fail({ code: 'header_mismatch', say });
}
