// TLS at both ends of the running gateway: towards agents (self-signed, from files, or ended by a proxy in front) and towards
// servers. What does not fit is refused, on its own route only; nothing goes beyond this machine in the clear.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { makeCertificate } from '../harness/certificates.ts';
import type { TestCertificate } from '../harness/certificates.ts';
import {
  at,
  KeptConnection,
  modernCall,
  modernRequest,
  rawExchange,
  readRecords,
  repositoryRoot,
  sallyport,
  send,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const MISSING = 'openssl is not installed: apt-get install openssl';
const CALL = { name: 'secured', arguments: {} };
const TOOLS = [CALL.name, 'other', 'before-renewal', 'after-renewal'];
/** Both workers have to be met, whichever the kernel chooses. */
const SAMPLES = 8;

let folder: string;
let ours: TestCertificate | undefined;
let theirs: TestCertificate | undefined;
let echo: EchoServer;

before(async () => {
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  ours = makeCertificate(folder, 'ours', ['IP:127.0.0.1', 'DNS:localhost']);
  theirs = makeCertificate(folder, 'theirs', ['IP:127.0.0.1']);
  echo = await startEchoServer({ tools: TOOLS });
});
after(async () => {
  await echo?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('towards agents', () => {
  let gateway: Gateway;
  let key: string;
  let selfSigned: string;
  let fromFiles: string;

  before(async () => {
    if (ours === undefined) return;
    copyFileSync(ours.certificateFile, join(folder, 'used.pem'));
    copyFileSync(ours.keyFile, join(folder, 'used.key'));
    const listen = [
      { name: 'made', address: '127.0.0.1:0', tls: 'self-signed' },
      { name: 'given', address: '127.0.0.1:0', tls: { certificate: join(folder, 'used.pem'), key: join(folder, 'used.key') } },
    ];
    gateway = await startGateway({ config: testConfig({ servers: { echo: { url: echo.url } }, extra: { listen } }) });
    key = await gateway.addAgent('walker');
    selfSigned = textAt(
      gateway.events.find((event) => at(event, 'event') === 'ready'),
      'listeners',
      0,
      'url',
    );
    fromFiles = textAt(
      gateway.events.find((event) => at(event, 'event') === 'ready'),
      'listeners',
      1,
      'url',
    );
  });
  after(() => gateway?.stop());

  test('both listeners are announced as https', (t) => {
    if (ours === undefined) return t.skip(MISSING);
    assert.match(selfSigned, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.match(fromFiles, /^https:\/\/127\.0\.0\.1:\d+$/);
  });

  test('a certificate from files: an agent that trusts it calls, one that does not is warned', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    assert.equal(await textOf(`${fromFiles}/mcp/echo`, key, ours.certificate), 'secured');
    await assert.rejects(textOf(`${fromFiles}/mcp/echo`, key), /self-signed/);
  });

  test('self-signed: the certificate is good for the address, and every worker shows the same', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    const shown = new Set<string>();
    for (let sample = 0; sample < SAMPLES; sample++) {
      const socket = await handshake(selfSigned, { rejectUnauthorized: false });
      const { raw } = socket.getPeerCertificate();
      shown.add(`-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`);
      socket.destroy();
    }
    assert.equal(shown.size, 1);
    assert.equal(await textOf(`${selfSigned}/mcp/echo`, key, [...shown].join('')), 'secured');
  });

  test('versions: TLS 1.3 and 1.2 are spoken, 1.1 is refused', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const socket = await handshake(fromFiles, { ca: ours.certificate, minVersion: version, maxVersion: version });
      assert.equal(socket.getProtocol(), version);
      socket.destroy();
    }
    const old = { ca: ours.certificate, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(handshake(fromFiles, old), /alert protocol version/i);
  });

  test('ALPN: http/1.1 is agreed on; a client that only speaks h2 is refused', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    const socket = await handshake(fromFiles, { ca: ours.certificate, ALPNProtocols: ['h2', 'http/1.1'] });
    assert.equal(socket.alpnProtocol, 'http/1.1');
    socket.destroy();
    await assert.rejects(handshake(fromFiles, { ca: ours.certificate, ALPNProtocols: ['h2'] }), /alert no application protocol/i);
  });

  test('plain HTTP on a TLS port gets no answer, and harms nobody', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    const answer = await rawExchange(Number(new URL(fromFiles).port), 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.doesNotMatch(answer, /HTTP\/1\.1/);
    assert.equal(await textOf(`${fromFiles}/mcp/echo`, key, ours.certificate), 'secured');
  });

  test('a certificate is renewed by a reload: kept connections go on, new handshakes see it; a wrong one changes nothing', async (t) => {
    if (ours === undefined || theirs === undefined) return t.skip(MISSING);
    const kept = new KeptConnection(`${fromFiles}/mcp/echo`, key, ours.certificate);
    assert.equal(await kept.call('before-renewal'), true);
    copyFileSync(theirs.certificateFile, join(folder, 'used.pem'));
    copyFileSync(theirs.keyFile, join(folder, 'used.key'));
    gateway.reload();
    const trusted = theirs.certificate;
    const seen = (): Promise<boolean> =>
      textOf(`${fromFiles}/mcp/echo`, key, trusted).then(
        () => true,
        () => false,
      );
    for (let sample = 0; sample < SAMPLES; sample++) await until(seen, 'the new certificate');
    assert.equal(await kept.call('after-renewal'), true);
    assert.equal(kept.renewed, 0);
    kept.close();

    writeFileSync(join(folder, 'used.pem'), 'no certificate\n');
    const refused = await gateway.cli('reload');
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /used\.pem cannot be used/);
    for (let sample = 0; sample < SAMPLES; sample++) assert.equal(await seen(), true);
    copyFileSync(theirs.certificateFile, join(folder, 'used.pem'));
    assert.equal((await gateway.cli('reload')).code, 0);
  });

  test('a client that leaves in the middle of its handshake is not waited for', async (t) => {
    if (ours === undefined) return t.skip(MISSING);
    const socket = connectTcp(Number(new URL(fromFiles).port), '127.0.0.1');
    await once(socket, 'connect');
    // The beginning of a ClientHello.
    socket.end(Buffer.from('16030100c8010000c40303', 'hex'));
    await once(socket.resume(), 'close');
    assert.equal(await gateway.stop(), 0);
  });
});

describe('towards servers', () => {
  let modern: EchoServer | undefined;
  let old: EchoServer | undefined;
  let gateway: Gateway | undefined;
  let key = '';

  before(async () => {
    if (ours === undefined || theirs === undefined) return;
    const tls = { key: ours.key, cert: ours.certificate };
    modern = await startEchoServer({ tools: TOOLS, tls });
    old = await startEchoServer({ tools: TOOLS, tls: { ...tls, maxVersion: 'TLSv1.2' } });
    const elsewhere = await startEchoServer({ tools: TOOLS, tls: { key: theirs.key, cert: theirs.certificate } });
    after(() => elsewhere.close());
    const ca = ours.certificateFile;
    gateway = await startGateway({
      config: testConfig({
        servers: {
          good: { url: modern.url, tls: { ca } },
          strict: { url: modern.url, tls: { ca, minVersion: 'TLSv1.3' } },
          old: { url: old.url, tls: { ca } },
          'too-old': { url: old.url, tls: { ca, minVersion: 'TLSv1.3' } },
          'wrong-ca': { url: modern.url, tls: { ca: theirs.certificateFile } },
          unknown: { url: modern.url },
          'wrong-name': { url: elsewhere.url.replace('127.0.0.1', 'localhost'), tls: { ca: theirs.certificateFile } },
          plain: { url: modern.url.replace('https:', 'http:') },
        },
      }),
    });
    key = await gateway.addAgent('walker');
  });
  after(async () => {
    await gateway?.stop();
    await Promise.all([modern?.close(), old?.close()]);
  });

  for (const [server, status] of [
    ['good', 200],
    ['strict', 200],
    ['old', 200],
    ['too-old', 502],
    ['wrong-ca', 502],
    ['unknown', 502],
    ['wrong-name', 502],
    ['plain', 502],
    ['good', 200],
  ] as const) {
    test(`${server}: ${status}`, async (t) => {
      if (gateway === undefined) return t.skip(MISSING);
      for (let sample = 0; sample < SAMPLES / 2; sample++) {
        const { http } = await modernCall(gateway.url(server), 'tools/call', CALL, { key });
        assert.equal(http.status, status, http.body);
      }
    });
  }
});

describe('a proxy in front ends TLS', () => {
  const PROXY_203_0_113_9 = '\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\x7f\x00\x00\x01\x12\x34\x00\x50';

  for (const [trusted, expected] of [
    ['127.0.0.1', ['203.0.113.7', '203.0.113.9']],
    ['192.0.2.0/24', ['127.0.0.1']],
  ] as const) {
    test(`whom the record names when ${trusted} is trusted`, async (t) => {
      const gateway = await startGateway({
        config: testConfig({ servers: { echo: { url: echo.url } }, listener: { tls: 'external', trustedProxies: [trusted] } }),
        // Of its own: it is still there when the gateway has ended and its last counts are on record.
        folder: mkdtempSync(join(folder, 'proxy-')),
      });
      t.after(() => gateway.stop());
      assert.match(gateway.origin, /^http:/, 'the address itself speaks no TLS');
      const key = await gateway.addAgent('walker');
      const through = trusted === '127.0.0.1';
      if (through) assert.equal(await textOf(gateway.url('echo'), key), 'secured', 'an agent behind the proxy calls');
      // Around the proxy the key would travel in the clear: even a good one is turned away.
      else assert.equal((await modernCall(gateway.url('echo'), 'tools/call', CALL, { key })).http.status, 403);
      const request = modernRequest('tools/call', CALL, { headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' } });
      assert.equal((await send(gateway.url('echo'), request)).status, through ? 401 : 403);
      const announced = await rawExchange(
        gateway.port,
        `${PROXY_203_0_113_9}POST /mcp/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      assert.match(announced, through ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 400 /);
      assert.equal(await gateway.stop(), 0);
      const sources = new Set(refusedSources(gateway));
      for (const source of expected) assert(sources.has(source), `${[...sources].join()} lacks ${source}`);
      if (!through) assert.equal(sources.size, 1, `${[...sources].join()}: a stranger is not believed`);
    });
  }

  function refusedSources(gateway: Gateway): readonly string[] {
    return readRecords(gateway.dataFolder)
      .filter(({ value }) => textAt(value, 'kind') === 'refusals')
      .map(({ value }) => textAt(value, 'source'));
  }
});

test('a certificate that cannot be used at start: the gateway does not start, and says why', async (t) => {
  if (ours === undefined || theirs === undefined) return t.skip(MISSING);
  const own = mkdtempSync(join(folder, 'mismatch-'));
  const listener = { tls: { certificate: ours.certificateFile, key: theirs.keyFile } };
  writeFileSync(join(own, 'sallyport.yaml'), JSON.stringify(testConfig({ servers: {}, listener })));
  const run = await sallyport(['serve', '--output', 'json'], { cwd: own });
  assert.equal(run.code, 3, run.stdout + run.stderr);
  assert.match(run.stdout, /ours\.pem cannot be used/);
});

describe('beyond this machine', () => {
  for (const [what, listener, says] of [
    ['without TLS', { address: '0.0.0.0:0' }, /can be reached beyond this machine without TLS/],
    ['without TLS, IPv6', { address: '[::]:0' }, /can be reached beyond this machine without TLS/],
    [
      'with an anonymous agent',
      { address: '0.0.0.0:0', tls: 'self-signed', anonymous: 'visitor' },
      /would let anyone beyond this machine call without a key/,
    ],
    ['TLS outside, but no proxy named', { address: '0.0.0.0:0', tls: 'external' }, /no proxy is trusted/],
  ] as const) {
    test(`${what}: the gateway does not start`, async () => {
      const own = mkdtempSync(join(folder, 'exposed-'));
      writeFileSync(join(own, 'sallyport.yaml'), JSON.stringify(testConfig({ servers: {}, listener }), null, 2));
      const run = await sallyport(['serve', '--output', 'json'], { cwd: own });
      assert.equal(run.code, 3, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, says);
    });
  }

  test('--listen is held to the same', async () => {
    const own = mkdtempSync(join(folder, 'exposed-'));
    writeFileSync(join(own, 'sallyport.yaml'), JSON.stringify(testConfig({ servers: {} })));
    const run = await sallyport(['serve', '--output', 'json', '--listen', '0.0.0.0:0'], { cwd: own });
    assert.equal(run.code, 3);
    assert.match(run.stdout + run.stderr, /--listen.*without TLS/);
  });

  test('an anonymous agent on loopback is judged by policy like any', async (t) => {
    const rules = [{ name: 'visitors', effect: 'allow', agents: ['visitor'], servers: ['echo'], tools: ['secured'] }];
    const gateway = await startGateway({
      config: testConfig({ servers: { echo: { url: echo.url } }, rules, listener: { anonymous: 'visitor' } }),
    });
    t.after(() => gateway.stop());
    const { result } = await modernCall(gateway.url('echo'), 'tools/call', CALL);
    assert.equal(at(result, 'content', 0, 'text'), 'secured');
    const denied = await modernCall(gateway.url('echo'), 'tools/call', { name: 'other', arguments: {} });
    assert.equal(at(denied.result, 'isError'), true);
    assert.equal(
      (await modernCall(gateway.url('echo'), 'tools/call', CALL, { key: 'spk_wrong' })).http.status,
      401,
      'a wrong key is not nobody',
    );
  });
});

async function textOf(url: string, key: string, ca?: string): Promise<unknown> {
  const answer = await send(url, { ...modernRequest('tools/call', CALL, { key }), ...(ca !== undefined && { ca }) });
  return at(answer.json, 'result', 'content', 0, 'text');
}

function handshake(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}
