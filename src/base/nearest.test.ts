import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

const table: readonly (readonly [word: string, candidates: readonly string[], expected: string | undefined])[] = [
  ['wokers', ['workers', 'servers'], 'workers'],
  ['sevrers', ['workers', 'servers'], 'servers'],
  ['Tools', ['tools'], 'tools'],
  ['tool', ['tools', 'pool'], 'tools'],
  ['agnet', ['agents'], 'agents'],
  ['everythin', ['everything', 'memory'], 'everything'],
  ['b', ['a'], undefined],
  ['A', ['a'], 'a'],
  ['ab', ['aa'], 'aa'],
  ['frobnicate', ['version', 'data'], undefined],
  ['x', [], undefined],
  ['', ['a'], undefined],
  ['delete_file', ['write_file'], undefined],
  ['deleteFiles', ['writeFiles'], undefined],
  ['delete_file', ['write_file', 'delete_files'], 'delete_files'],
  ['raed_file', ['write_file', 'read_file'], 'read_file'],
  ['readfile', ['read_file'], 'read_file'],
  ['replica-3', ['replica-2'], 'replica-2'],
  ['x'.repeat(101), ['x'.repeat(100)], undefined],
];
for (const [word, candidates, expected] of table) {
  test(`nearest to ${JSON.stringify(word.slice(0, 20))} is ${expected ?? 'nothing'}`, () => {
    assert.equal(nearest(word, candidates), expected);
  });
}
