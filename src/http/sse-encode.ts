// Events → text/event-stream bytes (WHATWG HTML §9.2.5). Whatever the data holds, it stays data: no line of it can become a
// field or an event of its own.

import { GatewayError } from '../base/index.ts';
import { CR, LF } from './grammar.ts';
import type { ServerSentEvent } from './types.ts';

const DATA_FIELD = Buffer.from('data: ');
const LINE_END = Buffer.from('\n');

/** One event, with its empty line. CR, LF and CRLF inside the data each become a line break of the event. */
export function encodeEvent(event: ServerSentEvent): Uint8Array {
  const head = `${field('event', event.event)}${field('id', event.id)}${field('retry', event.retry)}`;
  const data = event.data;
  if (data === undefined) return Buffer.from(`${head}\n`);
  if (!data.includes(LF) && !data.includes(CR)) return joinOneLine(`${head}data: `, data);
  const parts: Uint8Array[] = [Buffer.from(head)];
  for (let start = 0; start <= data.length;) {
    const end = lineEnd(data, start);
    parts.push(DATA_FIELD, data.subarray(start, end), LINE_END);
    start = end + (data[end] === CR && data[end + 1] === LF ? 2 : 1);
  }
  parts.push(LINE_END);
  return Buffer.concat(parts);
}

/** A comment: keeps a connection alive and is ignored by every client. */
export function encodeComment(text: string): Uint8Array {
  return Buffer.from(`: ${oneLine(text)}\n\n`);
}

function joinOneLine(front: string, data: Uint8Array): Uint8Array {
  const frontBytes = Buffer.byteLength(front);
  const joined = Buffer.allocUnsafe(frontBytes + data.length + 2);
  joined.write(front);
  joined.set(data, frontBytes);
  joined[joined.length - 2] = LF;
  joined[joined.length - 1] = LF;
  return joined;
}

function field(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}: ${oneLine(value)}\n`;
}

// A decoder never hands out such a value, so this is a fault of ours and not something a stranger sent.
function oneLine(value: string): string {
  if (value.includes('\n') || value.includes('\r') || value.includes('\0')) {
    throw new GatewayError('internal', { cause: new TypeError('a field of an event holds a line break or NUL') });
  }
  return value;
}

function lineEnd(data: Uint8Array, start: number): number {
  let at = start;
  while (at < data.length && data[at] !== LF && data[at] !== CR) at += 1;
  return at;
}
