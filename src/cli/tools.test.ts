// `tools list` and `tools call` against endpoints of both eras: what is sent is right, and what comes back is shown and ends as it should.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../base/index.ts';
import { fakeAgents, fakePorts, FAKE_STATUS } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';
import { mcpServerFixture } from './mcp-server.fixture.ts';
import type { McpServerOptions } from './mcp-server.fixture.ts';
import { readArguments } from './tool-arguments.ts';

const ECHO = {
  name: 'echo',
  description: 'Says it again.\nAt length.',
  inputSchema: {
    type: 'object',
    properties: {
      message: { type: 'string' },
      times: { type: 'integer' },
      loud: { type: 'boolean' },
      region: { type: 'string', 'x-mcp-header': 'Region' },
    },
    required: ['message'],
  },
};

const options: McpServerOptions = {
  era: 'modern',
  tools: [ECHO],
  call: (name, args) => ({ content: [{ type: 'text', text: `${String(name)} ${JSON.stringify(args)}` }] }),
};

for (const era of ['modern', 'legacy'] as const) {
  for (const stream of [false, true]) {
    test(`a tool is called on the ${era} era, answered by ${stream ? 'a stream' : 'one body'}`, async (t) => {
      const server = await mcpServerFixture(t, { ...options, era, stream, key: 'spk_k' });
      const { run } = cliFixture(t);
      const { code, stdout, stderr } = await run(
        'tools',
        'call',
        server.url,
        'echo',
        'message=hello',
        'times=3',
        'loud=true',
        '--key',
        'spk_k',
      );
      assert.equal(stderr, '');
      assert.equal(code, EXIT.ok);
      assert.equal(stdout, 'echo {"message":"hello","times":3,"loud":true}\n');
      assert.ok(server.seen.every(({ headers }) => headers.authorization === 'Bearer spk_k'));
      const last = server.seen.at(-1);
      if (era === 'legacy') assert.equal(last?.method, 'DELETE');
    });
  }
}

test('on the modern era the name and the annotated arguments are mirrored in headers', async (t) => {
  const server = await mcpServerFixture(t, options);
  const { run } = cliFixture(t);
  await run('tools', 'call', server.url, 'echo', 'message=x', 'region=eu wést');
  const call = server.seen.find(({ body }) => body['method'] === 'tools/call');
  assert.equal(call?.headers['mcp-name'], 'echo');
  assert.equal(call?.headers['mcp-param-region'], `=?base64?${Buffer.from('eu wést').toString('base64')}?=`);
});

test('a request of a legacy server is told that nobody takes it', async (t) => {
  const server = await mcpServerFixture(t, { ...options, era: 'legacy', stream: true });
  const { run } = cliFixture(t);
  assert.equal((await run('tools', 'call', server.url, 'echo', 'message=x')).code, EXIT.ok);
  const reply = server.seen.find(({ body }) => body['id'] === 'q1');
  assert.deepEqual(reply?.body['error'], { code: -32601, message: 'This client takes no requests.' });
});

test('tools are listed over all pages', async (t) => {
  const tools = Array.from({ length: 7 }, (_, index) => ({ ...ECHO, name: `echo-${index}` }));
  const server = await mcpServerFixture(t, { ...options, tools, pageSize: 3 });
  const { run } = cliFixture(t);
  const { stdout } = await run('tools', 'list', server.url);
  assert.match(stdout, /^TOOL .*\necho-0 +message \[times\] \[loud\] \[region\] +Says it again\.$/m);
  assert.match(stdout, /^echo-6 /m);
  assert.deepEqual(JSON.parse((await run('tools', 'list', server.url, '--output', 'json')).stdout).tools, tools);
});

test('the key may come from the environment', async (t) => {
  const server = await mcpServerFixture(t, { ...options, key: 'spk_env' });
  const { run } = cliFixture(t, { env: { SALLYPORT_KEY: 'spk_env' } });
  assert.equal((await run('tools', 'list', server.url)).code, EXIT.ok);
});

test('a server of the gateway that runs here is called by its name', async (t) => {
  const server = await mcpServerFixture(t, options);
  const status = async () => ok({ ...FAKE_STATUS, listeners: [{ name: 'main', url: new URL(server.url).origin }] });
  const { run } = cliFixture(t, { ports: fakePorts(fakeAgents, { status }) });
  assert.equal((await run('tools', 'call', 'it', 'echo', 'message=x')).code, EXIT.ok);
});

const endings: readonly { name: string; call: McpServerOptions['call']; code: number; stdout?: RegExp; stderr?: RegExp }[] = [
  {
    name: 'a denial is said on standard error',
    call: () => ({ isError: true, content: [{ type: 'text', text: "Denied by policy: the rule 'r' forbids it." }] }),
    code: EXIT.failed,
    stderr: /^sallyport: Denied by policy: the rule 'r' forbids it\.\n$/,
  },
  {
    name: 'a tool error without a text is said all the same',
    call: () => ({ isError: true, content: [] }),
    code: EXIT.failed,
    stderr: /without a text/,
  },
  {
    name: 'a question back is no success',
    call: () => ({ resultType: 'input_required', requestState: 's' }),
    code: EXIT.failed,
    stderr: /asks for input/,
  },
  {
    name: 'structured content is shown when there is no other',
    call: () => ({ structuredContent: { a: 1 } }),
    code: EXIT.ok,
    stdout: /"a": 1/,
  },
  {
    name: 'what is no text is described',
    call: () => ({
      content: [
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'resource_link', uri: 'file:///x' },
        { type: 'resource', resource: { uri: 'a:b', text: 'inside' } },
      ],
    }),
    code: EXIT.ok,
    stdout: /^\[image image\/png, 4 characters of base64; --output json has it\]\n\[link file:\/\/\/x\]\ninside\n$/,
  },
  {
    name: 'a result cannot steer the terminal, but keeps its lines and tabs',
    call: () => ({ content: [{ type: 'text', text: 'a\tb\r\nc\u001b[2J\u202ed' }] }),
    code: EXIT.ok,
    stdout: /^a\tb\nc\ufffd\[2J\ufffdd\n$/,
  },
];
for (const { name, call, code, stdout, stderr } of endings) {
  test(name, async (t) => {
    const server = await mcpServerFixture(t, { ...options, call });
    const { run } = cliFixture(t);
    const result = await run('tools', 'call', server.url, 'echo', 'message=x');
    assert.equal(result.code, code);
    assert.match(result.stdout, stdout ?? /^$/);
    assert.match(result.stderr, stderr ?? /^$/);
  });
}

test('the whole result is there as JSON, also when it is an error', async (t) => {
  const result = { resultType: 'complete', isError: true, content: [{ type: 'text', text: 'no' }] };
  const server = await mcpServerFixture(t, { ...options, call: () => result });
  const { code, stdout } = await cliFixture(t).run('tools', 'call', server.url, 'echo', '--json', '{"message":"x"}', '--output', 'json');
  assert.equal(code, EXIT.failed);
  assert.deepEqual(JSON.parse(stdout), result);
});

test('a tool that is not listed is called all the same: policy answers', async (t) => {
  const server = await mcpServerFixture(t, { ...options, tools: [] });
  const { stdout } = await cliFixture(t).run('tools', 'call', server.url, 'hidden', 'n=1');
  assert.equal(stdout, 'hidden {"n":"1"}\n');
});

test('arguments may come from standard input', async (t) => {
  const server = await mcpServerFixture(t, options);
  const { stdout } = await cliFixture(t, { stdin: '{"message":"piped"}' }).run('tools', 'call', server.url, 'echo', '--json', '-');
  assert.equal(stdout, 'echo {"message":"piped"}\n');
});

test('a key that is not accepted is said with the remedy', async (t) => {
  const server = await mcpServerFixture(t, { ...options, key: 'spk_k' });
  const { code, stderr } = await cliFixture(t).run('tools', 'list', server.url);
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /A valid key is needed\. Give a key with --key or in SALLYPORT_KEY/);
});

for (const [name, target, code, says] of [
  ['nobody listens', 'http://127.0.0.1:1/mcp/it', EXIT.unreachable, /Nobody listens on 127\.0\.0\.1:1/],
  ['no gateway runs that could know a name', 'it', EXIT.unreachable, /No gateway is running/],
  ['the URL is none', 'http://', EXIT.usage, /is not a URL/],
] as const) {
  test(`when ${name}, it ends with ${code}`, async (t) => {
    const result = await cliFixture(t).run('tools', 'list', target);
    assert.equal(result.code, code);
    assert.match(result.stderr, says);
  });
}

for (const [words, says] of [
  [['message'], /name=value or name:=json, not 'message'/],
  [['=x'], /not '=x'/],
  [['n:=[1'], /The value of 'n' is not JSON/],
  [['--json', '[]'], /must be one JSON object/],
  [['--json', '{}', 'a=b'], /as words or with --json, not both/],
] as const) {
  test(`the arguments ${words.join(' ')} are refused before anybody is asked`, async (t) => {
    const server = await mcpServerFixture(t, options);
    const { code, stderr } = await cliFixture(t).run('tools', 'call', server.url, 'echo', ...words);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, says);
    assert.equal(server.seen.length, 0);
  });
}

const schema = {
  properties: {
    s: { type: 'string' },
    n: { type: 'number' },
    i: { type: 'integer' },
    b: { type: 'boolean' },
    a: { type: 'array' },
    o: { type: 'object' },
    u: {},
    sn: { type: ['string', 'number'] },
    nn: { type: ['number', 'null'] },
  },
};
for (const [word, value] of [
  ['s=1', '1'],
  ['n=1.5', 1.5],
  ['n=x', 'x'],
  ['i=-2', -2],
  ['b=false', false],
  ['b=no', 'no'],
  ['a=[1]', [1]],
  ['a={}', '{}'],
  ['o={"k":1}', { k: 1 }],
  ['u=1', '1'],
  ['sn=1', '1'],
  ['nn=null', null],
  ['s:=1', 1],
  ['s:="q=r"', 'q=r'],
  ['s=a=b', 'a=b'],
  ['s=', ''],
  ['toString=1', '1'],
] as const) {
  test(`'${word}' means ${JSON.stringify(value)}`, () => {
    const read = readArguments([word], schema);
    assert.ok(read.ok);
    assert.deepEqual(Object.values(read.value), [value]);
  });
}
