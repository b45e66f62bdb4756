// For tests only: a CA and leaves, made with the house's own encoder.

import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { issueCertificate } from './issue-certificate.ts';

const HOUR_MS = 3_600_000;

/** A CA that can issue leaves. */
export interface TestCa {
  readonly certificate: string;
  readonly name: string;
  readonly key: KeyObject;
}

/** A leaf with its key, both PEM. */
export interface TestLeaf {
  readonly cert: string;
  readonly key: string;
}

/** Creates a self-signed CA, valid for an hour to both sides of now. */
export function createCa(name: string): TestCa {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = issueCertificate({
    subject: name,
    issuer: name,
    names: [],
    isCa: true,
    ...hours(-1, 1),
    publicKey,
    signingKey: privateKey,
  });
  return { certificate, name, key: privateKey };
}

/** Issues an intermediate CA. */
export function createIntermediate(ca: TestCa, name: string): TestCa {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = issueCertificate({
    subject: name,
    issuer: ca.name,
    names: [],
    isCa: true,
    ...hours(-1, 1),
    publicKey,
    signingKey: ca.key,
  });
  return { certificate, name, key: privateKey };
}

/** Issues a leaf that is valid between these hours from now. */
export function createLeaf(ca: TestCa, names: readonly string[], fromHours = -1, toHours = 1): TestLeaf {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = issueCertificate({
    subject: 'leaf',
    issuer: ca.name,
    names,
    isCa: false,
    ...hours(fromHours, toHours),
    publicKey,
    signingKey: ca.key,
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

function hours(from: number, to: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() + from * HOUR_MS), notAfter: new Date(Date.now() + to * HOUR_MS) };
}
