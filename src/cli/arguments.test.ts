// The command line is read strictly: what is not declared is refused, with what was probably meant.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { nearest } from '../base/index.ts';
import { parseDuration } from './duration.ts';

const command: Command = {
  name: 'thing make',
  summary: 'Make a thing',
  positionals: [
    { name: 'NAME', text: 'its name' },
    { name: 'MORE', text: 'more words', optional: true, repeated: true },
  ],
  options: [
    { name: 'group', value: 'GROUP', repeated: true, text: 'a group' },
    { name: 'expires', value: 'TIME', text: 'when' },
    { name: 'quick', text: 'quickly' },
  ],
  run: async () => 0,
};

test('words, options, flags and lists are told apart', () => {
  const parsed = parseArguments(command, ['x', '--group', 'a', '--group=b=c', 'y', '--quick', '--expires', '1d', '--', '--z', '-']);
  assert.ok(parsed.ok);
  const args = parsed.value;
  assert.equal(args.word('NAME'), 'x');
  assert.deepEqual(args.words('MORE'), ['y', '--z', '-']);
  assert.deepEqual(args.list('group'), ['a', 'b=c']);
  assert.equal(args.flag('quick'), true);
  assert.equal(args.text('expires'), '1d');
  assert.equal(args.text('data'), undefined);
  assert.equal(args.output, 'table');
});

test('a value may begin with a dash or be empty', () => {
  const parsed = parseArguments(command, ['x', '--expires', '-5', '--group=']);
  assert.ok(parsed.ok);
  assert.equal(parsed.value.text('expires'), '-5');
  assert.deepEqual(parsed.value.list('group'), ['']);
});

test('help is given without the words', () => {
  for (const asked of ['--help', '-h']) {
    const parsed = parseArguments(command, [asked]);
    assert.ok(parsed.ok && parsed.value.flag('help'));
  }
});

const refused: readonly (readonly [argv: readonly string[], says: RegExp])[] = [
  [[], /^NAME is missing\.$/],
  [['x', '--exprires', '1d'], /^There is no option --exprires; did you mean --expires\?$/],
  [['x', '--zzzzzz'], /^There is no option --zzzzzz\.$/],
  [['x', '-q'], /^There is no option -q\.$/],
  [['x', '--quick=yes'], /^--quick takes no value\.$/],
  [['x', '--expires'], /^--expires needs a value: --expires TIME\.$/],
  [['x', '--expires', '1d', '--expires', '2d'], /^--expires is given twice\.$/],
  [['x', '--output', 'yaml'], /^--output is 'table' or 'json', not 'yaml'\.$/],
];
for (const [argv, says] of refused) {
  test(`refuses ${JSON.stringify(argv)}`, () => {
    const parsed = parseArguments(command, argv);
    assert.ok(!parsed.ok);
    assert.match(parsed.error, says);
  });
}

test('a word too many is refused', () => {
  const parsed = parseArguments({ ...command, positionals: [{ name: 'NAME', text: '' }] }, ['x', 'y']);
  assert.deepEqual(parsed, { ok: false, error: "'y' is one word too many." });
});

test('asking for what was not declared is a bug that shows', () => {
  const parsed = parseArguments(command, ['x']);
  assert.ok(parsed.ok);
  assert.throws(() => parsed.value.text('grp'), /does not declare --grp/);
  assert.throws(() => parsed.value.word('NMAE'), /does not declare NMAE/);
});

for (const [typed, meant] of [
  ['sevre', 'serve'],
  ['agnets', 'agents'],
  ['serve', 'serve'],
  ['x', undefined],
  ['frobnicate', undefined],
  ['', undefined],
] as const) {
  test(`'${typed}' is probably ${meant ?? 'nothing known'}`, () => {
    assert.equal(nearest(typed, ['serve', 'agents', 'audit', 'version']), meant);
  });
}

for (const [text, durationMs] of [
  ['90m', 5_400_000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
  ['4w', 2_419_200_000],
  ['0d', undefined],
  ['-1d', undefined],
  ['1.5d', undefined],
  ['1y', undefined],
  ['d', undefined],
  ['', undefined],
  ['9999999w', undefined],
  ['1d ', undefined],
] as const) {
  test(`the duration '${text}' is ${durationMs ?? 'refused'}`, () => assert.equal(parseDuration(text), durationMs));
}
