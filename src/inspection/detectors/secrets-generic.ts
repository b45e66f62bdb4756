// Secrets that no vendor has given a form: private keys, signed tokens, credentials in addresses, headers and command lines, and whatever is given to a
// name that says that it is one.

import type { Detector } from '../types.ts';
import { LEFT } from './token.ts';

const BOUNDED = '(?:[^-]|-[^-])*';
const LINE_END = '(?:[\\r\\n]|\\\\[rn])+';

/** Words that names of secrets hold. Most words that hold them are given nothing, and cost little: see validators/assignments.ts. */
const WORDS =
  'passw passphrase passcode pwd pass= pass: pass" pass\' pass> pswd psk= psk: kennwort senha wachtwoord auth= auth: auth" auth\' secret token bearer credential creds jwt'.split(
    ' ',
  );
/** With `key` behind them: by itself a key is what opens a row of a table. */
const KEYS =
  'api access private auth encryption signing master account service subscription shared storage app license consumer deploy webhook'.split(
    ' ',
  );
const NAMES = [...WORDS, 'pass ', ...KEYS.flatMap((word) => ['key', '_key', '-key', ' key', '.key'].map((end) => word + end))];

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
    pattern: `PuTTY-User-Key-File-[0-9]: [\\s\\S]*?Private-Lines: [0-9]+${LINE_END}(?:[0-9A-Za-z+/=]+(?:${LINE_END}|$))+(?:Private-(?:MAC|Hash): [0-9a-f]+)?`,
    before: 0,
    after: 8192,
    confidence: 'high',
  },
  {
    name: 'pkcs12-key',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['CSqGSIb3DQEHA'], exact: true },
    pattern: '\\b(?P<value>MII[0-9A-Za-z+/]{3}IBAzC[0-9A-Za-z+/]{2,8}GCSqGSIb3DQEHA[0-9A-Za-z+/=\\s\\\\]*)',
    before: 40,
    after: 8192,
    confidence: 'high',
  },
  {
    // RFC 7519: what has a header and claims in JSON, and a signature.
    name: 'json-web-token',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['eyJ', 'eyAi', 'ewog', 'ew0K'], exact: true },
    pattern: `${LEFT}(?P<value>(?:eyJ|eyAi|ewog|ew0K)[0-9A-Za-z_-]{8,}\\.(?:e[yw][0-9A-Za-z_-]{4,}\\.[0-9A-Za-z_-]{8,}|[0-9A-Za-z_-]*\\.[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}))`,
    before: 13,
    after: 4096,
    validator: 'json-web-token',
    confidence: 'high',
  },
  {
    // What `docker login` keeps: base64 of a user and a password.
    name: 'registry-credentials',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['"auth"', '"_auth"'] },
    pattern: '"_?auth\\\\?"\\s{0,4}:\\s{0,4}\\\\?"(?P<value>[0-9A-Za-z+/]{8,}={0,2})',
    before: 0,
    after: 512,
    validator: 'basic-credentials',
    confidence: 'high',
  },
  {
    name: 'registry-credentials-member',
    class: 'secret',
    anchors: { kind: 'name', literals: ['auth'] },
    pattern: '[0-9A-Za-z+/]{8,}={0,2}',
    after: 512,
    validator: 'basic-credentials',
    confidence: 'high',
  },
  {
    name: 'url-credentials',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['@'] },
    before: 160,
    after: 80,
    validator: 'user-info',
    confidence: 'high',
  },
  {
    name: 'command-line-credentials',
    class: 'secret',
    anchors: {
      kind: 'literals',
      literals: [' -u ', ' -u"', " -u'", '\t-u ', ' --user ', ' --user=', ' --user"', " --user'", '\t--user ', ' --proxy-user ', ' -U '],
    },
    before: 256,
    after: 256,
    validator: 'user-option',
    confidence: 'high',
  },
  {
    name: 'authorization-header',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['authorization'] },
    before: 0,
    after: 4096,
    validator: 'header-credentials',
    confidence: 'high',
  },
  {
    name: 'authorization-member',
    class: 'secret',
    anchors: { kind: 'name', literals: ['authorization'] },
    after: 4096,
    validator: 'member-credentials',
    confidence: 'high',
  },
  {
    name: 'authorization-scheme',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['bearer ', 'basic '] },
    before: 0,
    after: 4096,
    validator: 'scheme-credentials',
    confidence: 'medium',
  },
  {
    name: 'named-secret',
    class: 'secret',
    anchors: { kind: 'literals', literals: NAMES },
    before: 48,
    after: 320,
    cost: { look: 300, character: 1 },
    validator: 'assigned-secret',
    confidence: 'medium',
  },
  {
    name: 'long-named-secret',
    class: 'secret',
    anchors: { kind: 'run', run: 'base64', min: 200 },
    before: 80,
    after: 2048,
    validator: 'long-assigned-secret',
    confidence: 'medium',
  },
  {
    name: 'secret-member',
    class: 'secret',
    anchors: { kind: 'name', literals: [...NAMES, 'pass'] },
    after: 4096,
    validator: 'member-secret',
    confidence: 'medium',
  },
  {
    name: 'session-cookie',
    class: 'secret',
    anchors: {
      kind: 'literals',
      literals: [
        'PHPSESSID=',
        'JSESSIONID=',
        'connect.sid=',
        'ASP.NET_SessionId=',
        '.AspNetCore.',
        'laravel_session=',
        '_session_id=',
        'sessionid=',
      ],
    },
    pattern: '[A-Za-z_.]{4,40}=(?P<value>[0-9A-Za-z%_.~+/-]{16,})',
    before: 0,
    after: 512,
    validator: 'random',
    confidence: 'medium',
  },
  {
    name: 'netrc-password',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['machine '] },
    pattern: 'machine \\S+\\s+login\\s+\\S+\\s+password\\s+(?P<value>[^\\s"\'`{}]{4,128})',
    before: 0,
    after: 320,
    validator: 'filled',
    confidence: 'medium',
  },
  {
    name: 'pgpass-password',
    class: 'secret',
    anchors: { kind: 'literals', literals: [':5432:', ':5433:', ':6432:'] },
    pattern: '[0-9A-Za-z_.*-]+:(?:5432|5433|6432):[^:\\s]+:[^:\\s]+:(?P<value>[^\\s:]{4,128})',
    before: 80,
    after: 200,
    validator: 'filled',
    confidence: 'medium',
  },
  {
    name: 'command-line-password',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['sshpass -p', 'mysql -', 'mysqldump -', 'mariadb -', 'redis-cli -a ', 'redis-cli -h'] },
    pattern:
      '(?:sshpass -p ?["\']?|(?:mysql|mysqldump|mariadb) [^\\n|;]{0,120}?-p["\']?|redis-cli [^\\n|;]{0,80}?-a ["\']?)(?P<value>[^\\s"\'$-][^\\s"\']{3,64})',
    before: 0,
    after: 220,
    validator: 'filled',
    confidence: 'medium',
  },
  {
    name: 'sql-password',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['identified by ', "password '", 'identified with '] },
    pattern: "(?i)(?:identified\\s+(?:with\\s+\\S+\\s+)?by|password)\\s+'(?P<value>[^'\\n]{4,64})'",
    before: 0,
    after: 120,
    validator: 'password',
    confidence: 'medium',
  },
  {
    name: 'powershell-password',
    class: 'secret',
    anchors: { kind: 'literals', literals: ['ConvertTo-SecureString'] },
    pattern: '(?i)ConvertTo-SecureString\\s+(?:-(?:AsPlainText|Force|String)\\s+){0,3}["\'](?P<value>[^"\'$\\n]{4,64})["\']',
    before: 0,
    after: 160,
    validator: 'password',
    confidence: 'medium',
  },
  {
    // What is under `data` is base64 of the secret, under `stringData` the secret.
    name: 'kubernetes-secret',
    class: 'secret',
    anchors: {
      kind: 'literals',
      literals: ['kind: Secret', 'kind: "Secret"', "kind: 'Secret'", '"kind":"Secret"', '"kind": "Secret"'],
      exact: true,
    },
    before: 256,
    after: 2048,
    validator: 'kubernetes-secret',
    confidence: 'high',
  },
];
