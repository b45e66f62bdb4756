// Fuzz target of the codec towards agents: whatever bytes come, however they are cut, it neither throws nor hangs, and it makes the
// same requests and sends the same answers as for the bytes in one piece. SALLYPORT_FUZZ_RUNS sets the number of runs per property;
// failures print their seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFakeWire } from '../../src/http/fake-wire.fixture.ts';
import { DEFAULT_SERVER_LIMITS } from '../../src/http/index.ts';
import { ServerConnection } from '../../src/http/server-connection.ts';
import { SAMPLES } from '../attacks/http-corpus.fixture.ts';

const RUNS = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 1000);
const LIMITS = { ...DEFAULT_SERVER_LIMITS, maxHeadBytes: 512, maxHeaders: 12, maxBodyBytes: 256, maxPipelined: 1000 };

interface Observed {
  readonly requests: readonly string[];
  readonly answers: string;
  readonly ended: boolean;
}

/** What a connection does with bytes that come in these pieces, with a handler that answers at once. */
function observe(pieces: readonly Buffer[]): Observed {
  const requests: string[] = [];
  const wire = createFakeWire();
  const handler = {
    onHead: () => 200,
    onRequest: (
      request: {
        head: { method: string; path: string; query: string; headers: { names: readonly string[]; values: readonly string[] } };
        respond(status: number, headers: readonly string[], body: Uint8Array): void;
      },
      body: Uint8Array,
    ) => {
      const { head } = request;
      requests.push(
        JSON.stringify([head.method, head.path, head.query, head.headers.names, head.headers.values, Buffer.from(body).toString('latin1')]),
      );
      request.respond(200, [], body);
    },
    onRefused: () => {},
    onFault: (cause: unknown) => assert.fail(String(cause)),
    refusalBody: (code: string) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
  };
  const clock = { tick: 1, sweepMs: 500, date: 'now' };
  const host = { handler, limits: LIMITS, clock, draining: false, countRequest: () => {}, countRefusal: () => {} };
  const connection = new ServerConnection<undefined>(
    host,
    wire,
    { address: '192.0.2.1', port: 1, tls: false, listener: 'main' },
    undefined,
  );
  wire.attach(connection);
  for (const piece of pieces) {
    // The reader may keep what it is given, so it gets a copy of its own.
    wire.receive(piece.toString('latin1'));
    connection.sweep();
  }
  const ended = wire.finished || wire.destroyed;
  wire.hangUp();
  for (let at = 0; at < 200; at += 1) {
    clock.tick += 1;
    connection.sweep();
  }
  assert.ok(wire.finished || wire.destroyed, 'the connection outlives its client');
  return { requests, answers: wire.writes.join(''), ended };
}

function cut(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...new Set(positions.map((position) => position % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    if (end > start) pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

const single = (bytes: Buffer): Buffer[] => Array.from(bytes, (byte) => Buffer.from([byte]));

function assertSame(text: string, positions: readonly number[]): Observed {
  const bytes = Buffer.from(text, 'latin1');
  const whole = observe([bytes]);
  assert.deepEqual(observe(cut(bytes, positions)), whole);
  assert.deepEqual(observe(single(bytes)), whole);
  return whole;
}

const sample = fc.constantFrom(...SAMPLES.map(([, bytes]) => bytes));
const positions = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 });
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const wireBytes = fc
  .array(
    fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      ' ',
      '\t',
      ':',
      'GET ',
      'POST ',
      '/a',
      ' HTTP/1.1\r\n',
      'Host: h\r\n',
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
      '3\r\nabc\r\n',
      'Mcp-Name: x\r\n',
      'Expect: 100-continue\r\n',
      'abc',
      '\0',
      '\xff',
      'x'.repeat(200),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));
const stream = fc
  .array(fc.oneof({ weight: 4, arbitrary: sample }, { weight: 2, arbitrary: wireBytes }, { weight: 1, arbitrary: anyBytes }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));

test('every sample: the same requests and answers however it is cut', () => {
  for (const [, bytes] of SAMPLES) assertSame(bytes + bytes, [1, 5, 20, 50, 51, 52, 90]);
});

test('any bytes: no throw, no hang, the same requests and answers however they are cut', () => {
  fc.assert(
    fc.property(stream, positions, (text, where) => void assertSame(text, where)),
    { numRuns: RUNS },
  );
});

test('one byte changed anywhere: the same', () => {
  fc.assert(
    fc.property(sample, sample, fc.nat({ max: 400 }), fc.nat({ max: 255 }), positions, (first, second, at, byte, where) => {
      const bytes = Buffer.from(first + second, 'latin1');
      bytes[at % bytes.length] = byte;
      assertSame(bytes.toString('latin1'), where);
    }),
    { numRuns: RUNS },
  );
});

test('honest requests come through whole, in order, and each gets one answer', () => {
  const honest = fc.record({
    body: fc.uint8Array({ maxLength: 60 }),
    chunk: fc.integer({ min: 0, max: 20 }),
    field: fc.stringMatching(/^[!-~]([ -~]*[!-~])?$/, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(honest, { minLength: 1, maxLength: 6 }), positions, (all, where) => {
      const text = all.map(({ body, chunk, field }) => framed(Buffer.from(body).toString('latin1'), chunk, field)).join('');
      const { requests, answers, ended } = assertSame(text, where);
      assert.deepEqual(
        requests.map((request) => JSON.parse(request)).map(([, , , , values, body]) => [values[1], body]),
        all.map(({ body, field }) => [field, Buffer.from(body).toString('latin1')]),
      );
      assert.equal(answers.split('HTTP/1.1 200 OK\r\n').length - 1, all.length);
      assert.equal(ended, false);
    }),
    { numRuns: RUNS },
  );
});

function framed(body: string, chunk: number, field: string): string {
  const head = `POST /a HTTP/1.1\r\nHost: h\r\nX-A: ${field}\r\n`;
  if (chunk === 0) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  let chunks = '';
  for (let at = 0; at < body.length; at += chunk) {
    const part = body.slice(at, at + chunk);
    chunks += `${part.length.toString(16)}\r\n${part}\r\n`;
  }
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
}
