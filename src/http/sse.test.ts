import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventDecoder } from './sse-decode.ts';
import { encodeComment, encodeEvent } from './sse-encode.ts';
import type { ServerSentEvent } from './types.ts';

interface Decoded {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: string;
  readonly data?: string;
}

function decode(chunks: readonly (string | Buffer)[], maxEventBytes = 1024): { events: Decoded[]; oversize: number } {
  const events: Decoded[] = [];
  let oversize = 0;
  const decoder = createEventDecoder({
    maxEventBytes,
    onEvent: (event) => events.push(readable(event)),
    onOversize: () => {
      oversize += 1;
    },
  });
  for (const chunk of chunks) decoder.push(Buffer.from(chunk));
  decoder.end();
  return { events, oversize };
}

function readable(event: ServerSentEvent): Decoded {
  return {
    ...(event.event === undefined ? {} : { event: event.event }),
    ...(event.id === undefined ? {} : { id: event.id }),
    ...(event.retry === undefined ? {} : { retry: event.retry }),
    ...(event.data === undefined ? {} : { data: Buffer.from(event.data).toString() }),
  };
}

const streams: readonly { readonly name: string; readonly text: string; readonly events: readonly Decoded[] }[] = [
  { name: 'one event, LF', text: 'data: a\n\n', events: [{ data: 'a' }] },
  { name: 'one event, CRLF', text: 'data: a\r\n\r\n', events: [{ data: 'a' }] },
  { name: 'one event, CR', text: 'data: a\r\r', events: [{ data: 'a' }] },
  { name: 'mixed line ends', text: 'data: a\rdata: b\r\ndata: c\n\r\n', events: [{ data: 'a\nb\nc' }] },
  { name: 'LF CR is two line ends', text: 'data: a\n\rdata: b\n\n', events: [{ data: 'a' }, { data: 'b' }] },
  {
    name: 'all fields',
    text: 'event: message\nid: 7\nretry: 100\ndata: x\n\n',
    events: [{ event: 'message', id: '7', retry: '100', data: 'x' }],
  },
  { name: 'no space after the colon', text: 'data:a\n\n', events: [{ data: 'a' }] },
  { name: 'only one space is dropped', text: 'data:  a\n\n', events: [{ data: ' a' }] },
  { name: 'colons in values', text: 'data: a: b:c\n\n', events: [{ data: 'a: b:c' }] },
  { name: 'a field without colon', text: 'data\n\n', events: [{ data: '' }] },
  { name: 'two fields without colon', text: 'data\ndata\n\n', events: [{ data: '\n' }] },
  { name: 'an id and empty data', text: 'id: 1\ndata:\n\n', events: [{ id: '1', data: '' }] },
  { name: 'an id alone', text: 'id: 1\n\n', events: [{ id: '1' }] },
  { name: 'an empty id', text: 'id\n\n', events: [{ id: '' }] },
  { name: 'the last of two ids', text: 'id: 1\nid: 2\n\n', events: [{ id: '2' }] },
  { name: 'an id with NUL is ignored', text: 'id: a\0b\ndata: x\n\n', events: [{ data: 'x' }] },
  { name: 'a retry that is no number is ignored', text: 'retry: 1s\nretry:\nretry: -1\n\n', events: [] },
  { name: 'comments', text: ': hello\n:\ndata: a\n: in between\ndata: b\n\n:\n\n', events: [{ data: 'a\nb' }] },
  { name: 'unknown fields and other cases', text: 'Data: a\nDATA: b\ndata : c\nfoo: d\ndatas: e\nevents: f\n\n', events: [] },
  { name: 'a field with white space in front', text: ' data: a\n\n', events: [] },
  { name: 'empty lines only', text: '\n\n\r\n\r\r', events: [] },
  { name: 'no final empty line', text: 'data: a\n\ndata: b\n', events: [{ data: 'a' }] },
  { name: 'no final line end', text: 'data: a\n\ndata: b', events: [{ data: 'a' }] },
  { name: 'a BOM at the start', text: '\ufeffdata: a\n\n', events: [{ data: 'a' }] },
  { name: 'a second BOM is data', text: '\ufeff\ufeffdata: a\n\n', events: [] },
  { name: 'a BOM later is data', text: 'data: \ufeffa\n\n', events: [{ data: '\ufeffa' }] },
  { name: 'several bytes of UTF-8', text: 'event: é😀\ndata: ü\n\n', events: [{ event: 'é😀', data: 'ü' }] },
];

for (const { name, text, events } of streams) {
  test(`decodes ${name}, however it is chunked`, () => {
    const bytes = Buffer.from(text);
    assert.deepEqual(decode([bytes]).events, events);
    assert.deepEqual(decode([...bytes].map((byte) => Buffer.from([byte]))).events, events, 'byte by byte');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      assert.deepEqual(decode([bytes.subarray(0, cut), bytes.subarray(cut)]).events, events, `cut at ${cut}`);
    }
  });
}

test('bytes that only begin like a BOM are kept', () => {
  for (const start of [[0xef], [0xef, 0xbb]]) {
    const bytes = Buffer.concat([Buffer.from(start), Buffer.from('\ndata: a\n\n')]);
    assert.deepEqual(decode([...bytes].map((byte) => Buffer.from([byte]))).events, [{ data: 'a' }]);
    assert.deepEqual(decode([Buffer.concat([Buffer.from(start), Buffer.from('data: a\n\n')])]).events, []);
    assert.deepEqual(decode([Buffer.from(start), 'data: a\n\n']).events, []);
  }
});

test('an event over the cap is reported once, and nothing after it is decoded', () => {
  const long = `data: ${'x'.repeat(100)}\n`;
  const text = `data: ok\n\n${long}\ndata: late\n\n`;
  for (const chunks of [[text], text.split('')]) {
    assert.deepEqual(decode(chunks, 64), { events: [{ data: 'ok' }], oversize: 1 });
  }
});

test('the cap counts all lines of an event, known or not', () => {
  assert.equal(decode(['data:\n'.repeat(100)], 64).oversize, 1);
  assert.equal(decode(['id: 1\n'.repeat(100)], 64).oversize, 1);
  assert.equal(decode(['foo: 1\n'.repeat(100)], 64).oversize, 1);
  assert.equal(decode(['data: 1\n\n'.repeat(100)], 64).oversize, 0);
});

test('an endless comment costs nothing and is no event', () => {
  const chunks = [':', ...Array.from({ length: 100 }, () => 'x'.repeat(100)), '\ndata: a\n\n'];
  assert.deepEqual(decode(chunks, 64), { events: [{ data: 'a' }], oversize: 0 });
});

test('what is encoded decodes to the same', () => {
  const events: readonly Decoded[] = [
    { data: '{"jsonrpc":"2.0"}' },
    { event: 'message', id: '1_é', retry: '10', data: 'a' },
    { id: '', data: '' },
    { id: '5' },
    { data: ' a' },
    { data: 'a\nb\n\nc\n' },
    { data: '\n' },
    { data: ': no comment\nevent: no event\nid: no id' },
  ];
  for (const event of events) {
    const bytes = encodeEvent({
      event: event.event,
      id: event.id,
      retry: event.retry,
      data: event.data === undefined ? undefined : Buffer.from(event.data),
    });
    assert.deepEqual(decode([Buffer.from(bytes)]).events, [event]);
  }
});

test('no line break in the data becomes a field: CR and CRLF turn into LF', () => {
  const bytes = encodeEvent({ event: undefined, id: undefined, retry: undefined, data: Buffer.from('a\revent: x\r\nid: y\r') });
  assert.equal(Buffer.from(bytes).toString(), 'data: a\ndata: event: x\ndata: id: y\ndata: \n\n');
});

test('a line break or NUL in another field is a fault', () => {
  for (const bad of ['a\nb', 'a\rb', 'a\0b']) {
    assert.throws(() => encodeEvent({ event: bad, id: undefined, retry: undefined, data: undefined }), { code: 'internal' });
    assert.throws(() => encodeEvent({ event: undefined, id: bad, retry: undefined, data: undefined }), { code: 'internal' });
    assert.throws(() => encodeComment(bad), { code: 'internal' });
  }
});

test('a comment is decoded to nothing', () => {
  assert.equal(Buffer.from(encodeComment('still here')).toString(), ': still here\n\n');
  assert.deepEqual(decode([Buffer.from(encodeComment('still here')), 'data: a\n\n']).events, [{ data: 'a' }]);
});
