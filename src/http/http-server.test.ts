import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { FIRST_CERTIFICATE, NEXT_CERTIFICATE } from './certificates.fixture.ts';
import { createHttpServer } from './http-server.ts';
import type { HttpServer, HttpServerOptions } from './http-server.ts';
import { DEFAULT_SERVER_LIMITS } from './server-limits.ts';
import type { RequestHandler, ServerLimits, ServerRequest } from './types.ts';

interface Served {
  readonly server: HttpServer;
  readonly port: number;
  /** 'METHOD path address tls' of each request. */
  readonly seen: string[];
  readonly log: string[];
}

interface ServeOptions extends Partial<Omit<HttpServerOptions<string>, 'limits' | 'handler'>> {
  readonly limits?: Partial<ServerLimits>;
  readonly handler?: Partial<RequestHandler<string>>;
}

function create(options: ServeOptions = {}): { server: HttpServer; seen: string[]; log: string[] } {
  const seen: string[] = [];
  const log: string[] = [];
  const server = createHttpServer<string>({
    listener: 'main',
    ...options,
    limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
    handler: {
      onHead: () => 1_000_000,
      onRequest: (request, body) => {
        seen.push(`${request.head.method} ${request.head.path} ${request.peer.address} ${request.peer.tls ? 'tls' : 'plain'}`);
        request.respond(200, ['content-type', 'text/plain'], Buffer.from(`got ${body.length}`));
      },
      onRefused: (code) => log.push(code),
      onFault: (cause) => log.push(String(cause)),
      refusalBody: (code) => ({ contentType: 'text/plain', body: Buffer.from(code) }),
      ...options.handler,
    },
  });
  return { server, seen, log };
}

async function serve(t: TestContext, options: ServeOptions = {}): Promise<Served> {
  const made = create(options);
  await made.server.listen('127.0.0.1', 0);
  t.after(() => made.server.close());
  const address = made.server.address();
  assert.ok(address?.kind === 'tcp');
  return { ...made, port: address.port };
}

/** Sends bytes and returns everything up to the end. */
async function exchange(target: net.NetConnectOpts | number, bytes: string | Buffer): Promise<string> {
  const socket = typeof target === 'number' ? net.connect(target, '127.0.0.1') : net.connect(target);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return collect(socket);
}

async function collect(socket: net.Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const GET_AND_CLOSE = 'GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

test('serves a client that is not ours', async (t) => {
  const { port, seen, server } = await serve(t);
  const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/a?b', agent: false });
  request.end('hello');
  const [response] = await once(request, 'response');
  assert.equal(response.statusCode, 200);
  assert.ok(!Number.isNaN(Date.parse(response.headers.date)));
  let body = '';
  for await (const chunk of response) body += chunk;
  assert.equal(body, 'got 5');
  assert.deepEqual(seen, ['POST /a 127.0.0.1 plain']);
  assert.equal(server.stats().accepted, 1);
  assert.equal(server.stats().requests, 1);
  const { bytesIn, bytesOut } = server.stats();
  assert.ok(bytesIn > 'hello'.length && bytesOut > 'got 5'.length);
  await until(() => server.stats().open === 0);
  assert.deepEqual([server.stats().bytesIn, server.stats().bytesOut], [bytesIn, bytesOut], 'a connection that is gone is still counted');
});

test('listens on a descriptor that somebody else has bound', async (t) => {
  const create_ = Reflect.get(net, '_createServerHandle');
  const handle = create_('127.0.0.1', 0, 4);
  const bound: { port?: number } = {};
  assert.equal(handle.getsockname(bound), 0);
  const { server, seen } = create();
  t.after(() => server.close());
  await server.listenFd(handle.fd);
  assert.match(await exchange(bound.port ?? 0, GET_AND_CLOSE), /^HTTP\/1\.1 200 /);
  assert.equal(seen.length, 1);
});

test('listens on a unix socket, where everyone has one address and no cap of its own', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'http-server-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'x.sock');
  const { server, seen } = create({ limits: { maxConnectionsPerAddress: 0 } });
  t.after(() => server.close());
  await server.listenPath(path);
  assert.deepEqual(server.address(), { kind: 'unix', path });
  assert.match(await exchange({ path }, GET_AND_CLOSE), /^HTTP\/1\.1 200 /);
  assert.deepEqual(seen, ['GET /x unix plain']);
});

test('a port that is taken is a rejected promise', async (t) => {
  const { port } = await serve(t);
  const { server } = create();
  await assert.rejects(server.listen('127.0.0.1', port), { code: 'EADDRINUSE' });
  assert.equal(server.address(), undefined);
  await server.close();
});

test('connections accepted elsewhere are served too', async (t) => {
  const { server, seen } = create();
  t.after(() => server.close());
  const other = net.createServer({ allowHalfOpen: true }, (socket) => server.accept(socket));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  assert.match(await exchange(address.port, GET_AND_CLOSE), /^HTTP\/1\.1 200 /);
  assert.equal(seen.length, 1);
});

test('TLS: http/1.1 is spoken, other protocols and plain text are refused', async (t) => {
  const { port, seen, server } = await serve(t, { tls: FIRST_CERTIFICATE });
  const socket = tlsConnect({
    port,
    host: '127.0.0.1',
    ca: FIRST_CERTIFICATE.cert,
    ALPNProtocols: ['h2', 'http/1.1'],
    servername: 'localhost',
  });
  await once(socket, 'secureConnect');
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.write(GET_AND_CLOSE);
  assert.match(await collect(socket), /^HTTP\/1\.1 200 /);
  assert.deepEqual(seen, ['GET /x 127.0.0.1 tls']);

  const h2 = tlsConnect({ port, host: '127.0.0.1', ca: FIRST_CERTIFICATE.cert, ALPNProtocols: ['h2'], servername: 'localhost' });
  await assert.rejects(once(h2, 'secureConnect'));
  const old = tlsConnect({
    port,
    host: '127.0.0.1',
    ca: FIRST_CERTIFICATE.cert,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    servername: 'localhost',
  });
  await assert.rejects(once(old, 'secureConnect'));
  assert.doesNotMatch(await exchange(port, GET_AND_CLOSE), /HTTP/);
  await until(() => server.stats().handshakesFailed === 3 && server.stats().open === 0);
  assert.equal(seen.length, 1);
});

test('the lowest TLS version can be raised', async (t) => {
  const { port } = await serve(t, { tls: { ...FIRST_CERTIFICATE, minVersion: 'TLSv1.3' } });
  const socket = tlsConnect({ port, host: '127.0.0.1', ca: FIRST_CERTIFICATE.cert, maxVersion: 'TLSv1.2', servername: 'localhost' });
  await assert.rejects(once(socket, 'secureConnect'));
});

test('a certificate is swapped without losing a connection, and a broken one is not taken', async (t) => {
  const { port, server } = await serve(t, { tls: FIRST_CERTIFICATE });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: FIRST_CERTIFICATE.cert });
  t.after(() => agent.destroy());
  const kept = async (): Promise<number> => {
    const request = httpsRequest({ port, host: '127.0.0.1', path: '/', agent });
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
    return response.statusCode;
  };
  const subject = async (ca: string): Promise<string | string[] | undefined> => {
    const socket = tlsConnect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return name;
  };
  assert.equal(await kept(), 200);
  server.setSecureContext(NEXT_CERTIFICATE);
  assert.equal(await kept(), 200);
  assert.equal(await subject(NEXT_CERTIFICATE.cert), 'localhost-next');
  assert.throws(() => server.setSecureContext({ key: FIRST_CERTIFICATE.key, cert: NEXT_CERTIFICATE.cert }));
  assert.equal(await subject(NEXT_CERTIFICATE.cert), 'localhost-next');
  assert.equal(await kept(), 200);
});

test('a listener without TLS has no certificate to swap, and useless TLS material or proxies make no listener', () => {
  const { server } = create();
  assert.throws(() => server.setSecureContext(FIRST_CERTIFICATE), { code: 'internal' });
  void server.close();
  assert.throws(() => create({ tls: { key: 'x', cert: 'y' } }));
  assert.throws(() => create({ trustedProxies: ['nonsense'] }), { code: 'internal' });
});

test('connections over the cap are turned away with a word, and counted', async (t) => {
  for (const limits of [{ maxConnections: 1 }, { maxConnectionsPerAddress: 1 }]) {
    const { port, server, log } = await serve(t, { limits });
    const first = net.connect(port, '127.0.0.1');
    await until(() => server.stats().open === 1);
    assert.match(await exchange(port, ''), /^HTTP\/1\.1 503 .*overloaded$/s);
    assert.deepEqual(log, ['overloaded']);
    assert.equal(server.stats().refused.overloaded, 1);
    first.destroy();
    await until(() => server.stats().open === 0);
    assert.match(await exchange(port, GET_AND_CLOSE), /^HTTP\/1\.1 200 /);
  }
});

test('over the cap no handshake is spent', async (t) => {
  const { port, server, log } = await serve(t, { limits: { maxConnections: 0 }, tls: FIRST_CERTIFICATE });
  await exchange(port, '');
  assert.deepEqual(log, ['overloaded']);
  assert.equal(server.stats().handshakesFailed, 0);
});

const PROXY_192_0_2_1 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc00002010a00000112340050', 'hex');
const PROXY_LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const FORWARDED = 'GET /x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.7\r\nConnection: close\r\n\r\n';

test('a trusted proxy is believed, anyone else is not', async (t) => {
  const trusted = await serve(t, { tls: 'external', trustedProxies: ['127.0.0.0/8'] });
  await exchange(trusted.port, FORWARDED);
  await exchange(trusted.port, Buffer.concat([PROXY_192_0_2_1, Buffer.from(GET_AND_CLOSE)]));
  // The client behind the PROXY header is no trusted proxy, so what it forwards means nothing.
  await exchange(trusted.port, Buffer.concat([PROXY_192_0_2_1, Buffer.from(FORWARDED)]));
  await exchange(trusted.port, Buffer.concat([PROXY_LOCAL, Buffer.from(FORWARDED)]));
  await exchange(trusted.port, GET_AND_CLOSE);
  assert.deepEqual(trusted.seen, [
    'GET /x 198.51.100.7 tls',
    'GET /x 192.0.2.1 tls',
    'GET /x 192.0.2.1 tls',
    'GET /x 198.51.100.7 tls',
    'GET /x 127.0.0.1 tls',
  ]);

  const stranger = await serve(t, { tls: 'external', trustedProxies: ['10.0.0.0/8'] });
  await exchange(stranger.port, FORWARDED);
  assert.match(await exchange(stranger.port, Buffer.concat([PROXY_192_0_2_1, Buffer.from(GET_AND_CLOSE)])), /^HTTP\/1\.1 400 /);
  assert.deepEqual(stranger.seen, ['GET /x 127.0.0.1 plain']);
});

test('a PROXY header may come in pieces, must be whole, and can be required or forbidden', async (t) => {
  const accept = await serve(t, { trustedProxies: ['127.0.0.1'], limits: { headTimeoutMs: 100 } });
  const socket = net.connect(accept.port, '127.0.0.1');
  for (const byte of Buffer.concat([PROXY_192_0_2_1, Buffer.from(GET_AND_CLOSE)])) {
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(await collect(socket), /^HTTP\/1\.1 200 /);
  assert.deepEqual(accept.seen, ['GET /x 192.0.2.1 plain']);
  assert.equal(await exchange(accept.port, PROXY_192_0_2_1.subarray(0, 20)), '', 'a header that never ends');
  assert.equal(await exchange(accept.port, `\r\n\r\n${GET_AND_CLOSE}`), '', 'a header that goes wrong');

  const require = await serve(t, { trustedProxies: ['127.0.0.1'], proxyProtocol: 'require' });
  assert.equal(await exchange(require.port, GET_AND_CLOSE), '');
  assert.deepEqual(require.log, ['http_malformed']);
  const refuse = await serve(t, { trustedProxies: ['127.0.0.1'], proxyProtocol: 'refuse' });
  assert.match(await exchange(refuse.port, PROXY_192_0_2_1), /^HTTP\/1\.1 400 /);
});

test('the cap per address counts clients behind a proxy, not the proxy', async (t) => {
  const { port, server, log } = await serve(t, { trustedProxies: ['127.0.0.1'], limits: { maxConnectionsPerAddress: 1 } });
  const first = net.connect(port, '127.0.0.1');
  first.write(Buffer.concat([PROXY_192_0_2_1, Buffer.from('GET')]));
  const health = net.connect(port, '127.0.0.1');
  await until(() => server.stats().open === 2);
  assert.equal(await exchange(port, Buffer.concat([PROXY_192_0_2_1, Buffer.from(GET_AND_CLOSE)])), '');
  assert.deepEqual(log, ['overloaded']);
  first.destroy();
  health.destroy();
  await until(() => server.stats().open === 0);
  assert.match(await exchange(port, Buffer.concat([PROXY_192_0_2_1, Buffer.from(GET_AND_CLOSE)])), /^HTTP\/1\.1 200 /);
});

test('drain: nobody new, answers under way end, idle connections may ask once more, then they are closed', async (t) => {
  const held: ServerRequest<string>[] = [];
  const { port, server } = await serve(t, {
    limits: { headTimeoutMs: 2_000, writeTimeoutMs: 400 },
    handler: {
      onRequest: (request) => {
        if (request.head.path === '/slow') held.push(request);
        else request.respond(200, []);
      },
    },
  });
  const open = async (path: string): Promise<{ socket: net.Socket; text: Promise<string> }> => {
    const socket = net.connect(port, '127.0.0.1');
    const text = collect(socket);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    return { socket, text };
  };
  const busy = await open('/slow');
  const idle = await open('/');
  const asking = await open('/');
  await until(() => server.stats().requests === 3);
  const drained = server.drain(200);
  asking.socket.write('GET /again HTTP/1.1\r\nHost: h\r\n\r\n');
  assert.match(await asking.text, /HTTP\/1\.1 200 .*HTTP\/1\.1 200 .*connection: close\r\n\r\n$/s);
  assert.doesNotMatch(await idle.text, /connection: close/);
  await assert.rejects(once(net.connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  await until(() => server.stats().open === 1);
  held[0]?.respond(200, [], Buffer.from('late'));
  assert.match(await busy.text, /connection: close\r\n\r\nlate$/);
  await drained;
  assert.equal(server.stats().open, 0);
});

test('drain: what still runs at the hard limit is cut', async (t) => {
  let hungUp = 0;
  const { port, server } = await serve(t, {
    limits: { writeTimeoutMs: 400 },
    handler: {
      onRequest: (request) => {
        request.onHangup = () => {
          hungUp += 1;
        };
      },
    },
  });
  const answer = exchange(port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await until(() => server.stats().requests === 1);
  await server.drain(0, 100);
  assert.equal(await answer, '');
  assert.equal(hungUp, 1);
});

test('a server nobody uses drains and closes at once, twice too', async () => {
  const { server } = create();
  await server.listen('127.0.0.1', 0);
  await server.drain(10_000);
  await server.close();
  await server[Symbol.asyncDispose]();
});

test('a client that leaves while its answer is pending is noticed: by reset, by close, by half-close', async (t) => {
  let hungUp = 0;
  const { port, server } = await serve(t, {
    handler: {
      onRequest: (request) => {
        request.onHangup = () => {
          hungUp += 1;
        };
      },
    },
  });
  const leave: readonly ((socket: net.Socket) => void)[] = [
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.destroy(),
    (socket) => socket.end(),
  ];
  for (const [index, how] of leave.entries()) {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => server.stats().requests === index + 1);
    how(socket);
    await until(() => hungUp === index + 1);
    socket.destroy();
  }
});

test('backpressure: a client that does not read stops the writing, and one that reads again starts it', async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let written = 0;
  const total = 400;
  const { port } = await serve(t, {
    handler: {
      onRequest: (request) => {
        request.start(200, []);
        const more = (): void => {
          while (written < total) {
            written += 1;
            if (!request.write(chunk)) return;
          }
          request.onDrain = undefined;
          request.end();
        };
        request.onDrain = more;
        more();
      },
    },
  });
  const socket = net.connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  socket.pause();
  await until(() => written > 0);
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(written < total, 'everything was written although nobody read');
  const collected = collect(socket);
  socket.resume();
  const text = await collected;
  assert.ok(text.length > total * chunk.length && text.endsWith('\r\n0\r\n\r\n'));
});

test('a client that takes no byte of a large answer is cut, one that reads slowly is not', async (t) => {
  const { port, server } = await serve(t, {
    limits: { writeTimeoutMs: 300 },
    handler: { onRequest: (request) => request.respond(200, [], Buffer.alloc(16 * 1024 * 1024)) },
  });
  const stuck = net.connect(port, '127.0.0.1');
  stuck.on('error', () => undefined);
  stuck.pause();
  stuck.write(GET_AND_CLOSE);
  await until(() => server.stats().open === 1);
  await until(() => server.stats().open === 0);
  stuck.destroy();
  const slow = net.connect(port, '127.0.0.1');
  slow.write(GET_AND_CLOSE);
  let received = 0;
  slow.on('data', (bytes) => {
    received += bytes.length;
    slow.pause();
    setTimeout(() => slow.resume(), 5);
  });
  await once(slow, 'close');
  assert.ok(received > 16 * 1024 * 1024);
});

test('a refused client gets its answer although it is still sending', async (t) => {
  const { port } = await serve(t, { limits: { maxBodyBytes: 1000 } });
  const body = Buffer.alloc(4 * 1024 * 1024, 'x');
  const answer = await exchange(
    port,
    Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
  );
  assert.match(answer, /^HTTP\/1\.1 413 .*http_body_too_large$/s);
});
