import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ok } from '../base/index.ts';
import type { ExplainInput, WorldView } from '../admin/index.ts';
import { fakePorts } from './admin.fixture.ts';
import { writeLog } from './audit.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture, FixtureOptions } from './cli.fixture.ts';

const CONFIG = `version: 1
servers:
  bank: { url: "https://bank.example/mcp" }
  files: { command: x, tools: { 'write_*': { labels: [destructive] } } }
policy:
  limits: { calls: { rate: { calls: 60, periodMs: 60000 } } }
  rules:
    - { name: payments, effect: allow, groups: [finance], servers: [bank], tools: [pay], limit: calls }
    - name: large
      effect: ask
      groups: [finance]
      servers: [bank]
      tools: [pay]
      when: args.amount > 1000
      approval: { approvers: [controllers], notRequester: true }
    - { name: readers, effect: allow, agents: [billing], servers: [files] }
    - { name: read-only, effect: deny, agents: ['*'], servers: [files], labels: [destructive] }
`;

const place = (t: TestContext, files: Readonly<Record<string, string>> = {}, options: FixtureOptions = {}): CliFixture => {
  const fixture = cliFixture(t, options);
  for (const [name, text] of Object.entries({ 'sallyport.yaml': CONFIG, ...files })) writeFileSync(join(fixture.cwd, name), text);
  return fixture;
};

test('explain says what decided, why the others did not, and what would be charged', async (t) => {
  const { run } = place(t);
  const { code, stdout } = await run('explain', 'ada', 'bank', 'tool', 'pay', 'amount=20000', '--group', 'finance');
  assert.equal(code, 1);
  assert.equal(
    stdout,
    `ada (groups finance) wants tool pay on bank
No agent is called ada: it is taken as the options say.

ASK  A person has to approve it, by rule large. Somebody in controllers may, except who asked.
by sallyport.yaml, as no gateway was asked

RULE      EFFECT  WHY      CONDITION
payments  allow   matches  -
large     ask     matches  args.amount > 1000
2 rules are about other agents, servers or things; --all shows them.

charged  calls: 60 calls in 1 min
`,
  );
  const allowed = await run('explain', 'ada', 'bank', 'tool', 'pay', 'amount=20', '--group', 'finance', '--output', 'json');
  assert.equal(allowed.code, 0);
  const { verdict, passes, rules } = JSON.parse(allowed.stdout);
  assert.deepEqual([verdict.kind, verdict.rule, passes, rules.length], ['allow', 'payments', null, 4]);
});

test('explain looks into what is given, and says what is done about it, not what it is', async (t) => {
  const planted = ['PX', '7Q41', 'ZC88'].join('-');
  const extra = `    - { name: no-leaks, effect: deny, agents: ['*'], servers: [bank], when: findings.canary > 0 }
inspection: { canaries: { payroll: ${planted} }, actions: [{ findings: [canary], servers: [files], action: tag }] }
`;
  const { run } = place(t, { 'sallyport.yaml': CONFIG + extra });
  const denied = await run('explain', 'ada', 'bank', 'tool', 'pay', `note=${planted}`, 'amount=1', '--group', 'finance');
  assert.equal(denied.code, 1);
  assert.match(denied.stdout, /DENY {2}Denied by policy: rule "no-leaks"/);
  assert.match(denied.stdout, /found {4}payroll \(canary\) at \$\.params\.arguments\.note: deny/);
  assert.doesNotMatch(denied.stdout, /ZC88/);
  const tagged = await run('explain', 'billing', 'files', 'tool', 'read', `note=${planted}`, '--output', 'json');
  assert.equal(tagged.code, 0);
  assert.deepEqual(JSON.parse(tagged.stdout).findings, [
    { type: 'payroll', class: 'canary', confidence: 'high', path: '$.params.arguments.note', action: 'tag', count: 1 },
  ]);
  const clean = await run('explain', 'ada', 'bank', 'tool', 'pay', 'amount=1', '--group', 'finance');
  assert.equal(clean.code, 0, clean.stdout);
});

test('explain takes agents from the store, and labels from the config', async (t) => {
  const { run } = place(t);
  assert.equal((await run('agents', 'add', 'billing', '--group', 'ops')).code, 0);
  const { code, stdout } = await run('explain', 'billing', 'files', 'tool', 'write_file');
  assert.equal(code, 1);
  assert.match(stdout, /^billing \(groups ops\) wants tool write_file on files\nlabels: destructive\n/);
  assert.match(stdout, /DENY  Denied by policy: rule "read-only" forbids the tool "write_file"\./);
});

test('explain asks a running gateway, and says what else stands in the way', async (t) => {
  const asked: ExplainInput[] = [];
  const ports = fakePorts(agentless, {
    policy: {
      explain: async (input) => {
        asked.push(input);
        return ok({
          verdict: { kind: 'allow', rule: 'all', reason: null, says: 'Allowed by rule all.' },
          rules: [{ rule: 'all', effect: 'allow', match: 'matches', says: 'matches', when: null }],
          limits: [],
          inspect: 'required',
          redact: ['personal'],
          capture: 'incident',
          findings: [{ type: 'acme-key', class: 'secret', confidence: 'high', path: '$.params.arguments.id', action: 'deny', count: 2 }],
          revision: 12,
          agent: { name: 'ada', known: true, groups: [], attributes: { team: 'emea' } },
          labels: [],
          taint: ['private-source'],
          gates: [{ gate: 'definition', passes: false, says: 'What the server lists now is changed and withheld.' }],
          passes: false,
        });
      },
      argumentTypes: async () => ok({ types: { id: ['string'], amount: ['integer'] } }),
      world: async () => ok({ revision: 12, tools: [] }),
    },
  });
  const { run } = place(t, {}, { ports });
  const { code, stdout } = await run('explain', 'ada', 'bank', 'tool', 'pay', '--attribute', 'team=emea', '--time', '2026-03-02T21:00:00Z');
  assert.equal(code, 1);
  assert.match(stdout, /by config revision 12, in force/);
  assert.match(stdout, /after the use of: private-source/);
  assert.match(
    stdout,
    /found {4}acme-key \(secret\) ×2 at \$\.params\.arguments\.id: deny\ninspect {2}required.*\nredact {3}personal.*\ncapture {2}incident/,
  );
  assert.match(stdout, /STOPS {3}definition: What the server lists now is changed and withheld\.\n[^]*\nThe call would be refused\./);
  assert.deepEqual([asked[0]?.attributes, asked[0]?.time, asked[0]?.taint], [{ team: 'emea' }, '2026-03-02T21:00:00Z', null]);
  assert.equal(asked[0]?.args, null, 'none were given');
  await run('explain', 'ada', 'bank', 'tool', 'pay', 'id=1', 'amount=2', 'more=3');
  assert.deepEqual(asked[1]?.args, { id: '1', amount: 2, more: '3' }, 'read by the approved schema, as a call reads them');
  // What the file says is another matter.
  assert.match((await run('explain', 'ada', 'bank', '--offline')).stdout, /as no gateway was asked/);
});

test('explain refuses what makes no sense', async (t) => {
  const { run } = place(t);
  for (const [argv, said] of [
    [['ada', 'bank', 'tol', 'pay'], /KIND is tool, prompt or resource, not 'tol'/],
    [['ada', 'bank', 'tool'], /NAME is missing/],
    [['ada', 'bank', 'tool', 'pay', 'amount'], /An argument is name=value/],
    [['ada', 'bank', 'tool', 'pay', 'a=1', '--args', '{}'], /not both/],
    [['ada', 'bank', '--era', 'old'], /^sallyport: era /],
    [['ada', 'bank', '--time', 'noon'], /^sallyport: time /],
  ] as const) {
    const { code, stderr } = await run('explain', ...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.match(stderr, said);
  }
});

test('policy test runs the cases of the config, or those that are named', async (t) => {
  const cases = 'ada [finance] | bank | tool pay {"amount": 20} | allow payments\nbob | bank | tool pay | allow\n';
  const own = `Its own.\n---\nrules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }]\n---\nada | s | server | allow all\n`;
  const { run } = place(t, { 'a.case': cases, 'own.case': own, 'odd.case': 'ada | bank | allow\n' });
  const failed = await run('policy', 'test', 'a.case');
  assert.equal(failed.code, 1);
  assert.equal(
    failed.stdout,
    `a.case:2: bob | bank | tool pay\n  should be 'allow', and is 'deny -': no rule is about it.\n2 cases in 1 file: 1 does not hold.\n`,
  );
  const held = await run('policy', 'test', 'own.case');
  assert.deepEqual([held.code, held.stdout], [0, '1 case in 1 file: all hold.\n']);
  const odd = await run('policy', 'test', 'odd.case', '--output', 'json');
  assert.equal(odd.code, 3);
  assert.equal(JSON.parse(odd.stdout).problems[0].line, 1);
  assert.equal((await run('policy', 'test', 'gone.case')).code, 3);
  assert.match((await run('policy', 'test')).stderr, /The config names no cases/);
});

test('files with a policy of their own need no config', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'own.case'), 'x\n---\nrules: []\n---\nada | s | server | deny -\n');
  assert.equal((await run('policy', 'test', 'own.case')).code, 0);
  assert.equal((await run('policy', 'test')).code, 3);
});

test('check and policy test agree on the gate', async (t) => {
  const named = CONFIG.replace('policy:\n', 'policy:\n  cases: [a.case]\n');
  const { run } = place(t, { 'sallyport.yaml': named, 'a.case': 'bob | bank | tool pay | allow\n' });
  const checked = await run('check');
  assert.equal(checked.code, 3);
  assert.match(checked.stdout, /^a\.case:1:1: bob \| bank \| tool pay should be 'allow', and is 'deny -'/);
  assert.equal((await run('policy', 'test')).code, 1);
  assert.equal((await run('explain', 'bob', 'bank')).code, 1, 'why can be asked while the cases do not hold');
});

test('policy lint names rules that cannot do what they say, with their lines', async (t) => {
  const more = `${CONFIG}    - { name: dead, effect: allow, agents: [billing], servers: [files], tools: [list] }\n`;
  const { run } = place(t, { 'sallyport.yaml': more });
  const { code, stdout } = await run('policy', 'lint');
  assert.equal(code, 1);
  assert.equal(stdout, 'sallyport.yaml:18:7: shadowed: dead never decides: readers, above it, covers all that it covers. Remove it.\n');
  const json = JSON.parse((await run('policy', 'lint', '--output', 'json')).stdout);
  assert.deepEqual([json.ok, json.findings[0].kind, json.findings[0].rule, json.findings[0].line], [false, 'shadowed', 'dead', 18]);
});

test('policy lint finds names that nothing has once it is known what there is', async (t) => {
  const world: WorldView = { revision: 1, tools: [{ server: 'bank', name: 'balance', labels: [], class: 'standard' }] };
  const ports = fakePorts(agentless, {
    policy: { explain: async () => assert.fail(), argumentTypes: async () => assert.fail(), world: async () => ok(world) },
  });
  const { run } = place(t, {}, { ports });
  assert.deepEqual(
    (await run('policy', 'lint')).stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^sallyport\.yaml:/, '')),
    [
      '8:49: dangling: payments names "finance", which no agent is in. Correct it, or remove it if nothing will be called that.',
      '8:84: dangling: payments names "pay", which no server it is about has as a tool. Correct it, or remove it if nothing will be called that.',
      '11:16: dangling: large names "finance", which no agent is in. Correct it, or remove it if nothing will be called that.',
      '13:15: dangling: large names "pay", which no server it is about has as a tool. Correct it, or remove it if nothing will be called that.',
      '16:48: dangling: readers names "billing", which is no agent. Correct it, or remove it if nothing will be called that.',
    ],
  );
});

test('replay and unused go by the record', async (t) => {
  const fixture = place(t);
  const { run, cwd } = fixture;
  assert.match((await run('policy', 'replay')).stderr, /There is no record in/);
  mkdirSync(join(cwd, '.sallyport'));
  await writeLog(join(cwd, '.sallyport', 'audit', '0'));
  await run('agents', 'add', 'billing');
  const same = await run('policy', 'replay');
  assert.equal(same.code, 0);
  assert.match(same.stdout, /2 decisions: 2 would be the same, 0 would change, of 0 it cannot be said\./);
  writeFileSync(join(cwd, 'next.yaml'), CONFIG.replace('agents: [billing]', 'groups: [staff]'));
  const changed = await run('policy', 'replay', '--config', 'next.yaml', '--data', '.sallyport');
  assert.match(changed.stdout, /^COUNT {2}AGENT +SERVER +WHAT +WAS +WOULD BE\n1 +billing +files +tool read_file +allow readers +deny -\n/);
  assert.match(changed.stdout, /2 decisions: 1 would be the same, 1 would change/);
  assert.match((await run('policy', 'replay', '--since', '30m')).stdout, /2 decisions/);
  assert.match((await run('policy', 'replay', '--since', 'monday')).stderr, /--since is a time like/);

  const unused = await run('policy', 'unused', '--output', 'json');
  assert.equal(unused.code, 1);
  const { rules, grants } = JSON.parse(unused.stdout);
  assert.deepEqual(
    rules.map(({ rule }: { rule: string }) => rule),
    ['payments', 'large', 'read-only'],
  );
  assert.deepEqual(grants, [{ agent: 'billing', server: 'files', used: 1, unused: [] }]);
  assert.match(
    (await run('policy', 'unused')).stdout,
    /Rules that decided nothing:\n {2}payments \(allow\)\n {2}large \(ask\)\n {2}read-only \(deny\)/,
  );
  assert.match((await run('policy', 'lint', '--records')).stdout, /unused: payments has decided nothing in the record/);
});

test('where nobody is to be told apart, replay and unused speak of all agents as one', async (t) => {
  const { run, cwd } = place(t);
  mkdirSync(join(cwd, '.sallyport'));
  await writeLog(join(cwd, '.sallyport', 'audit', '0'));
  for (const agent of ['billing', 'reader']) await run('agents', 'add', agent);
  const private_ = `${CONFIG.replace('agents: [billing]', 'groups: [staff]')}\naudit: { profile: works-council }\n`;
  writeFileSync(join(cwd, 'private.yaml'), private_);
  const args = ['--config', 'private.yaml', '--data', '.sallyport'];
  const replay = await run('policy', 'replay', ...args);
  assert.match(replay.stdout, /^1 +\* +files +tool read_file/m);
  const unused = await run('policy', 'unused', '--output', 'json', ...args);
  for (const text of [replay.stdout, unused.stdout]) assert.doesNotMatch(text, /billing|reader\b/);
});

const nothing = async (): Promise<never> => assert.fail('nobody asks this');
const agentless = {
  list: async () => ok({ version: 1, agents: [] }),
  add: nothing,
  change: nothing,
  remove: nothing,
  addKey: nothing,
  revokeKeys: nothing,
};
