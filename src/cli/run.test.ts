// Commands as a person runs them: what they print, what they refuse, and how they end; with a gateway that runs, and without one.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentsPort } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { FAKE_CONFIG, FAKE_STATUS, fakeAgents, fakePorts } from './admin.fixture.ts';
import { writeLog } from './audit.fixture.ts';
import { actAsNobody, cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

/** A config in the working directory: its data folder is the default one. */
const GOOD = 'version: 1\n';

test('help lists every command, and each has its own', async (t) => {
  const { run } = cliFixture(t);
  const { code, stdout } = await run('help');
  assert.equal(code, EXIT.ok);
  for (const word of [
    'serve',
    'status',
    'reload',
    'agents add',
    'agents list',
    'agents revoke',
    'agents remove',
    'audit hold add',
    'audit retain',
    'servers',
    'certs show',
    'version',
  ]) {
    assert.match(stdout, new RegExp(`^  ${word}\\b`, 'm'));
    const own = await run(...word.split(' '), '--help');
    assert.equal(own.code, EXIT.ok);
    assert.match(own.stdout, new RegExp(`^usage: sallyport ${word}`, 'm'));
    assert.equal((await run('help', ...word.split(' '))).stdout, own.stdout);
  }
  assert.ok(stdout.split('\n').every((line) => line.length <= 100));
});

const misuse: readonly (readonly [argv: readonly string[], says: RegExp])[] = [
  [[], /^usage: sallyport COMMAND/m],
  [['sevre'], /There is no command 'sevre'\. Did you mean 'sallyport serve'\?/],
  [['frobnicate'], /'sallyport help' lists them/],
  [['agents'], /usage: sallyport agents COMMAND/],
  [['audit', 'hold'], /usage: sallyport audit hold COMMAND/],
  [['audit', 'hold', 'ad'], /Did you mean 'sallyport audit hold add'\?/],
  [['audit', 'hold', 'add', '--server', 'x'], /Say why, with --reason/],
  [['audit', 'hold', 'add', '--reason', 'x'], /Say what has to be kept/],
  [['audit', 'hold', 'add', '--everything', '--server', 'x', '--reason', 'x'], /Say what has to be kept/],
  [['audit', 'hold', 'add', '--from', 'noon', '--reason', 'x'], /A time is a day/],
  [['audit', 'hold', 'lift', 'hold_1'], /Say why, with --reason/],
  [['audit', 'retain', '--clock-is-right'], /Say how you know that the clock is right/],
  [['agents', 'ad', 'x'], /Did you mean 'sallyport agents add'\?/],
  [['--output', 'json', 'status'], /Options come after the command/],
  [['status', 'now'], /'now' is one word too many/],
  [['agents', 'add'], /NAME is missing/],
  [['agents', 'add', 'x', '--expires', 'soon'], /--expires is a time like 90m/],
  [['agents', 'add', 'x', '--attribute', 'a'], /--attribute is NAME=VALUE/],
  [['agents', 'set', 'x'], /Nothing to set/],
  [['help', 'agent'], /Did you mean 'sallyport agents'/],
  [['agents', 'add', 'bad name'], /name must begin with a letter or digit/],
  [['agents', 'add', 'x', '--group', 'a b'], /groups\.0 must begin with/],
  [['agents', 'key', 'x', '--label', 'l'.repeat(101)], /label must have at most 100 characters/],
  [['agents', 'set', 'x', '--group', 'a b'], /groups\.0 must begin with/],
];
for (const [argv, says] of misuse) {
  test(`'sallyport ${argv.join(' ')}' is refused before anything is tried`, async (t) => {
    const { run, cwd } = cliFixture(t, { ports: fakePorts(fakeAgents) });
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, EXIT.usage);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.ok(!existsSync(join(cwd, '.sallyport')));
  });
}

test('agents are added, listed, changed, revoked and removed without a gateway', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
  const added = await run(
    'agents',
    'add',
    'billing',
    '--group',
    'eu',
    '--attribute',
    'team=a',
    '--label',
    'laptop',
    '--expires',
    '30d',
    '--output',
    'json',
  );
  assert.equal(added.code, EXIT.ok);
  const first = JSON.parse(added.stdout);
  assert.match(first.key, /^spk_[A-Za-z0-9_-]{43}$/);
  assert.equal(first.agent, 'billing');
  assert.equal(first.expiresAt, '2026-12-22T10:00:00.000Z');

  const second = JSON.parse((await run('agents', 'key', 'billing', '--output', 'json')).stdout);
  assert.notEqual(second.key, first.key);
  await run('agents', 'set', 'billing', '--group', 'us', '--no-attributes');

  const listed = await run('agents', 'list', '--output', 'json');
  const { agents } = JSON.parse(listed.stdout);
  assert.deepEqual([agents[0].groups, agents[0].attributes, agents[0].keys.length], [['us'], {}, 2]);
  assert.ok(!listed.stdout.includes(first.key));
  assert.match((await run('agents', 'list')).stdout, /^AGENT .*\nbilling +us +- +interactive +key_/);

  assert.deepEqual(JSON.parse((await run('agents', 'revoke', 'billing', '--key', first.keyId, '--output', 'json')).stdout), {
    revoked: [first.keyId],
  });
  assert.match((await run('agents', 'revoke', 'billing')).stdout, new RegExp(`Revoked: ${second.keyId}`));
  assert.match((await run('agents', 'remove', 'billing')).stdout, /was removed/);
  assert.match((await run('agents', 'list')).stdout, /There are no agents yet/);
});

test('a key is printed with what to do with it', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
  const { stdout } = await run('agents', 'add', 'a');
  const text = /^key +(spk_\S+)$/m.exec(stdout)?.[1] ?? '';
  assert.match(stdout, /shown this once/);
  assert.ok(stdout.includes(`Authorization: Bearer ${text}`));
});

test('an agent can be added without a key', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
  assert.deepEqual(JSON.parse((await run('agents', 'add', 'visitor', '--no-key', '--output', 'json')).stdout), {
    agent: 'visitor',
    key: null,
  });
});

for (const [argv, says] of [
  [['agents', 'add', 'a'], /There is an agent 'a' already/],
  [['agents', 'remove', 'b'], /There is no agent 'b'/],
  [['agents', 'revoke', 'a', '--key', 'key_0'], /no key 'key_0'/],
] as const) {
  test(`'sallyport ${argv.join(' ')}' is refused by what is stored`, async (t) => {
    const { run, cwd } = cliFixture(t);
    writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
    await run('agents', 'add', 'a');
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, EXIT.failed);
    assert.equal(stdout, '');
    assert.match(stderr, says);
  });
}

for (const [name, config, argv] of [
  ['a folder without a gateway, a store or a config', undefined, []],
  ['a mistyped --data', undefined, ['--data', 'mistyped']],
  ['a mistyped --data beside a config', GOOD, ['--data', 'mistyped']],
  ['a --config that is not there', undefined, ['--config', 'mistyped/sallyport.yaml']],
] as const) {
  for (const verb of ['add', 'list', 'revoke']) {
    test(`'agents ${verb}' makes no store in ${name}`, async (t) => {
      const { run, cwd } = cliFixture(t);
      if (config !== undefined) writeFileSync(join(cwd, 'sallyport.yaml'), config);
      const before = readdirSync(cwd);
      const { code, stdout, stderr } = await run('agents', verb, ...(verb === 'list' ? [] : ['a']), ...argv);
      assert.equal(code, EXIT.unreachable);
      assert.equal(stdout, '');
      assert.match(stderr, /No gateway runs on .*Start the gateway .*--data.*--config/);
      assert.deepEqual(readdirSync(cwd), before);
    });
  }
}

test('a folder that is there and has no store is left as it is', async (t) => {
  const { run, cwd } = cliFixture(t);
  assert.equal((await run('agents', 'list', '--data', '.')).code, EXIT.unreachable);
  assert.deepEqual(readdirSync(cwd), []);
});

const WRONG: readonly (readonly [name: string, text: string])[] = [
  [
    'needs a variable that is not set',
    'version: 1\ndata: d\nservers: { a: { url: http://h/, headers: { X: "${NOT_SET}" } } }\nlimits: ${NOT_SET}\n',
  ],
  ['has a mistake', 'version: 1\ndata: d\nserverz: {}\n'],
  ['is no good YAML', 'data: d\nlisten: [1\n'],
];
for (const [name, text] of WRONG) {
  test(`commands find the data folder in a config that ${name}`, async (t) => {
    const asked: string[] = [];
    const { run, cwd } = cliFixture(t, { asked: (folder) => asked.push(folder) });
    writeFileSync(join(cwd, 'sallyport.yaml'), text);
    await writeLog(join(cwd, 'd', 'audit', '0'));
    assert.equal((await run('agents', 'add', 'a')).code, EXIT.ok);
    assert.equal((await run('agents', 'list')).code, EXIT.ok);
    assert.equal((await run('agents', 'revoke', 'a')).code, EXIT.ok);
    assert.equal((await run('audit', 'tail')).code, EXIT.ok);
    assert.equal((await run('audit', 'verify')).code, EXIT.ok);
    for (const command of ['status', 'reload', 'tools call it echo'])
      assert.equal((await run(...command.split(' '))).code, EXIT.unreachable);
    assert.deepEqual(new Set(asked), new Set([join(cwd, 'd')]));
  });
}

test('a store that this user may not read is not taken for one that is not there', async (t) => {
  const { run, cwd } = cliFixture(t);
  mkdirSync(join(cwd, '.sallyport'), { mode: 0o000 });
  chmodSync(cwd, 0o755);
  actAsNobody(t);
  const { code, stderr } = await run('agents', 'list');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /may not be read by this user/);
});

test('a running gateway is asked, and the store left alone', async (t) => {
  const asked: unknown[] = [];
  const agents: AgentsPort = {
    ...fakeAgents,
    add: async (input) => {
      asked.push(input);
      return ok({ agent: { name: input.name, groups: [], attributes: {}, priority: 'interactive', keys: [] }, key: null });
    },
  };
  const { run, cwd } = cliFixture(t, { ports: fakePorts(agents) });
  assert.equal((await run('agents', 'add', 'a', '--group', 'g')).code, EXIT.ok);
  assert.deepEqual(asked, [{ name: 'a', groups: ['g'], attributes: {}, priority: 'interactive', key: { label: '', expiresAt: null } }]);
  assert.ok(!existsSync(join(cwd, '.sallyport')));
});

test('a store that cannot be opened is said in a sentence', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
  writeFileSync(join(cwd, '.sallyport'), '');
  const { code, stderr } = await run('agents', 'add', 'a');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /^sallyport: The store .* cannot be opened/);
  assert.ok(!stderr.includes('    at '));
});

test('status and servers print what the gateway says', async (t) => {
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents) });
  const status = await run('status');
  assert.equal(status.code, EXIT.ok);
  assert.match(status.stdout, /^listener main +http:\/\/127\.0\.0\.1:7625$/m);
  assert.deepEqual(JSON.parse((await run('status', '--output', 'json')).stdout), FAKE_STATUS);
  const servers = await run('servers');
  assert.match(servers.stdout, /^tickets +http +ready +modern +2026-07-28 +streamable +\d+[smhd] +3 +3 +0 +http/m);
  assert.match(servers.stdout, /^files: It ended with code 1\. Check the command\.$/m);
});

test('status shows what is not served, and where the metrics are', async (t) => {
  const status = { ...FAKE_STATUS, notServed: [{ name: 'office', url: 'http://10.0.0.1:7625' }], metrics: 'http://127.0.0.1:7626/metrics' };
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents, { status: async () => ok(status) }) });
  const { code, stdout } = await run('status');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /^listener office +http:\/\/10\.0\.0\.1:7625, NOT SERVED/m);
  assert.match(stdout, /^metrics +http:\/\/127\.0\.0\.1:7626\/metrics$/m);
});

for (const [argv, error] of [
  [['status', '--output', 'json'], { exitCode: 4, code: 'gateway_not_running', message: 'No gateway is running on this data folder.' }],
  [
    ['agents', 'list', 'x', '--output=json'],
    { exitCode: 2, message: "'x' is one word too many.", details: ["'sallyport agents list --help' shows how it is used."] },
  ],
  [['sevre', '--output', 'json'], { exitCode: 2, message: "There is no command 'sevre'. Did you mean 'sallyport serve'?" }],
  [['agents', '--output', 'json'], { exitCode: 2, message: 'The command is missing.', details: ["'sallyport help' lists the commands."] }],
] as const) {
  test(`'sallyport ${argv.join(' ')}' is refused with one JSON object`, async (t) => {
    const { code, stdout, stderr } = await cliFixture(t).run(...argv);
    assert.equal(code, error.exitCode);
    assert.equal(stdout, '');
    assert.deepEqual(JSON.parse(stderr), { error });
  });
}

test('times of keys have their zone', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), GOOD);
  await run('agents', 'add', 'a', '--expires', '30d');
  assert.match((await run('agents', 'list')).stdout, /2026-11-22 10:00 UTC +2026-12-22 10:00 UTC$/m);
});

test('status ends with 3 while the file holds a config that cannot be put in force', async (t) => {
  const problem = {
    severity: 'error',
    file: 'sallyport.yaml',
    line: 3,
    column: 5,
    path: 'servers.x',
    message: 'is not so',
    fix: 'Write another.',
  } as const;
  const config = { ...FAKE_CONFIG, refusal: { at: '2026-11-22T10:00:00.000Z', problems: [problem] } };
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents, { status: async () => ok({ ...FAKE_STATUS, config }) }) });
  const { code, stderr } = await run('status');
  assert.equal(code, EXIT.config);
  assert.match(stderr, /^sallyport\.yaml:3:5: servers\.x is not so\. Write another\.$/m);
});

test('reload puts in force the file that the gateway was started with, and no other', async (t) => {
  const reloads: string[] = [];
  const ports = fakePorts(fakeAgents, {
    reload: async () => {
      reloads.push(FAKE_CONFIG.file ?? '');
      return ok(FAKE_CONFIG);
    },
  });
  const { run, cwd } = cliFixture(t, { ports });
  writeFileSync(join(cwd, 'other.yaml'), 'version: 1\n');
  const other = await run('reload', '--config', 'other.yaml', '--data', '.');
  assert.equal(other.code, EXIT.usage);
  assert.match(other.stderr, /was started with \/etc\/sallyport\/sallyport\.yaml and reads no other file; other\.yaml is not in force\./);
  assert.deepEqual(reloads, []);
  const same = await run('reload', '--config', '/etc/sallyport/sallyport.yaml', '--data', '.');
  assert.equal(same.stdout, '/etc/sallyport/sallyport.yaml is in force, as config revision 7.\n');
  assert.equal((await run('reload')).stdout, '/etc/sallyport/sallyport.yaml is in force, as config revision 7.\n');
  assert.equal(reloads.length, 2);
});

test('reload prints what is doubtful about the config it puts in force', async (t) => {
  const warning = {
    severity: 'warning',
    file: '/etc/sallyport/sallyport.yaml',
    line: 9,
    column: 3,
    path: 'policy.rules[0].tools[0]',
    message: 'names "wype", which no server it is about has as a tool',
    fix: 'Did you mean wipe?',
  } as const;
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents, { reload: async () => ok({ ...FAKE_CONFIG, warnings: [warning] }) }) });
  const { code, stdout } = await run('reload');
  assert.equal(code, EXIT.ok);
  assert.match(
    stdout,
    /sallyport\.yaml:9:3: warning: policy\.rules\[0\]\.tools\[0\] names "wype", .*\. Did you mean wipe\?\n.*is in force/,
  );
});

test('reload says the revision, or every place that is wrong', async (t) => {
  const good = cliFixture(t, { ports: fakePorts(fakeAgents) });
  assert.match((await good.run('reload')).stdout, /as config revision 7/);
  const problems = [
    { severity: 'error', file: 'sallyport.yaml', line: 3, column: 5, path: 'listen', message: 'is not so', fix: undefined },
    { severity: 'error', file: 'sallyport.yaml', line: 9, column: 1, path: '', message: 'is empty', fix: undefined },
  ] as const;
  const bad = cliFixture(t, {
    ports: fakePorts(fakeAgents, { reload: async () => fail({ code: 'config_refused', detail: 'Two problems.', problems }) }),
  });
  const { code, stdout, stderr } = await bad.run('reload');
  assert.equal(code, EXIT.config);
  assert.equal(stdout, '');
  assert.equal(stderr, 'sallyport: Two problems.\nsallyport.yaml:3:5: listen is not so.\nsallyport.yaml:9:1: the file is empty.\n');
});

for (const command of ['status', 'reload', 'servers']) {
  test(`${command} ends with 4 when no gateway runs`, async (t) => {
    const { code, stderr } = await cliFixture(t).run(command);
    assert.equal(code, EXIT.unreachable);
    assert.match(stderr, /No gateway is running/);
  });
}

test('serve hands over what it was told, paths absolute', async (t) => {
  const { run, served, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\n');
  mkdirSync(join(cwd, 'd'));
  assert.equal((await run('serve')).code, 0);
  writeFileSync(join(cwd, 'other.yaml'), 'version: 1\n');
  await run(
    'serve',
    '--config',
    'other.yaml',
    '--data',
    'd',
    '--listen',
    '127.0.0.1:0',
    '--console',
    'off',
    '--quickstart',
    '--output',
    'json',
  );
  assert.deepEqual(served, [
    {
      configFile: join(cwd, 'sallyport.yaml'),
      dataFolder: undefined,
      listen: undefined,
      console: undefined,
      quickstart: false,
      output: 'table',
    },
    {
      configFile: join(cwd, 'other.yaml'),
      dataFolder: join(cwd, 'd'),
      listen: '127.0.0.1:0',
      console: 'off',
      quickstart: true,
      output: 'json',
    },
  ]);
});

test('names of strangers cannot steer the terminal', async (t) => {
  const evil = {
    name: 'a\u001b[2J\u202e',
    kind: 'http',
    target: 'x\ny',
    state: 'failed',
    eras: [],
    revisions: [],
    transport: null,
    problem: 'p\u001b]0;t\u0007',
    checkedAt: null,
    holds: { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 0 },
  } as const;
  const ports = fakePorts(fakeAgents, { servers: async () => ok([{ ...evil, eras: [], revisions: [] }]) });
  const { stdout } = await cliFixture(t, { ports }).run('servers');
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});

test('version', async (t) => {
  const { run } = cliFixture(t);
  assert.equal((await run('version')).stdout, 'sallyport 1.2.3\n');
  assert.equal((await run('--version')).stdout, 'sallyport 1.2.3\n');
  assert.equal((await run('version', '--output', 'json')).stdout, '{"version":"1.2.3"}\n');
});

test('an unexpected fault ends with 70 and its stack', async (t) => {
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents) });
  const { code, stderr } = await run('agents', 'list');
  assert.equal(code, EXIT.internal);
  assert.match(stderr, /a fault of sallyport itself: Error: not asked for in this test\n +at /);
});
