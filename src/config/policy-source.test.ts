import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeFiles } from './files.fixture.ts';
import { readPolicySource, withPolicy } from './policy-source.ts';

const FILE = '/etc/sally/sallyport.yaml';
const read = (files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  readPolicySource(FILE, { env, files: fakeFiles(files) });

test('a policy in the config is a section of it', () => {
  const source = read({ [FILE]: 'version: 1\npolicy:\n  rules: []\n' });
  assert.ok(source.ok);
  assert.deepEqual(
    { kind: source.value.kind, file: source.value.file, text: source.value.text, firstLine: source.value.firstLine },
    { kind: 'section', file: FILE, text: 'rules: []\n', firstLine: 3 },
  );
});

test('a policy in a file of its own is that file, also where the environment names it', () => {
  const files = { [FILE]: 'version: 1\npolicy: { file: "${WHERE}.yaml" }\n', '/etc/sally/rules.yaml': '# Ours.\r\nrules: []\r\n' };
  const source = read(files, { WHERE: 'rules' });
  assert.ok(source.ok);
  assert.deepEqual(
    { kind: source.value.kind, file: source.value.file, text: source.value.text },
    { kind: 'file', file: '/etc/sally/rules.yaml', text: '# Ours.\nrules: []\n' },
  );
  assert.deepEqual(source.value.replace('rules: []', { rules: [] }), { ok: true, value: 'rules: []\r\n' });
});

test('where none is written, there is a place for it', () => {
  const source = read({ [FILE]: 'version: 1\n' });
  assert.deepEqual(source.ok && { kind: source.value.kind, text: source.value.text }, { kind: 'none', text: '' });
});

test('what cannot be read is said of the file that it is', () => {
  assert.deepEqual(read({}), { ok: false, error: { file: FILE, says: 'does not exist' } });
  assert.deepEqual(read({ [FILE]: 'policy: { file: gone.yaml }\n' }), {
    ok: false,
    error: { file: '/etc/sally/gone.yaml', says: 'does not exist' },
  });
  assert.deepEqual(read({ [FILE]: 'version: 1\nversion: 1\n' }), {
    ok: false,
    error: { file: FILE, says: 'has the key version twice (line 2)' },
  });
});

test('a text that is no YAML is refused where it stands in the file', () => {
  const source = read({ [FILE]: 'version: 1\npolicy:\n  rules: []\n' });
  assert.ok(source.ok);
  const refused = withPolicy(source.value, 'rules:\n\t- name: x\n');
  assert.ok(!refused.ok);
  assert.deepEqual(
    refused.error.map(({ line, column, message }) => ({ line, column, message })),
    [{ line: 4, column: 3, message: 'is indented with a tab' }],
  );
});

test('a text learns nothing of other files and variables by being tried', () => {
  const source = read({ [FILE]: "version: 1\npolicy:\n  cases: [/srv/ours.case, cases/*.case]\n  rules: [{ name: '${KNOWN}' }]\n" });
  assert.ok(source.ok);
  const problems = (text: string): readonly string[] => {
    const tried = withPolicy(source.value, text);
    return tried.ok ? [] : tried.error.map(({ line, path, message }) => `${line} ${path} ${message}`);
  };
  assert.deepEqual(problems("rules: [{ name: '${KNOWN}' }]\ncases: [/srv/ours.case, cases/*.case, ./cases/one.case]\n"), []);
  assert.deepEqual(problems('file: /etc/shadow\n'), ['3 policy.file names another file']);
  assert.deepEqual(problems("rules:\n  - name: '${SECRET}'\n    when: 'a ${KNOWN} ${OTHER:-x}'\n"), [
    '4 policy.rules[0].name takes SECRET from the environment',
    '5 policy.rules[0].when takes OTHER from the environment',
  ]);
  for (const pattern of [
    '/etc/shadow',
    '../x.case',
    'a/../../x',
    '.ssh/id',
    'data/keys/k',
    '*',
    'id.txt',
    'cases/*',
    'cases/id.txt',
    'cases/.x.case',
    'cases/a/b.case',
  ])
    assert.deepEqual(
      problems(`rules: []\ncases: ['${pattern}']\n`),
      ['4 policy.cases[0] leads to files that hold no cases of this policy now'],
      pattern,
    );
});
