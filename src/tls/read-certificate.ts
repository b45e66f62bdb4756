// Looks through a certificate and its key before they are served, so that a mistake is found when the config is read and not by the first
// agent. The errors are sentences for the operator: what is wrong, and what to do. They never hold a byte of the key.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';

/** What is known of a certificate that can be served. */
export interface CertificateFacts {
  /** DNS names and IP addresses it is for, as a client would write them. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Certificates in the file: the server's own and its intermediates. */
  readonly chainLength: number;
  /** Nobody but itself vouches for it: agents must be given it as their CA. */
  readonly selfSigned: boolean;
  /** SHA-256 over the certificate, in lower-case hex. */
  readonly fingerprint: string;
}

type Chain = readonly [X509Certificate, ...X509Certificate[]];

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** Reads a PEM chain and a PEM key as they will be served at this time. */
export function readCertificate(certificatePem: string, keyPem: string, now: Date): Result<CertificateFacts, string> {
  const chain = parseChain(certificatePem);
  if (!chain.ok) return chain;
  const key = parseKey(keyPem);
  if (!key.ok) return key;
  const [leaf] = chain.value;
  const refusal =
    checkKey(chain.value, leaf, key.value) ?? checkTime(leaf, now) ?? checkOrder(chain.value, now) ?? checkUse(certificatePem, keyPem);
  if (refusal !== undefined) return fail(refusal);
  const names = namesOf(leaf);
  if (names.length === 0)
    return fail(
      'The certificate names no host (it has no subjectAltName); clients ignore its common name. Issue one with the names that agents use.',
    );
  return ok({
    names,
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    chainLength: chain.value.length,
    selfSigned: isSelfSigned(leaf),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
  });
}

/** Reads a PEM bundle of CA certificates that are to be trusted; gives how many there are. OpenSSL itself would skip what it cannot read. */
export function readAuthorities(bundlePem: string, now: Date): Result<number, string> {
  const bundle = parseChain(bundlePem);
  if (!bundle.ok) return bundle;
  if (bundle.value.every((certificate) => now > certificate.validToDate))
    return fail('Every CA certificate in the file has expired; fetch the current one.');
  return ok(bundle.value.length);
}

function parseChain(pem: string): Result<Chain, string> {
  const chain: X509Certificate[] = [];
  for (let at = pem.indexOf(BEGIN); at >= 0; at = pem.indexOf(BEGIN, at + 1)) {
    const end = pem.indexOf(END, at);
    if (end < 0) return fail(`Certificate ${chain.length + 1} in the file has no end line; the file was cut.`);
    try {
      chain.push(new X509Certificate(pem.slice(at, end + END.length)));
    } catch {
      return fail(`Certificate ${chain.length + 1} in the file is damaged; copy the file again.`);
    }
  }
  const [first, ...others] = chain;
  if (first !== undefined) return ok([first, ...others]);
  if (pem.includes('PRIVATE KEY-----'))
    return fail('The certificate file holds a private key and no certificate; are certificate and key swapped?');
  return fail(`The certificate file holds no "${BEGIN}". It must be PEM; a DER file is converted with: openssl x509 -inform der -in FILE`);
}

function parseKey(pem: string): Result<KeyObject, string> {
  if (pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || pem.includes('Proc-Type: 4,ENCRYPTED'))
    return fail(
      'The key file is protected by a passphrase; write it without one, readable only for the gateway: openssl pkey -in FILE -out KEY',
    );
  if (!pem.includes('PRIVATE KEY-----')) {
    if (pem.includes(BEGIN)) return fail('The key file holds a certificate and no key; are certificate and key swapped?');
    return fail(
      'The key file holds no "-----BEGIN PRIVATE KEY-----". It must be PEM; a DER file is converted with: openssl pkey -inform der -in FILE',
    );
  }
  try {
    return ok(createPrivateKey(pem));
  } catch {
    return fail('The key file is damaged, or of a kind that is not supported; use an ECDSA P-256 or RSA key in PEM.');
  }
}

function checkKey(chain: Chain, leaf: X509Certificate, key: KeyObject): string | undefined {
  if (leaf.checkPrivateKey(key)) return undefined;
  const own = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (own > 0)
    return `The key belongs to certificate ${own + 1} in the file; put the server's own certificate first and its issuers after it.`;
  return 'The key does not belong to the certificate; give the two files that were made together.';
}

function checkTime(leaf: X509Certificate, now: Date): string | undefined {
  if (now > leaf.validToDate) return `The certificate expired on ${day(leaf.validToDate)}; renew it.`;
  if (now < leaf.validFromDate) return `The certificate is not valid before ${day(leaf.validFromDate)}; check the clock of this machine.`;
  return undefined;
}

/** Each certificate must vouch for the one before it: clients are not required to sort. */
function checkOrder(chain: Chain, now: Date): string | undefined {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer === undefined) return undefined;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      return `Certificate ${index + 2} in the file did not issue certificate ${index + 1}; order them from the server's own to the last intermediate, each once.`;
    }
    if (now > issuer.validToDate)
      return `Certificate ${index + 2} in the file, an intermediate, expired on ${day(issuer.validToDate)}; fetch the current one from the CA.`;
  }
  return undefined;
}

/** The last word has the library that will use them: it refuses keys that are too short, and hashes that are broken. */
function checkUse(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return `TLS cannot use this certificate (${error instanceof Error ? error.message : 'unknown reason'}); use an ECDSA P-256 or an RSA key of at least 2048 bits.`;
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
}

/** `DNS:a.example, IP Address:10.0.0.1`. Names with anything odd in them come quoted, and are no names of hosts. */
function namesOf(certificate: X509Certificate): string[] {
  const names: string[] = [];
  for (const part of (certificate.subjectAltName ?? '').split(', ')) {
    for (const prefix of ['DNS:', 'IP Address:']) {
      if (part.startsWith(prefix) && !part.includes('"')) names.push(asWritten(part.slice(prefix.length)));
    }
  }
  return names;
}

/** OpenSSL prints IPv6 addresses uncompressed. */
function asWritten(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
