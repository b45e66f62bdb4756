// The first thing a stranger reads: everything in it must work as printed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { renderQuickstart } from './index.ts';
import type { Quickstart } from './index.ts';

const KEY = `spk_${'k'.repeat(43)}`;
const quickstart: Quickstart = {
  url: 'http://127.0.0.1:7625',
  console: 'The console is at http://127.0.0.1:7630. This link signs you in:\nhttp://127.0.0.1:7630/sign-in#abc\n',
  servers: ['everything', 'files', 'tickets'],
  together: '/mcp',
  key: { agent: 'quickstart', text: KEY, expiresAt: '2026-11-29T10:00:00.000Z' },
  checkout: '/home/me/sallyport',
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

test('it says where all servers are one, if they are anywhere', () => {
  assert.match(renderQuickstart(quickstart), /all of them as one server.*: http:\/\/127\.0\.0\.1:7625\/mcp\n/);
  assert.doesNotMatch(renderQuickstart({ ...quickstart, together: undefined }), /as one server/);
});

test('without a call to make, the tools of the first server are listed', () => {
  const lines = renderQuickstart({ ...quickstart, call: undefined }).split('\n');
  assert.ok(lines.includes(`npx sallyport tools list http://127.0.0.1:7625/mcp/everything --key ${KEY}`));
});

test('without servers there is no command to try', () => {
  const text = renderQuickstart({ ...quickstart, servers: [], call: undefined });
  assert.ok(!text.includes('npx sallyport tools'));
});

test('the link that signs in is the last thing of all, where there is a console', () => {
  assert.match(renderQuickstart(quickstart), /\nThe console is at [^\n]*:\nhttp:\/\/127\.0\.0\.1:7630\/sign-in#abc\n$/);
  assert.match(renderQuickstart({ ...quickstart, console: undefined }), /\nCtrl-C stops everything\.\n$/);
});

test('a data folder elsewhere is named where it is needed', () => {
  const text = renderQuickstart({ ...quickstart, dataFolder: '/var/lib/sp' });
  assert.match(text, /^npx sallyport audit verify --data \/var\/lib\/sp$/m);
});

test('it says where the commands are to be run', () => {
  assert.match(renderQuickstart(quickstart), /in the checkout:\n\ncd \/home\/me\/sallyport\n/);
});

test('a shell reads every printed command back as it was meant', () => {
  const words = ["message=it's $HOME `x` [a] é *"];
  const checkout = '/home/zoë/my $files';
  const text = renderQuickstart({
    ...quickstart,
    url: 'http://[::1]:7625',
    checkout,
    dataFolder: "/srv/my data's",
    call: { server: 'everything', tool: 'echo', words },
  });
  const readBack = (line: string): readonly string[] =>
    execFileSync('sh', ['-c', `set -f; show() { for word; do printf '%s\\0' "$word"; done; }; show ${line}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);
  const lines = text.split('\n').filter((line) => /^(npx|cd) /.test(line));
  assert.deepEqual(lines.map(readBack), [
    ['cd', checkout],
    ['npx', 'sallyport', 'tools', 'call', 'http://[::1]:7625/mcp/everything', 'echo', ...words, '--key', KEY],
    ['npx', 'sallyport', 'audit', 'tail', '--data', "/srv/my data's"],
    ['npx', 'sallyport', 'audit', 'verify', '--data', "/srv/my data's"],
  ]);
  // zsh ends a command at a pattern that no file matches.
  assert.match(text, /'http:\/\/\[::1\]:7625\/mcp\/everything'/);
});
