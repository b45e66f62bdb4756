import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { createCa, createIntermediate, createLeaf } from './certificates.fixture.ts';
import { createDevelopmentCertificate } from './development-certificate.ts';
import { issueCertificate } from './issue-certificate.ts';
import { readAuthorities, readCertificate } from './read-certificate.ts';

const NOW = new Date();
const HOUR_MS = 3_600_000;
const ca = createCa('Test root');
const middle = createIntermediate(ca, 'Test intermediate');
const leaf = createLeaf(middle, ['tools.example', '10.0.0.1']);
const other = createLeaf(middle, ['other.example']);

function encrypted(): string {
  return createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
}

/** A leaf without names: our own encoder makes one when asked for none. */
function nameless(): { cert: string; key: string } {
  return createLeaf(ca, []);
}

function weak(): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  const cert = issueCertificate({
    subject: 'weak',
    issuer: ca.name,
    names: ['a.example'],
    isCa: false,
    notBefore: new Date(NOW.getTime() - HOUR_MS),
    notAfter: new Date(NOW.getTime() + HOUR_MS),
    publicKey,
    signingKey: ca.key,
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

test('a chain that can be served', () => {
  const read = readCertificate(`# comment\n${leaf.cert}${middle.certificate}`, leaf.key, NOW);
  assert.ok(read.ok, read.ok ? '' : read.error);
  assert.deepEqual(read.value.names, ['tools.example', '10.0.0.1']);
  assert.equal(read.value.chainLength, 2);
  assert.equal(read.value.selfSigned, false);
  assert.match(read.value.fingerprint, /^[0-9a-f]{64}$/);
});

test('a chain that ends with its root', () => {
  assert.equal(readCertificate(leaf.cert + middle.certificate + ca.certificate, leaf.key, NOW).ok, true);
});

test('a self-signed certificate is known as one', () => {
  const { certificate, key } = createDevelopmentCertificate(['localhost'], NOW);
  const read = readCertificate(certificate, key, NOW);
  assert.equal(read.ok && read.value.selfSigned, true);
});

const later = new Date(NOW.getTime() + 2 * HOUR_MS);
const REFUSED: readonly [what: string, certificate: string, key: string, now: Date, says: RegExp][] = [
  ['an empty file', '', leaf.key, NOW, /holds no "-----BEGIN CERTIFICATE-----".*openssl x509 -inform der/],
  ['files swapped', leaf.key, leaf.cert, NOW, /are certificate and key swapped\?/],
  ['a certificate as key', leaf.cert, leaf.cert, NOW, /holds a certificate and no key; are certificate and key swapped\?/],
  ['no key', leaf.cert, '', NOW, /holds no "-----BEGIN PRIVATE KEY-----"/],
  ['a key with a passphrase', leaf.cert, encrypted(), NOW, /passphrase.*openssl pkey -in FILE -out KEY/],
  ['a damaged key', leaf.cert, leaf.key.replace('MIG', '!!!'), NOW, /key file is damaged/],
  ['a certificate cut off', leaf.cert.slice(0, 200), leaf.key, NOW, /Certificate 1 in the file has no end line/],
  ['a damaged certificate', leaf.cert.replace('MII', 'AAA'), leaf.key, NOW, /Certificate 1 in the file is damaged/],
  ['a damaged intermediate', leaf.cert + middle.certificate.replace('MII', 'AAA'), leaf.key, NOW, /Certificate 2 in the file is damaged/],
  ['the key of another', leaf.cert, other.key, NOW, /key does not belong to the certificate/],
  [
    'the chain upside down',
    middle.certificate + leaf.cert,
    leaf.key,
    NOW,
    /The key belongs to certificate 2 in the file; put the server's own certificate first/,
  ],
  ['a foreign intermediate', leaf.cert + ca.certificate, leaf.key, NOW, /Certificate 2 in the file did not issue certificate 1/],
  [
    'an intermediate twice',
    leaf.cert + middle.certificate + middle.certificate,
    leaf.key,
    NOW,
    /Certificate 3 in the file did not issue certificate 2/,
  ],
  [
    'a certificate out of date',
    leaf.cert,
    leaf.key,
    later,
    new RegExp(`expired on ${new Date(NOW.getTime() + HOUR_MS).toISOString().slice(0, 10)}; renew it`),
  ],
  ['a certificate from the future', leaf.cert, leaf.key, new Date(NOW.getTime() - 2 * HOUR_MS), /not valid before .* check the clock/],
  ['a certificate without names', nameless().cert, nameless().key, NOW, /./],
  ['a key that is too short', weak().cert, weak().key, NOW, /./],
];

for (const [what, certificate, key, now, says] of REFUSED) {
  test(`refused with a remedy: ${what}`, () => {
    const read = readCertificate(certificate, key, now);
    assert.ok(!read.ok, 'it was accepted');
    assert.match(read.error, says);
    for (const line of key.split('\n')) assert.equal(line.length > 20 && read.error.includes(line), false, 'the key is not quoted');
  });
}

test('a certificate without names is told what to do', () => {
  const { cert, key } = nameless();
  const read = readCertificate(cert, key, NOW);
  assert.match(read.ok ? '' : read.error, /no subjectAltName/);
});

test('a key that is too short is told what to do', () => {
  const { cert, key } = weak();
  const read = readCertificate(cert, key, NOW);
  assert.match(read.ok ? '' : read.error, /TLS cannot use this certificate .*at least 2048 bits/);
});

test('an intermediate out of date is found', () => {
  const longLeaf = createLeaf(middle, ['a.example'], -1, 4);
  const read = readCertificate(longLeaf.cert + middle.certificate, longLeaf.key, later);
  assert.match(read.ok ? '' : read.error, /Certificate 2 in the file, an intermediate, expired/);
});

test('a bundle of authorities is counted, and refused as a whole when one is damaged', () => {
  assert.deepEqual(readAuthorities(ca.certificate + middle.certificate, NOW), { ok: true, value: 2 });
  for (const [pem, says] of [
    ['', /holds no "-----BEGIN CERTIFICATE-----"/],
    [leaf.key, /swapped/],
    [ca.certificate + middle.certificate.replace('MII', 'AAA'), /Certificate 2 in the file is damaged/],
  ] as const) {
    const read = readAuthorities(pem, NOW);
    assert.match(read.ok ? '' : read.error, says);
  }
  const read = readAuthorities(ca.certificate, later);
  assert.match(read.ok ? '' : read.error, /has expired/);
});
