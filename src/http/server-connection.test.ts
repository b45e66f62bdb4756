import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList } from './address-list.ts';
import { createFakeWire } from './fake-wire.fixture.ts';
import type { FakeWire } from './fake-wire.fixture.ts';
import type { Refusal } from './refusal.ts';
import { ServerConnection } from './server-connection.ts';
import { DEFAULT_SERVER_LIMITS } from './server-limits.ts';
import type { Peer, RequestHandler, ServerLimits, ServerRequest } from './types.ts';

type Request = ServerRequest<string>;

interface Bench {
  readonly wire: FakeWire;
  readonly connection: ServerConnection<string>;
  /** Heads, bodies, hang-ups, refusals and faults in order. */
  readonly log: string[];
  /** Requests whose body has come and that have no answer yet. */
  readonly open: Request[];
  readonly drainNow: () => void;
  readonly tick: (count: number) => void;
}

interface BenchOptions {
  readonly limits?: Partial<ServerLimits>;
  readonly handler?: Partial<RequestHandler<string>>;
  readonly trusted?: readonly string[];
}

function bench(options: BenchOptions = {}): Bench {
  const log: string[] = [];
  const open: Request[] = [];
  const handler: RequestHandler<string> = {
    onHead: (request) => {
      log.push(`head ${request.head.method} ${request.head.path}`);
      request.onHangup = () => log.push(`hangup ${request.head.path}`);
      return 100;
    },
    onRequest: (request, body) => {
      log.push(`body ${request.head.path} ${Buffer.from(body).toString('latin1')}`);
      open.push(request);
    },
    onRefused: (code) => log.push(`refused ${code}`),
    onFault: (cause) => log.push(`fault ${String(cause)}`),
    refusalBody: (code) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
    ...options.handler,
  };
  const host = {
    handler,
    limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
    clock: { tick: 1, sweepMs: 500, date: 'now' },
    draining: false,
    countRequest: () => {},
    countRefusal: (why: Refusal, peer: Peer) => handler.onRefused(why.code, peer, why.detail),
  };
  const trusted = parseAddressList(options.trusted ?? []);
  assert.ok(trusted.ok);
  const wire = createFakeWire();
  const connection = new ServerConnection<string>(
    host,
    wire,
    { address: '10.0.0.1', port: 1, tls: false, listener: 'main' },
    options.trusted === undefined ? undefined : trusted.value,
  );
  wire.attach(connection);
  return {
    wire,
    connection,
    log,
    open,
    drainNow: () => {
      host.draining = true;
    },
    tick: (count) => {
      for (let at = 0; at < count; at += 1) {
        host.clock.tick += 1;
        connection.sweep();
      }
    },
  };
}

const get = (path: string, ...fields: readonly string[]): string =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const post = (path: string, body: string, ...fields: readonly string[]): string =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`;
const ok = (body: string, close = false): string =>
  `HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: ${body.length}\r\n${close ? 'connection: close\r\n' : ''}\r\n${body}`;
const answer = (request: Request | undefined, body = ''): void => request?.respond(200, [], Buffer.from(body));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('head, body, answer: one write, and the connection stays', () => {
  const { wire, log, open } = bench();
  wire.receive(post('/a', 'hello'));
  assert.deepEqual(log, ['head POST /a', 'body /a hello']);
  answer(open[0], 'there');
  assert.deepEqual(wire.writes, [ok('there')]);
  assert.equal(open[0]?.done, true);
  wire.receive(post('/b', ''));
  answer(open[1]);
  assert.equal(wire.writes.length, 2);
  assert.equal(wire.finished, false);
});

test('pipelined requests: the next head is not announced before the answer, answers keep their order', () => {
  const { wire, log, open } = bench();
  wire.receive(post('/1', 'a') + post('/2', 'b') + get('/3'));
  assert.deepEqual(log, ['head POST /1', 'body /1 a']);
  answer(open[0], '1');
  assert.deepEqual(log.slice(2), ['head POST /2', 'body /2 b']);
  answer(open[1], '2');
  answer(open[2], '3');
  assert.deepEqual(wire.writes, [ok('1'), ok('2'), ok('3')]);
});

test('too many waiting requests stop the reading, answering them starts it again', () => {
  const { wire, open } = bench({ limits: { maxPipelined: 2 } });
  wire.receive(get('/0'));
  wire.receive(get('/1') + get('/2'));
  assert.equal(wire.paused, false);
  wire.receive(get('/3'));
  assert.equal(wire.paused, true);
  for (let at = 0; at < 4; at += 1) answer(open[at]);
  assert.equal(wire.paused, false);
  assert.equal(wire.writes.length, 4);
});

test('too many waiting bytes stop the reading', () => {
  const { wire } = bench({ limits: { maxPipelined: 2, maxHeadBytes: 100 } });
  wire.receive(get('/0'));
  wire.receive('x'.repeat(200));
  assert.equal(wire.paused, false);
  wire.receive('x');
  assert.equal(wire.paused, true);
});

test('many small requests are served in several turns of the loop', async () => {
  const { wire } = bench({ limits: { maxPipelined: 3 }, handler: { onRequest: (request) => answer(request) } });
  wire.receive(get('/').repeat(10));
  assert.equal(wire.writes.length, 4);
  assert.equal(wire.paused, true);
  for (let at = 0; at < 3; at += 1) await turn();
  assert.equal(wire.writes.length, 10);
  assert.equal(wire.paused, false);
});

test('a client that does not take its answers gets no more made', () => {
  const { wire, open } = bench();
  wire.receive(get('/1'));
  wire.queuedBytes = DEFAULT_SERVER_LIMITS.highWaterBytes + 1;
  answer(open[0]);
  wire.receive(get('/2'));
  assert.equal(open.length, 1);
  assert.equal(wire.paused, true);
  wire.queuedBytes = 0;
  wire.drain();
  assert.equal(open.length, 2);
});

test('Connection: close is honoured and announced', () => {
  const { wire, open } = bench();
  wire.receive(get('/', 'Connection: close') + get('/never'));
  answer(open[0]);
  assert.deepEqual(wire.writes, [ok('', true)]);
  assert.equal(wire.finished, true);
  assert.equal(open.length, 1);
});

test('the last request a connection may have closes it', () => {
  const { wire, open } = bench({ limits: { maxRequestsPerConnection: 2 } });
  wire.receive(get('/') + get('/') + get('/'));
  answer(open[0]);
  answer(open[1]);
  assert.deepEqual(wire.writes, [ok(''), ok('', true)]);
  assert.equal(wire.finished, true);
});

test('while draining, answers announce the end and idle connections can be closed', () => {
  const busy = bench();
  busy.wire.receive(get('/'));
  busy.drainNow();
  busy.connection.closeIfIdle();
  assert.equal(busy.wire.finished, false, 'a request is under way');
  answer(busy.open[0]);
  assert.deepEqual(busy.wire.writes, [ok('', true)]);
  assert.equal(busy.wire.finished, true);
  const idle = bench();
  idle.connection.closeIfIdle();
  assert.equal(idle.wire.finished, true);
});

test('a chunked answer: the head travels with the first chunk, the end with the last', () => {
  const { wire, open } = bench();
  wire.receive(get('/'));
  open[0]?.start(200, ['content-type', 'text/event-stream']);
  assert.equal(open[0]?.write(Buffer.from('0123456789')), true);
  assert.equal(open[0]?.write(Buffer.alloc(0)), true, 'an empty chunk would end the answer');
  open[0]?.end(Buffer.from('xy'));
  assert.deepEqual(wire.writes, [
    'HTTP/1.1 200 OK\r\ndate: now\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n',
    '2\r\nxy\r\n0\r\n\r\n',
  ]);
  wire.receive(get('/next'));
  assert.equal(open.length, 2);
});

test('the head of a chunked answer does not wait for its first chunk', async () => {
  const { wire, open } = bench();
  wire.receive(get('/'));
  open[0]?.start(200, []);
  assert.equal(wire.writes.length, 0);
  await turn();
  assert.equal(wire.writes.length, 1);
  open[0]?.end();
  assert.equal(wire.writes[1], '0\r\n\r\n');
});

test('a chunked answer without chunks is one write', () => {
  const { wire, open } = bench();
  wire.receive(get('/'));
  open[0]?.start(200, []);
  open[0]?.end();
  assert.deepEqual(wire.writes, ['HTTP/1.1 200 OK\r\ndate: now\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n']);
});

test('HEAD, 204 and 304 have no body, whatever the handler gives', () => {
  const { wire, open } = bench();
  wire.receive(`HEAD / HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n${get('/')}${get('/')}`);
  open[0]?.respond(200, [], Buffer.from('hello'));
  open[1]?.start(200, []);
  open[1]?.write(Buffer.from('hello'));
  open[1]?.end(Buffer.from('hello'));
  open[2]?.respond(204, [], Buffer.from('hello'));
  open[3]?.start(304, []);
  open[3]?.end(Buffer.from('hello'));
  assert.deepEqual(wire.writes, [
    'HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 5\r\n\r\n',
    'HTTP/1.1 200 OK\r\ndate: now\r\ntransfer-encoding: chunked\r\n\r\n',
    'HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\ndate: now\r\n\r\n',
  ]);
});

test('a large body goes out behind its head without being copied', () => {
  const { wire, open } = bench();
  wire.receive(get('/'));
  const body = Buffer.alloc(100_000, 'x');
  open[0]?.respond(200, [], body);
  assert.equal(wire.writes[0], ok(body.toString()));
});

test('100 Continue is sent when the head is accepted, and not when it is answered', () => {
  const accepted = bench();
  accepted.wire.receive(post('/', 'hello', 'Expect: 100-continue').slice(0, -5));
  assert.deepEqual(accepted.wire.writes, ['HTTP/1.1 100 Continue\r\n\r\n']);
  accepted.wire.receive('hello');
  answer(accepted.open[0]);
  assert.equal(accepted.wire.writes.length, 2);
  const refused = bench({
    handler: {
      onHead: (request) => {
        request.respond(401, []);
        return 'answered';
      },
    },
  });
  refused.wire.receive(post('/', 'hello', 'Expect: 100-continue').slice(0, -5));
  assert.deepEqual(refused.wire.writes, ['HTTP/1.1 401 Unauthorized\r\ndate: now\r\ncontent-length: 0\r\nconnection: close\r\n\r\n']);
});

test('an answer to the head alone: the connection stays if there was no body, else it is closed and the body swallowed', () => {
  const handler: Partial<RequestHandler<string>> = {
    onHead: (request) => {
      request.respond(403, []);
      return 'answered';
    },
  };
  const without = bench({ handler });
  without.wire.receive(get('/') + get('/'));
  assert.equal(without.wire.writes.length, 2);
  assert.equal(without.wire.finished, false);
  const body = bench({ handler });
  body.wire.receive(post('/', get('/smuggled')));
  body.wire.receive(get('/after'));
  assert.equal(body.wire.writes.length, 1);
  assert.match(body.wire.writes[0] ?? '', /connection: close/);
  assert.equal(body.wire.finished, true);
});

test('an answer to the head alone may come later, and stream', async () => {
  let asked: Request | undefined;
  const { wire, log } = bench({
    handler: {
      onHead: (request) => {
        asked = request;
        return 'answered';
      },
    },
  });
  wire.receive(get('/'));
  asked?.start(200, []);
  await turn();
  asked?.end();
  assert.equal(wire.writes.length, 2);
  assert.deepEqual(log, []);
  assert.equal(wire.finished, false);
});

test('a body over what onHead allows is refused, declared or chunked, and the handler told', () => {
  for (const bytes of [
    `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n`,
    `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n${'x'.repeat(64)}\r\n40\r\n`,
  ]) {
    const { wire, log } = bench();
    wire.receive(bytes);
    assert.deepEqual(log, ['head POST /', 'hangup /', 'refused http_body_too_large']);
    assert.match(wire.writes[0] ?? '', /^HTTP\/1\.1 413 .*connection: close\r\n\r\nhttp_body_too_large$/s);
    assert.equal(wire.finished, true);
  }
});

test("a body over the listener's cap is refused before the handler is asked", () => {
  const { wire, log } = bench({ limits: { maxBodyBytes: 10 } });
  wire.receive('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n');
  assert.deepEqual(log, ['refused http_body_too_large']);
  assert.match(wire.writes[0] ?? '', /^HTTP\/1\.1 413 /);
});

test('the smaller of both caps holds for chunked bodies', () => {
  const { wire, log } = bench({ limits: { maxBodyBytes: 10 } });
  wire.receive('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n');
  assert.deepEqual(log, ['head POST /', 'hangup /', 'refused http_body_too_large']);
  assert.equal(wire.finished, true);
});

test('nothing behind a refused request is read', () => {
  const { wire, log } = bench();
  wire.receive(`GET /bad path HTTP/1.1\r\nHost: h\r\n\r\n${get('/')}`);
  wire.receive(get('/'));
  assert.deepEqual(log, ['refused http_malformed']);
  assert.equal(wire.writes.length, 1);
});

test('a hang-up is told once, and nothing is sent after it', () => {
  for (const leave of ['hangUp', 'drop'] as const) {
    const { wire, log, open } = bench();
    wire.receive(get('/'));
    wire[leave]();
    wire[leave]();
    assert.deepEqual(log.slice(2), ['hangup /'], leave);
    assert.equal(open[0]?.done, true);
    answer(open[0], 'late');
    open[0]?.start(200, []);
    open[0]?.write(Buffer.from('late'));
    open[0]?.end();
    open[0]?.abort();
    assert.deepEqual(wire.writes, []);
  }
});

test('a hang-up in the middle of a body reaches the handler', () => {
  const { wire, log } = bench();
  wire.receive(post('/', 'hello').slice(0, -1));
  wire.hangUp();
  assert.deepEqual(log, ['head POST /', 'hangup /']);
  assert.equal(wire.destroyed, true);
});

test('no hang-up is told after the answer', () => {
  const { wire, log, open } = bench();
  wire.receive(get('/'));
  answer(open[0]);
  wire.hangUp();
  wire.drop();
  assert.equal(log.length, 2);
});

test('a client that half-closes after its last answer gets our end too', () => {
  const { wire, open } = bench();
  wire.receive(get('/'));
  answer(open[0]);
  wire.hangUp();
  assert.equal(wire.finished, true);
  assert.equal(wire.destroyed, false);
});

test('abort cuts without a final chunk, and the handler is not told of its own doing', () => {
  const { wire, log, open } = bench();
  wire.receive(get('/'));
  open[0]?.start(200, []);
  open[0]?.write(Buffer.from('part'));
  open[0]?.abort();
  assert.equal(wire.destroyed, true);
  assert.equal(wire.writes.length, 1);
  assert.equal(log.length, 2);
});

test('a second answer, or a chunk without a start, cuts the connection', () => {
  const wrong: readonly ((request: Request | undefined) => void)[] = [
    (request) => {
      request?.start(200, []);
      request?.start(200, []);
    },
    (request) => {
      request?.start(200, []);
      answer(request);
    },
    (request) => request?.write(Buffer.from('x')),
    (request) => request?.end(),
  ];
  for (const misuse of wrong) {
    const { wire, open } = bench();
    wire.receive(get('/'));
    misuse(open[0]);
    assert.equal(wire.destroyed, true);
    assert.equal(open[0]?.done, true);
  }
});

test('backpressure: write says false, onDrain says when', () => {
  const { wire, log, open } = bench();
  wire.receive(get('/'));
  const request = open[0];
  assert.ok(request);
  request.onDrain = () => log.push('drain');
  request.start(200, []);
  wire.accepts = false;
  assert.equal(request.write(Buffer.from('x')), false);
  wire.drain();
  assert.equal(log.at(-1), 'drain');
});

test('a handler that throws gets a 500 sent, a log line, and no second answer', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  for (const handler of [{ onHead: boom }, { onRequest: boom }]) {
    const { wire, log } = bench({ handler });
    wire.receive(get('/'));
    assert.match(wire.writes[0] ?? '', /^HTTP\/1\.1 500 /);
    assert.equal(wire.finished, true);
    assert.ok(log.includes('fault Error: boom') && log.includes('refused internal'));
  }
});

test('a handler that throws after its answer does not get another one sent', () => {
  const { wire } = bench({
    handler: {
      onRequest: (request) => {
        answer(request, 'fine');
        throw new Error('boom');
      },
    },
  });
  wire.receive(get('/') + get('/'));
  assert.deepEqual(wire.writes, [ok('fine')]);
  assert.equal(wire.finished, true);
});

test('a handler that throws in the middle of its answer cuts the connection', () => {
  const { wire } = bench({
    handler: {
      onRequest: (request) => {
        request.start(200, []);
        request.write(Buffer.from('x'));
        throw new Error('boom');
      },
    },
  });
  wire.receive(get('/'));
  assert.equal(wire.destroyed, true);
  assert.equal(wire.writes.length, 1);
});

test('a throwing onDrain or onHangup is contained', () => {
  const { wire, log, open } = bench();
  wire.receive(get('/'));
  const request = open[0];
  assert.ok(request);
  request.start(200, []);
  request.write(Buffer.from('x'));
  request.onHangup = request.onDrain = () => {
    throw new Error('boom');
  };
  wire.drain();
  assert.equal(wire.destroyed, true);
  assert.equal(log.filter((line) => line === 'fault Error: boom').length, 2);
});

// Half a second a tick; a wait of n ticks is over after n + 1 at the earliest.
test('a head that does not come, or does not end, ends the connection', () => {
  const silent = bench({ limits: { headTimeoutMs: 2_000 } });
  silent.tick(4);
  assert.equal(silent.wire.finished, false);
  silent.tick(1);
  assert.equal(silent.wire.finished, true);
  assert.deepEqual(silent.wire.writes, [], 'no answer to no question');
  const slow = bench({ limits: { headTimeoutMs: 2_000 } });
  for (const piece of ['GET ', '/ HT', 'TP/1', '.1\r\n']) {
    slow.wire.receive(piece);
    slow.tick(1);
  }
  slow.tick(1);
  assert.match(slow.wire.writes[0] ?? '', /^HTTP\/1\.1 408 /);
  assert.deepEqual(slow.log, ['refused http_timeout']);
});

test('a body that trickles is cut off, whatever keeps coming', () => {
  const { wire, log, tick } = bench({ limits: { bodyTimeoutMs: 2_000 } });
  wire.receive(post('/', 'x'.repeat(50)).slice(0, -50));
  for (let at = 0; at < 6; at += 1) {
    wire.receive('x');
    tick(1);
  }
  assert.deepEqual(log, ['head POST /', 'hangup /', 'refused http_timeout']);
  assert.match(wire.writes[0] ?? '', /^HTTP\/1\.1 408 /);
});

test('an idle connection is kept for a while, and its next head has a time of its own', () => {
  const { wire, open, tick } = bench({ limits: { keepAliveTimeoutMs: 5_000, headTimeoutMs: 2_000 } });
  wire.receive(get('/'));
  tick(100);
  assert.equal(wire.finished, false, 'an answer may take as long as it takes');
  answer(open[0]);
  tick(9);
  wire.receive('GET');
  tick(4);
  assert.equal(wire.finished, false);
  tick(1);
  assert.match(wire.writes[1] ?? '', /^HTTP\/1\.1 408 /);
  const idle = bench({ limits: { keepAliveTimeoutMs: 5_000 } });
  idle.wire.receive(get('/'));
  answer(idle.open[0]);
  idle.tick(11);
  assert.equal(idle.wire.finished, true);
  assert.equal(idle.wire.writes.length, 1);
});

test('a closing connection swallows what still comes, for a while and up to a bound', () => {
  const { wire, open, tick } = bench();
  wire.receive(get('/', 'Connection: close'));
  answer(open[0]);
  wire.receive('x'.repeat(1000));
  wire.queuedBytes = 1;
  tick(20);
  assert.equal(wire.destroyed, false, 'the answer is still on its way');
  wire.queuedBytes = 0;
  tick(7);
  assert.equal(wire.destroyed, true);
  const flood = bench();
  flood.wire.receive(get('/', 'Connection: close'));
  answer(flood.open[0]);
  for (let at = 0; at < 17 && !flood.wire.destroyed; at += 1) flood.wire.receive('x'.repeat(1024 * 1024));
  assert.equal(flood.wire.destroyed, true);
});

test('the wire is watched while an answer waits to be taken', () => {
  const { wire, tick } = bench({ limits: { writeTimeoutMs: 1234 } });
  wire.queuedBytes = 1;
  tick(1);
  assert.equal(wire.stallTimeoutMs, 1234);
  wire.queuedBytes = 0;
  tick(1);
  assert.equal(wire.stallTimeoutMs, 0);
});

test('X-Forwarded-For counts behind a trusted proxy only, and request by request', () => {
  const seen: string[] = [];
  const handler: Partial<RequestHandler<string>> = {
    onRequest: (request) => {
      seen.push(request.peer.address);
      answer(request);
    },
  };
  const trusted = bench({ handler, trusted: ['10.0.0.0/8'] });
  trusted.wire.receive(get('/', 'X-Forwarded-For: 1.1.1.1, 192.0.2.7, 10.0.0.9') + get('/', 'X-Forwarded-For: 192.0.2.8') + get('/'));
  const direct = bench({ handler });
  direct.wire.receive(get('/', 'X-Forwarded-For: 192.0.2.7'));
  assert.deepEqual(seen, ['192.0.2.7', '192.0.2.8', '10.0.0.1', '10.0.0.1']);
  trusted.wire.receive(get('/', 'X-Forwarded-For: unknown'));
  assert.match(trusted.wire.writes.at(-1) ?? '', /^HTTP\/1\.1 400 /);
});
