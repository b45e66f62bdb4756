import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHeadEnd, FORBIDDEN, INCOMPLETE, parseAnswerHead } from './client-head.ts';
import type { AnswerHead } from './client-head.ts';

function head(...lines: string[]): string {
  return `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
}

function parse(text: string): AnswerHead {
  const parsed = parseAnswerHead(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  return parsed.value;
}

const STATUS_LINES: readonly [line: string, status: number][] = [
  ['HTTP/1.1 200 OK', 200],
  ['HTTP/1.1 404 Not Found', 404],
  ['HTTP/1.1 200 ', 200],
  ['HTTP/1.1 200', 200],
  ['HTTP/1.0 503 nope', 503],
  ['HTTP/1.1 599 \xe9', 599],
];

for (const [line, status] of STATUS_LINES) {
  test(`the status line ${JSON.stringify(line)} is read`, () => {
    assert.equal(parse(`${line}\r\n\r\n`).status, status);
    assert.equal(parse(`${line}\n\n`).status, status);
  });
}

for (const line of [
  '',
  'HTTP/1.1',
  'HTTP/1.1 20',
  'HTTP/1.1 2000',
  'HTTP/1.1 2x0 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 600 OK',
  'HTTP/1.1  200 OK',
  'HTTP/2.0 200 OK',
  'HTTP/1.2 200 OK',
  'http/1.1 200 OK',
  'ICY 200 OK',
  ' HTTP/1.1 200 OK',
  'HTTP/1.1 200OK',
]) {
  test(`the status line ${JSON.stringify(line)} is refused`, () => {
    assert.equal(parseAnswerHead(`${line}\r\nA: b\r\n\r\n`).ok, false);
  });
}

test('fields keep their order, lose their case and their outer blanks', () => {
  const { headers } = parse(head('B: 1', 'a:\t two words \t', 'Empty:', 'b: 2', 'Space : dropped'));
  assert.deepEqual(headers.names, ['b', 'a', 'empty', 'b', 'space']);
  assert.deepEqual(headers.values, ['1', 'two words', '', '2', 'dropped']);
});

for (const [what, line] of [
  ['a folded line', 'A: b\r\n c'],
  ['a fold as first line', ' A: b'],
  ['a line without colon', 'A b'],
  ['an empty name', ': b'],
  ['a space inside a name', 'A B: c'],
  ['a byte above ASCII in a name', '\xc1: c'],
  ['too many fields', Array.from({ length: 257 }, (_, at) => `h${at}: x`).join('\r\n')],
] as const) {
  test(`${what} is refused`, () => assert.equal(parseAnswerHead(head(line)).ok, false));
}

const FRAMINGS: readonly [what: string, lines: string[], framing: string, contentLength: number][] = [
  ['a length', ['Content-Length: 5'], 'length', 5],
  ['a length of zero', ['Content-Length: 0'], 'none', 0],
  ['equal lengths in two fields', ['Content-Length: 5', 'content-length: 5'], 'length', 5],
  ['equal lengths in one field', ['Content-Length: 5, 5'], 'length', 5],
  ['chunked in any case', ['Transfer-Encoding: Chunked'], 'chunked', 0],
  ['neither', [], 'close', 0],
];

for (const [what, lines, framing, contentLength] of FRAMINGS) {
  test(`framing: ${what}`, () => {
    const read = parse(head(...lines));
    assert.equal(read.framing, framing);
    assert.equal(read.contentLength, contentLength);
  });
}

for (const lines of [
  ['Content-Length: 5', 'Content-Length: 6'],
  ['Content-Length: 5, 6'],
  ['Content-Length: 5,'],
  ['Content-Length:'],
  ['Content-Length: +5'],
  ['Content-Length: -5'],
  ['Content-Length: 0x5'],
  ['Content-Length: 5 5'],
  ['Content-Length: 1e3'],
  ['Content-Length: 9999999999999999'],
  ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Transfer-Encoding: gzip, chunked'],
  ['Transfer-Encoding: chunked, chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: identity'],
  ['Transfer-Encoding:'],
  ['Transfer-Encoding: xchunked'],
]) {
  test(`framing is refused: ${lines.join(' | ')}`, () => assert.equal(parseAnswerHead(head(...lines)).ok, false));
}

test('chunked on HTTP/1.0 is refused', () => {
  assert.equal(parseAnswerHead('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n').ok, false);
});

for (const status of [100, 103, 204, 304]) {
  test(`a ${status} has no body, whatever it announces`, () => {
    assert.equal(parse(`HTTP/1.1 ${status} x\r\nContent-Length: 5\r\n\r\n`).framing, 'none');
    assert.equal(parse(`HTTP/1.1 ${status} x\r\n\r\n`).framing, 'none');
  });
}

const KEEP_ALIVES: readonly [text: string, keepAlive: boolean, hintMs: number | undefined][] = [
  [head(), true, undefined],
  [head('Connection: close'), false, undefined],
  [head('Connection: keep-alive', 'Connection: Upgrade , CLOSE'), false, undefined],
  [head('Connection: closed, enclose'), true, undefined],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n', false, undefined],
  [head('Keep-Alive: timeout=5'), true, 5000],
  [head('Keep-Alive: max=100, Timeout=65'), true, 65_000],
  [head('Keep-Alive: timeout=abc'), true, undefined],
  [head('Keep-Alive: max=100'), true, undefined],
  [head('Keep-Alive: timeout=-1'), true, undefined],
];

for (const [text, keepAlive, hintMs] of KEEP_ALIVES) {
  test(`keep-alive of ${JSON.stringify(text)}`, () => {
    const read = parse(text);
    assert.equal(read.keepAlive, keepAlive);
    assert.equal(read.keepAliveHintMs, hintMs);
  });
}

test('identity is no encoding, everything else is one', () => {
  assert.equal(parse(head()).encoding, undefined);
  assert.equal(parse(head('Content-Encoding: Identity')).encoding, undefined);
  assert.equal(parse(head('Content-Encoding: GZIP')).encoding, 'gzip');
  assert.equal(parse(head('Content-Encoding: gzip', 'Content-Encoding: br')).encoding, 'gzip, br');
});

const ENDS: readonly [text: string, expected: number][] = [
  ['a\r\n\r\n', 5],
  ['a\n\n', 3],
  ['a\r\n\n', 4],
  ['a\n\r\nbody', 4],
  ['a\r\n\r', INCOMPLETE],
  ['a\r\n', INCOMPLETE],
  ['\r\n\r\n', 4],
  ['', INCOMPLETE],
  ['a\rb\r\n\r\n', FORBIDDEN],
  ['a\r\r\n\r\n', FORBIDDEN],
  ['a\0\r\n\r\n', FORBIDDEN],
  ['a\x7f\r\n\r\n', FORBIDDEN],
  ['a\x1b[31m\r\n\r\n', FORBIDDEN],
  ['a\xff\t\r\n\r\n', 7],
];

for (const [text, expected] of ENDS) {
  test(`the head in ${JSON.stringify(text)} ends at ${expected}`, () => {
    const bytes = Buffer.from(text, 'latin1');
    assert.equal(findHeadEnd(bytes, 0, 0, bytes.length), expected);
    // The line feed that ends what stands before does not count as an empty line's.
    const shifted = Buffer.from(`x\n${text}`, 'latin1');
    assert.equal(findHeadEnd(shifted, 2, 2, shifted.length), expected < 0 ? expected : expected + 2);
  });
}
