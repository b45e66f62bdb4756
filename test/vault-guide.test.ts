// The configs that docs/vault.md shows can be used as they stand.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { diskFiles, formatProblem, loadConfig } from '../src/config/index.ts';

const GUIDE = readFileSync(new URL('../docs/vault.md', import.meta.url), 'utf8');

test('the configs of the guide are in order', () => {
  const configs = [...GUIDE.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, text = '']) => text);
  assert.ok(configs.length > 0);
  for (const text of configs) {
    const loaded = loadConfig(text, { file: '/nowhere/sallyport.yaml', env: {}, files: diskFiles, cores: 2 });
    assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.map(formatProblem).join('\n'));
  }
});

test('every command that the guide shows exists', async () => {
  const { COMMANDS } = await import('../src/cli/commands.ts');
  const names = new Set(COMMANDS.map(({ name }) => name));
  const shown = [...GUIDE.matchAll(/sallyport ((?:vault|audit|agents) [a-z]+)/g)].map(([, name = '']) => name);
  assert.ok(shown.length > 5);
  for (const name of shown) assert.ok(names.has(name), name);
});
