// Secrets that no vendor has given a form: private keys, signed tokens, credentials in addresses, headers and command lines, and whatever is given to a
// name that says that it is one.

import type { Detector } from '../types.ts';

const BOUNDED = '(?:[^-]|-[^-])*';

export const GENERIC_SECRETS: readonly Detector[] = [
  {
    // RFC 7468, OpenSSH, PGP (RFC 9580). From its first line to its last; where that is missing, as far as there is key.
    name: 'private-key',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['PRIVATE KEY-----', 'PRIVATE KEY BLOCK-----', 'PRIVATE KEY ----'], exact: true },
    pattern: `-----? ?BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)? ?-----?${BOUNDED}(?:-----? ?END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?[ -]{2,6})?`,
    before: 60,
    after: 8192,
    validator: 'private-key',
    confidence: 'high',
  },
  {
    name: 'putty-private-key',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['PuTTY-User-Key-File-'], exact: true },
    pattern: 'PuTTY-User-Key-File-[0-9]: [\\s\\S]*?Private-Lines: [0-9]+\\s[0-9A-Za-z+/=\\s\\\\]+(?:Private-MAC: [0-9a-f]+)?',
    before: 0,
    after: 8192,
    confidence: 'high',
  },
  {
    name: 'pkcs12-key',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['CSqGSIb3DQEHA'], exact: true },
    pattern: '\\b(?P<value>MII[0-9A-Za-z+/]{4}IBAzC[0-9A-Za-z+/]{2,8}GCSqGSIb3DQEHA[0-9A-Za-z+/=\\s\\\\]*)',
    before: 40,
    after: 8192,
    confidence: 'high',
  },
  {
    // RFC 7519: what has a header and claims in JSON, and a signature.
    name: 'json-web-token',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['eyJ'], exact: true },
    pattern:
      '\\b(?P<value>eyJ[0-9A-Za-z_-]{8,}\\.(?:eyJ[0-9A-Za-z_-]{4,}\\.[0-9A-Za-z_-]{8,}|[0-9A-Za-z_-]*\\.[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}))',
    before: 2,
    after: 4096,
    validator: 'json-web-token',
    confidence: 'high',
  },
];
