// The first thing a stranger reads: everything in it must work as printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderQuickstart } from './index.ts';
import type { Quickstart } from './index.ts';

const KEY = `spk_${'k'.repeat(43)}`;
const quickstart: Quickstart = {
  url: 'http://127.0.0.1:7625',
  servers: ['everything', 'files', 'tickets'],
  key: { agent: 'quickstart', text: KEY, expiresAt: '2026-11-29T10:00:00.000Z' },
  dataFolder: undefined,
  call: { server: 'everything', tool: 'echo', words: ['message=hello'] },
};

test('the command stands alone on its line', () => {
  const lines = renderQuickstart(quickstart).split('\n');
  assert.ok(lines.includes(`npx sallyport tools call http://127.0.0.1:7625/mcp/everything echo message=hello --key ${KEY}`));
});

test('the snippet is JSON that holds a URL and the key for every server', () => {
  const text = renderQuickstart(quickstart);
  const snippet = JSON.parse(text.slice(text.indexOf('{\n'), text.indexOf('\n}\n') + 2));
  assert.deepEqual(Object.keys(snippet.mcpServers), quickstart.servers);
  assert.deepEqual(snippet.mcpServers.files, {
    type: 'http',
    url: 'http://127.0.0.1:7625/mcp/files',
    headers: { Authorization: `Bearer ${KEY}` },
  });
});

test('without a call to make, the tools of the first server are listed', () => {
  const lines = renderQuickstart({ ...quickstart, call: undefined }).split('\n');
  assert.ok(lines.includes(`npx sallyport tools list http://127.0.0.1:7625/mcp/everything --key ${KEY}`));
});

test('without servers there is no command to try', () => {
  const text = renderQuickstart({ ...quickstart, servers: [], call: undefined });
  assert.ok(!text.includes('npx sallyport tools'));
});

test('a data folder elsewhere is named where it is needed', () => {
  const text = renderQuickstart({ ...quickstart, dataFolder: '/var/lib/sp' });
  assert.match(text, /^npx sallyport audit verify --data \/var\/lib\/sp$/m);
});
