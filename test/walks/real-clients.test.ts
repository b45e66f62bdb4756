// Clients that nobody here has written call tools through the gateway as they would call them anywhere: the SDK in both versions,
// and the Inspector's command line.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { VersionNegotiationMode } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startFixture } from '../conformance/fixture/serve.ts';
import type { Fixture } from '../conformance/fixture/serve.ts';
import { at, repositoryRoot, startGateway, startProgram, testConfig } from '../harness/index.ts';
import type { Gateway, Program } from '../harness/index.ts';

const MODULES = join(repositoryRoot, 'node_modules');
const EVERYTHING = join(MODULES, '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const INSPECTOR = join(MODULES, '@modelcontextprotocol', 'inspector', 'clients', 'launcher', 'build', 'index.js');
const INFO = { name: 'sallyport-test', version: '1.0.0' };

/** A tool of each server, and what its answer must contain. */
const CALLS = {
  everything: { name: 'echo', arguments: { message: 'ahoy' }, expected: /ahoy/ },
  fixture: { name: 'test_simple_text', arguments: {}, expected: /simple text response/ },
  tickets: { name: 'list_tickets', arguments: { status: 'all' }, expected: /Invoice 2071/ },
} as const;
type ServerName = keyof typeof CALLS;

let fixture: Fixture;
let tickets: Program;
let gateway: Gateway;
let authorization: string;

before(async () => {
  fixture = await startFixture();
  tickets = await startProgram('examples/tickets-server/main.ts', ['--port', '0']);
  gateway = await startGateway({
    config: testConfig({
      servers: {
        everything: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
        fixture: { url: fixture.url },
        tickets: { url: tickets.url },
      },
    }),
  });
  authorization = `Bearer ${await gateway.addAgent('walker')}`;
});
after(async () => {
  await gateway?.stop();
  await Promise.all([fixture?.close(), tickets?.stop()]);
});

describe('the v2 client', () => {
  const cases: readonly (readonly [server: ServerName, mode: VersionNegotiationMode, era: string])[] = [
    ['everything', 'legacy', 'legacy'],
    // A server of the legacy era; the gateway speaks the modern one for it.
    ['everything', 'auto', 'modern'],
    ['fixture', 'legacy', 'legacy'],
    ['fixture', 'auto', 'modern'],
    ['fixture', { pin: '2026-07-28' }, 'modern'],
    ['tickets', 'auto', 'modern'],
    // The ticket desk answers old clients without sessions of its own.
    ['tickets', 'legacy', 'legacy'],
  ];
  for (const [server, mode, era] of cases) {
    test(`${JSON.stringify(mode)} at ${server}`, async () => {
      const client = new Client(INFO, { versionNegotiation: { mode } });
      const options = { requestInit: { headers: { authorization, connection: 'close' } } };
      await client.connect(new StreamableHTTPClientTransport(new URL(gateway.url(server)), options));
      try {
        assert.equal(client.getProtocolEra(), era);
        const { name, arguments: args, expected } = CALLS[server];
        const { tools } = await client.listTools();
        assert(tools.some((tool) => tool.name === name));
        const result = await client.callTool({ name, arguments: { ...args } });
        assert.match(JSON.stringify(result.content), expected);
      } finally {
        await client.close();
      }
    });
  }

  test('answers a question in the middle of a modern call', async () => {
    const client = new Client(INFO, { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: {} } });
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Grace' } }));
    await client.connect(
      new StreamableHTTPClientTransport(new URL(gateway.url('fixture')), { requestInit: { headers: { authorization } } }),
    );
    try {
      const result = await client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} });
      assert.match(JSON.stringify(result.content), /Hello, Grace!/);
    } finally {
      await client.close();
    }
  });
});

describe('the v1 client', () => {
  for (const server of ['everything', 'fixture', 'tickets'] as const) {
    test(`at ${server}`, async () => {
      const client = new ClientV1(INFO);
      const transport = new TransportV1(new URL(gateway.url(server)), { requestInit: { headers: { authorization, connection: 'close' } } });
      // The cast: its own classes disagree with its own interface under exactOptionalPropertyTypes.
      await client.connect(transport as Parameters<typeof client.connect>[0]);
      try {
        const { name, arguments: args, expected } = CALLS[server];
        const { tools } = await client.listTools();
        assert(tools.some((tool) => tool.name === name));
        const result = await client.callTool({ name, arguments: { ...args } });
        assert.match(JSON.stringify(result.content), expected);
        await transport.terminateSession();
      } finally {
        await client.close();
      }
    });
  }
});

describe("the Inspector's command line", () => {
  for (const [server, era] of [
    ['everything', 'legacy'],
    ['everything', 'auto'],
    ['fixture', 'legacy'],
    ['fixture', 'modern'],
    ['tickets', 'modern'],
  ] as const) {
    test(`${era} at ${server}`, async () => {
      const { name, arguments: args, expected } = CALLS[server];
      const listed = JSON.parse(await inspect(server, era, '--method', 'tools/list'));
      const tools = at(listed, 'result', 'tools') ?? at(listed, 'tools');
      assert(Array.isArray(tools) && tools.some((tool) => at(tool, 'name') === name));
      const called = await inspect(server, era, '--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
      assert.match(called, expected);
    });
  }
});

async function inspect(server: ServerName, era: string, ...args: readonly string[]): Promise<string> {
  // It keeps files in the home folder: it gets one of its own.
  const home = join(gateway.folder, 'home');
  mkdirSync(home, { recursive: true });
  const target = [gateway.url(server), '--transport', 'http', '--header', `Authorization: ${authorization}`, '--protocol-era', era];
  const child = spawn(process.execPath, [INSPECTOR, '--cli', ...target, '--format', 'json', ...args], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await once(child, 'close');
  clearTimeout(timer);
  assert.equal(child.exitCode, 0, stderr);
  return stdout;
}
