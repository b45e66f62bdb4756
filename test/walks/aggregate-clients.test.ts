// Several servers as one, as clients that nobody here has written see them: the SDK in both versions, in front of servers that nobody here
// has written; and what a legacy session has of its own: questions, a stream for changes, watched resources.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { at, repositoryRoot, startGateway, startProgram, testConfig, until } from '../harness/index.ts';
import type { Gateway, Program } from '../harness/index.ts';

const PACKAGES = join(repositoryRoot, 'node_modules', '@modelcontextprotocol');
const INFO = { name: 'sallyport-test', version: '1.0.0' };
const FOLDER = join(repositoryRoot, '.sallyport', 'test-aggregate-clients');
const real = (name: string, ...args: readonly string[]): object => ({
  command: process.execPath,
  args: [join(PACKAGES, name, 'dist', 'index.js'), ...args],
});

/** A tool of each server, and what its answer must contain. */
const CALLS = [
  { name: 'everything__echo', arguments: { message: 'ahoy' }, expected: /ahoy/ },
  { name: 'memory__read_graph', arguments: {}, expected: /entities/ },
  { name: 'files__list_directory', arguments: { path: FOLDER }, expected: /note\.txt/ },
  { name: 'tickets__list_tickets', arguments: { status: 'all' }, expected: /Invoice 2071/ },
  { name: 'modern__test_simple_text', arguments: {}, expected: /simple text response/ },
  { name: 'legacy__test_simple_text', arguments: {}, expected: /simple text response/ },
];

let modern: Fixture;
let legacy: Fixture;
let tickets: Program;
let gateway: Gateway;
let key: string;
let url: URL;

before(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'note.txt'), 'hello');
  modern = await startFixture({ era: 'modern' });
  legacy = await startFixture({ era: 'legacy' });
  tickets = await startProgram('examples/tickets-server/main.ts', ['--port', '0']);
  gateway = await startGateway({
    config: testConfig({
      servers: {
        everything: real('server-everything', 'stdio'),
        memory: { ...real('server-memory'), env: { MEMORY_FILE_PATH: join(FOLDER, 'memory.jsonl') } },
        files: real('server-filesystem', FOLDER),
        tickets: { url: tickets.url },
        modern: { url: modern.url },
        legacy: { url: legacy.url },
      },
      extra: { routes: { '/mcp': { waitMs: 30_000 } } },
    }),
  });
  key = await gateway.addAgent('walker');
  url = new URL(`${gateway.origin}/mcp`);
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close(), tickets?.stop()]);
  rmSync(FOLDER, { recursive: true, force: true });
});

const requestInit = (): RequestInit => ({ headers: { authorization: `Bearer ${key}`, connection: 'close' } });

for (const mode of ['auto', 'legacy'] as const) {
  test(`the v2 client, ${mode}`, async () => {
    const client = new Client(INFO, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: requestInit() }));
    try {
      assert.equal(client.getProtocolEra(), mode === 'auto' ? 'modern' : 'legacy');
      const { tools } = await client.listTools();
      for (const { name, arguments: args, expected } of CALLS) {
        assert.ok(
          tools.some((tool) => tool.name === name),
          name,
        );
        assert.match(JSON.stringify((await client.callTool({ name, arguments: args })).content), expected);
      }
      const { prompts } = await client.listPrompts();
      assert.ok(prompts.some((prompt) => prompt.name === 'everything__simple-prompt') || prompts.length > 0);
      const { resources } = await client.listResources();
      assert.ok(resources.length > 0);
      const read = await client.readResource({ uri: 'test://static-text' });
      assert.equal(at(read.contents, 0, 'uri'), 'test://static-text');
    } finally {
      await client.close();
    }
  });
}

const transports = {
  'Streamable HTTP': () => new TransportV1(url, { requestInit: requestInit() }),
  'HTTP with SSE': () => {
    const withKey = (to: string | URL, init: RequestInit = {}): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${key}`);
      return fetch(to, { ...init, headers });
    };
    return new SSEClientTransport(url, { fetch: withKey });
  },
};

for (const [name, open] of Object.entries(transports)) {
  describe(`the v1 client over ${name}`, () => {
    let client: ClientV1;
    const asked: unknown[] = [];
    const changed: unknown[] = [];
    const updated: unknown[] = [];
    before(async () => {
      client = new ClientV1(INFO, { capabilities: { elicitation: {} } });
      client.setRequestHandler(ElicitRequestSchema, (request) => {
        asked.push(request.params);
        return { action: 'accept', content: { name: 'Ann', username: 'ann', email: 'a@example.com' } };
      });
      client.setNotificationHandler(ToolListChangedNotificationSchema, (said) => void changed.push(said));
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, (said) => void updated.push(said.params.uri));
      await client.connect(open());
    });
    after(() => client.close());

    test('tools of all servers', async () => {
      const { tools } = await client.listTools();
      for (const { name: tool, arguments: args, expected } of CALLS) {
        assert.ok(tools.some((one) => one.name === tool));
        assert.match(JSON.stringify((await client.callTool({ name: tool, arguments: args })).content), expected);
      }
    });

    test('a server of either era asks the person, and says who it is', async () => {
      await client.callTool({ name: 'modern__test_input_required_result_elicitation', arguments: {} });
      await client.callTool({ name: 'legacy__test_elicitation', arguments: { message: 'Who are you?' } });
      const messages = asked.map((params) => String(at(params, 'message')));
      assert.match(messages[0] ?? '', /^\[modern\] /);
      assert.match(messages[1] ?? '', /^\[legacy\] /);
    });

    test('changes at a server of either era arrive', async () => {
      await client.subscribeResource({ uri: 'test://watched-resource' });
      for (const server of ['modern', 'legacy']) {
        const before = changed.length;
        await until(async () => {
          await client.callTool({ name: `${server}__test_trigger_tool_change`, arguments: {} });
          return changed.length > before;
        }, `a change at ${server}`);
      }
      await until(async () => {
        await client.callTool({ name: 'modern__test_trigger_resource_update', arguments: {} });
        return updated.length > 0;
      }, 'an update');
      assert.equal(updated[0], 'test://watched-resource');
      await client.unsubscribeResource({ uri: 'test://watched-resource' });
    });
  });
}
