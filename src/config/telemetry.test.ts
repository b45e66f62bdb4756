// Where telemetry may go, and what is said about an address, a secret or a certificate that cannot be meant.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';

const BASE = {
  version: 1,
  servers: { mail: { url: 'https://mail.example/mcp' } },
  policy: { rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }] },
};
const SECRET = 'hunter2-and-more';
const load = (telemetry: object): ReturnType<typeof loadConfig> =>
  loadConfig(
    JSON.stringify({ ...BASE, telemetry }),
    fakeSource({ '/ca.pem': '-----BEGIN CERTIFICATE-----', '/other.pem': 'x' }, { OTLP_TOKEN: SECRET }),
  );
const problemsOf = (telemetry: object): readonly string[] => {
  const loaded = load(telemetry);
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) => formatProblem(problem).replace(/^\S+: /, ''));
};

test('without an address nothing is sent', () => {
  const loaded = load({});
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.shard.telemetry, {
    otlp: undefined,
    metricsEveryMs: 60_000,
    traces: { ratio: 0.1, followAgents: true, perSecond: 200 },
    resource: {},
  });
});

test('an address, paths and references are brought into one form, and no secret is in it', () => {
  const otlp = { endpoint: 'https://collector.example:4318/', headers: { Authorization: 'Bearer ${OTLP_TOKEN}' }, ca: '../../ca.pem' };
  const loaded = load({ otlp, resource: { 'service.namespace': 'tools' } });
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.shard.telemetry?.otlp, {
    endpoint: 'https://collector.example:4318',
    headers: { Authorization: [{ text: 'Bearer ' }, { env: 'OTLP_TOKEN' }] },
    ca: '/ca.pem',
    timeoutMs: 10_000,
  });
  assert.ok(!JSON.stringify(loaded.value.shard).includes(SECRET));
});

for (const [what, otlp, ...expected] of [
  ['a collector with TLS', { endpoint: 'https://collector.example', ca: '/ca.pem' }],
  ['a collector on this host', { endpoint: 'http://127.0.0.1:4318' }],
  [
    'a collector elsewhere without TLS',
    { endpoint: 'http://collector.example:4318' },
    'warning: telemetry.otlp.endpoint is sent names of servers and tools, and its headers, unencrypted. Write https:// if the collector can.',
  ],
  [
    'the address of one signal',
    { endpoint: 'https://collector.example/v1/traces' },
    'telemetry.otlp.endpoint is the address of one signal. Leave /v1/… out: it is put behind the address, for traces and for metrics.',
  ],
  [
    'what is no certificate',
    { endpoint: 'https://collector.example', ca: '/other.pem' },
    'telemetry.otlp.ca names /other.pem, which holds no PEM certificate. Write the path of a PEM file.',
  ],
  [
    'a secret that is not there',
    { endpoint: 'https://collector.example', headers: { Authorization: { env: 'ELSEWHERE' } } },
    'telemetry.otlp.headers.Authorization needs the environment variable ELSEWHERE, which is not set. Set ELSEWHERE where the gateway is started.',
  ],
  [
    'a secret in the config',
    { endpoint: 'https://collector.example', headers: { Authorization: `Bearer ${SECRET}` } },
    'warning: telemetry.otlp.headers.Authorization looks like a secret written into the config. Write { env: NAME } or { file: path }, and keep the secret there.',
  ],
  [
    'an address with a password',
    { endpoint: `https://u:${SECRET}@collector.example` },
    'telemetry.otlp.endpoint has credentials in it. Take them out, and write headers: { Authorization: { env: NAME } }.',
  ],
] as const) {
  test(`${what}: ${expected.length === 0 ? 'nothing is wrong' : 'said'}`, () => {
    const problems = problemsOf({ otlp });
    assert.deepEqual(problems, expected);
    assert.ok(!problems.join().includes(SECRET));
  });
}
