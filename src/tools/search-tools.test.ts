import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamedDefinition } from './definition-texts.ts';
import { createToolSearch } from './index.ts';

const TOOLS: readonly NamedDefinition[] = [
  {
    server: 'files',
    name: 'read_file',
    definition: { description: 'Gives the contents of a document.', inputSchema: { properties: { path: {} } } },
  },
  { server: 'files', name: 'listDirectory', definition: { description: 'Names of files in a folder.' } },
  { server: 'mail', name: 'send', definition: { description: 'Sends a message.', inputSchema: { properties: { recipientAddress: {} } } } },
];

function searched(query: string, tools = TOOLS): readonly string[] {
  const search = createToolSearch();
  for (const tool of tools) search.add(tool);
  return search.find(query).map(({ name }) => name);
}

test('words of names, descriptions and arguments are found; names count most', () => {
  assert.deepEqual(searched('file'), ['read_file', 'listDirectory']);
  assert.deepEqual(searched('FILES'), ['read_file', 'listDirectory']);
  assert.deepEqual(searched('directory'), ['listDirectory']);
  assert.deepEqual(searched('recipient'), ['send']);
  assert.deepEqual(searched('nothing like it'), []);
  assert.deepEqual(searched(''), []);
});

test('the order of adding does not matter', () =>
  assert.deepEqual(searched('file folder message', TOOLS.toReversed()), searched('file folder message')));

test('a text that repeats a word does not drown the rest', () => {
  const loud = { server: 'loud', name: 'thing', definition: { description: 'file '.repeat(1_000) } };
  assert.equal(searched('file', [...TOOLS, loud])[0], 'read_file');
});

test('what changed or went is found as it is now', () => {
  const search = createToolSearch();
  for (const tool of TOOLS) search.add(tool);
  search.add({ server: 'mail', name: 'send', definition: { description: 'Dispatches.' } });
  search.remove('files', 'read_file');
  search.remove('files', 'never_there');
  assert.equal(search.size, 2);
  assert.deepEqual(search.find('message'), []);
  assert.deepEqual(
    search.find('dispatches file').map(({ name }) => name),
    ['send', 'listDirectory'],
  );
});

test('what the asker may not see is not found, and makes no room', () => {
  const search = createToolSearch();
  for (const tool of TOOLS) search.add(tool);
  assert.deepEqual(
    search.find('file', { limit: 1, admit: (_server, name) => name !== 'read_file' }).map(({ name }) => name),
    ['listDirectory'],
  );
});
