// docs/audit.md is held against the program: what profiles set, the tests it names, the commands it gives, the configs it shows.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PRIVACY_PROFILES, PROFILES } from '../src/audit/index.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { fakeSource } from '../src/config/files.fixture.ts';
import { loadConfig } from '../src/config/index.ts';
import { repositoryRoot } from './harness/index.ts';

const guide = readFileSync(join(repositoryRoot, 'docs', 'audit.md'), 'utf8');

test('the table of profiles says what they set', () => {
  const rows = guide.split('\n').flatMap((line) => {
    const [key, ...values] = line
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''))
      .filter((cell) => cell !== '');
    return key !== undefined && key in PROFILES.minimal && values.length === PRIVACY_PROFILES.length ? [[key, ...values]] : [];
  });
  const expected = Object.keys(PROFILES.minimal).map((key) => [
    key,
    ...PRIVACY_PROFILES.map((profile) => String(Object.entries(PROFILES[profile]).find(([one]) => one === key)?.[1])),
  ]);
  assert.deepEqual(rows, expected);
});

test('every test and page that it names is there', () => {
  const named = [...guide.matchAll(/`((?:src|test)\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
  const linked = [...guide.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page = '']) => join('docs', page));
  assert.ok(named.length > 10);
  for (const path of [...named, ...linked]) assert.ok(existsSync(join(repositoryRoot, path)), path);
});

test('every command that it gives is one', () => {
  const names = new Set(COMMANDS.map(({ name }) => name));
  const given = [...guide.matchAll(/`sallyport (audit [a-z-]+(?: add| list| lift)?|vault [a-z]+)/g)].map(([, name = '']) => name);
  assert.ok(given.length > 12);
  for (const name of given) assert.ok(names.has(name), name);
});

test('every config that it shows is in order', () => {
  const configs = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  assert.ok(configs.length >= 2);
  for (const text of configs) {
    const loaded = loadConfig(text, fakeSource());
    assert.ok(loaded.ok, loaded.ok ? '' : JSON.stringify(loaded.error));
  }
});
