// The config as somebody meets it who has only the program: write a first one, take over a client's servers, be told what is wrong
// and what to write instead, and run it.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { at, LegacySession, repositoryRoot, sallyport, startGateway, textAt } from '../harness/index.ts';

const STDIO_SERVER = join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts');
const TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

test('init, import, check, serve: from nothing to a call', async (t) => {
  const folder = makeFolder(t);
  const run = (...args: readonly string[]): ReturnType<typeof sallyport> => sallyport(args, { cwd: folder });
  const begun = await run('init', '--listen', '127.0.0.1:0');
  assert.equal(begun.code, 0, begun.stderr);
  assert(existsSync(join(folder, 'sallyport.schema.json')));
  assert.equal((await run('check')).code, 0);
  const again = await run('init');
  assert.equal(again.code, 3);
  assert.match(again.stderr, /is there already and was left as it is/);

  const client = {
    mcpServers: {
      local: { command: process.execPath, args: [STDIO_SERVER], env: { GITHUB_TOKEN: TOKEN } },
      remote: { url: 'https://mcp.example/mcp', headers: { Authorization: `Bearer ${TOKEN}` } },
    },
  };
  writeFileSync(join(folder, 'client.json'), JSON.stringify(client));
  const imported = await run('import', 'client.json');
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout, /local, remote/);
  const written = readFileSync(join(folder, 'sallyport.yaml'), 'utf8');
  assert(!written.includes(TOKEN) && !imported.stdout.includes(TOKEN), 'a secret is not copied');

  // What it refers to is not there yet, and the check says which variable to set.
  const unset = await run('check');
  assert.equal(unset.code, 3);
  assert.match(unset.stdout, /sallyport\.yaml:\d+:\d+.*GITHUB_TOKEN/);
  const names = [...written.matchAll(/env: "?([A-Z][A-Z0-9_]*)"?/g)].map((match) => match[1] ?? '');
  const env = Object.fromEntries(names.map((name) => [name, 'from-the-environment']));
  const good = await sallyport(['check'], { cwd: folder, env });
  assert.equal(good.code, 0, good.stdout);

  const allowed = written.replace(
    /^policy:[\s\S]*$/m,
    'policy:\n  rules:\n    - { name: all, effect: allow, agents: ["*"], servers: ["*"] }\n',
  );
  const gateway = await startGateway({ folder, config: allowed, env });
  t.after(() => gateway.stop());
  const session = await LegacySession.open(gateway.url('local'), { key: await gateway.addAgent('walker') });
  const { result } = await session.request('tools/call', { name: 'environment', arguments: { name: 'GITHUB_TOKEN' } });
  assert.equal(textAt(result, 'content', 0, 'text'), 'from-the-environment');
  await session.end();
  const listed = await gateway.cli('servers', '--output', 'json');
  assert.deepEqual(
    (at(JSON.parse(listed.stdout), 'servers') as readonly unknown[]).map((one) => at(one, 'name')),
    ['local', 'remote'],
  );
});

const WRONG: readonly { readonly what: string; readonly text: string; readonly says: readonly RegExp[] }[] = [
  { what: 'an unknown key', text: 'version: 1\nserver: {}\n', says: [/sallyport\.yaml:2:1/, /server/, /servers/] },
  { what: 'a wrong type', text: 'version: 1\nworkers: many\n', says: [/sallyport\.yaml:2:10/, /workers/] },
  { what: 'no version', text: 'servers: {}\n', says: [/version/] },
  { what: 'a version of the future', text: 'version: 2\n', says: [/sallyport\.yaml:1:10/, /version/] },
  { what: 'no YAML at all', text: 'version: 1\n  servers: [\n', says: [/sallyport\.yaml:1:10.*not valid YAML/] },
  { what: 'a key twice', text: 'version: 1\nworkers: 2\nworkers: 3\n', says: [/sallyport\.yaml:3/] },
  {
    what: 'an unset variable',
    text: 'version: 1\nservers:\n  a:\n    url: https://${SALLYPORT_WALK_UNSET}/mcp\n',
    says: [/sallyport\.yaml:4:/, /SALLYPORT_WALK_UNSET/],
  },
  {
    what: 'a secret that is not there',
    text: 'version: 1\nservers:\n  a:\n    url: https://a.example/mcp\n    headers: { Authorization: { file: no-such-file } }\n',
    says: [/sallyport\.yaml:5:/, /no-such-file/],
  },
  {
    what: 'a rule about a server that is not there',
    text: 'version: 1\nservers: { a: { url: "https://a.example/mcp" } }\npolicy:\n  rules:\n    - { name: r, effect: allow, agents: ["*"], servers: [b] }\n',
    says: [/sallyport\.yaml:5:/, /\bb\b/],
  },
  {
    what: 'an effect that is none',
    text: 'version: 1\npolicy:\n  rules:\n    - { name: r, effect: permit, agents: ["*"], servers: ["*"] }\n',
    says: [/sallyport\.yaml:4:/, /allow/, /ask/, /deny/],
  },
  {
    what: 'a policy file that is not there',
    text: 'version: 1\npolicy: { file: policy.yaml }\n',
    says: [/sallyport\.yaml:2:/, /policy\.yaml/],
  },
];
for (const { what, text, says } of WRONG) {
  test(`${what}: refused by check and by serve, in the same words`, async (t) => {
    const folder = makeFolder(t);
    writeFileSync(join(folder, 'sallyport.yaml'), text);
    const checked = await sallyport(['check'], { cwd: folder });
    assert.equal(checked.code, 3, checked.stdout);
    for (const pattern of says) assert.match(checked.stdout, pattern);
    const served = await sallyport(['serve', '--output', 'json'], { cwd: folder });
    assert.equal(served.code, 3);
    const said = served.stdout + served.stderr;
    for (const pattern of says) assert.match(said, pattern);
  });
}

test('a policy in a file of its own: its problems name that file', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'sallyport.yaml'), 'version: 1\npolicy: { file: policy.yaml }\n');
  writeFileSync(join(folder, 'policy.yaml'), 'rules:\n  - { name: r, effect: allow, agents: ["*"], servers: ["*"] }\n');
  assert.equal((await sallyport(['check'], { cwd: folder })).code, 0);
  writeFileSync(join(folder, 'policy.yaml'), 'rules:\n  - { name: r, efect: allow, agents: ["*"], servers: ["*"] }\n');
  const wrong = await sallyport(['check'], { cwd: folder });
  assert.equal(wrong.code, 3);
  assert.match(wrong.stdout, /policy\.yaml:2:\d+.*efect/);
});

function makeFolder(t: TestContext): string {
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
