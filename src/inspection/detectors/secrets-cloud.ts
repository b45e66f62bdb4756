// Keys of clouds, hosts and edge networks, by the formats that they have published.

import type { Detector } from '../types.ts';
import { ALNUM, BASE64, HEX, LEFT, leftOf, LOWER, named, token, UPPER, URLSAFE, UUID } from './token.ts';

export const CLOUD_SECRETS: readonly Detector[] = [
  // Base32 without 0, 1, 8 and 9 (AWS IAM, "unique identifiers").
  token('aws-access-key-id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], '[A-Z2-7]{16}', { longest: 16, validator: 'aws-access-key-id' }),
  named(
    'aws-secret-access-key',
    ['aws_secret', 'aws-secret', 'awssecret', 'secret_access_key', 'secretaccesskey', 'secret access key', 'secret-access-key'],
    `(?i:aws.{0,10}secret|secret.{0,1}access.{0,1}key)(?:[^\\n]{0,24}?)[^0-9A-Za-z+/](?P<value>${BASE64}{40})(?:[^0-9A-Za-z+/=]|$)`,
    { validator: 'token' },
  ),
  token('aws-session-token', ['IQoJb3JpZ2lu', 'FwoGZXIvYXdz', 'FQoGZXIvYXdz'], `${BASE64}{100,}={0,2}`, { longest: 2000 }),
  token('aws-mws-token', 'amzn.mws.', UUID, { longest: 36 }),
  // Base64 of "BedrockAPIKey-" and "bedrock.amazonaws.com".
  token('aws-bedrock-key', 'ABSKQmVkcm9ja0FQSUtleS', `${BASE64}{60,}={0,2}`, { longest: 280 }),
  token('aws-bedrock-session-key', 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t', `${BASE64}*={0,2}`, { longest: 2000 }),
  token('aws-appsync-key', 'da2-', `${LOWER}{26}`, { longest: 26, validator: 'random' }),

  token('google-api-key', 'AIza', `${URLSAFE}{35}`, { longest: 35 }),
  token('google-oauth-client-secret', 'GOCSPX-', `${URLSAFE}{28}`, { longest: 28 }),
  token('google-oauth-access-token', 'ya29.', `${URLSAFE}[0-9A-Za-z._-]{24,}`, { longest: 1000 }),
  token('google-oauth-refresh-token', '1//0', `${URLSAFE}{38,}`, { longest: 300, validator: 'random' }),
  {
    ...token('firebase-messaging-key', ':APA91b', '', { longest: 150 }),
    before: 28,
    pattern: `${LEFT}(?P<value>AAAA${URLSAFE}{7}:APA91b${URLSAFE}{134})(?:\\b|[^0-9A-Za-z_-]|$)`,
  },
  token('google-hmac-key-id', 'GOOG1E', '[0-9A-Z]{55}', { longest: 55 }),

  named('azure-storage-key', ['AccountKey'], `AccountKey["']?\\s{0,2}[=:]\\s{0,2}["']?(?P<value>${BASE64}{86}==)`, { confidence: 'high' }),
  named(
    'azure-shared-access-key',
    ['SharedAccessKey', 'SharedSecretKey'],
    `(?i:Shared(?:Access|Secret)Key)\\s{0,2}=\\s{0,2}(?P<value>${BASE64}{43}=)`,
    {
      confidence: 'high',
    },
  ),
  named('azure-shared-access-signature', ['sig='], `(?i)[?&;]sig=(?P<value>(?:[0-9a-z+/]|%2[bf]){43,60}(?:=|%3D))`, { confidence: 'high' }),
  {
    ...token('azure-client-secret', ['7Q~', '8Q~'], '[0-9A-Za-z_~.-]{31,34}', { longest: 34 }),
    before: 18,
    pattern: AZURE_CLIENT_SECRET(),
  },
  // "Identifiable keys": four characters at a fixed place of the base64 say whose it is.
  identifiable('azure-cosmos-key', ['ACDb'], 76, '{5}[AQgw]=='),
  identifiable('azure-storage-identifiable-key', ['+ASt', '+ABa', 'AzFu', 'APIM'], 40, '{5}[AQgw]==', 76),
  identifiable('azure-messaging-key', ['+ASb', '+AEh', '+ARm', 'AIoT', 'AzCa', 'AzEG'], 33, '{5}='),
  identifiable('azure-search-key', ['AzSe'], 42, '[A-D][0-9A-Za-z]{5}'),
  identifiable('azure-container-registry-key', ['+ACR'], 42, '[A-D][0-9A-Za-z+/]{5}'),
  identifiable('azure-identifiable-key', ['JQQJ9'], 52, '[0-9A-Za-z]{2}[A-L][0-9A-Za-z]{16,32}={0,2}'),

  token('alibaba-access-key-id', 'LTAI', `${ALNUM}{16,24}`, { longest: 24, validator: 'random' }),
  token('tencent-secret-id', 'AKID', `${ALNUM}{32}`, { longest: 32, validator: 'random' }),
  token('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], `${HEX}{64}`, { longest: 64 }),
  token('digitalocean-spaces-key', 'DO00', `${UPPER}{16}`, { longest: 16, validator: 'random-code' }),
  token('scaleway-access-key', 'SCW', `${UPPER}{17}`, { longest: 17, validator: 'random-code' }),
  token('yandex-cloud-key', ['AQVN', 'YCAJ', 'YCM', 't1.'], `[0-9A-Za-z_.=-]{34,}`, { longest: 250, validator: 'random' }),
  token('cloudflare-token', ['cfk_', 'cfut_', 'cfat_'], `${ALNUM}{40}${HEX}{8}`, { longest: 48 }),
  token('cloudflare-origin-ca-key', 'v1.0-', `${HEX}{24}-${HEX}{146}`, { longest: 171 }),
  token('heroku-key', 'HRKU-', `(?:AA${URLSAFE}{58}|${UUID})`, { longest: 60 }),
  token('fly-token', ['FlyV1 fm1_', 'FlyV1 fm1a_', 'FlyV1 fm1r_', 'FlyV1 fm2_', 'fm2_', 'fo1_'], '[0-9A-Za-z_+/-]{43,}={0,2}', {
    longest: 1500,
  }),
  token('vercel-token', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'], `${ALNUM}{24,}`, { longest: 80, validator: 'random' }),
  token('vercel-blob-token', 'vercel_blob_rw_', `${ALNUM}{16}_${ALNUM}{24,}`, { longest: 60 }),
  token('netlify-token', ['nfp_', 'nfc_', 'nfo_', 'nfb_', 'nfu_'], `${ALNUM}{36}`, { longest: 36 }),
  token('render-key', 'rnd_', `${ALNUM}{28,}`, { longest: 48, validator: 'random' }),
  token(
    'tailscale-key',
    ['tskey-auth-', 'tskey-api-', 'tskey-client-', 'tskey-scim-', 'tskey-webhook-'],
    `${ALNUM}{6,20}-${ALNUM}{20,40}`,
    {
      longest: 64,
    },
  ),
  token('defined-networking-token', 'dnkey-', `${UPPER}{26}-${UPPER}{52}`, { longest: 80 }),
];

/** Three characters, a 7 or 8, `Q~`, and the rest: Microsoft Entra client secrets. */
function AZURE_CLIENT_SECRET(): string {
  return `${leftOf('0-9A-Za-z_~.-')}(?P<value>[0-9A-Za-z_~.-]{3}[78]Q~[0-9A-Za-z_~.-]{31,34})(?:[^0-9A-Za-z_~.-]|$)`;
}

/** Base64 with a mark inside of it: some characters in front (or, of the longest kind, more), the mark, and the tail. */
function identifiable(name: string, marks: readonly string[], ahead: number, tail: string, longestAhead = ahead): Detector {
  const body = tail.startsWith('{') ? `${BASE64}${tail}` : tail;
  const alternatives = marks.map((mark) => mark.replace('+', '\\+')).join('|');
  return {
    name,
    class: 'secret',
    anchors: { kind: 'literals', literals: marks, exact: true },
    pattern: `${leftOf('0-9A-Za-z+/')}(?P<value>${BASE64}{${ahead},${longestAhead}}(?:${alternatives})${body})(?:[^0-9A-Za-z+/=]|$)`,
    before: longestAhead + 13,
    after: 60,
    validator: 'random',
    confidence: 'high',
  };
}
