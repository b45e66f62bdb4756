// Fuzz target of the codec towards servers: whatever bytes come, however they are cut, it neither throws nor hangs, reads the same answer, and
// never takes bytes of one answer into the next. SALLYPORT_FUZZ_RUNS sets the number of runs per property; failures print their seed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as nodeRequest } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { createAnswerReader } from '../../src/http/client-reader.ts';
import { createUpstreamPool } from '../../src/http/index.ts';
import type { UpstreamRequest } from '../../src/http/index.ts';

const RUNS = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 500);
// Properties that need sockets are a hundred times slower.
const SOCKET_RUNS = Math.max(20, Math.floor(RUNS / 20));
const MAX_HEAD_BYTES = 512;
const REQUEST: UpstreamRequest = {
  method: 'GET',
  path: '/',
  headers: [],
  body: undefined,
  replayable: false,
  headTimeoutMs: 5000,
  idleTimeoutMs: 5000,
};

// Mostly right, seldom wrong: an answer with one mistake goes further into the codec than one with many.
function mostly(right: readonly string[], wrong: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );
}
const lineEnd = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('\r\n', '\r\n', '\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r', '\n\r', '') },
);
const statusLine = mostly(
  [
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 200',
    'HTTP/1.0 200 OK',
    'HTTP/1.1 204 x',
    'HTTP/1.1 304 x',
    'HTTP/1.1 100 Continue',
  ],
  ['HTTP/1.1 101 x', 'HTTP/2 200', ' HTTP/1.1 200 OK', 'HTTP/1.1  200 OK'],
);
const field = mostly(
  [
    'Content-Length: 5',
    'Content-Length: 5, 5',
    'Content-Length : 10',
    'content-length:05',
    'Transfer-Encoding: chunked',
    'transfer-encoding:\t CHUNKED ',
    'Connection: close',
    'Connection: keep-alive',
    'Keep-Alive: timeout=5',
    'A: b',
    'B:',
  ],
  [
    'Content-Length: 6',
    'Content-Length: +5',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, identity',
    ' folded',
    'no colon',
    'A:\0',
  ],
);
const chunk = mostly(
  ['5\r\nhello\r\n', '5;x=y\r\nhello\r\n', '05\r\nhello\r\n', '5\nhello\n', '5 \r\nhello\r\n', '0\r\n\r\n', '0\r\nA: b\r\n\r\n'],
  ['0\r\n', '-1\r\n', 'fffffffffffffffff\r\n', '5\r\nhello', '\r\n', '5\r\nhell\r\n', '5\r\nhello!\r\n'],
);
const answer = fc
  .tuple(
    fc.array(fc.tuple(statusLine, lineEnd, fc.array(fc.tuple(field, lineEnd), { maxLength: 4 }), lineEnd), { minLength: 1, maxLength: 2 }),
    fc.array(chunk, { maxLength: 4 }),
  )
  .map(
    ([heads, body]) =>
      heads.map(([status, end, fields, last]) => status + end + fields.map((pair) => pair.join('')).join('') + last).join('') +
      body.join(''),
  );
const bytes = fc.oneof(
  { weight: 8, arbitrary: answer.map((text) => Buffer.from(text, 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 700 }).map((raw) => Buffer.from(raw)) },
);
const cuts = fc.array(fc.nat({ max: 700 }), { maxLength: 12 });

interface Reading {
  status: number | undefined;
  body: string;
  end: string;
  /** The whole answer had been read when this many bytes had been given. */
  consumedBy: number;
}

/** Reads the pieces, then the end of the connection. */
function read(pieces: readonly Buffer[]): Reading {
  const reading: Reading = { status: undefined, body: '', end: '', consumedBy: 0 };
  const settle = (end: string): void => {
    assert.equal(reading.end, '', 'the end is reported once');
    reading.end = end;
  };
  const reader = createAnswerReader(MAX_HEAD_BYTES, {
    onAnswerHead: (head) => {
      assert.equal(reading.status, undefined, 'the head is reported once');
      assert.ok(head.status >= 200, 'interim answers are never handed on');
      reading.status = head.status;
    },
    onAnswerBody: (piece) => {
      assert.ok(reading.status !== undefined && reading.end === '' && piece.length > 0);
      reading.body += Buffer.from(piece).toString('latin1');
    },
    onAnswerEnd: () => settle('whole'),
    onAnswerRefused: (code) => settle(code),
  });
  reader.begin();
  for (const piece of pieces) {
    if (reading.end === '') reading.consumedBy += piece.length;
    reader.feed(piece);
  }
  if (reading.end === '' && !reader.finish()) settle('cut');
  return reading;
}

function cutAt(whole: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.filter((edge) => edge < whole.length).toSorted((a, b) => a - b), whole.length];
  return edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
}

test('any bytes: no exception, and one reading however they are cut', () => {
  fc.assert(
    fc.property(bytes, cuts, (whole, at) => {
      const { consumedBy: _whole, ...expected } = read([whole]);
      const { consumedBy: _cut, ...cut } = read(cutAt(whole, at));
      assert.deepEqual(cut, expected);
      const { consumedBy, ...single } = read(Array.from(whole, (_, index) => whole.subarray(index, index + 1)));
      assert.deepEqual(single, expected);
      // What is behind the end has no influence on what came before it.
      if (single.end === 'whole') {
        const { consumedBy: _, ...alone } = read([whole.subarray(0, consumedBy)]);
        assert.deepEqual(alone, expected);
      }
    }),
    { numRuns: RUNS },
  );
});

test('what is written well is read as it was meant', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
  const extension = fc.constantFrom('', ';a', ';a=b', ' ; a="b c"');
  fc.assert(
    fc.property(pieces, extension, fc.boolean(), cuts, (body, ext, isChunked, at) => {
      const content = Buffer.concat(body);
      const framed = isChunked
        ? `Transfer-Encoding: chunked\r\n\r\n${body.map((piece) => `${piece.length.toString(16)}${ext}\r\n${Buffer.from(piece).toString('latin1')}\r\n`).join('')}0${ext}\r\nT: x\r\n\r\n`
        : `Content-Length: ${content.length}\r\n\r\n${content.toString('latin1')}`;
      const whole = Buffer.from(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${framed}`, 'latin1');
      const reading = read(cutAt(whole, at));
      assert.deepEqual(
        [reading.status, reading.body, reading.end, reading.consumedBy],
        [200, content.toString('latin1'), 'whole', whole.length],
      );
    }),
    { numRuns: RUNS },
  );
});

// One server for the properties that need sockets: each connection is served what `script` says at that moment.
let server: Server;
let port = 0;
let script: (socket: Socket, nth: number) => void = () => {};
const open = new Set<Socket>();

before(async () => {
  server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    let requests = 0;
    socket.on('data', () => script(socket, ++requests));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  port = address.port;
});

after(() => {
  for (const socket of open) socket.destroy();
  server.close();
});

type Outcome = readonly [status: number | undefined, body: string, end: string];

function openPool(): ReturnType<typeof createUpstreamPool> {
  return createUpstreamPool(
    { host: '127.0.0.1', port, tls: undefined },
    { maxConnections: 2, maxQueued: 2, maxHeadBytes: MAX_HEAD_BYTES, connectTimeoutMs: 5000 },
  );
}

function send(pool: ReturnType<typeof createUpstreamPool>): Promise<Outcome> {
  return new Promise((resolve) => {
    let status: number | undefined;
    let body = '';
    pool.send(REQUEST, {
      onHead: (code) => (status = code),
      onBody: (piece) => (body += Buffer.from(piece).toString('latin1')),
      onEnd: () => resolve([status, body, 'whole']),
      onError: (code) => resolve([status, body, code]),
    });
  });
}

function sendByNode(): Promise<Outcome> {
  return new Promise((resolve) => {
    const request = nodeRequest({ host: '127.0.0.1', port, agent: false }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (text: string) => (body += text));
      response.on('error', () => resolve([response.statusCode, body, 'refused']));
      response.on('close', () => resolve([response.statusCode, body, response.complete ? 'whole' : 'cut']));
    });
    request.on('error', () => resolve([undefined, '', 'refused']));
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve([101, '', 'refused']);
    });
    request.end();
  });
}

test('a pool survives any answer, and the next request gets its own', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (whole, closes) => {
      let served = 0;
      script = (socket) => {
        served += 1;
        if (served > 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine');
        else if (closes) socket.end(whole);
        // Without an end the rest comes after a moment: a reused connection must not read it.
        else socket.write(whole, () => setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'), 5));
      };
      const pool = openPool();
      try {
        const first = await send(pool);
        assert.ok(['whole', 'upstream_malformed', 'upstream_too_large', 'outcome_unknown'].includes(first[2]), first[2]);
        if (pool.idle > 0) await new Promise((resolve) => setTimeout(resolve, 15));
        assert.deepEqual(await send(pool), [200, 'mine', 'whole']);
      } finally {
        pool.close();
      }
    }),
    { numRuns: SOCKET_RUNS },
  );
});

test("what both we and Node's parser read whole, both read alike", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (whole) => {
      script = (socket, nth) => void (nth === 1 && socket.end(whole));
      const pool = openPool();
      const [ours, nodes] = await Promise.all([send(pool), sendByNode()]);
      pool.close();
      if (ours[2] === 'whole' && nodes[2] === 'whole') assert.deepEqual(ours, nodes);
    }),
    { numRuns: SOCKET_RUNS },
  );
});
