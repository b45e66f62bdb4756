// Bodies that are handed on in pieces, in and out: nothing of them is copied, nothing stays, and whoever cannot take more makes the sender wait.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createFakeWire } from './fake-wire.fixture.ts';
import type { FakeWire } from './fake-wire.fixture.ts';
import { createHttpServer } from './http-server.ts';
import { begin, listenRaw, openPool, POST } from './scripted-server.fixture.ts';
import { ServerConnection } from './server-connection.ts';
import { DEFAULT_SERVER_LIMITS } from './server-limits.ts';
import type { BodyOutlet, BodySink, RequestHandler, ServerLimits, ServerRequest, StreamedBody } from './types.ts';

interface Taken {
  readonly wire: FakeWire;
  readonly pieces: Uint8Array[];
  /** Requests whose head has come. */
  readonly requests: ServerRequest<undefined>[];
  /** What else happened, in order. */
  readonly log: string[];
  /** Whether the sink takes more. */
  hasRoom: boolean;
  readonly sink: BodySink;
  readonly tick: (count: number) => void;
}

/** A connection whose handler decides later about every request. */
function connect(limits: Partial<ServerLimits> = {}): Taken {
  const log: string[] = [];
  const pieces: Uint8Array[] = [];
  const requests: ServerRequest<undefined>[] = [];
  const handler: RequestHandler<undefined> = {
    onHead: (request) => {
      requests.push(request);
      request.onHangup = () => log.push('hangup');
      return 'later';
    },
    onRequest: () => log.push('a body that was held'),
    onRefused: (code) => log.push(`refused ${code}`),
    onFault: (cause) => log.push(`fault ${String(cause)}`),
    refusalBody: (code) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
  };
  const clock = { tick: 1, sweepMs: 500, date: 'now' };
  const wire = createFakeWire();
  const connection = new ServerConnection<undefined>(
    {
      handler,
      limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
      clock,
      draining: false,
      countRequest: () => {},
      countRefusal: (why, peer) => handler.onRefused(why.code, peer, why.detail),
    },
    wire,
    { address: '10.0.0.1', port: 1, tls: false, listener: 'main' },
    undefined,
  );
  wire.attach(connection);
  const taken: Taken = {
    wire,
    pieces,
    requests,
    log,
    hasRoom: true,
    sink: {
      onPiece: (piece) => {
        pieces.push(piece);
        return taken.hasRoom;
      },
      onEnd: () => log.push('end'),
    },
    tick: (count) => {
      for (let at = 0; at < count; at += 1) {
        clock.tick += 1;
        connection.sweep();
      }
    },
  };
  return taken;
}

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  assert.ok(one !== undefined);
  return one;
};
const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('latin1');
const POST_10 = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

test('nothing of a body is read before somebody takes it', () => {
  const { wire, requests, pieces, sink } = connect();
  wire.receive(POST_10);
  assert.equal(wire.paused, true);
  first(requests).streamBody(100, sink);
  assert.equal(wire.paused, false);
  wire.receive('0123456789');
  assert.equal(text(pieces), '0123456789');
});

test('without a body the connection is read on, so that hanging up is noticed', () => {
  const { wire, log } = connect();
  wire.receive('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(wire.paused, false);
  wire.hangUp();
  assert.deepEqual(log, ['hangup']);
});

for (const [framing, head, sent, body] of [
  ['with a length', POST_10, ['01234', '56789'], '0123456789'],
  ['chunked', CHUNKED, ['4\r\n0123\r\n2', '\r\n45\r\n0\r\n\r\n'], '012345'],
] as const) {
  test(`every piece of a body ${framing} is a view of the bytes that came, and none is held`, () => {
    const { wire, requests, pieces, sink, log } = connect();
    wire.receive(head);
    first(requests).streamBody(100, sink);
    const came = sent.map((part) => {
      const before = pieces.length;
      const bytes = wire.receive(part);
      assert.ok(pieces.length > before, 'handed on before more comes');
      return bytes;
    });
    for (const piece of pieces) assert.ok(came.some((bytes) => bytes.buffer === piece.buffer));
    assert.equal(text(pieces), body);
    assert.deepEqual(log, ['end']);
  });
}

test('what came with the head is handed on as well, and the next request is read behind the body', () => {
  const { wire, requests, pieces, sink } = connect();
  wire.receive(`${POST_10}0123456789GET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
  const one = first(requests);
  one.streamBody(100, sink);
  assert.equal(text(pieces), '0123456789');
  assert.equal(requests.length, 1);
  one.respond(200, []);
  assert.equal(requests[1]?.head.path, '/next');
});

test('a sink that is full makes the sender wait, and no clock runs against the sender meanwhile', () => {
  const taken = connect({ bodyTimeoutMs: 1_000 });
  const { wire, requests, sink, log, tick } = taken;
  wire.receive(POST_10);
  first(requests).streamBody(100, sink);
  taken.hasRoom = false;
  wire.receive('01234');
  assert.equal(wire.paused, true);
  tick(10);
  assert.deepEqual(log, []);
  taken.hasRoom = true;
  first(requests).resumeBody();
  assert.equal(wire.paused, false);
  tick(10);
  assert.deepEqual(log, ['hangup', 'refused http_timeout']);
});

test('a sender of single bytes has no more time for the whole than any other', () => {
  const { wire, requests, sink, log, tick } = connect({ bodyTimeoutMs: 1_000 });
  wire.receive(POST_10);
  first(requests).streamBody(100, sink);
  for (let sent = 0; sent < 5; sent++) {
    wire.receive('0');
    tick(1);
  }
  assert.deepEqual(log, ['hangup', 'refused http_timeout']);
});

test('Expect: 100-continue is answered when somebody takes the body', () => {
  const { wire, requests, sink } = connect();
  wire.receive(POST_10.replace('Host', 'Expect: 100-continue\r\nHost'));
  assert.deepEqual(wire.writes, []);
  first(requests).streamBody(100, sink);
  assert.deepEqual(wire.writes, ['HTTP/1.1 100 Continue\r\n\r\n']);
});

for (const [what, head, cap] of [
  ['a declared length above the cap', POST_10, 9],
  ['chunks above the cap', `${CHUNKED}A\r\n`, 9],
  ['a chunk extension', `${CHUNKED}1;a=b\r\n`, 100],
] as const) {
  test(`${what} is refused, and whoever takes the body hears that it ends there`, () => {
    const { wire, requests, sink, log, pieces } = connect();
    wire.receive(head);
    first(requests).streamBody(cap, sink);
    assert.equal(log[0], 'hangup');
    assert.match(log[1] ?? '', /^refused http_/);
    assert.deepEqual(pieces, []);
    assert.equal(wire.finished, true);
  });
}

test('a body that nobody takes is answered, and ends the connection', () => {
  const { wire, requests } = connect();
  wire.receive(POST_10);
  first(requests).respond(403, []);
  assert.match(wire.writes.join(''), /^HTTP\/1\.1 403 .*connection: close/s);
  assert.deepEqual([wire.finished, wire.paused], [true, false]);
});

test('an answer in the middle of a body ends the connection, and the rest of the body goes nowhere', () => {
  const { wire, requests, sink, pieces } = connect();
  wire.receive(POST_10);
  const one = first(requests);
  one.streamBody(100, sink);
  wire.receive('01234');
  one.respond(200, [], Buffer.from('no'));
  wire.receive('56789');
  assert.equal(text(pieces), '01234');
  assert.match(wire.writes.join(''), /connection: close/);
});

test('an answer that is given while a chunk is handed on leaves the reader in order', () => {
  const { wire, requests, log } = connect();
  wire.receive(CHUNKED);
  const one = first(requests);
  one.streamBody(100, {
    onPiece: () => {
      one.respond(500, []);
      return true;
    },
    onEnd: () => log.push('end'),
  });
  wire.receive('1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
  assert.deepEqual(log, []);
  assert.equal(wire.writes.filter((written) => written.startsWith('HTTP/1.1')).length, 1);
});

test('a sink that throws costs its own request', () => {
  const { wire, requests, log } = connect();
  wire.receive(POST_10);
  first(requests).streamBody(100, {
    onPiece: () => {
      throw new Error('a fault of the sink');
    },
    onEnd: () => {},
  });
  wire.receive('0');
  assert.deepEqual(log, ['fault Error: a fault of the sink', 'hangup', 'refused internal']);
});

test('what is passed on is framed around the very bytes', () => {
  const { wire, requests } = connect();
  const written: (Uint8Array | undefined)[] = [];
  const write = wire.write.bind(wire);
  wire.write = (...parts) => {
    written.push(...parts);
    return write(...parts);
  };
  wire.receive('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const one = first(requests);
  one.start(200, []);
  const bytes = Buffer.from('hello');
  assert.equal(one.pass(bytes), true);
  assert.ok(written.includes(bytes));
  one.pass(Buffer.alloc(0));
  one.end();
  assert.match(wire.writes.join(''), /\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
});

interface Given {
  readonly outlet: Promise<BodyOutlet>;
  readonly stream: StreamedBody;
}

function bodyOf(bytes: number | undefined): Given {
  const { promise, resolve } = Promise.withResolvers<BodyOutlet>();
  return { outlet: promise, stream: { bytes, start: resolve } };
}

/** All that a server's connection receives, until a text ends it. */
function heard(socket: Socket, until: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let got = '';
  socket.on('data', (bytes: Buffer) => {
    got += bytes.toString('latin1');
    if (got.endsWith(until)) resolve(got);
  });
  return promise;
}

for (const [bytes, head, body] of [
  [10, 'Content-Length: 10', '0123456789'],
  [undefined, 'Transfer-Encoding: chunked', '5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n'],
] as const) {
  test(`a body in pieces reaches a server with ${head}, and the connection is used again`, async (t) => {
    const received: Promise<string>[] = [];
    let connections = 0;
    const port = await listenRaw(t, (socket) => {
      connections++;
      const text = heard(socket, body);
      received.push(text);
      void text.then(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    });
    const pool = openPool(t, port);
    for (let nth = 0; nth < 2; nth++) {
      const { outlet, stream } = bodyOf(bytes);
      const { recorder } = begin(pool, { ...POST, body: undefined, stream });
      const out = await outlet;
      out.write(Buffer.from('01234'));
      out.write(Buffer.from('56789'));
      out.end();
      if (nth > 0) break;
      assert.ok((await first(received)).includes(`${head}\r\n`));
      await recorder.answer;
      assert.equal(pool.idle, 1);
    }
    assert.equal(connections, 1);
  });
}

test('an answer in the middle of a body ends the connection to the server: the rest would be read as another request', async (t) => {
  const port = await listenRaw(
    t,
    (socket) => void heard(socket, '01234').then(() => socket.write('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n')),
  );
  const pool = openPool(t, port);
  const { outlet, stream } = bodyOf(10);
  const { recorder } = begin(pool, { ...POST, body: undefined, stream });
  const out = await outlet;
  out.write(Buffer.from('01234'));
  await recorder.answer;
  assert.deepEqual([pool.open, pool.idle], [0, 0]);
  assert.equal(out.write(Buffer.from('56789')), true, 'a no-op');
});

for (const [what, give] of [
  ['longer', (out: BodyOutlet) => void out.write(Buffer.from('01234567890'))],
  ['shorter', (out: BodyOutlet) => out.end()],
] as const) {
  test(`a body that is ${what} than announced never lets the server read on`, async (t) => {
    const port = await listenRaw(t, () => {});
    const pool = openPool(t, port);
    const { outlet, stream } = bodyOf(10);
    const { recorder } = begin(pool, { ...POST, body: undefined, stream });
    give(await outlet);
    await recorder.answer;
    assert.equal(pool.open, 0);
  });
}

/** Runs something, and says how many bytes JavaScript has asked memory for meanwhile; what sockets read comes from elsewhere. */
async function allocatedBy(t: TestContext, run: () => Promise<void>): Promise<number> {
  let bytes = 0;
  const counting = (name: 'alloc' | 'allocUnsafe' | 'allocUnsafeSlow'): void => {
    const real = Buffer[name].bind(Buffer);
    t.mock.method(Buffer, name, (size: number) => {
      bytes += size;
      return real(size);
    });
  };
  counting('alloc');
  counting('allocUnsafe');
  counting('allocUnsafeSlow');
  await run();
  t.mock.restoreAll();
  return bytes;
}

test('from agent to server and back no buffer is made for what passes', async (t) => {
  const TOTAL = 16 * 1024 * 1024;
  const block = Buffer.alloc(64 * 1024, 'x');
  let received = 0;
  const port = await listenRaw(t, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      received += bytes.length;
      if (received < TOTAL) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${TOTAL}\r\n\r\n`);
      let sent = 0;
      const more = (): void => {
        while (sent < TOTAL) {
          sent += block.length;
          if (!socket.write(block)) return void socket.once('drain', more);
        }
      };
      more();
    });
  });
  const pool = openPool(t, port);
  const server = createHttpServer<undefined>({
    limits: { ...DEFAULT_SERVER_LIMITS, maxBodyBytes: TOTAL },
    listener: 'main',
    handler: {
      onHead: (request) => {
        const call = pool.send(
          {
            ...POST,
            body: undefined,
            stream: {
              bytes: request.head.contentLength,
              start: (outlet) => {
                outlet.onDrain = () => request.resumeBody();
                request.streamBody(TOTAL, { onPiece: (piece) => outlet.write(piece), onEnd: () => outlet.end() });
              },
            },
          },
          {
            onHead: () => request.start(200, []),
            onBody: (chunk) => {
              if (!request.pass(chunk)) call.pause();
            },
            onEnd: () => request.end(),
            onError: () => request.abort(),
          },
        );
        request.onDrain = () => call.resume();
        return 'later';
      },
      onRequest: () => assert.fail('the body was held'),
      onRefused: (code) => assert.fail(code),
      refusalBody: () => ({ contentType: 'text/plain', body: Buffer.alloc(0) }),
    },
  });
  await server.listen('127.0.0.1', 0);
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address?.kind === 'tcp');
  let answered = 0;
  const allocated = await allocatedBy(t, async () => {
    const socket = dial(address.port, '127.0.0.1');
    socket.on('data', (bytes: Buffer) => (answered += bytes.length));
    socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${TOTAL}\r\n\r\n`);
    for (let sent = 0; sent < TOTAL; sent += block.length) if (!socket.write(block)) await once(socket, 'drain');
    while (answered < TOTAL) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
  });
  assert.ok(received >= TOTAL && answered >= TOTAL);
  // Heads, and the lines in front of chunks.
  assert.ok(allocated < TOTAL / 32, `${allocated} bytes`);
  t.diagnostic(`${allocated} bytes allocated for ${2 * TOTAL} that passed`);
});

test('however the bytes of two requests are cut, each body comes whole, and none of it is taken for a head', () => {
  const sent = `${CHUNKED}5\r\nGET /\r\n2\r\nab\r\n0\r\n\r\n${POST_10}GET / HTTP`;
  for (let first_ = 1; first_ < sent.length; first_++)
    for (const second of [first_ + 1, first_ + 7, sent.length]) {
      const { wire, requests, pieces, sink, log } = connect();
      let streamed = 0;
      for (const part of [sent.slice(0, first_), sent.slice(first_, second), sent.slice(second)]) {
        if (part !== '') wire.receive(part);
        for (const one of requests.slice(streamed)) {
          streamed++;
          one.streamBody(100, sink);
          if (log.at(-1) === 'end' && log.length === streamed) one.respond(200, []);
        }
        const open = requests[streamed - 1];
        if (open !== undefined && !open.done && log.length === streamed) open.respond(200, []);
        for (const one of requests.slice(streamed)) {
          streamed++;
          one.streamBody(100, sink);
          if (log.length === streamed) one.respond(200, []);
        }
      }
      assert.equal(text(pieces), 'GET /abGET / HTTP', `cut at ${first_} and ${second}`);
      assert.deepEqual(log, ['end', 'end']);
    }
});
