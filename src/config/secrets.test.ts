import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { fakeFiles } from './files.fixture.ts';
import { resolveValue } from './index.ts';
import type { Env } from './index.ts';

const ENV: Env = { TOKEN: 't0k', EMPTY: '' };
const FILES = fakeFiles({ '/one': 'f1le\n', '/two': 'a\r\n', '/blank': 'a\n\n', '/dir': null });

const table: readonly (readonly [what: string, source: Parameters<typeof resolveValue>[0], expected: string])[] = [
  ['text', [{ text: 'plain' }], 'plain'],
  ['nothing', [], ''],
  ['a variable', [{ env: 'TOKEN' }], 't0k'],
  ['an empty variable', [{ env: 'EMPTY' }], ''],
  ['a fallback', [{ env: 'NONE', fallback: 'd' }], 'd'],
  ['a file, its last line break dropped', [{ file: '/one' }], 'f1le'],
  ['a file from Windows', [{ file: '/two' }], 'a'],
  ['only one line break', [{ file: '/blank' }], 'a\n'],
  ['several parts', [{ text: 'Bearer ' }, { env: 'TOKEN' }, { file: '/one' }], 'Bearer t0kf1le'],
];
for (const [what, source, expected] of table) {
  test(`a value is resolved: ${what}`, () => {
    const resolved = resolveValue(source, ENV, FILES);
    assert.equal(resolved.ok && resolved.value.reveal(), expected);
    assert.doesNotMatch(inspect(resolved), /t0k|f1le/);
  });
}

test('what cannot be resolved says which reference, and no value', () => {
  const told = (source: Parameters<typeof resolveValue>[0]) => {
    const resolved = resolveValue(source, ENV, FILES);
    return !resolved.ok && resolved.error.message;
  };
  assert.equal(told([{ env: 'TOKEN' }, { env: 'NONE' }]), 'needs the environment variable NONE, which is not set');
  assert.equal(told([{ file: '/none' }]), 'needs the file /none, which does not exist');
  assert.equal(told([{ file: '/dir' }]), 'needs the file /dir, which is a folder');
});
