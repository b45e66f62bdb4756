// Every key that a config file may have, and every default, as literals. Who changes a key changes other people's files: it is
// done here first, on purpose, and written into the changelog.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configJsonSchema } from '../../src/config/index.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `servers.*.command`: names of free choice are `*`, elements of lists `[]`. */
const keysOf = (schema: unknown, path: string, found: Map<string, unknown>): Map<string, unknown> => {
  if (!isObject(schema)) return found;
  const child = (key: string, inner: unknown) => {
    const at = path === '' ? key : `${path}.${key}`;
    const value =
      isObject(inner) && 'default' in inner ? inner['default'] : isObject(inner) && 'const' in inner ? inner['const'] : undefined;
    found.set(at, found.get(at) ?? value);
    keysOf(inner, at, found);
  };
  if (isObject(schema['properties'])) for (const [key, inner] of Object.entries(schema['properties'])) child(key, inner);
  if (isObject(schema['additionalProperties'])) child('*', schema['additionalProperties']);
  if (isObject(schema['items'])) keysOf(schema['items'], `${path}[]`, found);
  if (Array.isArray(schema['anyOf'])) for (const inner of schema['anyOf']) keysOf(inner, path, found);
  return found;
};

const KEYS: Readonly<Record<string, unknown>> = {
  version: 1,
  data: '.sallyport',
  workers: undefined,
  listen: '127.0.0.1:7625',
  'listen.name': undefined,
  'listen.address': '127.0.0.1:7625',
  'listen.tls': 'off',
  'listen.tls.certificate': undefined,
  'listen.tls.key': undefined,
  'listen.trustedProxies': [],
  'listen.anonymous': undefined,
  'listen.hosts': [],
  'listen.origins': [],
  'listen[].name': undefined,
  'listen[].address': '127.0.0.1:7625',
  'listen[].tls': 'off',
  'listen[].tls.certificate': undefined,
  'listen[].tls.key': undefined,
  'listen[].trustedProxies': [],
  'listen[].anonymous': undefined,
  'listen[].hosts': [],
  'listen[].origins': [],
  metrics: undefined,
  'metrics.listen': undefined,
  servers: {},
  'servers.*': undefined,
  'servers.*.command': undefined,
  'servers.*.args': [],
  'servers.*.env': {},
  'servers.*.env.*': undefined,
  'servers.*.env.*.env': undefined,
  'servers.*.env.*.file': undefined,
  'servers.*.cwd': '.',
  'servers.*.processes': 'per-agent',
  'servers.*.trust': 'first-use',
  'servers.*.tools': undefined,
  'servers.*.tools.*': undefined,
  'servers.*.tools.*.class': undefined,
  'servers.*.tools.*.labels': [],
  'servers.*.timeoutMs': undefined,
  'servers.*.url': undefined,
  'servers.*.headers': {},
  'servers.*.headers.*': undefined,
  'servers.*.headers.*.env': undefined,
  'servers.*.headers.*.file': undefined,
  'servers.*.tls': {},
  'servers.*.tls.ca': undefined,
  'servers.*.tls.minVersion': 'TLSv1.2',
  routes: { '/mcp': {} },
  'routes.*': undefined,
  'routes.*.servers': '*',
  'routes.*.names': 'prefixed',
  'routes.*.waitMs': 5_000,
  limits: {},
  'limits.maxHeadBytes': 16_384,
  'limits.maxHeaders': 100,
  'limits.maxBodyBytes': 4_194_304,
  'limits.maxListBytes': 16_777_216,
  'limits.maxConnections': 4096,
  'limits.maxConnectionsPerAddress': 512,
  'limits.maxPipelined': 8,
  'limits.maxRequestsPerConnection': 10_000,
  'limits.maxStreamsPerAgent': 128,
  'limits.maxSessionsPerAgent': 256,
  'limits.maxInFlightPerServer': 256,
  'limits.maxProcesses': 128,
  'limits.maxProcessesPerAgent': 32,
  'limits.maxProcessesPerServer': 64,
  'limits.highWaterBytes': 65_536,
  'limits.headTimeoutMs': 5000,
  'limits.bodyTimeoutMs': 30_000,
  'limits.keepAliveTimeoutMs': 65_000,
  'limits.writeTimeoutMs': 30_000,
  'limits.connectTimeoutMs': 10_000,
  'limits.answerTimeoutMs': 60_000,
  'limits.streamIdleTimeoutMs': 300_000,
  'limits.callTimeoutMs': 3_600_000,
  'limits.approvalWaitMs': 45_000,
  'limits.sessionIdleMs': 1_800_000,
  'limits.drainGraceMs': 30_000,
  policy: { rules: [] },
  'policy.rules': undefined,
  'policy.rules[].name': undefined,
  'policy.rules[].effect': undefined,
  'policy.rules[].approval': undefined,
  'policy.rules[].approval.approvers': 'any',
  'policy.rules[].approval.expiresAfterMs': 3_600_000,
  'policy.rules[].approval.notRequester': false,
  'policy.rules[].class': undefined,
  'policy.rules[].labels': undefined,
  'policy.rules[].when': undefined,
  'policy.rules[].agents': [],
  'policy.rules[].groups': [],
  'policy.rules[].servers': undefined,
  'policy.rules[].tools': undefined,
  'policy.rules[].prompts': undefined,
  'policy.rules[].resources': undefined,
  'policy.file': undefined,
  'policy.cases': undefined,
};

test('the keys of a config and their defaults are these', () => {
  assert.deepEqual(Object.fromEntries(keysOf(configJsonSchema(), '', new Map())), KEYS);
});
