import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSettings } from './list-settings.ts';
import type { Setting } from './list-settings.ts';

const TEXT = `version: 1
workers: \${WORKERS}
listen: [{ address: 127.0.0.1:0, hosts: [a.example] }]
servers:
  files:
    command: npx
    args: [-y, server, --root, '\${ROOT:-/srv}']
    env:
      MODE: fast
      TOKEN: { env: FILES_TOKEN }
      HOME: { file: home.txt }
  web:
    url: https://web.example/mcp?key=abcdef
    headers: { Authorization: 'Bearer \${WEB_TOKEN}' }
  cli:
    command: tool
    args: [--api-key, 'something']
inspection:
  canaries: { doc: do-not-open-1234567890 }
policy:
  denyDetail: generic
  rules:
    - { name: one, effect: allow, agents: ['*'], servers: [files] }
`;
const ENV = { WORKERS: '3', ROOT: '/data', FILES_TOKEN: 'secret-1', WEB_TOKEN: 'secret-2' };

const all = listSettings(TEXT, ENV);
const setting = (path: string): Setting => {
  const found = all.find((one) => one.path === path);
  assert.ok(found, `${path} is among ${all.map((one) => one.path).join(' ')}`);
  return found;
};

test('each value says where it comes from', () => {
  assert.deepEqual(setting('workers'), {
    path: 'workers',
    value: 3,
    source: { kind: 'file', line: 2, variables: ['WORKERS'] },
    description: 'Processes that carry traffic. By default two, or one on a machine with one core.',
    byDefault: undefined,
  });
  assert.deepEqual(setting('listen[0].hosts').source, { kind: 'file', line: 3, variables: [] });
  assert.deepEqual([setting('listen[0].tls').value, setting('listen[0].tls').source], ['off', { kind: 'default' }]);
  assert.equal(setting('limits.maxHeadBytes').byDefault, setting('limits.maxHeadBytes').value);
  assert.deepEqual(setting('servers.files.args').value, ['-y', 'server', '--root', '/data']);
  assert.match(setting('servers.files.args').description, /arguments/);
});

test('of a policy there is how many rules it has, and what is none', () => {
  assert.equal(setting('policy.rules').value, 1);
  assert.equal(setting('policy.denyDetail').value, 'generic');
  assert.ok(all.every(({ path }) => !path.startsWith('policy.rules[')));
});

test('what may be a secret has no value', () => {
  for (const path of [
    'servers.files.env.MODE',
    'servers.files.env.TOKEN',
    'servers.files.env.HOME',
    'servers.web.url',
    'servers.web.headers.Authorization',
    'servers.cli.args',
    'inspection.canaries.doc',
  ])
    assert.equal(setting(path).value, undefined, path);
  assert.deepEqual(setting('servers.files.env.TOKEN').source, { kind: 'file', line: 10, variables: ['FILES_TOKEN'] });
  const shown = JSON.stringify(all);
  for (const secret of ['secret-1', 'secret-2', 'fast', 'abcdef', 'something', 'do-not-open']) assert.ok(!shown.includes(secret), secret);
});

test('what looks like a secret in an address or an argument is not shown, whatever it is called', () => {
  const servers = {
    user: 'url: https://ada:hunter2pass@web.example/mcp',
    path: 'url: https://actions.example.com/mcp/sk-ak-QwErTyUiOpAsDfGhJkLzXcVb/sse',
    segment: 'url: https://mcp.example/k/9f8a7b6c5d4e3f2a1b0c/mcp',
    database: 'command: pg\n    args: ["postgresql://admin:hunter2pass@db.internal:5432/prod"]',
    signIn: 'command: tool\n    args: [-u, "admin:S3cretPassw0rd!"]',
    joined: 'command: tool\n    args: ["-uadmin:hunter2pass"]',
    field: 'command: tool\n    args: [-H, "X-Team: hunter2pass"]',
    variable: 'command: docker\n    args: [run, -e, "API_KEY=hunter2pass", image]',
    bare: 'command: tool\n    args: [aB3dE5fG7hJ9kL1mN2pQ]',
  };
  const text = `version: 1\nservers:\n${Object.entries(servers)
    .map(([name, server]) => `  ${name.toLowerCase()}:\n    ${server}\n`)
    .join('')}`;
  const listed = listSettings(text, {}).filter(({ path }) => /\.(url|args)$/.test(path));
  assert.equal(listed.length, Object.keys(servers).length);
  for (const { path, value } of listed) assert.equal(value, undefined, path);
});

test('what looks like none is shown', () => {
  const text = `version: 1
servers:
  files: { command: npx, args: [-y, '@modelcontextprotocol/server-filesystem@2026.1.14', /srv/shared-documents, -p, '8080:80', --root=/data] }
  web: { url: 'https://web.example.com:8443/organisations/mcp-server/v2' }
`;
  const shown = (path: string): unknown => listSettings(text, {}).find((one) => one.path === path)?.value;
  assert.equal((shown('servers.files.args') as unknown[] | undefined)?.length, 6);
  assert.equal(shown('servers.web.url'), 'https://web.example.com:8443/organisations/mcp-server/v2');
});

test('a text that cannot be used has no settings', () => {
  assert.deepEqual(listSettings('version: 2\n', {}), []);
  assert.deepEqual(listSettings('[', {}), []);
});
