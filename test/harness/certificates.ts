// Certificates from openssl, for both ends of a test's TLS.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A self-signed certificate: whoever trusts its file trusts its holder. */
export interface TestCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes one for these names, such as `IP:127.0.0.1`; undefined where there is no openssl. */
export function makeCertificate(folder: string, name: string, altNames: readonly string[]): TestCertificate | undefined {
  const [certificateFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const facts = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${altNames.join(',')}`, '-days', '2', '-out', certificateFile];
  const made = spawnSync('openssl', ['req', '-x509', ...key, ...facts]);
  if (made.error !== undefined) return undefined;
  if (made.status !== 0) throw new Error(`openssl: ${String(made.stderr)}`);
  return { certificateFile, keyFile, certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
