import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine } from './command-line.ts';

test('words stay words in a shell, whatever is in them', () => {
  assert.equal(commandLine('agents', 'add', 'billing', '--expires', '30d'), 'sallyport agents add billing --expires 30d');
  const words = ["it's", 'two words', '$(id)', '`id`', '"; rm -rf /', '', '-x', 'a\nb', '*'];
  const line = commandLine(...words).replace(/^sallyport/, 'printf "%s\\0"');
  assert.deepEqual(execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1), words);
});
