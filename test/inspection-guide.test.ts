// The examples of the inspection guide, read from it and run: configs load without an error or a warning, commands print, in a folder with the files that
// the guide shows, exactly what the guide says, and the table of defaults is what the gateway does.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatProblem, loadConfig } from '../src/config/index.ts';
import type { Files } from '../src/config/index.ts';
import { ACTIONS, compileActions, FINDING_CLASSES, UNSCANNED_REASONS } from '../src/inspection/index.ts';
import type { Direction, FindingClass } from '../src/inspection/index.ts';
import { sallyport } from './harness/index.ts';

const GUIDE = readFileSync(new URL('../docs/inspection.md', import.meta.url), 'utf8');

/** A block of the guide: what it is, what its file is called, and where it stands. */
interface Block {
  readonly language: string;
  readonly name: string;
  readonly text: string;
  readonly line: number;
}
const blocks: readonly Block[] = Array.from(
  GUIDE.matchAll(/^```(\w*) ?(.*)\n([^]*?)^```$/gm),
  ({ 1: language = '', 2: name = '', 3: text = '', index }) => ({
    language,
    name,
    text,
    line: GUIDE.slice(0, index).split('\n').length,
  }),
);

test('every block of the guide is of a kind that is run', () => {
  assert.ok(blocks.length >= 10);
  for (const { language, name, line } of blocks)
    assert.ok(
      language === 'yaml' || language === 'console' || ((language === 'json' || language === 'text') && name !== ''),
      `line ${line}`,
    );
});

const NO_FILES: Files = {
  read: () => ({ ok: false, error: 'does not exist' }),
  look: () => ({ kind: 'absent', reason: 'does not exist' }),
  list: () => ({ ok: false, error: 'does not exist' }),
};
for (const { language, text, line } of blocks.filter((block) => block.language === 'yaml')) {
  test(`the config in line ${line} loads`, () => {
    const loaded = loadConfig(text, { file: '/srv/sallyport.yaml', env: { PATH: '/bin' }, files: NO_FILES, cores: 2 });
    const problems = (loaded.ok ? loaded.value.warnings : loaded.error).map(formatProblem);
    // The programs of the examples are nowhere.
    assert.deepEqual(
      problems.filter((problem) => !/servers\.\w+\.(command|cwd)/.test(problem)),
      [],
    );
    assert.equal(language, 'yaml');
  });
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-guide-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the commands of the guide print what it says', async () => {
  const named = (name: string): string => blocks.find((block) => block.name === name)?.text ?? '';
  // The first command stands above the file that it looks into, and is run where there is no config.
  writeFileSync(
    join(folder, 'answer.json'),
    named('answer.json')
      .replace(/"note".*/, '"note": ""')
      .replaceAll(/, "contact": "[^"]*"/g, ''),
  );
  let commands = 0;
  for (const { language, name, text, line } of blocks) {
    if (name !== '') writeFileSync(join(folder, name), text);
    if (language !== 'console') continue;
    const [command = '', ...lines] = text.split('\n');
    const { stdout, stderr } = await sallyport(command.replace(/^\$ sallyport /, '').split(' '), { cwd: folder });
    assert.equal(stdout.trimEnd() + stderr, lines.join('\n').trimEnd(), `line ${line}`);
    commands++;
  }
  assert.ok(commands >= 4);
});

/** The cells of the table behind a heading, without its head. */
const tableBehind = (heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = GUIDE.split(`\n## ${heading}\n`);
  const rows =
    section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((row) => row.startsWith('| ')) ?? [];
  return rows.slice(1).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
};

const actionOn = (type: string, of: FindingClass, direction: Direction): string =>
  compileActions({ actions: [] }).on(
    'any',
    undefined,
    direction,
  )({
    type,
    class: of,
    confidence: 'high',
    kind: 'string',
    start: 0,
    end: 1,
    path: '$',
    layers: [],
  }).action;

test('the table of classes is whole, and says what is done without a config', () => {
  const rows = tableBehind('What is found').filter(([name]) => FINDING_CLASSES.some((one) => one === name));
  assert.deepEqual(
    rows.map(([name]) => name),
    FINDING_CLASSES,
  );
  for (const of of FINDING_CLASSES) {
    const [, , requests, answers] = rows.find(([name]) => name === of) ?? [];
    // Of what was not looked into, the reasons have a table of their own.
    const type = of === 'unscanned' ? 'binary' : `a-${of}`;
    assert.deepEqual([requests, answers], [actionOn(type, of, 'requests'), actionOn(type, of, 'answers')], of);
  }
});

test('the tables of actions and reasons are whole', () => {
  const actions = tableBehind('What is done about it').map(([name]) => name);
  assert.deepEqual(actions, ACTIONS);
  const reasons = tableBehind('What was not looked into');
  assert.deepEqual(new Set(reasons.map(([name]) => name)), new Set(UNSCANNED_REASONS));
  for (const [name = '', , action] of reasons)
    for (const direction of ['requests', 'answers'] as const) assert.equal(actionOn(name, 'unscanned', direction), action, name);
});
