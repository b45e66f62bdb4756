import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig, testCases } from './index.ts';

const CONFIG = `
version: 1
servers:
  files: { command: x, tools: { 'write_*': { labels: [destructive] } } }
policy:
  cases: [cases/*.case]
  rules:
    - { name: readers, effect: allow, groups: [staff], servers: [files] }
    - { name: no-writes, effect: deny, agents: ['*'], servers: [files], labels: [destructive] }
`;
const FOLDER = '/etc/sally/cases';
const GOOD = 'ada [staff] | files | tool read_file | allow readers\nada [staff] | files | tool write_file | deny no-writes\n';

const problemsOf = (text: string, files: Readonly<Record<string, string>>): readonly string[] => {
  const loaded = loadConfig(text, fakeSource({ [FOLDER]: null, ...files }));
  return loaded.ok ? loaded.value.warnings.map(formatProblem) : loaded.error.map(formatProblem);
};

test('a config whose cases hold is taken, and its files are known', () => {
  const loaded = loadConfig(CONFIG, fakeSource({ [FOLDER]: null, [`${FOLDER}/a.case`]: GOOD, [`${FOLDER}/notes.txt`]: 'not a case' }));
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.files, ['/etc/sally/sallyport.yaml', `${FOLDER}/a.case`]);
  assert.ok(!('cases' in loaded.value.shard.policy), 'the workers have nothing to do with them');
});

test('a case that does not hold refuses the config: which, what was expected, what came, and why', () => {
  assert.deepEqual(problemsOf(CONFIG, { [`${FOLDER}/a.case`]: `# ours\n${GOOD}bob | files | tool read_file | allow readers\n` }), [
    "/etc/sally/cases/a.case:4:1: bob | files | tool read_file should be 'allow readers', and is 'deny -': readers (allow) is about groups staff; no-writes (deny) is about tools labelled destructive. Correct the rules; or the case, if this is what should be.",
  ]);
});

test('what is no case, and what leads to none, is a mistake in its place', () => {
  assert.deepEqual(problemsOf(CONFIG, {}), [
    '/etc/sally/sallyport.yaml:6:11: policy.cases[0] matches no file in /etc/sally/cases. Correct the path, or remove it.',
  ]);
  assert.deepEqual(problemsOf(CONFIG.replace('cases/*.case', 'gone.case'), {}), [
    '/etc/sally/sallyport.yaml:6:11: policy.cases[0] names /etc/sally/gone.case, which does not exist. Correct the path.',
  ]);
  assert.match(problemsOf(CONFIG.replace('cases/*.case', '"*/a.case"'), {})[0] ?? '', /has a wildcard in the name of a folder/);
  assert.match(
    problemsOf(CONFIG, { [`${FOLDER}/a.case`]: '# nothing\n' })[0] ?? '',
    /a\.case:1:1: the file has no case\. Write one a line/,
  );
  assert.match(problemsOf(CONFIG, { [`${FOLDER}/a.case`]: 'ada | files | allow\n' })[0] ?? '', /a\.case:1:1: this line has 3 columns/);
  assert.match(
    problemsOf(CONFIG, { [`${FOLDER}/a.case`]: `prose\n---\nrules: []\n---\n${GOOD}` })[0] ?? '',
    /a\.case:3:1: this part is a policy, and would say nothing about the one of the config/,
  );
});

test('a policy in a file of its own names its cases beside it', () => {
  const files = {
    '/etc/sally/rules/policy.yaml': 'cases: [a.case]\nrules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }]\n',
    '/etc/sally/rules/a.case': 'ada | files | server | deny all\n',
  };
  const text = 'version: 1\nservers: { files: { command: x } }\npolicy: { file: rules/policy.yaml }\n';
  assert.match(problemsOf(text, files).join('\n'), /^\/etc\/sally\/rules\/a\.case:1:1: .* should be 'deny all', and is 'allow all'[^\n]*$/);
  const gone = { '/etc/sally/rules/policy.yaml': files['/etc/sally/rules/policy.yaml'] };
  assert.match(
    problemsOf(text, gone).join('\n'),
    /^\/etc\/sally\/rules\/policy\.yaml:1:9: cases\[0\] names \/etc\/sally\/rules\/a\.case, which does not exist/,
  );
});

test('a config that is wrong anyway says that first', () => {
  const broken = CONFIG.replace('servers: [files] }', 'servers: [fiels] }');
  assert.match(
    problemsOf(broken, { [`${FOLDER}/a.case`]: 'bob | files | server | allow' }).join('\n'),
    /^\S*sallyport\.yaml:8:\d+: .*fiels[^\n]*$/,
  );
});

test('a hundred failures are told by their first twenty', () => {
  assert.equal(problemsOf(CONFIG, { [`${FOLDER}/a.case`]: 'bob | files | server | allow\n'.repeat(100) }).length, 20);
});

test('a file may bring its own policy along, where it is asked for by name', () => {
  const complain = () => assert.fail();
  const shard = { servers: [], policy: { rules: [] } };
  const run = (text: string) => {
    const { files } = fakeSource({ '/own.case': text });
    return testCases(shard, [{ pattern: '/own.case', complain, ownPolicy: true }], files);
  };
  const rules = 'rules: [{ name: all, effect: allow, agents: ["*"], servers: [s] }]';
  const { cases, failures, mistakes } = run(`prose\n---\n${rules}\n---\nada | s | server | allow all\nada | t | server | allow all\n`);
  assert.deepEqual([cases, failures.map(({ line }) => line), mistakes], [2, [6], []]);
  assert.equal(run(`prose\n---\nrules: [{ name: all }]\n---\nada | s | server | allow all\n`).mistakes[0]?.line, 3);
});
