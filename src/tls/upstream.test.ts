// The pools of http over real TLS, with a CA of this folder's own making: what a server can prove, and what it cannot.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer as createPlainServer } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createServer } from 'node:tls';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { createUpstreamPool } from '../http/index.ts';
import type { OriginTls, PoolOptions, UpstreamPool, UpstreamRequest } from '../http/index.ts';
import { createCa, createLeaf } from './certificates.fixture.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GET: UpstreamRequest = {
  method: 'GET',
  path: '/',
  headers: [],
  body: undefined,
  replayable: false,
  headTimeoutMs: 3000,
  idleTimeoutMs: 3000,
};
const ca = createCa('Upstream CA');
const leaf = createLeaf(ca, ['tools.example', '127.0.0.1']);

interface Served {
  readonly port: number;
  readonly sockets: TLSSocket[];
  /** Whether each connection resumed a session; asked at once, because later the answer is gone. */
  readonly resumed: boolean[];
}

async function serve(t: TestContext, options: TlsOptions = {}, answer = OK): Promise<Served> {
  const sockets: TLSSocket[] = [];
  const resumed: boolean[] = [];
  const server = createServer({ ...leaf, ALPNProtocols: ['h2', 'http/1.1'], ...options }, (socket) => {
    sockets.push(socket);
    resumed.push(socket.isSessionReused());
    socket.on('error', () => {});
    socket.on('data', () => void socket.write(answer));
  });
  server.on('tlsClientError', () => {});
  return { port: await listen(t, server), sockets, resumed };
}

async function listen(t: TestContext, server: ReturnType<typeof createPlainServer>): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

function openPool(t: TestContext, port: number, tls: Partial<OriginTls> = {}, options: Partial<PoolOptions> = {}): UpstreamPool {
  const trust: OriginTls = { servername: 'tools.example', ca: ca.certificate, minVersion: 'TLSv1.2', ...tls };
  const pool = createUpstreamPool(
    { host: '127.0.0.1', port, tls: trust },
    { maxConnections: 4, maxQueued: 4, maxHeadBytes: 16_384, connectTimeoutMs: 3000, ...options },
  );
  t.after(() => pool.close());
  return pool;
}

/** The body, or `code: detail`. */
function get(pool: UpstreamPool, request = GET): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    pool.send(request, {
      onHead: () => {},
      onBody: (chunk) => (body += Buffer.from(chunk).toString()),
      onEnd: () => resolve(body),
      onError: (code, detail) => resolve(`${code}: ${detail}`),
    });
  });
}

test('a trusted server is called, with its name and with http/1.1 only', async (t) => {
  const { port, sockets } = await serve(t);
  assert.equal(await get(openPool(t, port)), 'ok');
  assert.equal(sockets[0]?.servername, 'tools.example');
  assert.equal(sockets[0]?.alpnProtocol, 'http/1.1');
});

test('a server may be known by its address', async (t) => {
  const { port, sockets } = await serve(t);
  assert.equal(await get(openPool(t, port, { servername: '127.0.0.1' })), 'ok');
  assert.equal(sockets[0]?.servername, false, 'an address is never sent as server name');
});

test('a server of another CA is refused before a byte of the request leaves', async (t) => {
  const { port, sockets } = await serve(t);
  const answer = await get(openPool(t, port, { ca: createCa('Another CA').certificate }));
  assert.match(answer, /^upstream_unreachable: TLS with tools\.example: .*give the CA certificate as tls\.ca/);
  assert.equal(
    sockets.some((socket) => socket.bytesRead > 0),
    false,
  );
});

test('the roots of the system do not vouch for a private CA', async (t) => {
  const { port } = await serve(t);
  assert.match(await get(openPool(t, port, { ca: undefined })), /^upstream_unreachable: .*UNABLE_TO_/);
});

test('a CA of the same name with another key is refused', async (t) => {
  const { port } = await serve(t);
  assert.match(await get(openPool(t, port, { ca: createCa('Upstream CA').certificate })), /^upstream_unreachable: TLS with tools\.example/);
});

test('a certificate for another name is refused', async (t) => {
  const { port } = await serve(t);
  assert.match(await get(openPool(t, port, { servername: 'other.example' })), /is for another name.*ERR_TLS_CERT_ALTNAME_INVALID/);
});

test('a certificate out of date is refused', async (t) => {
  const { port } = await serve(t, createLeaf(ca, ['tools.example'], -2, -1));
  assert.match(await get(openPool(t, port)), /has expired.*CERT_HAS_EXPIRED/);
});

test('NODE_TLS_REJECT_UNAUTHORIZED in the environment changes nothing', async (t) => {
  const { port } = await serve(t);
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  assert.match(await get(openPool(t, port, { ca: createCa('Another CA').certificate })), /^upstream_unreachable/);
});

test('a server that speaks only TLS 1.1 is refused, not spoken down to', async (t) => {
  const { port } = await serve(t, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.match(await get(openPool(t, port)), /^upstream_unreachable: TLS with tools\.example: the server speaks nothing from TLSv1\.2 on/);
});

test('a server that speaks only TLS 1.2 is refused where 1.3 is asked for', async (t) => {
  const { port } = await serve(t, { maxVersion: 'TLSv1.2' });
  assert.equal(await get(openPool(t, port)), 'ok');
  assert.match(await get(openPool(t, port, { minVersion: 'TLSv1.3' })), /^upstream_unreachable: .*nothing from TLSv1\.3 on/);
});

test('a server that speaks plain HTTP is named as that', async (t) => {
  const port = await listen(
    t,
    createPlainServer((socket) => void socket.on('data', () => void socket.write(OK))),
  );
  assert.match(await get(openPool(t, port)), /^upstream_unreachable: .*is the URL http:\/\/\?/);
});

test('a server that hangs up, or says nothing, during the handshake', async (t) => {
  const hangs = await listen(
    t,
    createPlainServer((socket) => void socket.once('data', () => socket.destroy())),
  );
  assert.match(await get(openPool(t, hangs)), /^upstream_unreachable: TLS with tools\.example: the handshake failed/);
  const silent = await listen(
    t,
    createPlainServer((socket) => void socket.resume()),
  );
  assert.match(await get(openPool(t, silent, {}, { connectTimeoutMs: 60 })), /^upstream_unreachable: .*no connection within 60 ms/);
});

test('a CA bundle that holds none does not become trust in the roots of the system', async (t) => {
  const { port } = await serve(t);
  for (const bundle of ['', ' \n', 'not PEM', leaf.key]) {
    assert.match(
      await get(openPool(t, port, { ca: bundle })),
      /^upstream_unreachable: .*the CA bundle holds no certificate; check tls\.ca/,
    );
  }
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  assert.match(await get(openPool(t, port, { ca: damaged })), /^upstream_unreachable: .*tls\.ca/);
});

test('settings that Node refuses fail the call, not the process', async (t) => {
  const { port } = await serve(t);
  const minVersion: OriginTls['minVersion'] = JSON.parse('"TLSv9"');
  assert.match(await get(openPool(t, port, { minVersion })), /^upstream_unreachable: TLS with tools\.example: .*TLSv9/);
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`sessions are resumed within a pool and never in another (${maxVersion})`, async (t) => {
    const { port, resumed } = await serve(t, { maxVersion }, OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const pool = openPool(t, port);
    for (let round = 0; round < 3; round++) assert.equal(await get(pool), 'ok');
    assert.deepEqual(resumed, [false, true, true]);
    // The same server, now under a trust that does not include it: an old session must not open this door.
    assert.match(await get(openPool(t, port, { servername: 'other.example' })), /is for another name/);
    assert.match(await get(openPool(t, port, { ca: createCa('Another CA').certificate })), /^upstream_unreachable/);
    assert.equal(await get(openPool(t, port)), 'ok');
    assert.equal(resumed.at(-1), false);
  });
}

test('an hour after the certificate was verified it is verified again, however often the session was renewed', async (t) => {
  const { port, resumed } = await serve(t, {}, OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  const pool = openPool(t, port);
  const realNow = performance.now.bind(performance);
  for (const minutes of [0, 20, 40, 59, 61, 90, 120, 122]) {
    t.mock.method(performance, 'now', () => realNow() + minutes * 60_000);
    assert.equal(await get(pool), 'ok');
  }
  assert.deepEqual(resumed, [false, true, true, true, false, true, true, false]);
});

test('TLS through a corporate proxy is checked against the server, not the proxy', async (t) => {
  const { port, sockets } = await serve(t);
  const proxy = createPlainServer((client) => {
    client.once('data', () => {
      // A proxy that says nothing about where it connects: only the certificate can.
      const server = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(server).pipe(client);
      });
      server.on('error', () => client.destroy());
      client.on('close', () => server.destroy());
    });
  });
  const through = { proxy: { host: '127.0.0.1', port: await listen(t, proxy) } };
  const origin = { host: 'tools.example', port: 443 };
  const trust: OriginTls = { servername: 'tools.example', ca: ca.certificate, minVersion: 'TLSv1.2' };
  const options: PoolOptions = { maxConnections: 1, maxQueued: 1, maxHeadBytes: 16_384, connectTimeoutMs: 3000, ...through };
  const pool = createUpstreamPool({ ...origin, tls: trust }, options);
  const wrong = createUpstreamPool({ ...origin, tls: { ...trust, servername: 'other.example' } }, options);
  t.after(() => {
    pool.close();
    wrong.close();
  });
  assert.equal(await get(pool), 'ok');
  assert.equal(await get(pool), 'ok');
  assert.equal(sockets.length, 1);
  assert.match(await get(wrong), /is for another name/);
});

test('large bodies go both ways', async (t) => {
  let received = 0;
  const bytes = 3 * 1024 * 1024;
  const server = createServer({ ...leaf }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece: Buffer) => {
      received += piece.length;
      if (received > bytes) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n${'y'.repeat(bytes)}`);
    });
  });
  const pool = openPool(t, await listen(t, server));
  const body = await get(pool, { ...GET, method: 'POST', body: Buffer.alloc(bytes, 'x') });
  assert.equal(body.length, bytes);
});

test('the pool tells why it cannot connect until it can, and when the certificate that it saw ends', async (t) => {
  const untrusted = openPool(t, (await serve(t)).port, { ca: createCa('Another CA').certificate });
  assert.deepEqual([untrusted.trouble, untrusted.certificateEndsMs], [undefined, undefined]);
  await get(untrusted);
  assert.equal(untrusted.trouble?.kind, 'tls_untrusted');
  const trusted = openPool(t, (await serve(t, createLeaf(ca, ['tools.example'], -1, 5))).port);
  await get(trusted);
  assert.equal(trusted.trouble, undefined);
  const inHours = ((trusted.certificateEndsMs ?? 0) - Date.now()) / 3_600_000;
  assert.ok(inHours > 4.9 && inHours < 5.1, String(inHours));
});
