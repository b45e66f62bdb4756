import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { fakeSource } from './files.fixture.ts';
import type { FakeFile } from './files.fixture.ts';
import { formatProblem, loadConfig, loadConfigFile } from './index.ts';
import type { ConfigShard } from './index.ts';

const shardOf = (text: string, files: Readonly<Record<string, FakeFile>> = {}, env: Readonly<Record<string, string>> = {}): ConfigShard => {
  const loaded = loadConfig(text, fakeSource(files, env));
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.map(formatProblem).join('\n'));
  return loaded.value.shard;
};

test('the shortest config has every default', () => {
  const { limits, ...rest } = shardOf('version: 1');
  assert.equal(limits.maxBodyBytes, 4 * 1024 * 1024);
  assert.deepEqual(rest, {
    dataFolder: '/etc/sally/.sallyport',
    workers: 2,
    listeners: [
      {
        name: 'main',
        address: { host: '127.0.0.1', port: 7625 },
        tls: { kind: 'off' },
        trustedProxies: [],
        anonymous: undefined,
        hosts: [],
        origins: [],
      },
    ],
    metricsListen: undefined,
    admin: {
      listen: { host: '127.0.0.1', port: 7630 },
      tls: { kind: 'off' },
      names: [],
      sessionHours: 12,
      idleMinutes: 60,
      separation: { policy: 'one' },
    },
    servers: [],
    routes: [{ path: '/mcp', servers: [], names: 'prefixed', waitMs: 5_000 }],
    policy: { rules: [] },
    telemetry: { otlp: undefined, metricsEveryMs: 60_000, traces: { ratio: 0.1, followAgents: true, perSecond: 200 }, resource: {} },
    inspection: { actions: [], detectors: [], canaries: {}, without: [], reveal: [] },
    audit: {
      profile: 'minimal',
      subjects: 'names',
      reidentify: 'one',
      smallestGroup: 1,
      capture: 'allowed',
      retentionDays: 190,
      noInspect: [],
      anchors: [],
      anchorSeconds: 10,
      residency: undefined,
      location: undefined,
      purposes: [],
    },
  });
});

test('a route shows all servers, or those it names in its own order', () => {
  const { routes } = shardOf(`
version: 1
servers: { a: { command: x }, b: { command: x } }
routes:
  /mcp: { names: bare, waitMs: 100 }
  /mcp/some: { servers: [b, a] }
policy: { rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }] }`);
  assert.deepEqual(routes, [
    { path: '/mcp', servers: ['a', 'b'], names: 'bare', waitMs: 100 },
    { path: '/mcp/some', servers: ['b', 'a'], names: 'prefixed', waitMs: 5_000 },
  ]);
  assert.deepEqual(shardOf('version: 1\nroutes: {}').routes, []);
});

test('a machine with one core gets one worker, unless the config says else', () => {
  const withOneCore = (text: string) => loadConfig(text, { ...fakeSource(), cores: 1 });
  const one = withOneCore('version: 1');
  const four = withOneCore('version: 1\nworkers: 4');
  assert.deepEqual([one.ok && one.value.shard.workers, four.ok && four.value.shard.workers], [1, 4]);
});

test('listeners may be written in every form', () => {
  const listen = (text: string) =>
    shardOf(`version: 1\nlisten: ${text}`).listeners.map(({ name, address, tls }) => [name, address.host, address.port, tls.kind]);
  assert.deepEqual(listen('localhost:1'), [['main', 'localhost', 1, 'off']]);
  assert.deepEqual(listen('"[::1]:1"'), [['main', '::1', 1, 'off']]);
  assert.deepEqual(listen('{ tls: self-signed }'), [['main', '127.0.0.1', 7625, 'self-signed']]);
  assert.deepEqual(listen('["127.0.0.1:1", { address: "127.0.0.1:2" }, { name: third, address: "127.0.0.1:3" }]'), [
    ['main', '127.0.0.1', 1, 'off'],
    ['listener-2', '127.0.0.1', 2, 'off'],
    ['third', '127.0.0.1', 3, 'off'],
  ]);
});

test('a listener keeps what it says, paths absolute and hosts in lower case', () => {
  const [listener] = shardOf(
    'version: 1\nlisten: { name: a, address: "0.0.0.0:1", tls: { certificate: c.pem, key: ../k.pem }, trustedProxies: [10.0.0.1], hosts: [Gateway.Example], origins: ["https://a.example"] }',
    { '/etc/sally/c.pem': 'c', '/etc/k.pem': 'k' },
  ).listeners;
  assert.deepEqual(listener, {
    name: 'a',
    address: { host: '0.0.0.0', port: 1 },
    tls: { kind: 'files', certificate: '/etc/sally/c.pem', key: '/etc/k.pem' },
    trustedProxies: ['10.0.0.1'],
    anonymous: undefined,
    hosts: ['gateway.example'],
    origins: ['https://a.example'],
  });
});

/** What an entry of a server may say and these do not. */

test('servers are normalized, and their secrets stay references', () => {
  const { servers } = shardOf(
    `version: 1
servers:
  local: { command: ./bin/run, args: [a, "$\{WORD}", "$$x"], env: { A: { env: TOKEN }, B: { file: token }, C: plain, D: "Bearer $\{TOKEN}$\{MORE:-!}" }, cwd: work, timeoutMs: 5 }
  path: { command: npx }
  far: { url: "https://far.example", headers: { Authorization: "Bearer $\{TOKEN}" }, tls: { ca: /ca.pem, minVersion: TLSv1.3 } }
`,
    { '/etc/sally/token': 'abc', '/etc/sally/work': null, '/ca.pem': '-----BEGIN CERTIFICATE-----' },
    { WORD: 'b', TOKEN: 'secret' },
  );
  assert.deepEqual(servers, [
    {
      kind: 'stdio',
      name: 'local',
      command: '/etc/sally/bin/run',
      args: ['a', 'b', '$x'],
      env: {
        A: [{ env: 'TOKEN' }],
        B: [{ file: '/etc/sally/token' }],
        C: [{ text: 'plain' }],
        D: [{ text: 'Bearer ' }, { env: 'TOKEN' }, { env: 'MORE', fallback: '!' }],
      },
      cwd: '/etc/sally/work',
      processes: 'per-agent',
      trust: 'first-use',
      timeoutMs: 5,
    },
    {
      kind: 'stdio',
      name: 'path',
      command: 'npx',
      args: [],
      env: {},
      cwd: '/etc/sally',
      processes: 'per-agent',
      trust: 'first-use',
    },
    {
      kind: 'http',
      name: 'far',
      url: 'https://far.example/',
      headers: { Authorization: [{ text: 'Bearer ' }, { env: 'TOKEN' }] },
      tls: { ca: '/ca.pem', minVersion: 'TLSv1.3' },
      trust: 'first-use',
    },
  ]);
  assert.equal(JSON.stringify(servers).includes('secret'), false);
});

test('the path of a secret may come from the environment, the secret itself stays a reference', () => {
  const { servers } = shardOf(
    'version: 1\nservers: { a: { command: x, env: { T: { file: "${DIR}/token" } } } }',
    { '/run/token': 'abc' },
    { DIR: '/run' },
  );
  assert.deepEqual(servers[0]?.kind === 'stdio' && servers[0].env, { T: [{ file: '/run/token' }] });
});

test('a policy may stand in a file of its own, in YAML or JSON', () => {
  const text = 'version: 1\nservers: { s: { command: x } }\npolicy: { file: policy.json }';
  const policy = '{"rules": [{"name": "a", "effect": "allow", "agents": ["${WHO}"], "servers": ["s"]}]}';
  const source = fakeSource({ '/etc/sally/policy.json': policy }, { WHO: 'ada' });
  const loaded = loadConfig(text, source);
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.shard.policy.rules, [{ name: 'a', effect: 'allow', agents: ['ada'], groups: [], servers: ['s'] }]);
  assert.deepEqual(loaded.value.files, ['/etc/sally/sallyport.yaml', '/etc/sally/policy.json']);
});

test('where a number is wanted, the text from the environment is read as one', () => {
  const shard = shardOf('version: 1\nworkers: ${N}\nlimits: { maxHeaders: "${N}" }\ndata: ${N}', {}, { N: '3' });
  assert.deepEqual([shard.workers, shard.limits.maxHeaders, shard.dataFolder], [3, 3, '/etc/sally/3']);
});

test('what the environment holds is a value, never structure', () => {
  const shard = shardOf('version: 1\ndata: ${D}', {}, { D: 'x\nworkers: 9' });
  assert.deepEqual([shard.dataFolder, shard.workers], ['/etc/sally/x\nworkers: 9', 2]);
});

test('anchors and aliases may be used', () => {
  const { servers } = shardOf('version: 1\nservers:\n  a: &it { command: x, args: [y] }\n  b: *it\n');
  assert.deepEqual(servers.map((server) => ({ ...server, name: '' }))[0], servers.map((server) => ({ ...server, name: '' }))[1]);
});

test('the same config gives the same shard', () => {
  const text = 'version: 1\nservers: { a: { command: x } }\n';
  assert.deepEqual(shardOf(text), shardOf(text));
});

test('a file is read from the disk, and a file that is not there is told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sallyport.yaml');
  const absent = loadConfigFile(file, {});
  assert.deepEqual(!absent.ok && absent.error.map(formatProblem), [
    `${file}:1:1: the file does not exist. Write one with \`sallyport init\`, or name another with --config.`,
  ]);
  const unreadable = loadConfigFile(folder, {});
  assert.deepEqual(!unreadable.ok && unreadable.error.map(formatProblem), [`${folder}:1:1: the file is a folder.`]);
  writeFileSync(file, 'version: 1\ndata: d\n');
  const loaded = loadConfigFile(file, {});
  assert.equal(loaded.ok && loaded.value.shard.dataFolder, join(folder, 'd'));
});

test('whatever the text, loading answers', () => {
  const pieces = [
    'version',
    ': ',
    '1',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '#',
    '${',
    'A}',
    '$',
    '---\n',
    '%',
    '\t',
    'servers',
    'policy',
    'listen',
    'file',
    'null',
    '__proto__',
    '\u0000',
    '😀',
    ',',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
      const loaded = loadConfig(parts.join(''), fakeSource());
      if (!loaded.ok) assert.ok(loaded.error.length > 0 && loaded.error.every(({ line, column }) => line > 0 && column > 0));
    }),
    { numRuns: 1500 },
  );
});
