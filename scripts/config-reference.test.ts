// The reference of the config is whole, and what it shows works.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configJsonSchema, formatProblem, loadConfig } from '../src/config/index.ts';
import type { Files } from '../src/config/index.ts';
import { renderConfigReference } from './config-reference.ts';

const page = renderConfigReference();

test('every key of the schema has a row with a description and an example', () => {
  const keys: string[] = [];
  const visit = (node: unknown, key: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if (key === 'properties') keys.push(...Object.keys(node));
    // An example or a default may hold a key of any name.
    for (const [name, child] of Object.entries(node)) if (name !== 'examples' && name !== 'default') visit(child, name);
  };
  visit(configJsonSchema(), '');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  assert.ok(keys.length > 50);
  for (const key of keys) {
    const own = rows.filter((row) => new RegExp(`^\\| \`([^\`]*\\.)?${key}\``).test(row));
    assert.ok(own.length > 0, `${key} has no row`);
    for (const row of own) assert.match(row, /^\| `[^`]+` \| [^|]+ \| [^|]+ \| [^|]{10,} \| `[^|]+` \|$/);
  }
});

test('the defaults are those of the schema', () => {
  for (const row of [
    /^\| `limits\.maxBodyBytes` \| whole number, 1024 to 1073741824 \| `4194304` \|/m,
    /^\| `listen\.tls` \| `off`, `self-signed`, `external` or mapping \| `off` \|/m,
    /^\| `version` \| `1` \| required \|/m,
    /^\| `policy\.rules\[\]\.servers` \| list of text \| required \|/m,
  ])
    assert.match(page, row);
});

const disk: Files = {
  read: (path) => ({
    ok: true,
    value: path.endsWith('policy.yaml')
      ? 'rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }]'
      : path.endsWith('.case')
        ? 'ada | files | server | allow'
        : '-----BEGIN CERTIFICATE-----',
  }),
  look: (path) => (/[a-z]\.[a-z]+$/.test(path) ? { kind: 'file', openToOthers: false } : { kind: 'folder' }),
  list: () => ({ ok: true, value: ['readers.case'] }),
};
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);

test('there are examples', () => assert.ok(blocks.length >= 9));

for (const block of blocks) {
  test(`this is good: ${block.slice(0, 60).replaceAll('\n', ' / ')}`, () => {
    const lacking = [
      ['version', 'version: 1'],
      ['servers', 'servers: { files: { url: "http://127.0.0.1:1/" } }'],
      ['policy', 'policy: { rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }] }'],
    ].flatMap(([key, text]) => (new RegExp(`^${key}:`, 'm').test(block) ? [] : [text]));
    const text = [block, ...lacking].join('\n');
    const loaded = loadConfig(text, {
      file: '/etc/sally/sallyport.yaml',
      env: { TICKETS_TOKEN: 't', OTLP_AUTHORIZATION: 'o' },
      files: disk,
      cores: 2,
    });
    assert.deepEqual((loaded.ok ? loaded.value.warnings : loaded.error).map(formatProblem), []);
  });
}
