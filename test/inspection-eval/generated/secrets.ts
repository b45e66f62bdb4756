// Secrets of published formats, made at run time from a seed: none of them was ever valid, and none stands in the source. Next to them, what looks
// like one and is none.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import type { SecretRow } from '../corpus.ts';
import { instant, sentence, uuid } from '../bodies.ts';
import { BASE62, BASE64URL, createRandom, DIGITS, HEX, LOWER, UPPER } from '../random.ts';
import type { Random } from '../random.ts';

const BASE32 = `${UPPER}234567`;
const BECH32 = '023456789ACDEFGHJKLMNPQRSTUVWXYZ';
const BASE64 = `${BASE62}+/`;

type Maker = (random: Random) => string;

/** Tokens that are found by what they look like, wherever they stand. */
const TOKENS: Readonly<Record<string, Maker>> = {
  'aws-access-key-id': (random) => `${random.pick(['AKIA', 'ASIA'])}${random.text(BASE32, 16)}`,
  'github-token': (random) => withChecksum(random.pick(['ghp_', 'gho_', 'ghs_', 'ghu_']), random.text(BASE62, 30)),
  'github-fine-grained': (random) => `github_pat_${random.text(BASE62, 22)}_${random.text(BASE62, 59)}`,
  'gitlab-token': (random) => `glpat-${random.text(BASE64URL, 19)}${random.text(BASE62, 1)}`,
  'slack-bot': (random) => `xoxb-${random.text(DIGITS, 12)}-${random.text(DIGITS, 13)}-${random.text(BASE62, 24)}`,
  'slack-webhook': (random) =>
    `https://hooks.slack.com/services/T${random.text(`${UPPER}${DIGITS}`, 10)}/B${random.text(`${UPPER}${DIGITS}`, 10)}/${random.text(BASE62, 24)}`,
  'stripe-key': (random) => `${random.pick(['sk', 'rk'])}_live_${random.text(BASE62, random.pick([24, 99]))}`,
  sendgrid: (random) => `SG.${random.text(BASE64URL, 21)}${random.text(BASE62, 1)}.${random.text(BASE64URL, 42)}${random.text(BASE62, 1)}`,
  'google-api-key': (random) => `AIza${random.text(BASE64URL, 34)}${random.text(BASE62, 1)}`,
  openai: (random) => `sk-proj-${random.text(BASE64URL, 74)}T3BlbkFJ${random.text(BASE64URL, 73)}${random.text(BASE62, 1)}`,
  anthropic: (random) => `sk-ant-api03-${random.text(BASE64URL, 93)}AA`,
  npm: (random) => withChecksum('npm_', random.text(BASE62, 30)),
  pypi: (random) => `pypi-AgEIcHlwaS5vcmc${random.text(BASE64URL, 85)}${random.text(BASE62, 1)}`,
  'hugging-face': (random) => `hf_${random.text(`${LOWER}${UPPER}`, 34)}`,
  shopify: (random) => `${random.pick(['shpat', 'shpss', 'shpca'])}_${random.text(HEX, 32)}`,
  digitalocean: (random) => `dop_v1_${random.text(HEX, 64)}`,
  'telegram-bot': (random) => `${random.between(100_000_000, 999_999_999)}:AA${random.text(BASE64URL, 32)}${random.text(BASE62, 1)}`,
  tailscale: (random) => `tskey-auth-k${random.text(BASE62, 6)}CNTRL-${random.text(BASE62, 32)}`,
  vault: (random) => `hvs.CAESI${random.text(BASE64URL, 89)}${random.text(BASE62, 1)}`,
  linear: (random) => `lin_api_${random.text(BASE62, 40)}`,
  databricks: (random) => `dapi${random.text(HEX, 32)}`,
  'age-key': (random) => `AGE-SECRET-KEY-1${random.text(BECH32, 58)}`,
  dockerhub: (random) => `dckr_pat_${random.text(BASE64URL, 26)}${random.text(BASE62, 1)}`,
  postman: (random) => `PMAK-${random.text(HEX, 24)}-${random.text(HEX, 34)}`,
  pulumi: (random) => `pul-${random.text(HEX, 40)}`,
  rubygems: (random) => `rubygems_${random.text(HEX, 48)}`,
  groq: (random) => `gsk_${random.text(BASE62, 52)}`,
  jwt: (random) =>
    [
      encode({ alg: 'HS256', typ: 'JWT' }),
      encode({ sub: uuid(random), iat: 1_700_000_000 + random.below(10 ** 7), scope: 'read write' }),
      random.bytes(32).toString('base64url'),
    ].join('.'),
  'private-key-ec': (random) => pem('EC PRIVATE KEY', ecKey(random)),
  'private-key-ed25519': (random) =>
    pem('PRIVATE KEY', Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), random.bytes(32)])),
  'connection-string': (random) =>
    `${random.pick(['postgres', 'postgresql', 'mysql', 'mongodb+srv', 'amqp'])}://${random.text(LOWER, 7)}:${random.text(BASE62, random.between(14, 26))}@db-${random.below(90)}.${random.text(LOWER, 8)}.net/${random.text(LOWER, 6)}`,
  'redis-url': (random) => `rediss://default:${random.text(BASE62, 32)}@cache.${random.text(LOWER, 8)}.io:6380`,
  'url-credentials': (random) =>
    `https://${random.text(LOWER, 6)}:${random.text(BASE62, 20)}@git.${random.text(LOWER, 8)}.dev/team/tool.git`,
  'azure-storage': (random) =>
    `DefaultEndpointsProtocol=https;AccountName=${random.text(LOWER, 10)};AccountKey=${random.bytes(64).toString('base64')};EndpointSuffix=core.windows.net`,
};

/** Values that nothing but their context tells from an identifier. */
const IN_CONTEXT: Readonly<Record<string, Maker>> = {
  'aws-secret': (random) => `aws_secret_access_key = ${random.text(BASE64, 40)}`,
  'bearer-header': (random) =>
    `curl -H "Authorization: Bearer ${random.text(BASE64URL, 43)}" https://api.${random.text(LOWER, 7)}.io/v2/items`,
  'basic-header': (random) =>
    `Authorization: Basic ${Buffer.from(`${random.text(LOWER, 6)}:${random.text(BASE62, 18)}`).toString('base64')}`,
  'curl-user': (random) => `curl -u ${random.text(LOWER, 7)}:${random.text(BASE62, 20)} https://ci.${random.text(LOWER, 7)}.net/job`,
  'password-assignment': (random) => `db_password: "${random.text(`${BASE62}!#%+-`, 22)}"`,
  'api-key-json': (random) => JSON.stringify({ endpoint: 'https://api.invalid/v1', api_key: random.text(BASE62, 40), retries: 3 }),
  'client-secret-env': (random) => `export OAUTH_CLIENT_SECRET='${random.text(BASE64URL, 40)}'`,
  'signing-token': (random) => `webhook_signing_secret=${random.text(HEX, 64)}`,
};

/** Where tokens turn up. */
const SETTINGS: readonly ((token: string, random: Random) => string)[] = [
  (token) => token,
  (token) => `TOKEN=${token}\nREGION=eu-north-1\n`,
  (token, random) => `${instant(random)} WARN  [deploy] retrying with ${token} after 3 s`,
  (token, random) => `${sentence(random, 5, 9)} The key for it is ${token}, please keep it. ${sentence(random, 4, 8)}`,
  (token) => JSON.stringify({ status: 'created', data: { name: 'ci', value: token } }),
  (token) => `    const client = connect("${token}", { timeoutMs: 500 });`,
  (token) => `| name | value |\n|---|---|\n| ci | ${token} |\n`,
];

/** What is no secret, however much it looks like one. */
const DECOYS: Readonly<Record<string, Maker>> = {
  'aws-placeholder': (random) => `aws_access_key_id = AKIA${'X'.repeat(16)} # ${sentence(random, 2, 4)}`,
  'documented-example': () => `aws_access_key_id = ${'AKIA'}${'IOSFODNN7'}${'EXAMPLE'}`,
  variable: (random) => `api_key: \${${random.pick(['API_KEY', 'CI_TOKEN', 'DB_PASSWORD'])}}`,
  'angle-brackets': () => 'password = "<your-password-here>"',
  stars: () => `token: ghp_${'*'.repeat(36)}`,
  masked: (random) => `api_key=sk-...${random.text(BASE62, 4)}`,
  empty: () => 'password=""\nsecret_key=null',
  'call-in-source': () => 'const password = await vault.read(request.params.name);',
  'type-in-source': () => 'interface Login { readonly password: string; readonly apiKey?: string | undefined }',
  prose: () => 'The password must have at least twelve characters, and a token expires after an hour.',
  uuid: (random) => `request ${uuid(random)} belongs to session ${uuid(random)}`,
  'commit-hash': (random) => `commit ${random.text(HEX, 40)}`,
  digest: (random) => `sha256:${createHash('sha256').update(random.text(HEX, 8)).digest('hex')}`,
  integrity: (random) => `"integrity": "sha512-${random.bytes(64).toString('base64')}"`,
  'public-key': (random) => pem('PUBLIC KEY', Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), random.bytes(32)])),
  'ssh-public': (random) =>
    `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), random.bytes(32)]).toString('base64')} ada@host`,
  'url-without-password': (random) => `postgres://reader@db.${random.text(LOWER, 7)}.net/main`,
  'template-url': () => 'postgres://USER:PASSWORD@HOST:5432/DATABASE',
  'password-reset-link': (random) => `To reset your password open https://app.${random.text(LOWER, 7)}.io/reset and follow the steps.`,
  'css-and-ids': (random) =>
    `<div class="${random.text(LOWER, 8)} ${random.text(LOWER, 12)}" data-key="${random.between(1, 99_999)}"></div>`,
};

/** So many rows of each kind. */
export function generateSecrets(seed: number, each: number): readonly SecretRow[] {
  const random = createRandom(seed);
  const rows: SecretRow[] = [];
  const add = (rule: string, expect: boolean, text: string): void => {
    rows.push({ id: `secrets:${rows.length + 1}`, corpus: 'generated', rule, expect, text });
  };
  for (let n = 0; n < each; n++) {
    for (const [rule, make] of Object.entries(TOKENS)) add(rule, true, random.pick(SETTINGS)(make(random), random));
    for (const [rule, make] of Object.entries(IN_CONTEXT)) add(rule, true, make(random));
    for (const [rule, make] of Object.entries(DECOYS)) add(rule, false, make(random));
  }
  return rows;
}

/** Tokens alone, by their kinds: what is planted elsewhere. */
export function generateTokens(seed: number): ReadonlyMap<string, string> {
  const random = createRandom(seed);
  return new Map(Object.entries(TOKENS).map(([rule, make]) => [rule, make(random)]));
}

/** As GitHub and npm write it: six digits of base 62, the CRC-32 of what stands in front of it. */
function withChecksum(prefix: string, body: string): string {
  let rest = crc32(Buffer.from(body));
  let digits = '';
  for (; digits.length < 6; rest = Math.floor(rest / 62)) digits = `${BASE62_BY_VALUE[rest % 62] ?? ''}${digits}`;
  return `${prefix}${body}${digits}`;
}

const BASE62_BY_VALUE = `${DIGITS}${UPPER}${LOWER}`;

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** RFC 5915, on P-256; the public half is not computed, as nobody without a curve can tell. */
function ecKey(random: Random): Buffer {
  return Buffer.concat([
    Buffer.from('30770201010420', 'hex'),
    random.bytes(32),
    Buffer.from('a00a06082a8648ce3d030107a14403420004', 'hex'),
    random.bytes(64),
  ]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----`;
}
