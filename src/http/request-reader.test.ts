import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestReader } from './request-reader.ts';

const POST = 'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
const GET = 'GET /c HTTP/1.1\r\nHost: h\r\n\r\n';

/** All requests of a stream that comes in pieces of this size, and why the last was refused. */
function readAll(text: string, pieceBytes: number, maxHeadBytes = 256): { requests: string[]; refused: string | undefined } {
  const reader = new RequestReader(maxHeadBytes, 20);
  const bytes = Buffer.from(text, 'latin1');
  const requests: string[] = [];
  let inBody = false;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.hold(Buffer.from(bytes.subarray(at, at + pieceBytes)));
    for (;;) {
      const step = inBody ? reader.readBody() : reader.readHead();
      if (step === 'refused') return { requests, refused: reader.refusal.code };
      if (step === 'more') break;
      if (inBody) {
        requests.push(`${reader.parsed?.head.path} ${reader.takeBody().toString('latin1')}`);
        inBody = false;
      } else {
        if (!reader.admitLength(100)) return { requests, refused: reader.refusal.code };
        reader.beginBody(100);
        inBody = true;
      }
    }
  }
  return { requests, refused: undefined };
}

const streams: readonly (readonly [name: string, text: string, requests: readonly string[], refused?: string])[] = [
  ['one request', POST, ['/a hello']],
  ['three in a row', POST + CHUNKED + GET, ['/a hello', '/b abc', '/c ']],
  ['the same head again', POST + POST + POST, ['/a hello', '/a hello', '/a hello']],
  ['the same head in turns', POST + GET + POST + GET, ['/a hello', '/c ', '/a hello', '/c ']],
  ['a head that begins like the last', `${GET}GET /c HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n`, ['/c ', '/c ']],
  ['half a head', `${POST}GET /c HTTP/1.1\r\nHo`, ['/a hello']],
  ['half a body', `${GET}${POST.slice(0, -1)}`, ['/c ']],
  ['a broken second request', `${POST}GARBAGE\r\n\r\n`, ['/a hello'], 'http_malformed'],
  ['a bare LF that would wait forever', 'GET / HTTP/1.1\nHost: h\n\n', [], 'http_malformed'],
  ['a bare CR', 'GET / HTTP/1.1\rHost: h\r\r', [], 'http_malformed'],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01', [], 'http_malformed'],
  ['a bare LF behind a version that would be refused too', 'GET / HTTP/1.0\r\nX: a\nY: b\r\n\r\n', [], 'http_malformed'],
  ['a head at the cap', `GET /c HTTP/1.1\r\nHost: h\r\nX: ${'y'.repeat(223)}\r\n\r\n`, ['/c ']],
  ['a head one byte over the cap', `GET /c HTTP/1.1\r\nHost: h\r\nX: ${'y'.repeat(224)}\r\n\r\n`, [], 'http_head_too_large'],
  ['a head without an end', 'x'.repeat(1000), [], 'http_head_too_large'],
  ['a control character before the cap of an endless head', `${'x'.repeat(200)}\x01${'x'.repeat(200)}`, [], 'http_malformed'],
  ['a control character behind the cap', `${'x'.repeat(260)}\x01${'x'.repeat(200)}`, [], 'http_head_too_large'],
  [
    'an overlong head with an end and a control character',
    `GET / HTTP/1.1\r\nX: ${'y'.repeat(100)}\x01${'y'.repeat(300)}\r\n\r\n`,
    [],
    'http_malformed',
  ],
  ['a length over the cap', 'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n', [], 'http_body_too_large'],
];

for (const [name, text, requests, refused] of streams) {
  test(`${name}: the same however it is chunked`, () => {
    for (const pieceBytes of [text.length, 1, 2, 3, 5, 16, 50]) {
      assert.deepEqual(readAll(text, pieceBytes), { requests, refused }, `${pieceBytes} bytes at a time`);
    }
  });
}

test('bodies stay as they were handed out while the reader goes on', () => {
  const reader = new RequestReader(256, 20);
  const bodies: Buffer[] = [];
  for (let round = 0; round < 50; round += 1) {
    const body = String.fromCharCode(65 + (round % 26)).repeat(5);
    for (const piece of [POST.slice(0, 10), POST.slice(10, -3), body.slice(2)]) {
      reader.hold(Buffer.from(piece.replace('he', body.slice(0, 2)), 'latin1'));
      if (reader.readHead() === 'ready') reader.beginBody(100);
    }
    assert.equal(reader.readBody(), 'ready');
    bodies.push(reader.takeBody());
  }
  bodies.forEach((body, round) => assert.equal(body.toString(), String.fromCharCode(65 + (round % 26)).repeat(5)));
});

test('a promised length costs no memory before its bytes come', () => {
  const reader = new RequestReader(256, 20);
  reader.hold(Buffer.from('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 400000000\r\n\r\nx'));
  reader.readHead();
  reader.beginBody(500_000_000);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(reader.readBody(), 'more');
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test('waiting requests are counted, each once, however they are chunked', () => {
  for (const pieceBytes of [1, 2, 3, 4, 5, 10, 1000]) {
    const reader = new RequestReader(256, 20);
    const bytes = Buffer.from(GET.repeat(3) + GET.slice(0, -1));
    assert.equal(reader.countWaiting(), 0);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      reader.hold(Buffer.from(bytes.subarray(at, at + pieceBytes)));
      reader.countWaiting();
    }
    assert.equal(reader.countWaiting(), 3, `${pieceBytes} bytes at a time`);
    assert.equal(reader.readHead(), 'ready');
    assert.equal(reader.readHead(), 'ready');
    assert.equal(reader.countWaiting(), 1);
  }
});

test('a sender that always keeps part of a request back does not grow the buffer', () => {
  const reader = new RequestReader(256, 20);
  reader.hold(Buffer.from(POST.slice(0, 7)));
  let largest = 0;
  for (let round = 0; round < 50_000; round += 1) {
    reader.hold(Buffer.from(POST.slice(7) + POST.slice(0, 7)));
    assert.equal(reader.readHead(), 'ready');
    reader.beginBody(100);
    assert.equal(reader.readBody(), 'ready');
    // The body is a view on the buffer that holds everything.
    largest = Math.max(largest, reader.takeBody().buffer.byteLength);
  }
  assert.equal(reader.heldBytes, 7);
  assert.ok(largest < 1_000_000, `${largest} bytes`);
});

test('what was released is gone', () => {
  const reader = new RequestReader(256, 20);
  reader.hold(Buffer.from(GET));
  reader.release();
  assert.equal(reader.heldBytes, 0);
  assert.equal(reader.readHead(), 'more');
});
