// The config in force as people look at it: with what the command line says, page by page, and whether the file says something else by now.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { SettingsQuery, SettingsView } from '../admin/index.ts';
import { readConfigFile } from './config-file.ts';
import { createSettingsPort } from './settings-port.ts';

function begin(t: TestContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-settings-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'sallyport.yaml');
  writeFileSync(configFile, text);
  const place = { configFile, dataFolder: join(folder, 'elsewhere'), listenOverride: '127.0.0.1:9999', consoleOverride: 'off' };
  const { written, shard } = readConfigFile(place);
  assert.ok(written !== undefined && shard !== undefined);
  const settings = createSettingsPort({
    tenant: 'default',
    nowMs: () => 0,
    place,
    written: () => written,
    shard: () => shard,
    loadedAt: () => '2026-01-01T00:00:00.000Z',
    store: () => undefined,
    authority: () => undefined,
  });
  const read = async (query: Partial<SettingsQuery> = {}): Promise<SettingsView> => {
    const answered = await settings({ limit: 500, ...query });
    assert.ok(answered.ok);
    return answered.value;
  };
  return { configFile, folder, read };
}

test('what the command line says goes before the file, and says so', async (t) => {
  const { folder, read } = begin(t, 'version: 1\nlisten: 127.0.0.1:1\n');
  const { settings } = await read({ from: 'command-line' });
  assert.deepEqual(
    settings.map(({ path, value, source }) => [path, value, source]),
    [
      ['data', join(folder, 'elsewhere'), { kind: 'command-line', option: '--data' }],
      ['listen', '127.0.0.1:9999', { kind: 'command-line', option: '--listen' }],
      ['admin.listen', 'off', { kind: 'command-line', option: '--console' }],
    ],
  );
});

test('page by page, and what is searched for', async (t) => {
  const { read } = begin(t, 'version: 1\nservers: { files: { url: https://files.example/mcp } }\n');
  const all = await read();
  const [first, second] = [await read({ limit: 10 }), await read({ limit: 10, cursor: '10' })];
  assert.equal(first.total, all.total);
  assert.deepEqual([...first.settings, ...second.settings], all.settings.slice(0, 20));
  assert.deepEqual(
    (await read({ search: 'FILES.example' })).settings.map(({ path }) => path),
    ['servers.files.url'],
  );
  assert.ok((await read({ from: 'file' })).settings.every(({ source }) => source.kind === 'file'));
});

test('that the file says something else by now is said, and what is in force is shown', async (t) => {
  const { configFile, read } = begin(t, 'version: 1\nworkers: 2\n');
  assert.equal((await read()).isStale, false);
  writeFileSync(configFile, 'version: 1\nworkers: 3\n');
  const { isStale, settings } = await read({ search: 'workers' });
  assert.deepEqual([isStale, settings.find(({ path }) => path === 'workers')?.value], [true, 2]);
});
