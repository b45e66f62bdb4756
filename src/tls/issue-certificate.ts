// Builds and signs X.509 v3 certificates (RFC 5280) on P-256 keys. A certificate is either a CA, which may only sign, or a leaf, which may
// only prove a server's names: none is both, so that a leaf that somebody trusts by hand can never vouch for another.

import { createPublicKey, hash, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUnsigned,
  derUtf8,
  toPem,
} from './der.ts';

/** What a certificate shall say. */
export interface CertificateRequest {
  /** Common name of who is certified, and of who signs; equal for a self-signed one. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses; a CA has none. */
  readonly names: readonly string[];
  readonly isCa: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  /** The issuer's private key, P-256. */
  readonly signingKey: KeyObject;
}

const ECDSA_WITH_SHA256 = derSequence(derOid('1.2.840.10045.4.3.2'));
const COMMON_NAME = derOid('2.5.4.3');
const SUBJECT_KEY_ID = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const SUBJECT_ALT_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTH = derOid('1.3.6.1.5.5.7.3.1');
const SERIAL_BYTES = 16;
// A label of a host name (RFC 1123 §2.1), and the underscore that some internal names have.
const LABEL = /^[a-z0-9_-]{1,63}$/;
const URL_DELIMITERS = /[\s/?#:@\\%]/;

/** Issues a certificate as PEM. Throws a RangeError that names the name which is neither a DNS name nor an address. */
export function issueCertificate(request: CertificateRequest): string {
  const tbs = derSequence(
    derExplicit(0, derUnsigned(Buffer.from([2]))),
    derUnsigned(randomSerial()),
    ECDSA_WITH_SHA256,
    distinguishedName(request.issuer),
    derSequence(derTime(request.notBefore), derTime(request.notAfter)),
    distinguishedName(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    derExplicit(3, derSequence(...extensions(request))),
  );
  const signature = sign('sha256', tbs, request.signingKey);
  return toPem('CERTIFICATE', derSequence(tbs, ECDSA_WITH_SHA256, derBitString(signature)));
}

function extensions(request: CertificateRequest): Buffer[] {
  const signer = createPublicKey(request.signingKey);
  const common = [
    extension(SUBJECT_KEY_ID, false, derOctetString(keyId(request.publicKey))),
    extension(AUTHORITY_KEY_ID, false, derSequence(derImplicit(0, keyId(signer)))),
  ];
  if (request.isCa) {
    // Path length 0: it signs leaves, not further CAs. Key usage: keyCertSign, cRLSign.
    const constraints = derSequence(derBoolean(true), derUnsigned(Buffer.from([0])));
    return [extension(BASIC_CONSTRAINTS, true, constraints), extension(KEY_USAGE, true, derBitString(Buffer.from([0x06]), 1)), ...common];
  }
  return [
    extension(BASIC_CONSTRAINTS, true, derSequence()),
    // digitalSignature, all that TLS 1.3 and ECDHE need.
    extension(KEY_USAGE, true, derBitString(Buffer.from([0x80]), 7)),
    extension(EXTENDED_KEY_USAGE, false, derSequence(SERVER_AUTH)),
    extension(SUBJECT_ALT_NAME, false, derSequence(...request.names.map(generalName))),
    ...common,
  ];
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return critical ? derSequence(derOid(oid), derBoolean(true), derOctetString(value)) : derSequence(derOid(oid), derOctetString(value));
}

function distinguishedName(commonName: string): Buffer {
  return derSequence(derSetOf(derSequence(COMMON_NAME, derUtf8(commonName))));
}

function generalName(name: string): Buffer {
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  if (isIP(bare) !== 0) return derImplicit(7, addressBytes(bare));
  const wildcard = bare.startsWith('*.');
  // domainToASCII reads like a URL: it would stop at a slash and take the rest for a path.
  const ascii = URL_DELIMITERS.test(bare) ? '' : domainToASCII(wildcard ? bare.slice(2) : bare);
  if (!ascii.split('.').every((label) => LABEL.test(label)) || isIP(ascii) !== 0)
    throw new RangeError(`${JSON.stringify(name)} is neither a DNS name nor an IP address`);
  return derImplicit(2, Buffer.from(wildcard ? `*.${ascii}` : ascii, 'latin1'));
}

/** Network-order bytes of an address that isIP has accepted. The URL parser brings IPv6 into its one canonical form first. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = '', right] = canonical.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** RFC 7093 §2, method 1: the leftmost 160 bits of SHA-256 over the key's bits. For P-256 these are the last 65 bytes of the SPKI. */
function keyId(key: KeyObject): Buffer {
  const point = key.export({ type: 'spki', format: 'der' }).subarray(-65);
  return hash('sha256', point, 'buffer').subarray(0, 20);
}

/** Positive and never zero (RFC 5280 §4.1.2.2), with 126 random bits. */
function randomSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
