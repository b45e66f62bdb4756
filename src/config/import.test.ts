import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem, importClientConfig } from './index.ts';
import type { ImportedServers } from './index.ts';

const FILE = '/home/ada/.client/mcp.json';
const imported = (mcpServers: object): ImportedServers => {
  const result = importClientConfig(JSON.stringify({ mcpServers }), { file: FILE });
  assert.ok(result.ok);
  return result.value;
};
const withNotes = (mcpServers: object): readonly string[] =>
  imported(mcpServers).notes.map(({ server, message }) => `${server} ${message}`);

test('programs and addresses are taken over', () => {
  const { servers, notes } = imported({
    memory: { command: 'npx', args: ['-y', 'server-memory'], env: { A: 'b', N: 3, B: true }, cwd: 'work' },
    plain: { type: 'stdio', command: 'run' },
    far: { type: 'http', url: 'https://far.example/mcp', headers: { 'X-Team': 'blue' } },
    other: { httpUrl: 'https://a.example/' },
    third: { serverUrl: 'https://b.example/' },
  });
  assert.deepEqual(servers, {
    memory: { command: 'npx', args: ['-y', 'server-memory'], env: { A: 'b', N: '3', B: 'true' }, cwd: '/home/ada/.client/work' },
    plain: { command: 'run' },
    far: { url: 'https://far.example/mcp', headers: { 'X-Team': 'blue' } },
    other: { url: 'https://a.example/' },
    third: { url: 'https://b.example/' },
  });
  assert.deepEqual(notes, []);
});

test('references are kept, in the spelling used here', () => {
  const { servers, notes } = imported({
    a: { command: 'x', env: { A: '${VAR}', B: '${env:VAR}', C: '${VAR:-d}', D: 'Bearer ${API_TOKEN}', E: '5$', F: '$$', G: '$VAR' } },
    b: { command: 'x', env: { MY_TOKEN: '${input:my-token}' }, args: ['${workspaceFolder}/x', '${weird-name}', '${}'] },
  });
  assert.deepEqual(servers['a'], {
    command: 'x',
    env: { A: '${VAR}', B: '${VAR}', C: '${VAR:-d}', D: 'Bearer ${API_TOKEN}', E: '5$', F: '$$$$', G: '$VAR' },
  });
  assert.deepEqual(servers['b'], {
    command: 'x',
    args: ['$${workspaceFolder}/x', '$${weird-name}', '$${}'],
    env: { MY_TOKEN: '${MY_TOKEN}' },
  });
  assert.deepEqual(
    notes.map(({ message }) => message),
    [
      'uses ${workspaceFolder}, which only the client can fill in: replace it',
      'uses ${weird-name}, which only the client can fill in: replace it',
      'uses ${}, which only the client can fill in: replace it',
      'asks for my-token in the client: set the variable MY_TOKEN where the gateway is started',
    ],
  );
});

test('secrets are not copied: a reference takes their place', () => {
  const result = imported({
    github: { command: 'x', env: { GITHUB_TOKEN: 'ghp_1', EMPTY_TOKEN: '' } },
    '7up': { url: 'https://x.example', headers: { Authorization: 'Bearer s3cret', 'X-Api-Key': 's3cret' } },
  });
  assert.deepEqual(result.servers, {
    github: { command: 'x', env: { GITHUB_TOKEN: { env: 'GITHUB_TOKEN' }, EMPTY_TOKEN: '' } },
    '7up': { url: 'https://x.example', headers: { Authorization: { env: '_7UP_AUTHORIZATION' }, 'X-Api-Key': { env: '_7UP_X_API_KEY' } } },
  });
  assert.doesNotMatch(JSON.stringify(result), /ghp_1|s3cret/);
  assert.deepEqual(result.notes[0], {
    server: 'github',
    message:
      'has a secret in GITHUB_TOKEN, which was not copied: set the variable GITHUB_TOKEN to it where the gateway is started, or write { file: path }',
  });
});

test('a secret in a URL is not copied either', () => {
  const { servers, notes } = imported({
    far: { url: 'https://far.example/mcp?team=blue&api_key=s3cret&token=${T}&secret=' },
    'my-other': { url: 'https://ada:s3cret@b.example/mcp?key=s3cret#x' },
  });
  assert.deepEqual(servers, {
    far: { url: 'https://far.example/mcp?team=blue&api_key=${FAR_API_KEY}&token=${T}&secret=' },
    'my-other': { url: 'https://b.example/mcp?key=${MY_OTHER_KEY}#x' },
  });
  assert.doesNotMatch(JSON.stringify(notes), /s3cret/);
  assert.deepEqual(
    notes.map(({ server, message }) => `${server} ${message}`),
    [
      'far has a secret in api_key of its URL, which was not copied: set the variable FAR_API_KEY to it where the gateway is started, or send it by headers if the server takes it there',
      'my-other has credentials in its URL, which were not copied: send them by headers: { Authorization: { env: NAME } }',
      'my-other has a secret in key of its URL, which was not copied: set the variable MY_OTHER_KEY to it where the gateway is started, or send it by headers if the server takes it there',
    ],
  );
});

test('a secret in the arguments is pointed out', () => {
  const seen = (...args: readonly string[]) => withNotes({ a: { command: 'x', args } }).some((note) => note.includes('secret in its args'));
  for (const args of [['--token', 'abc'], ['--api-key=abc'], ['-x', '--password', 'abc']])
    assert.equal(seen(...args), true, args.join(' '));
  for (const args of [
    ['--token'],
    ['--token', '${T}'],
    ['--token=${T}'],
    ['--token', '--verbose'],
    ['token', 'abc'],
    ['--tokens=', 'x'].slice(1),
    ['secret.txt'],
  ]) {
    assert.equal(seen(...args), false, args.join(' '));
  }
});

test('names become names that can be used here, each its own', () => {
  const { servers, notes } = imported({
    'My Files!': { command: 'a' },
    'my-files': { command: 'b' },
    '✨': { command: 'c' },
    [`x${'y'.repeat(80)}`]: { command: 'd' },
  });
  assert.deepEqual(Object.keys(servers), ['my-files', 'my-files-2', 'server', `x${'y'.repeat(57)}`]);
  assert.equal(notes[0]?.message, 'is called "My Files!" in the client; names here are lowercase letters, digits and hyphens');
});

test('what has no counterpart is noted or left out', () => {
  assert.deepEqual(withNotes({ a: { command: 'x', alwaysAllow: ['y'], timeout: 3 } }), [
    'a has alwaysAllow, timeout in the client, which has no counterpart here',
  ]);
  assert.deepEqual(withNotes({ 'A B': { command: 'x', disabled: true } }), ['A B is disabled in the client, and was left out']);
  assert.deepEqual(withNotes({ a: { type: 'sse', url: 'https://x.example' } }), [
    'a speaks the HTTP+SSE transport of 2024-11-05, which is not supported, and was left out',
  ]);
  assert.deepEqual(withNotes({ a: {} }), ['a has neither a command nor a url, and was left out']);
});

test('comments and trailing commas are no obstacle', () => {
  const result = importClientConfig('// mine\n{\n\t"mcpServers": { "a": { "command": "x", }, /* no more */ },\n}\n', { file: FILE });
  assert.deepEqual(result.ok && result.value.servers, { a: { command: 'x' } });
});

test('a client config that cannot be read is told with its place', () => {
  const told = (text: string) => {
    const result = importClientConfig(text, { file: 'mcp.json' });
    return !result.ok && result.error.map(formatProblem);
  };
  assert.deepEqual(told('{"servers": {}}'), ['mcp.json:1:1: mcpServers is missing. Add mcpServers.']);
  assert.deepEqual(told('{\n  "mcpServers": { "a": { "args": "x" } }\n}'), [
    'mcp.json:2:34: mcpServers.a.args must be a list, not text. Write ["x"].',
  ]);
  assert.deepEqual(told('{"mcpServers": {'), [
    'mcp.json:1:17: the file is not valid JSON: Flow map in block collection must be sufficiently indented and end with a }.',
  ]);
  assert.deepEqual(told('{"mcpServers": {}, "mcpServers": {}}'), [
    'mcp.json:1:20: the file has the key mcpServers twice. Remove one of the two.',
  ]);
});
