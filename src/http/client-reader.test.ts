import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerReader } from './client-reader.ts';

const MAX_HEAD_BYTES = 200;

/** Everything the reader reports for these pieces, as one line; adjoining body pieces are joined. */
function read(pieces: readonly string[], closes = false): string {
  const events: string[] = [];
  let body = '';
  const reader = createAnswerReader(MAX_HEAD_BYTES, {
    onAnswerHead: (head) => events.push(String(head.status)),
    onAnswerBody: (chunk) => (body += Buffer.from(chunk).toString('latin1')),
    onAnswerEnd: (reusable) => events.push(`body=${body}`, reusable ? 'reusable' : 'closed'),
    onAnswerRefused: (code, detail) => events.push(`body=${body}`, code, detail),
  });
  reader.begin();
  for (const piece of pieces) reader.feed(Buffer.from(piece, 'latin1'));
  if (closes && !reader.finish()) events.push('cut');
  return events.join(' ');
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const LENGTH_5 = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

const ANSWERS: readonly [what: string, bytes: string, expected: string, closes?: boolean][] = [
  ['a length', `${LENGTH_5}hello`, '200 body=hello reusable'],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', '204 body= reusable'],
  ['LF alone ends lines', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello', '200 body=hello reusable'],
  ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi', '200 body=hi closed'],
  ['surplus bytes cost the connection', `${LENGTH_5}helloHTTP/1.1 200 OK\r\n\r\n`, '200 body=hello closed'],
  ['surplus bytes after no body', 'HTTP/1.1 204 x\r\nContent-Length: 2\r\n\r\nhi', '204 body= closed'],
  ['until the server closes', 'HTTP/1.1 200 OK\r\n\r\nanything\r\n\r\n', '200 body=anything\r\n\r\n closed', true],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhi', '200 body=hi closed', true],
  ['a cut length', `${LENGTH_5}hel`, '200 cut', true],
  ['a cut head', 'HTTP/1.1 200 OK\r\n', 'cut', true],
  ['chunks', `${CHUNKED}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, '200 body=hello world reusable'],
  ['chunk sizes in both cases', `${CHUNKED}A\r\n0123456789\r\n0b\r\n0123456789a\r\n0\r\n\r\n`, '200 body=01234567890123456789a reusable'],
  ['chunk extensions', `${CHUNKED}5;a=b;c="d;e"\r\nhello\r\n0;last\r\n\r\n`, '200 body=hello reusable'],
  ['padded chunk sizes', `${CHUNKED}5  \r\nhello\r\n0 \t;x\r\n\r\n`, '200 body=hello reusable'],
  ['chunks with LF alone', `${CHUNKED}5\nhello\n0\n\n`, '200 body=hello reusable'],
  ['trailers', `${CHUNKED}2\r\nhi\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n`, '200 body=hi reusable'],
  ['surplus after chunks', `${CHUNKED}0\r\n\r\nx`, '200 body= closed'],
  ['cut chunks', `${CHUNKED}5\r\nhello\r\n0\r\n`, '200 cut', true],
  ['interim answers', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n${LENGTH_5}hello`, '200 body=hello reusable'],
  ['the most interim answers', `${'HTTP/1.1 102 x\r\n\r\n'.repeat(16)}${LENGTH_5}hello`, '200 body=hello reusable'],
  ['the longest head', `HTTP/1.1 204 x\r\nA: ${'x'.repeat(MAX_HEAD_BYTES - 23)}\r\n\r\n`, '204 body= reusable'],
  ['too many interim answers', 'HTTP/1.1 102 x\r\n\r\n'.repeat(17), 'body= upstream_malformed there are too many interim answers'],
  ['a change of protocol', 'HTTP/1.1 101 x\r\n\r\n', 'body= upstream_malformed the server changes the protocol without having been asked'],
  [
    'a head too long by one',
    `HTTP/1.1 204 x\r\nA: ${'x'.repeat(MAX_HEAD_BYTES - 22)}\r\n\r\n`,
    'body= upstream_too_large the head is longer than 200 bytes',
  ],
  ['a head without end', 'HTTP/1.1 204 x\r\nA: '.padEnd(5000, 'x'), 'body= upstream_too_large the head is longer than 200 bytes'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'body= upstream_malformed the status line is not HTTP/1.0 or HTTP/1.1'],
  [
    'a bare CR in the head',
    'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n',
    'body= upstream_malformed the head holds a control character or a bare CR',
  ],
  ['no chunk size', `${CHUNKED}\r\nhello`, '200 body= upstream_malformed a chunk has no size'],
  ['only an extension', `${CHUNKED};x\r\nhello`, '200 body= upstream_malformed a chunk has no size'],
  ['a negative chunk size', `${CHUNKED}-5\r\nhello`, '200 body= upstream_malformed a chunk size is malformed'],
  ['a prefixed chunk size', `${CHUNKED}0x5\r\nhello`, '200 body= upstream_malformed a chunk size is malformed'],
  ['a chunk size in two words', `${CHUNKED}5 5\r\nhello`, '200 body= upstream_malformed a chunk size is malformed'],
  ['a chunk size beyond 2^52', `${CHUNKED}00000000000005\r\nhello`, '200 body= upstream_malformed a chunk size is malformed'],
  ['a bare CR in a chunk extension', `${CHUNKED}5;a\rb\r\nhello`, '200 body= upstream_malformed a chunk-size line holds a bare CR'],
  ['a chunk longer than its size', `${CHUNKED}5\r\nhello!\r\n`, '200 body=hello upstream_malformed a chunk is longer than its size'],
  ['a chunk-size line without end', `${CHUNKED}5;${'x'.repeat(5000)}`, '200 body= upstream_malformed a chunk-size line is too long'],
  ['a bare CR in a trailer', `${CHUNKED}0\r\nA: b\rc\r\n\r\n`, '200 body= upstream_malformed a trailer holds a bare CR'],
  [
    'trailers without end',
    `${CHUNKED}0\r\n${'A: b\r\n'.repeat(50)}`,
    '200 body= upstream_too_large the trailers are longer than 200 bytes',
  ],
];

for (const [what, bytes, expected, closes] of ANSWERS) {
  test(`${what}, however it is cut`, () => {
    assert.equal(read([bytes], closes), expected);
    // Whether surplus bytes come at once or later is the one thing the reader cannot know.
    if (what.startsWith('surplus')) return;
    assert.equal(read(bytes.split(''), closes), expected);
    for (let at = 1; at < Math.min(bytes.length, 400); at++)
      assert.equal(read([bytes.slice(0, at), bytes.slice(at)], closes), expected, `cut at ${at}`);
  });
}

test('after the end nothing is read before the next begin', () => {
  const events: string[] = [];
  const reader = createAnswerReader(MAX_HEAD_BYTES, {
    onAnswerHead: (head) => events.push(String(head.status)),
    onAnswerBody: () => {},
    onAnswerEnd: () => events.push('end'),
    onAnswerRefused: (code) => events.push(code),
  });
  reader.feed(Buffer.from(LENGTH_5));
  reader.begin();
  reader.feed(Buffer.from(`${LENGTH_5}hello`));
  reader.feed(Buffer.from('\0\0'));
  assert.equal(reader.finish(), false);
  reader.begin();
  reader.feed(Buffer.from('HTTP/1.1 204 x\r\n\r\n'));
  assert.deepEqual(events, ['200', 'end', '204', 'end']);
});

for (const when of ['onAnswerHead', 'onAnswerBody'] as const) {
  test(`a sink may stop the reader in ${when}`, () => {
    const events: string[] = [];
    const note = (event: string): void => {
      events.push(event);
      if (event === when) reader.stop();
    };
    const reader = createAnswerReader(MAX_HEAD_BYTES, {
      onAnswerHead: () => note('onAnswerHead'),
      onAnswerBody: () => note('onAnswerBody'),
      onAnswerEnd: () => note('onAnswerEnd'),
      onAnswerRefused: () => note('onAnswerRefused'),
    });
    for (const bytes of [`${CHUNKED}2\r\nhi\r\n0\r\n\r\n`, `${LENGTH_5}hello`, 'HTTP/1.1 200 OK\r\n\r\nx']) {
      reader.begin();
      reader.feed(Buffer.from(bytes));
      reader.finish();
    }
    assert.equal(events.includes('onAnswerEnd'), false);
  });
}

test('one buffer may begin the next answer while the end of this one is reported', () => {
  const events: string[] = [];
  const reader = createAnswerReader(MAX_HEAD_BYTES, {
    onAnswerHead: () => {},
    onAnswerBody: () => {},
    onAnswerEnd: () => {
      events.push('end');
      reader.begin();
    },
    onAnswerRefused: () => events.push('refused'),
  });
  reader.begin();
  reader.feed(Buffer.from(`${LENGTH_5}hello${LENGTH_5}hello`));
  assert.deepEqual(events, ['end'], 'the surplus must not become an answer to whoever came next');
});
