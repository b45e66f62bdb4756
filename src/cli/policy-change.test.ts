// `sallyport policy show|history|save|roll-back|proposals|accept|reject|withdraw` against an admin API that remembers what it was asked.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CheckedPolicy, PolicyTextPort, PolicyView, ProposalView, WritePolicyInput } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture, FixtureOptions } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const TAG = 'a'.repeat(64);
const TEXT = 'rules: []\n';

const POLICY: PolicyView = {
  text: TEXT,
  tag: TAG,
  source: { kind: 'section', file: '/etc/sallyport/sallyport.yaml', firstLine: 7 },
  inForce: true,
  problems: [],
  rules: [],
  usesSince: null,
  cases: { patterns: [], files: [], count: 0 },
  writable: true,
  why: null,
  separation: 'one',
  revision: 3,
};
const CHECKED: CheckedPolicy = {
  outcome: 'checked',
  tag: TAG,
  problems: [],
  cases: { files: ['a.case'], count: 2, failures: [] },
  rules: [{ name: 'readers', change: 'added', line: 2 }],
  otherwise: ['denyDetail'],
  revision: null,
  proposal: null,
};
const WRONG: CheckedPolicy = {
  ...CHECKED,
  outcome: 'refused',
  problems: [
    {
      severity: 'error',
      file: '/etc/sallyport/sallyport.yaml',
      line: 9,
      textLine: 3,
      textColumn: 5,
      path: 'policy.rules[0]',
      message: 'has no name',
      fix: 'Give it one.',
    },
    {
      severity: 'warning',
      file: '/etc/sallyport/a.case',
      line: 2,
      textLine: null,
      textColumn: null,
      path: '',
      message: 'is empty',
      fix: null,
    },
  ],
  cases: { files: [], count: 2, failures: [{ file: 'a.case', line: 4, text: 'ada calls x: allow', message: 'is denied' }] },
};
const PROPOSAL: ProposalView = {
  proposal: 'prp_1',
  state: 'open',
  at: '2026-11-22T10:00:00.000Z',
  by: 'operator:ada',
  reason: 'because',
  restores: null,
  decidedBy: null,
  decidedAt: null,
  decidedReason: null,
  revision: null,
};
const REVISION = {
  revision: 3,
  at: '2026-11-22T10:00:00.000Z',
  by: 'operator:ada',
  via: 'console',
  reason: 'because',
  acceptedBy: 'operator:bob',
  restores: 1,
  tag: TAG,
  rules: { added: 1, removed: 0, changed: 2 },
  inForce: true,
} as const;

interface Rig {
  readonly run: CliFixture['run'];
  readonly cwd: string;
  readonly written: {
    readonly input: WritePolicyInput;
    readonly isDryRun: boolean;
    readonly expectedTag: string | undefined;
    readonly key: string | undefined;
  }[];
  readonly asked: unknown[];
}

function rig(t: TestContext, change: Partial<PolicyTextPort> = {}, options: Omit<FixtureOptions, 'ports'> = {}): Rig {
  const written: Rig['written'] = [];
  const asked: unknown[] = [];
  const policyDocument: PolicyTextPort = {
    read: async () => ok(POLICY),
    write: async (input, { who, isDryRun, expectedTag }) => {
      written.push({ input, isDryRun, expectedTag, key: who.key?.reveal() });
      return ok(isDryRun ? CHECKED : { ...CHECKED, outcome: 'saved', revision: 4 });
    },
    proposals: async (query) => {
      asked.push(query);
      return ok({
        proposals: query.state === 'all' ? [{ ...PROPOSAL, state: 'rejected', decidedBy: 'operator:bob' }] : [PROPOSAL],
        next: null,
      });
    },
    readProposal: async () =>
      ok({ ...PROPOSAL, text: TEXT, diff: [{ kind: 'added', before: null, after: 1, text: 'rules: []' }], checked: CHECKED }),
    decide: async (proposal, { decision, reason }, { key }) => {
      asked.push([proposal, decision, reason, key?.reveal()]);
      return ok({
        ...PROPOSAL,
        state: decision === 'accept' ? 'accepted' : 'rejected',
        decidedBy: 'operator:bob',
        revision: decision === 'accept' ? 4 : null,
      });
    },
    history: async (query) => {
      asked.push(query);
      return ok({ revisions: [REVISION], next: query.cursor === undefined ? '3' : null });
    },
    readRevision: async (revision) => ok({ ...REVISION, revision: Number(revision), text: TEXT, before: 2, diff: [] }),
    ...change,
  };
  return { ...cliFixture(t, { ...options, ports: fakePorts(fakeAgents, { policyDocument }) }), written, asked };
}

test('a policy is tried, and then written over exactly what it was tried against', async (t) => {
  const { run, cwd, written } = rig(t, {}, { env: { SALLYPORT_APPROVER_KEY: 'spk_of_ada' } });
  writeFileSync(join(cwd, 'next.yaml'), TEXT);
  const { code, stdout } = await run('policy', 'save', 'next.yaml', '--reason', 'because', '--if-match', 'b'.repeat(64));
  assert.equal(code, EXIT.ok);
  assert.equal(stdout, 'All 2 cases hold.\nadded: readers\nchanged: denyDetail\nIn force as revision 4.\n');
  const input = { text: TEXT, reason: 'because', restores: null };
  assert.deepEqual(written, [
    { input, isDryRun: true, expectedTag: 'b'.repeat(64), key: 'spk_of_ada' },
    { input, isDryRun: false, expectedTag: TAG, key: 'spk_of_ada' },
  ]);
});

test('a dry run changes nothing and needs no reason; standing input is a file too', async (t) => {
  const { run, written } = rig(t, {}, { stdin: TEXT });
  const { code, stdout } = await run('policy', 'save', '-', '--dry-run', '--output', 'json');
  assert.deepEqual([code, JSON.parse(stdout)], [EXIT.ok, CHECKED]);
  assert.deepEqual(
    written.map(({ isDryRun }) => isDryRun),
    [true],
  );
});

test('what cannot be put in force is said with its lines in the file, and not written', async (t) => {
  const { run, cwd } = rig(t, { write: async (_, { isDryRun }) => (isDryRun ? ok(WRONG) : assert.fail('it was written')) });
  writeFileSync(join(cwd, 'next.yaml'), TEXT);
  const said = await run('policy', 'save', 'next.yaml', '--reason', 'because');
  assert.equal(said.code, EXIT.config);
  assert.equal(said.stdout, '');
  assert.equal(
    said.stderr,
    'next.yaml:3:5: policy.rules[0] has no name. Give it one.\n/etc/sallyport/a.case:2: warning: the file is empty.\n' +
      'a.case:4: ada calls x: allow\n  is denied.\nsallyport: The policy cannot be put in force; the one before stays.\n',
  );
  const json = await run('policy', 'save', 'next.yaml', '--reason', 'because', '--output', 'json');
  const { error } = JSON.parse(json.stderr);
  assert.deepEqual([json.code, error.code, error.problems.length], [EXIT.config, 'config_refused', 2]);
});

test('a command line that makes no sense asks nothing', async (t) => {
  const { run, cwd, written } = rig(t);
  writeFileSync(join(cwd, 'next.yaml'), TEXT);
  for (const [argv, code, why] of [
    [['policy', 'save', 'next.yaml'], EXIT.usage, /Say why: --reason TEXT/],
    [['policy', 'save', 'next.yaml', '--reason', 'two\nlines'], EXIT.usage, /--reason must be one line/],
    [['policy', 'save', 'next.yaml', '--reason', ' '], EXIT.usage, /--reason must not be empty/],
    [['policy', 'save', 'gone.yaml', '--reason', 'because'], EXIT.failed, /gone\.yaml cannot be read/],
    [['policy', 'save', 'next.yaml', '--reason', 'because', '--key-file', 'gone'], EXIT.usage, /key file gone cannot be read/],
    [['policy', 'roll-back', 'last'], EXIT.usage, /REVISION is a whole number/],
    [['policy', 'show', 'last'], EXIT.usage, /WHICH is the number of a revision or the id of a proposal/],
    [['policy', 'history', '--limit', '0'], EXIT.usage, /--limit is a whole number/],
    [['policy', 'accept'], EXIT.usage, /ID is missing/],
    [['policy', 'accept', 'prp_1', '--reason', 'x'.repeat(501)], EXIT.usage, /--reason must have at most 500/],
  ] as const) {
    const said = await run(...argv);
    assert.equal(said.code, code, said.stderr);
    assert.match(said.stderr, why);
  }
  assert.deepEqual(written, []);
});

test('an older policy is saved as what it is, with a reason that says so where none is given', async (t) => {
  const { run, written } = rig(t);
  assert.equal((await run('policy', 'roll-back', '2')).code, EXIT.ok);
  assert.deepEqual(
    written.map(({ input }) => input),
    [1, 2].map(() => ({ text: TEXT, reason: 'Back to revision 2', restores: 2 })),
  );
});

for (const [outcome, says] of [
  ['unchanged', /in force already; nothing was changed/],
  ['proposed', /Proposed as prp_1: .* 'sallyport policy accept prp_1'/],
] as const)
  test(`a change that is ${outcome} says so`, async (t) => {
    const { run } = rig(t, {
      write: async (_, { isDryRun }) => ok(isDryRun ? CHECKED : { ...CHECKED, outcome, proposal: 'prp_1', rules: [], otherwise: [] }),
    });
    assert.match((await run('policy', 'roll-back', '2')).stdout, says);
  });

test('a refusal of the gateway is said as it is', async (t) => {
  const { run } = rig(t, { write: async () => fail({ code: 'version_changed', detail: 'Somebody was faster.' }) });
  assert.deepEqual(await run('policy', 'roll-back', '2'), { code: EXIT.failed, stdout: '', stderr: 'sallyport: Somebody was faster.\n' });
});

test('the policy, a revision and a proposal are shown', async (t) => {
  const { run } = rig(t);
  assert.equal(
    (await run('policy', 'show')).stdout,
    `file:        /etc/sallyport/sallyport.yaml, from line 7\ntag:         ${TAG}\nin force:    yes, as revision 3\nchanges:     take one person\n\nrules: []\n`,
  );
  assert.equal(
    (await run('policy', 'show', '3')).stdout,
    'revision:    3, in force\nsaved:       2026-11-22T10:00:00.000Z\nby:          operator:ada\naccepted by: operator:bob\nbrings back: revision 1\nwhy:         because\n\nAgainst revision 2:\n',
  );
  const shown = (await run('policy', 'show', 'prp_1')).stdout;
  assert.match(shown, /^proposal: {4}prp_1\nstate: {7}open\n/);
  assert.match(shown, /\nAgainst the policy as it is written:\n\+ rules: \[\]\n\nAll 2 cases hold\.\nadded: readers\n/);
  assert.equal((await run('policy', 'show', 'prp_1', '--text')).stdout, TEXT);
});

test('a text that would steer the terminal, or hides something, is not printed as it is', async (t) => {
  const { run } = rig(t, { read: async () => ok({ ...POLICY, text: '# \u001b[2J\nrules: []\n' }) });
  const said = await run('policy', 'show', '--text');
  assert.deepEqual([said.code, said.stdout], [EXIT.failed, '']);
  assert.ok(!(await run('policy', 'show')).stdout.includes('\u001b'));
});

test('lists are read page by page, no further than they are wanted', async (t) => {
  const { run, asked } = rig(t);
  const { stdout } = await run('policy', 'history', '--limit', '5');
  assert.match(
    stdout,
    /^REVISION +SAVED +BY +RULES +STATE +WHY\n3 +\S+ +operator:ada, accepted by operator:bob +\+1 ~2 +in force +because\n/,
  );
  assert.deepEqual(asked, [{ limit: 5 }, { limit: 4, cursor: '3' }]);
  assert.equal(JSON.parse((await run('policy', 'history', '--limit', '1', '--output', 'json')).stdout).revisions.length, 1);
  assert.match((await run('policy', 'proposals')).stdout, /\nprp_1 +open +\S+ +operator:ada +- +because\n/);
  assert.match((await run('policy', 'proposals', '--all')).stdout, /\nprp_1 +rejected /);
});

test('a proposal is decided by whose key is shown', async (t) => {
  const { run, cwd, asked } = rig(t);
  writeFileSync(join(cwd, 'bob.key'), 'bob: spk_of_bob\n');
  const accepted = await run('policy', 'accept', 'prp_1', '--key-file', 'bob.key');
  assert.equal(accepted.stdout, 'prp_1, proposed by operator:ada, is accepted by operator:bob: in force as revision 4.\n');
  const rejected = await run('policy', 'reject', 'prp_1', '--reason', 'no');
  assert.equal(rejected.stdout, 'prp_1, proposed by operator:ada, is rejected by operator:bob. The policy stays as it is.\n');
  assert.equal(JSON.parse((await run('policy', 'withdraw', 'prp_1', '--output', 'json')).stdout).proposal, 'prp_1');
  assert.deepEqual(asked, [
    ['prp_1', 'accept', null, 'spk_of_bob'],
    ['prp_1', 'reject', 'no', undefined],
    ['prp_1', 'withdraw', null, undefined],
  ]);
});

test('where no gateway runs, that is said', async (t) => {
  const { run } = cliFixture(t);
  for (const argv of [['show'], ['history'], ['proposals'], ['accept', 'prp_1'], ['roll-back', '1']])
    assert.equal((await run('policy', ...argv)).code, EXIT.unreachable, argv.join(' '));
});
