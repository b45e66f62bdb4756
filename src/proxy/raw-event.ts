// An answer that comes in pieces, as one event of a stream that was there before it.

export const EVENT_START: Uint8Array = Buffer.from('event: message\ndata: ');
export const EVENT_END: Uint8Array = Buffer.from('\n\n');

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** JSON as one line: a line break in it is only ever white space between its tokens. */
export function inOneLine(chunk: Uint8Array): Uint8Array {
  if (!chunk.includes(LINE_FEED) && !chunk.includes(CARRIAGE_RETURN)) return chunk;
  return chunk.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte));
}
