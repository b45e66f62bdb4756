import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Secret } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { createDialer } from './dial.ts';
import type { DialOptions } from './dial.ts';
import type { DialFailure } from './dial-failure.ts';
import type { Lookup } from './dial-tcp.ts';
import { listenRaw, until } from './scripted-server.fixture.ts';
import type { Origin } from './types.ts';

/** Answers these addresses, one list per question, and counts the questions. */
function fakeLookup(...answers: string[][]): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup: (name, done) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(name);
      setImmediate(() => done(undefined, answer));
    },
  };
}

function dial(origin: Origin, options: Partial<DialOptions> = {}): Promise<Result<Socket, DialFailure>> {
  return new Promise((resolve) => {
    createDialer(origin, { connectTimeoutMs: 2000, ...options }).dial((result) => {
      if (result.ok) result.value.destroy();
      resolve(result);
    });
  });
}

function plain(host: string, port: number): Origin {
  return { host, port, tls: undefined };
}

function failure(result: Result<Socket, DialFailure>): DialFailure {
  assert.ok(!result.ok, 'it connected');
  return result.error;
}

test('a name is resolved once, and what was checked is what is connected to', async (t) => {
  const port = await listenRaw(t, () => {});
  // A rebinding server: whoever asks twice gets another answer.
  const { lookup, asked } = fakeLookup(['127.0.0.1'], ['169.254.169.254']);
  const result = await dial(plain('tools.example', port), { lookup });
  assert.ok(result.ok);
  assert.equal(result.value.remoteAddress ?? '127.0.0.1', '127.0.0.1');
  assert.deepEqual(asked, ['tools.example']);
});

test('who watches sees each step once it is done, and why it went no further', async (t) => {
  const steps: string[] = [];
  const watch: DialOptions['watch'] = {
    onResolved: (addresses) => void steps.push(`resolved ${addresses.join(' ')}`),
    onConnected: () => void steps.push('connected'),
    onSecured: () => void steps.push('secured'),
    onFailed: ({ kind }) => void steps.push(kind),
  };
  const port = await listenRaw(t, () => {});
  const { lookup } = fakeLookup(['127.0.0.1']);
  assert.ok((await dial(plain('tools.example', port), { lookup, watch })).ok);
  await dial(plain('tools.example', port), { lookup, watch, addressPolicy: 'public' });
  await dial(plain('127.0.0.1', 1), { watch });
  assert.deepEqual(steps, ['resolved 127.0.0.1', 'connected', 'address_refused', 'resolved 127.0.0.1', 'unreachable']);
});

test('of several addresses only those allowed are tried', async (t) => {
  const port = await listenRaw(t, () => {});
  const result = await dial(plain('tools.example', port), {
    lookup: fakeLookup(['10.255.255.1', '169.254.169.254', '127.0.0.1']).lookup,
    addressPolicy: ['127.0.0.0/8'],
  });
  assert.ok(result.ok);
});

test('with several allowed addresses the one that answers is found', async (t) => {
  const port = await listenRaw(t, () => {});
  const result = await dial(plain('tools.example', port), { lookup: fakeLookup(['127.0.0.9', '127.0.0.1']).lookup });
  assert.ok(result.ok, result.ok ? '' : result.error.detail);
});

for (const [host, answers, policy] of [
  ['rebinding.example', ['127.0.0.1'], 'public'],
  ['metadata.example', ['169.254.169.254'], 'any'],
  ['mapped.example', ['::ffff:169.254.169.254'], 'any'],
  ['nat64.example', ['64:ff9b::7f00:1'], 'public'],
  ['empty.example', [], 'any'],
  ['127.0.0.1', [], 'public'],
  ['[::1]', [], 'public'],
  ['0.0.0.0', [], 'any'],
  ['169.254.169.254', [], 'any'],
] as const) {
  test(`${host} ${answers.join(' ')} is not connected to under '${policy}'`, async () => {
    const result = await dial(plain(host, 80), { lookup: fakeLookup([...answers]).lookup, addressPolicy: policy });
    assert.equal(failure(result).kind, 'address_refused');
  });
}

// What inet_aton reads as 127.0.0.1 is a name to us: the system resolves it, and the filter sees the result.
for (const host of ['127.1', '2130706433', '0x7f000001', '0177.0.0.1', 'localhost', 'localhost.']) {
  test(`${host} is no way around 'public'`, async () => {
    assert.ok(['address_refused', 'unresolved'].includes(failure(await dial(plain(host, 80), { addressPolicy: 'public' })).kind));
  });
}

test('a name that cannot be resolved says so', async () => {
  const lookup: Lookup = (_name, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
  assert.deepEqual(failure(await dial(plain('nowhere.example', 80), { lookup })), {
    kind: 'unresolved',
    detail: 'nowhere.example: the name cannot be resolved (ENOTFOUND)',
  });
});

test('the timeout covers everything, and giving up works at any time', async (t) => {
  const never: Lookup = () => {};
  assert.equal(failure(await dial(plain('slow.example', 80), { lookup: never, connectTimeoutMs: 20 })).kind, 'timeout');
  const port = await listenRaw(t, () => {});
  const kinds: string[] = [];
  const giveUp = createDialer(plain('127.0.0.1', port), { connectTimeoutMs: 1000 }).dial((result) =>
    kinds.push(result.ok ? 'connected' : result.error.kind),
  );
  giveUp();
  giveUp();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(kinds, ['cancelled']);
});

test('an answer that comes after the timeout opens nothing', async (t) => {
  let accepted = 0;
  const port = await listenRaw(t, () => (accepted += 1));
  const late: Lookup = (_name, done) => void setTimeout(() => done(undefined, ['127.0.0.1']), 60);
  assert.equal(failure(await dial(plain('late.example', port), { lookup: late, connectTimeoutMs: 20 })).kind, 'timeout');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(accepted, 0);
});

test('a unix socket is connected to by its path, past names and addresses', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  const socketPath = join(folder, 'owner.sock');
  const server = createServer((socket) => socket.on('error', () => {})).listen(socketPath);
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  await once(server, 'listening');
  const { lookup, asked } = fakeLookup(['1.1.1.1']);
  assert.ok((await dial({ ...plain('localhost', 0), socketPath }, { lookup })).ok);
  assert.deepEqual(asked, []);
  assert.equal(failure(await dial({ ...plain('localhost', 0), socketPath: join(folder, 'absent.sock') })).kind, 'unreachable');
});

test('a corporate proxy is asked for a tunnel, by name, with its credentials', async (t) => {
  const asked: string[] = [];
  const proxyPort = await listenRaw(t, (socket) => {
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1'));
      socket.write('HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n');
      socket.on('data', (through: Buffer) => void socket.write(through));
    });
  });
  const { lookup, asked: names } = fakeLookup(['127.0.0.1']);
  const proxy = { host: 'proxy.example', port: proxyPort, authorization: new Secret('Basic eDp5') };
  let echoed = '';
  createDialer(plain('tools.example', 8080), { connectTimeoutMs: 1000, proxy, lookup }).dial((result) => {
    assert.ok(result.ok, result.ok ? '' : result.error.detail);
    const socket = result.value;
    socket.on('data', (bytes: Buffer) => (echoed += bytes.toString()));
    socket.resume();
    socket.write('ping');
    t.after(() => socket.destroy());
  });
  await until(() => echoed === 'ping');
  assert.deepEqual(asked, ['CONNECT tools.example:8080 HTTP/1.1\r\nHost: tools.example:8080\r\nProxy-Authorization: Basic eDp5\r\n\r\n']);
  assert.deepEqual(names, ['proxy.example'], 'the proxy resolves the name of the server');
});

test('under a strict policy the proxy is given an address that has been checked, not a name', async (t) => {
  const asked: string[] = [];
  const proxyPort = await listenRaw(t, (socket) => {
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  const proxy = { host: '127.0.0.1', port: proxyPort };
  assert.ok((await dial(plain('far.example', 443), { proxy, lookup: fakeLookup(['2606:4700::1']).lookup, addressPolicy: 'public' })).ok);
  assert.deepEqual(asked, ['CONNECT [2606:4700::1]:443 HTTP/1.1']);
  const inside = await dial(plain('near.example', 443), { proxy, lookup: fakeLookup(['10.0.0.1']).lookup, addressPolicy: 'public' });
  assert.equal(failure(inside).kind, 'address_refused');
  const metadata = await dial(plain('169.254.169.254', 80), { proxy });
  assert.equal(failure(metadata).kind, 'address_refused');
  assert.equal(asked.length, 1);
});

test('a proxy that cannot be reached, or must not be', async () => {
  const through = (host: string): Promise<Result<Socket, DialFailure>> => dial(plain('tools.example', 443), { proxy: { host, port: 1 } });
  assert.equal(failure(await through('169.254.169.254')).kind, 'address_refused');
  assert.equal(failure(await through('127.0.0.1')).kind, 'unreachable');
});

test('credentials that could end their line are not sent', async (t) => {
  const port = await listenRaw(t, (socket) => void socket.on('data', () => assert.fail('something was sent')));
  const proxy = { host: '127.0.0.1', port, authorization: new Secret('Basic x\r\nHost: other') };
  const result = await dial(plain('tools.example', 443), { proxy });
  assert.equal(failure(result).kind, 'proxy_refused');
  assert.doesNotMatch(failure(result).detail, /Basic/);
});

for (const [what, answer, detail] of [
  ['refuses', 'HTTP/1.1 403 Forbidden\r\n\r\n', /refuses a tunnel to tools\.example:443 \(403\)/],
  ['wants credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /wants other credentials \(407\)/],
  ['speaks first in the tunnel', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', /before we spoke/],
  ['is no HTTP proxy', 'SSH-2.0-x\r\n\r\n', /malformed/],
  ['answers without end', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(20_000)}`, /too large/],
  ['hangs up', '', /closed before the tunnel was open/],
] as const) {
  test(`a proxy that ${what}`, async (t) => {
    const port = await listenRaw(t, (socket) => {
      socket.once('data', () => (answer === '' ? socket.end() : socket.write(answer)));
    });
    const result = await dial(plain('tools.example', 443), { proxy: { host: '127.0.0.1', port } });
    assert.equal(failure(result).kind, 'proxy_refused');
    assert.match(failure(result).detail, detail);
  });
}
