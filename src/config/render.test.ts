import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { addServers, formatProblem, loadConfig, renderConfig } from './index.ts';
import type { WrittenServer } from './index.ts';

const SERVERS: Readonly<Record<string, WrittenServer>> = {
  files: {
    command: 'npx',
    args: ['-y', '@scope/server', `a long argument ${'x'.repeat(100)}`, '3', 'yes: no'],
    env: { PORT: '80', TOKEN: { env: 'TOKEN' } },
  },
  far: { url: 'https://far.example/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } },
};

test('a new config is one that can be loaded, and holds what was given', () => {
  const text = renderConfig({ servers: SERVERS, address: '[::1]:80', schema: './sallyport.schema.json' });
  const loaded = loadConfig(text, fakeSource({}, { TOKEN: 't' }));
  assert.ok(loaded.ok, text);
  const { servers, listeners, policy } = loaded.value.shard;
  assert.deepEqual(listeners[0]?.address, { host: '::1', port: 80 });
  assert.deepEqual(
    servers.map((server) => (server.kind === 'stdio' ? [server.name, server.args, server.env] : [server.name, server.url, server.headers])),
    [
      [
        'files',
        ['-y', '@scope/server', `a long argument ${'x'.repeat(100)}`, '3', 'yes: no'],
        { PORT: [{ text: '80' }], TOKEN: [{ env: 'TOKEN' }] },
      ],
      ['far', 'https://far.example/mcp', { Authorization: [{ text: 'Bearer ' }, { env: 'TOKEN' }] }],
    ],
  );
  assert.deepEqual(
    policy.rules.map(({ name, effect }) => [name, effect]),
    [['quickstart', 'allow']],
  );
  assert.match(text, /^# yaml-language-server: \$schema=\.\/sallyport\.schema\.json\n/);
});

test('a new config may have no servers yet, and no schema', () => {
  const text = renderConfig({ servers: {} });
  const loaded = loadConfig(text, fakeSource());
  assert.ok(loaded.ok, text);
  assert.match(text, /^# Sallyport/);
  assert.match(text, /\nservers: \{\}\n/);
});

const before = `# mine
version: 1   # the first
servers:
  # kept
  files: { command: x }   # as it is

  # the end
policy:
  # nobody yet
  rules: []
`;

test('servers are added, and comments and what was there stay', () => {
  const result = addServers(before, 'sallyport.yaml', { far: { url: 'https://far.example/' }, files: { command: 'other' } });
  assert.ok(result.ok);
  const { text, added, kept } = result.value;
  assert.deepEqual([added, kept], [['far'], ['files']]);
  for (const line of [
    '# mine',
    '# kept',
    '# as it is',
    '# the end',
    '# nobody yet',
    '  files: { command: x }',
    '  far:',
    '    url: https://far.example/',
  ]) {
    assert.ok(text.includes(line), `${line}\n\n${text}`);
  }
  assert.equal(text.includes('other'), false);
});

test('servers are added where there were none, also not the word', () => {
  for (const text of ['version: 1\n', 'version: 1\nservers:\n', 'version: 1\nservers: {}\n', '{"version": 1, "servers": {}}']) {
    const result = addServers(text, 'sallyport.yaml', SERVERS);
    assert.ok(result.ok, text);
    const loaded = loadConfig(result.value.text, fakeSource({}, { TOKEN: 't' }));
    assert.deepEqual(loaded.ok && loaded.value.shard.servers.map(({ name }) => name), ['files', 'far'], result.value.text);
  }
});

test('with nothing to add the text stays as it is, to the byte', () => {
  const odd = 'version:   1\nservers: { files:   {command: x}}';
  const result = addServers(odd, 'sallyport.yaml', { files: { command: 'y' } });
  assert.deepEqual(result.ok && result.value, { text: odd, added: [], kept: ['files'] });
});

test('what cannot be added to is told', () => {
  const told = (text: string) => {
    const result = addServers(text, 'sallyport.yaml', SERVERS);
    return !result.ok && result.error.map(formatProblem);
  };
  assert.deepEqual(told('- a'), ['sallyport.yaml:1:1: the file must be a mapping.']);
  assert.deepEqual(told('version: 1\nservers: [a]'), ['sallyport.yaml:2:10: servers must be a mapping.']);
  assert.deepEqual(told('a: ['), [
    'sallyport.yaml:1:5: the file is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
  ]);
});
