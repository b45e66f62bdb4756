// `init`, `import` and `check`: a first config that is good, servers taken over without touching what is there, and mistakes with places.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createVaultKey, printRecipient } from '../audit/index.ts';
import { ok } from '../base/index.ts';
import { FAKE_STATUS, fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const CLIENT = JSON.stringify({
  mcpServers: {
    Files: { command: 'node', args: ['files.js'], env: { API_TOKEN: 'hunter2' } },
    tickets: { url: 'http://127.0.0.1:7627/mcp' },
  },
});

test('init writes a config that check finds good, and a schema beside it', async (t) => {
  const { run, cwd } = cliFixture(t);
  const { code, stdout } = await run('init', '--listen', '127.0.0.1:7700');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /^Wrote sallyport\.yaml\.$/m);
  const text = readFileSync(join(cwd, 'sallyport.yaml'), 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=\.\/sallyport\.schema\.json$/m);
  assert.match(text, /^listen: 127\.0\.0\.1:7700$/m);
  assert.equal(typeof JSON.parse(readFileSync(join(cwd, 'sallyport.schema.json'), 'utf8')), 'object');
  const checked = await run('check');
  assert.equal(checked.code, EXIT.ok, checked.stdout);
  assert.match(checked.stdout, /^sallyport\.yaml is good: 0 servers, 1 rule\.$/m);
});

test('init never overwrites', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'mine');
  const { code, stderr } = await run('init');
  assert.equal(code, EXIT.config);
  assert.match(stderr, /is there already and was left as it is/);
  assert.equal(readFileSync(join(cwd, 'sallyport.yaml'), 'utf8'), 'mine');
  assert.deepEqual(readdirSync(cwd), ['sallyport.yaml']);
});

for (const [address, says] of [
  ['foo', /--listen must be an IP address or localhost, and a port, not "foo"\. Write 127\.0\.0\.1:7625, for example\./],
  ['0.0.0.0:7625', /--listen can be reached beyond this machine without TLS/],
  ['127.0.0.1:1\nworkers: 9', /--listen must be an IP address/],
] as const) {
  test(`init refuses what check would refuse: --listen ${JSON.stringify(address)}`, async (t) => {
    const { run, cwd } = cliFixture(t);
    const { code, stderr } = await run('init', '--listen', address);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, says);
    assert.deepEqual(readdirSync(cwd), []);
  });
}

test('import says that the folder for the config is not there', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'client.json'), CLIENT);
  const { code, stderr } = await run('import', 'client.json', '--config', 'none/sallyport.yaml');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /the folder none does not exist/);
});

test('init says why it cannot write', async (t) => {
  const { run } = cliFixture(t);
  const { code, stderr } = await run('init', '--config', 'no/such/folder/sallyport.yaml');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /cannot be written: the folder no\/such\/folder does not exist\. Make it, or name another place with --config\./);
});

test("import writes a config with the client's servers, and no secret of theirs", async (t) => {
  const { run, cwd } = cliFixture(t, { env: { API_TOKEN: 'x' } });
  writeFileSync(join(cwd, '.mcp.json'), CLIENT);
  const { code, stdout } = await run('import', '.mcp.json');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /^Added to sallyport\.yaml: files, tickets\.$/m);
  assert.match(stdout, /API_TOKEN/);
  assert.ok(!readFileSync(join(cwd, 'sallyport.yaml'), 'utf8').includes('hunter2'));
  const checked = await run('check', '--output', 'json');
  assert.equal(JSON.parse(checked.stdout).ok, true, checked.stdout);
  assert.deepEqual(readdirSync(cwd).sort(), ['.mcp.json', 'sallyport.schema.json', 'sallyport.yaml']);
});

test('import adds to a config and keeps what is there, comments included', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'client.json'), CLIENT);
  writeFileSync(join(cwd, 'sallyport.yaml'), '# my comment\nversion: 1\nservers:\n  tickets:\n    url: http://127.0.0.1:1/mcp\n');
  const { stdout } = await run('import', 'client.json', '--output', 'json');
  const { added, kept } = JSON.parse(stdout);
  assert.deepEqual([added, kept], [['files'], ['tickets']]);
  const text = readFileSync(join(cwd, 'sallyport.yaml'), 'utf8');
  assert.match(text, /^# my comment$/m);
  assert.match(text, /url: http:\/\/127\.0\.0\.1:1\/mcp/);
});

for (const [name, content, code, says] of [
  ['is not there', undefined, EXIT.failed, /cannot be read/],
  ['is not JSON', '{', EXIT.config, /^client\.json:1:/m],
  ['holds no servers', '{"theme":"dark"}', EXIT.config, /mcpServers/],
] as const) {
  test(`import leaves everything as it is when the file ${name}`, async (t) => {
    const { run, cwd } = cliFixture(t);
    if (content !== undefined) writeFileSync(join(cwd, 'client.json'), content);
    const result = await run('import', 'client.json');
    assert.equal(result.code, code);
    assert.match(result.stderr, says);
    assert.ok(!existsSync(join(cwd, 'sallyport.yaml')));
  });
}

test('check prints the place of every mistake and ends with 3', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\nserverz: {}\nworkers: many\n');
  const { code, stdout } = await run('check');
  assert.equal(code, EXIT.config);
  assert.match(stdout, /^sallyport\.yaml:2:1: .*serverz.*servers/m);
  assert.match(stdout, /^sallyport\.yaml:3:10: /m);
  const { ok, problems } = JSON.parse((await run('check', '--output', 'json')).stdout);
  assert.equal(ok, false);
  assert.equal(problems.length, 2);
});

test('check refuses what a running gateway would refuse: something sealed for a purpose that has ended', async (t) => {
  const { run, cwd } = cliFixture(t);
  const purposes = { incident: { recipient: printRecipient(createVaultKey()), expires: '2020-01-31' } };
  const rules = [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'], capture: 'incident' }];
  writeFileSync(join(cwd, 'sallyport.yaml'), JSON.stringify({ version: 1, audit: { purposes }, policy: { rules } }));
  const { code, stdout } = await run('check');
  assert.equal(code, EXIT.config);
  assert.match(stdout, /^sallyport\.yaml:1:\d+: policy\.rules\[0\]\.capture names a purpose that ended on 2020-01-31/m);
  assert.equal(stdout.split('that ended on').length, 2, 'said once');
});

test('check looks at the data folder that is named', async (t) => {
  const { run, cwd } = cliFixture(t);
  mkdirSync(join(cwd, 'copy'));
  writeFileSync(join(cwd, 'copy', 'location'), 'us\n');
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\naudit: { location: eu }\npolicy: { rules: [] }\n');
  assert.equal((await run('check')).code, EXIT.ok);
  const { code, stdout } = await run('check', '--data', 'copy');
  assert.equal(code, EXIT.config);
  assert.match(stdout, /the data folder \S+copy says of itself that it is in us/);
});

for (const command of ['check', 'serve']) {
  test(`${command} without a config says how to come by one`, async (t) => {
    const { run, served } = cliFixture(t);
    const { code, stderr } = await run(command);
    assert.equal(code, EXIT.config);
    assert.match(stderr, /There is no sallyport\.yaml\. Write one with 'sallyport init'/);
    assert.equal(served.length, 0);
  });
}

test('where no config is in the usual place, that of the gateway which runs here is checked', async (t) => {
  const elsewhere = cliFixture(t);
  const file = join(elsewhere.cwd, 'gateway.yaml');
  const config = { ...FAKE_STATUS.config, file };
  const { run, cwd } = cliFixture(t, { ports: fakePorts(fakeAgents, { status: async () => ok({ ...FAKE_STATUS, config }) }) });
  writeFileSync(file, 'version: 1\npolicy: { rules: [{ name: r, effect: allow, agents: ["*"], servers: ["*"] }] }\n');
  assert.equal((await run('check')).stdout.split('\n').at(-2), `${file} is good: 0 servers, 1 rule.`);
  assert.match((await run('policy', 'test')).stderr, /The config names no cases/);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\npolicy: { rules: [] }\n');
  assert.match((await run('check')).stdout, /^sallyport\.yaml is good/m);
  assert.match((await run('check', '--config', 'none.yaml')).stderr, /There is no none\.yaml/);
});

test('commands find the data folder where the config puts it', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\ndata: state\nservers: {}\npolicy: { rules: [] }\n');
  assert.equal((await run('agents', 'add', 'a')).code, EXIT.ok);
  assert.ok(existsSync(join(cwd, 'state', 'state.sqlite')));
});

test('without a gateway, servers lists what the config names', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(
    join(cwd, 'sallyport.yaml'),
    'version: 1\nservers:\n  files: { command: node, args: [files.js] }\n  tickets: { url: "http://127.0.0.1:7627/mcp" }\npolicy: { rules: [] }\n',
  );
  const { code, stdout } = await run('servers');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /^files +stdio +unknown( +-){7} +node …$/m);
  assert.match(stdout, /No gateway is running/);
  const { running, servers } = JSON.parse((await run('servers', '--output', 'json')).stdout);
  assert.equal(running, false);
  assert.equal(servers[1].target, 'http://127.0.0.1:7627/mcp');
});

test('while the config does not say where the data folder is, no command guesses', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), 'version: 1\ndata: ${NOT_SET}\n');
  for (const argv of [
    ['agents', 'add', 'a'],
    ['agents', 'list'],
    ['status'],
    ['reload'],
    ['servers'],
    ['audit', 'tail'],
    ['audit', 'verify'],
    ['tools', 'list', 'x'],
  ]) {
    const { code, stderr } = await run(...argv);
    assert.equal(code, EXIT.config, argv.join(' '));
    assert.match(stderr, /data needs the environment variable NOT_SET, which is not set\. Correct it, or name the folder with --data\.$/m);
  }
  assert.deepEqual(readdirSync(cwd), ['sallyport.yaml']);
});
