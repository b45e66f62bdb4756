// Fuzz target of the event stream decoder and encoder: any bytes in any pieces decode to the same events, agree with a plain reading
// of the standard, and stay under the cap; what is encoded decodes to itself. SALLYPORT_FUZZ_RUNS sets the number of runs per property.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEventDecoder, encodeComment, encodeEvent } from '../../src/http/index.ts';
import type { ServerSentEvent } from '../../src/http/index.ts';

const RUNS = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 1000);
const CAP = 200;

type Plain = readonly [event: string | undefined, id: string | undefined, retry: string | undefined, data: string | undefined];

interface Decoded {
  readonly events: Plain[];
  readonly oversize: number;
}

function decode(pieces: readonly Uint8Array[], maxEventBytes = 1_000_000): Decoded {
  const events: Plain[] = [];
  let oversize = 0;
  const decoder = createEventDecoder({
    maxEventBytes,
    onEvent: ({ event, id, retry, data }) =>
      events.push([event, id, retry, data === undefined ? undefined : Buffer.from(data).toString('latin1')]),
    onOversize: () => {
      oversize += 1;
    },
  });
  for (const piece of pieces) decoder.push(Uint8Array.from(piece));
  decoder.end();
  return { events, oversize };
}

/** The standard, read slowly: WHATWG HTML §9.2.6 on a whole stream. */
function reference(bytes: Buffer): Plain[] {
  const text = bytes.toString('latin1');
  const lines = text.replace(/^\u00ef\u00bb\u00bf/, '').split(/\r\n|\n|\r/);
  lines.pop();
  const events: Plain[] = [];
  let event: string | undefined;
  let id: string | undefined;
  let retry: string | undefined;
  let data: string[] | undefined;
  const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
  for (const line of lines) {
    if (line === '') {
      if (event !== undefined || id !== undefined || retry !== undefined || data !== undefined)
        events.push([event, id, retry, data?.join('\n')]);
      event = id = retry = data = undefined;
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? '' : line.slice(colon + 1);
    const value = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (name === 'event') event = utf8(value);
    if (name === 'id' && !value.includes('\0')) id = utf8(value);
    if (name === 'retry' && /^[0-9]+$/.test(value)) retry = value;
    if (name === 'data') data = [...(data ?? []), value];
  }
  return events;
}

function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...new Set(positions.map((position) => position % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : (ends[at - 1] ?? 0), end));
}

const positions = fc.array(fc.nat({ max: 500 }), { maxLength: 10 });
const part = fc.constantFrom(
  'data',
  'data:',
  'data: x',
  'event: e',
  'id: 1',
  'id: \0',
  'retry: 5',
  'retry: x',
  ':',
  ': comment',
  'foo: bar',
  '\n',
  '\n',
  '\r',
  '\r\n',
  ' ',
  '\ufeff',
  '\u00e9',
  'datax: y',
);
const stream = fc.oneof(
  { weight: 5, arbitrary: fc.array(part, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
);

test('any bytes in any pieces decode as the standard reads them', () => {
  fc.assert(
    fc.property(stream, positions, (bytes, where) => {
      const expected = { events: reference(bytes), oversize: 0 };
      assert.deepEqual(decode([bytes]), expected);
      assert.deepEqual(decode(cut(bytes, where)), expected);
      assert.deepEqual(decode(Array.from(bytes, (byte) => Buffer.from([byte]))), expected);
    }),
    { numRuns: RUNS },
  );
});

test('under a cap, pieces make no difference, and no event is larger', () => {
  const long = fc
    .array(fc.oneof(part, fc.constantFrom('x'.repeat(90), 'data: '.padEnd(120, 'y'), `:${'z'.repeat(300)}`)), { maxLength: 20 })
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(long, positions, (bytes, where) => {
      const whole = decode([bytes], CAP);
      for (const [, , , data] of whole.events) assert.ok((data?.length ?? 0) <= CAP);
      assert.ok(whole.oversize <= 1);
      const inPieces = decode(cut(bytes, where), CAP);
      // A last line without end is held or not, depending on where it was cut; all that is handed out is the same.
      assert.deepEqual(inPieces.events, whole.events);
    }),
    { numRuns: RUNS },
  );
});

test('what is encoded decodes to itself, with CR and CRLF in data as LF', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\r\n\0]/g, ''));
  const data = fc
    .array(
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 10 }), fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'event: y', ': z', '')),
      { maxLength: 6 },
    )
    .map((parts) => Buffer.from(parts.join('')));
  const arbitrary: fc.Arbitrary<ServerSentEvent> = fc.record({
    event: fc.option(word, { nil: undefined }),
    id: fc.option(word, { nil: undefined }),
    retry: fc.option(fc.nat().map(String), { nil: undefined }),
    data: fc.option(data, { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 5 }), positions, (events, where) => {
      const bytes = Buffer.concat(events.flatMap((event) => [encodeEvent(event), encodeComment('alive')]));
      const expected = events
        .map(({ event, id, retry, data: raw }): Plain => [
          event,
          id,
          retry,
          raw === undefined
            ? undefined
            : Buffer.from(raw)
                .toString('latin1')
                .replaceAll(/\r\n|\r/g, '\n'),
        ])
        .filter((fields) => fields.some((value) => value !== undefined));
      assert.deepEqual(decode(cut(bytes, where)).events, expected);
    }),
    { numRuns: RUNS },
  );
});
