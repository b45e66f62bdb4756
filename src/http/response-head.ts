// Status line and fields of an answer, as text. Framing fields are the codec's alone, and nothing that a handler passes in can
// break out of its line: that would let one agent's answer end where it likes (response splitting).

import { STATUS_CODES } from 'node:http';
import { GatewayError } from '../base/index.ts';
import { HTAB, SP, TOKEN } from './grammar.ts';
import type { Refusal } from './refusal.ts';
import type { OutHeaders } from './types.ts';

/** What the codec itself adds to a head. */
export interface Framing {
  /** Length of the body; 'chunked'; or undefined where an answer has no body by definition (204, 304). */
  readonly body: number | 'chunked' | undefined;
  readonly close: boolean;
  /** Value of Date (RFC 9110 §6.6.1). */
  readonly date: string;
}

const CODECS_OWN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const LONGEST_OWN = 'transfer-encoding'.length;
const statusLines: string[] = [];

/** The whole head, with its empty line. Throws GatewayError 'internal' if a name, a value or the status cannot be sent safely. */
export function formatResponseHead(status: number, headers: OutHeaders, framing: Framing): string {
  let text = `${statusLine(status)}date: ${framing.date}\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at];
    const value = headers[at + 1];
    if (name === undefined || value === undefined) throw unsendable('a header name without a value');
    checkName(name);
    checkValue(value);
    text += `${name}: ${value}\r\n`;
  }
  if (framing.body === 'chunked') text += 'transfer-encoding: chunked\r\n';
  else if (framing.body !== undefined) text += `content-length: ${framing.body}\r\n`;
  return framing.close ? `${text}connection: close\r\n\r\n` : `${text}\r\n`;
}

/** A whole answer that refuses a request and announces the end of the connection. */
export function formatRefusal(
  why: Refusal,
  text: { readonly contentType: string; readonly body: Uint8Array },
  bodiless: boolean,
  date: string,
): Buffer {
  const head = formatResponseHead(why.status, ['content-type', text.contentType], { body: text.body.length, close: true, date });
  return bodiless ? Buffer.from(head, 'latin1') : Buffer.concat([Buffer.from(head, 'latin1'), text.body]);
}

/** Whether an answer with this status has no body by definition (RFC 9110 §6.4.1). */
export function isBodilessStatus(status: number): boolean {
  return status === 204 || status === 304;
}

function statusLine(status: number): string {
  const known = statusLines[status];
  if (known !== undefined) return known;
  // 1xx are not final answers, and 101 would hand the connection to another protocol.
  if (!Number.isInteger(status) || status < 200 || status > 599) throw unsendable('not a final status');
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  statusLines[status] = line;
  return line;
}

function checkName(name: string): void {
  if (name.length === 0) throw unsendable('an empty header name');
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code > 0x7f || TOKEN[code] !== 1) throw unsendable('a header name with a forbidden character');
  }
  if (name.length <= LONGEST_OWN && CODECS_OWN.has(name.toLowerCase())) throw unsendable(`a header that only the codec writes: ${name}`);
}

// Above 0xFF as well: written as Latin-1, U+010A would become a line feed.
function checkValue(value: string): void {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < SP && code !== HTAB) || code === 0x7f || code > 0xff) throw unsendable('a header value with a forbidden character');
  }
}

function unsendable(why: string): GatewayError {
  return new GatewayError('internal', { cause: new TypeError(`cannot be sent: ${why}`) });
}
