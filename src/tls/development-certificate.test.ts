import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createDevelopmentCertificate } from './development-certificate.ts';
import { readCertificate } from './read-certificate.ts';

const NOW = new Date();
const NAMES = ['localhost', '127.0.0.1', '::1', '*.internal.example', '2001:db8::a:1', 'münchen.example'];

async function serve(t: TestContext, certificate: string, key: string): Promise<number> {
  const server = createServer({ cert: certificate, key }, (socket) => {
    socket.on('error', () => {});
    socket.end('hello');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

test('it says what it is for, and is nothing more', () => {
  const { certificate, key, notAfter } = createDevelopmentCertificate(NAMES, NOW);
  const read = readCertificate(certificate, key, NOW);
  assert.ok(read.ok, read.ok ? '' : read.error);
  assert.deepEqual(read.value.names, ['localhost', '127.0.0.1', '::1', '*.internal.example', '2001:db8::a:1', 'xn--mnchen-3ya.example']);
  assert.equal(read.value.notAfter.getTime(), notAfter.getTime());
  assert.equal(read.value.selfSigned, true);
  assert.equal(new X509Certificate(certificate).ca, false, 'who trusts it must not trust what it signs');
  assert.ok(notAfter.getTime() - NOW.getTime() < 398 * 86_400_000);
});

test('two of them share neither key nor serial number', () => {
  const [one, other] = [createDevelopmentCertificate(['localhost'], NOW), createDevelopmentCertificate(['localhost'], NOW)];
  assert.notEqual(one.key, other.key);
  assert.notEqual(new X509Certificate(one.certificate).serialNumber, new X509Certificate(other.certificate).serialNumber);
});

for (const host of ['', 'a b', 'a..b', 'exa mple', 'a/b', '999.999.999.999', '*.']) {
  test(`${JSON.stringify(host)} is refused by name`, () => {
    assert.throws(() => createDevelopmentCertificate(['localhost', host], NOW), { name: 'RangeError' });
  });
}

for (const servername of ['localhost', '127.0.0.1', 'tools.internal.example']) {
  test(`a TLS client that is given it as CA accepts it for ${servername}`, async (t) => {
    const { certificate, key } = createDevelopmentCertificate(NAMES, NOW);
    const port = await serve(t, certificate, key);
    const isAddress = servername === '127.0.0.1';
    const socket = connect({ host: '127.0.0.1', port, ca: certificate, ...(isAddress ? {} : { servername }) });
    await once(socket, 'secureConnect');
    assert.equal(socket.authorized, true);
    socket.destroy();
  });
}

test('a client that is not given it, or asks for another name, refuses it', async (t) => {
  const { certificate, key } = createDevelopmentCertificate(['localhost'], NOW);
  const port = await serve(t, certificate, key);
  for (const [options, code] of [
    [{ servername: 'localhost' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [{ servername: 'other.example', ca: certificate }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const) {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, code);
  }
});

test('openssl accepts it, by the strict reading of RFC 5280 too', async (t) => {
  if (spawnSync('openssl', ['version']).status !== 0) {
    t.skip('openssl is not installed: apt-get install openssl');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { certificate, key } = createDevelopmentCertificate(NAMES, NOW);
  const file = join(folder, 'certificate.pem');
  writeFileSync(file, certificate);
  const verify = spawnSync('openssl', [
    'verify',
    '-x509_strict',
    '-purpose',
    'sslserver',
    '-verify_hostname',
    'localhost',
    '-CAfile',
    file,
    file,
  ]);
  assert.equal(verify.status, 0, String(verify.stderr));
  const port = await serve(t, certificate, key);
  const client = spawn(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', file, '-verify_ip', '127.0.0.1', '-verify_return_error'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  let output = '';
  client.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  client.stdin.end();
  await once(client, 'close');
  assert.match(output, /Verify return code: 0 \(ok\)/);
});
