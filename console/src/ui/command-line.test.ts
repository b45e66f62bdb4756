import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine } from './command-line.ts';

test('words stay words in a shell, whatever is in them', () => {
  assert.equal(commandLine('agents add', ['billing'], ['--expires', '30d']), 'sallyport agents add billing --expires 30d');
  const words = ["it's", 'two words', '$(id)', '`id`', '"; rm -rf /', '', '-', 'a\nb', '*'];
  const line = commandLine('audit query', words, ['--why', '-x']).replace(/^sallyport/, 'printf "%s\\0"');
  const typed = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
  assert.deepEqual(typed, ['audit', 'query', ...words, '--why', '-x']);
});

test('a word that looks like an option stays a word', () => {
  assert.equal(commandLine('tools approve', ['files', '--all'], ['--kind', 'tool']), 'sallyport tools approve --kind tool -- files --all');
});
