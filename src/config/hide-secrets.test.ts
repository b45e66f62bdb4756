// What everybody sees of how a server is reached.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerConfig } from '../servers/index.ts';
import { fakeSource } from './files.fixture.ts';
import { showTarget } from './hide-secrets.ts';
import { loadConfig } from './load.ts';

function targetOf(members: object): string {
  const text = JSON.stringify({ version: 1, servers: { one: members } });
  const loaded = loadConfig(text, fakeSource());
  const server: ServerConfig | undefined = loaded.ok ? loaded.value.shard.servers[0] : undefined;
  assert.ok(server !== undefined, JSON.stringify(loaded));
  return showTarget(server);
}

test('of a program there are its name and the names of its flags', () => {
  for (const [args, shown] of [
    [[], ''],
    [['-y', 'server', '/data', '--root=/srv', '--read-only'], ' -y … --root --read-only'],
    [['postgresql://admin:hunter2pass@db.internal:5432/prod'], ' …'],
    [['--token', 'hunter2pass', '-phunter2pass', '-H', 'Authorization: Bearer hunter2pass'], ' --token … -H …'],
    [['--sk9f8a7b6c5d4e3f2a', '-e', 'API_KEY=hunter2pass'], ' … -e …'],
  ] as const)
    assert.equal(targetOf({ command: 'tool', args }), `tool${shown}`);
});

test('of an address there is what leads to the server, and nothing that opens it', () => {
  for (const [url, shown] of [
    ['https://web.example.com/organisations/v2/mcp', 'https://web.example.com/organisations/v2/mcp'],
    ['http://127.0.0.1:7627/mcp', 'http://127.0.0.1:7627/mcp'],
    ['https://web.example.com/mcp?key=hunter2pass', 'https://web.example.com/mcp?…'],
    ['https://web.example.com/mcp/sk-ak-QwErTyUiOpAsDfGhJkLzXcVb/sse', 'https://web.example.com/mcp/…/sse'],
    ['https://mcp.example/k/9f8a7b6c5d4e3f2a1b0c/mcp', 'https://mcp.example/k/…/mcp'],
  ] as const)
    assert.equal(targetOf({ url }), shown);
});
