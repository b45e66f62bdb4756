import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareOutlines, outlinePolicy } from './policy-outline.ts';

const rule = (name: string, tools = '["*"]'): string =>
  `  - name: ${name}\n    effect: allow\n    agents: ["*"]\n    servers: [files]\n    tools: ${tools}\n`;
const document = (...rules: readonly string[]): string => `rules:\n${rules.join('')}`;

test('rules stand on their lines', () => {
  const text = `# Ours.\nrules:\n  # First.\n${rule('one')}\n  # Second.\n${rule('two')}cases: [a.case]\ndenyDetail: rule\n`;
  const { rules, cases, others } = outlinePolicy(text);
  assert.deepEqual(
    rules.map(({ name, effect, line, endLine }) => ({ name, effect, line, endLine })),
    [
      { name: 'one', effect: 'allow', line: 4, endLine: 8 },
      { name: 'two', effect: 'allow', line: 11, endLine: 15 },
    ],
  );
  assert.deepEqual({ cases, others }, { cases: ['a.case'], others: { denyDetail: 'rule' } });
});

test('of what is no policy yet there is what can be made out', () => {
  assert.deepEqual(outlinePolicy('rules: ['), { rules: [], cases: [], others: {} });
  assert.deepEqual(outlinePolicy('text').rules, []);
  assert.deepEqual(
    outlinePolicy(`rules:\n  - name: half\n${rule('whole')}`).rules.map(({ name }) => name),
    ['whole'],
  );
});

test('what became of rules', () => {
  const before = outlinePolicy(document(rule('a'), rule('b'), rule('c'), rule('d')));
  const after = outlinePolicy(`${document(rule('b'), rule('c', '[read]'), rule('new'), rule('a'))}denyDetail: generic\n`);
  assert.deepEqual(compareOutlines(before, after), {
    rules: [
      { name: 'c', change: 'changed', line: 7 },
      { name: 'new', change: 'added', line: 12 },
      { name: 'a', change: 'moved', line: 17 },
      { name: 'd', change: 'removed', line: null },
    ],
    otherwise: ['denyDetail'],
  });
  assert.deepEqual(compareOutlines(before, before), { rules: [], otherwise: [] });
});
