// A CA and one certificate for localhost, made anew for each run with the openssl command; the gateway, HAProxy and the
// upstream all show the same one. ECDSA P-256: handshakes happen outside the measured windows.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SERVER_NAME } from './workload.ts';

/** PEM files of one run. */
export interface Certificates {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Certificate and key in one file, as HAProxy wants it. */
  readonly bundleFile: string;
}

/** Makes the certificates of a run inside `folder`. */
export function createCertificates(openssl: string, folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const run = (...args: string[]): void => void execFileSync(openssl, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  writeFileSync(file('names.ext'), `subjectAltName=DNS:${SERVER_NAME},IP:127.0.0.1\n`);
  run('req', '-x509', ...ecKey, '-days', '2', '-subj', '/CN=Sallyport bench CA', '-keyout', file('ca.key'), '-out', file('ca.pem'));
  run('req', ...ecKey, '-subj', `/CN=${SERVER_NAME}`, '-keyout', file('server.key'), '-out', file('server.csr'));
  run(
    'x509',
    '-req',
    '-days',
    '2',
    '-in',
    file('server.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-extfile',
    file('names.ext'),
    '-out',
    file('server.pem'),
  );
  writeFileSync(file('bundle.pem'), readFileSync(file('server.pem'), 'utf8') + readFileSync(file('server.key'), 'utf8'));
  return { caFile: file('ca.pem'), certificateFile: file('server.pem'), keyFile: file('server.key'), bundleFile: file('bundle.pem') };
}
