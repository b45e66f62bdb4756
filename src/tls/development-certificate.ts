// A certificate for trying things out (`tls: self-signed`). Its holder is who has the file, nothing more: agents must be given it as their CA.
// Never a CA itself, so that trusting it by hand trusts this gateway and nobody else.

import { generateKeyPairSync } from 'node:crypto';
import { issueCertificate } from './issue-certificate.ts';

const DAY_MS = 86_400_000;
// Some clients refuse server certificates that run for longer than 398 days.
const LIFETIME_DAYS = 365;
const SUBJECT = 'Sallyport development certificate';

/** A certificate with its private key, both PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly notAfter: Date;
}

/** Creates a self-signed P-256 certificate for these DNS names and addresses. Throws a RangeError that names a host which is neither. */
export function createDevelopmentCertificate(hosts: readonly string[], now: Date): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // To the second, as the certificate will say it; a day back, for clients whose clock is slow.
  const notAfter = new Date(Math.floor(now.getTime() / 1000) * 1000 + LIFETIME_DAYS * DAY_MS);
  const certificate = issueCertificate({
    subject: SUBJECT,
    issuer: SUBJECT,
    names: hosts,
    isCa: false,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter,
    publicKey,
    signingKey: privateKey,
  });
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), notAfter };
}
