import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChunkedBody, decodeChunks } from './chunked-body.ts';

interface Outcome {
  readonly phase: string;
  readonly body: string;
  readonly rest: string;
  readonly code: string | undefined;
}

function decode(text: string, pieceBytes = text.length, maxBytes = 64): Outcome {
  const chunked = createChunkedBody(maxBytes);
  let body = '';
  const bytes = Buffer.from(text, 'latin1');
  let at = 0;
  while (at < bytes.length && chunked.phase !== 'done' && chunked.phase !== 'refused') {
    at = decodeChunks(chunked, bytes, at, Math.min(bytes.length, at + pieceBytes), (source, from, to) => {
      body += source.toString('latin1', from, to);
    });
  }
  return {
    phase: chunked.phase,
    body,
    rest: bytes.toString('latin1', at),
    code: chunked.refusal?.code,
  };
}

const accepted: readonly (readonly [text: string, body: string, rest: string])[] = [
  ['0\r\n\r\n', '', ''],
  ['5\r\nhello\r\n0\r\n\r\n', 'hello', ''],
  ['5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET /', 'hello!', 'GET /'],
  ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789', ''],
  ['a\r\n01234\r\n789\r\n0\r\n\r\n', '01234\r\n789', ''],
  [`40\r\n${'x'.repeat(64)}\r\n0\r\n\r\n`, 'x'.repeat(64), ''],
];

for (const [text, body, rest] of accepted) {
  test(`decodes ${JSON.stringify(text)}`, () => {
    for (const piece of [text.length, 1, 2, 3, 7]) {
      assert.deepEqual(decode(text, piece), { phase: 'done', body, rest, code: undefined }, `${piece} bytes at a time`);
    }
  });
}

const refused: readonly (readonly [name: string, text: string, code?: string])[] = [
  ['an extension', '5;a=b\r\nhello\r\n0\r\n\r\n'],
  ['an empty extension', '5;\r\nhello\r\n0\r\n\r\n'],
  ['white space behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
  ['white space in front of the size', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['tab behind the size', '5\t\r\nhello\r\n0\r\n\r\n'],
  ['a bare LF behind the size', '5\nhello\r\n0\r\n\r\n'],
  ['a bare CR behind the size', '5\rhello\r\n0\r\n\r\n'],
  ['a bare LF behind the data', '5\r\nhello\n0\r\n\r\n'],
  ['a bare CR behind the data', '5\r\nhello\r0\r\n\r\n'],
  ['data longer than its size', '5\r\nhello!\r\n0\r\n\r\n'],
  ['data shorter than its size', '5\r\nhell\r\n0\r\n\r\n'],
  ['no size', '\r\nhello\r\n0\r\n\r\n'],
  ['a prefix 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a sign', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a minus', '-5\r\nhello\r\n0\r\n\r\n'],
  ['an underscore', '1_0\r\nhello\r\n0\r\n\r\n'],
  ['a zero in front', '05\r\nhello\r\n0\r\n\r\n'],
  ['two zeros at the end', '5\r\nhello\r\n00\r\n\r\n'],
  ['a letter beyond f', 'g\r\nhello\r\n0\r\n\r\n'],
  ['nine digits', '100000005\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a trailer', '0\r\nX: y\r\n\r\n'],
  ['a bare LF at the end', '0\r\n\n'],
  ['a bare CR at the end', '0\r\n\rX'],
  ['the largest size of 8 digits', 'ffffffff\r\n', 'http_body_too_large'],
  ['a chunk over the cap', '41\r\nx', 'http_body_too_large'],
  ['chunks that together exceed the cap', `40\r\n${'x'.repeat(64)}\r\n1\r\n`, 'http_body_too_large'],
];

for (const [name, text, code = 'http_malformed'] of refused) {
  test(`refuses ${name}`, () => {
    for (const piece of [text.length, 1, 3]) {
      const outcome = decode(text, piece);
      assert.equal(outcome.phase, 'refused', `${piece} bytes at a time`);
      assert.equal(outcome.code, code);
    }
  });
}
