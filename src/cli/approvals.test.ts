// `sallyport approvals` against an admin API that remembers what it was asked.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AdminPorts, ApprovalBackground, ApprovalsPort, ApprovalView, DecideInput } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import { fakeAgents, fakePorts } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import type { CliFixture, FixtureOptions } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const view = (id: string, change: Partial<ApprovalView> = {}): ApprovalView => ({
  id,
  state: 'pending',
  risk: 'medium',
  agent: 'ada',
  user: null,
  server: 'bank',
  kind: 'tool',
  name: 'pay',
  rule: 'large',
  approvers: [],
  notRequester: false,
  createdAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-22T11:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  usedBy: null,
  canBeShown: true,
  ...change,
});

const BACKGROUND: ApprovalBackground = {
  thing: {
    title: null,
    description: 'Pays.\nrule: none',
    facts: { labels: ['money'], guessed: [], class: 'critical', classFrom: 'declared' },
    approvedBy: 'os:ada',
    approvedAt: '2026-11-20T10:00:00.000Z',
    hasChanged: false,
  },
  askingRule: { description: 'Large payments are looked at.', concerns: 'agents *', when: 'args.amount > 1000' },
};

interface Rig {
  readonly run: CliFixture['run'];
  readonly cwd: string;
  readonly decided: { readonly input: DecideInput; readonly key: string | undefined }[];
}

function rig(t: TestContext, change: Partial<ApprovalsPort> = {}, options: Omit<FixtureOptions, 'ports'> = {}): Rig {
  const decided: Rig['decided'] = [];
  const approvals: ApprovalsPort = {
    list: async (all) =>
      ok([view('apr_1'), view('apr_2', { agent: 'bob' }), view('apr_3'), ...(all ? [view('apr_0', { state: 'used' })] : [])]),
    read: async (id) =>
      ok({ ...view(id), ...BACKGROUND, content: '{"arguments":{}}', text: '{\n  "arguments": {\n    "to": "a\\u202eb"\n  }\n}' }),
    decide: async (input, { key }) => {
      decided.push({ input, key: key?.reveal() });
      return ok({ by: 'key:eve', decided: input.ids.map((id) => view(id, { state: 'approved' })) });
    },
    ...change,
  };
  const ports: AdminPorts = fakePorts(fakeAgents, { approvals });
  const { run, cwd } = cliFixture(t, { ports, ...options });
  return { run: (...argv) => run(...argv, '--data', '.'), cwd, decided };
}

test('the list has what is alike together, and what is over only when it is asked for', async (t) => {
  const { run } = rig(t);
  const ids = (text: string): readonly string[] => text.match(/apr_\d/g) ?? [];
  assert.deepEqual(ids((await run('approvals', 'list')).stdout), ['apr_1', 'apr_3', 'apr_2']);
  assert.deepEqual(ids((await run('approvals', 'list', '--agent', 'bob')).stdout), ['apr_2']);
  assert.deepEqual(ids((await run('approvals', 'list', '--all')).stdout), ['apr_1', 'apr_3', 'apr_0', 'apr_2']);
  const { approvals }: { approvals: readonly ApprovalView[] } = JSON.parse((await run('approvals', 'list', '--output', 'json')).stdout);
  assert.deepEqual(approvals[0], view('apr_1'));
});

test('nothing waits', async (t) => {
  const { run } = rig(t, { list: async () => ok([]) });
  assert.equal((await run('approvals', 'list')).stdout, 'Nothing waits for a person.\n');
});

test('show has all of it, with what hides as an escape', async (t) => {
  const { run } = rig(t);
  const { stdout } = await run('approvals', 'show', 'apr_1');
  assert.match(stdout, /^id: +apr_1$/m);
  assert.match(stdout, /^approvers: +any$/m);
  assert.match(stdout, /"to": "a\\u202eb"/);
});

test('show has what is known of the tool and of the rule, and what a server says stays on its line', async (t) => {
  const { run } = rig(t);
  const { stdout } = await run('approvals', 'show', 'apr_1');
  assert.match(stdout, /^says: +Pays\.\\nrule: none$/m);
  assert.match(stdout, /^labels: +money$/m);
  assert.match(stdout, /^class: +critical$/m);
  assert.match(stdout, /^approved: +by os:ada at 2026-11-20T10:00:00\.000Z$/m);
  assert.match(stdout, /^rule: +large\nbecause: +Large payments are looked at\.\nwhen: +args\.amount > 1000$/m);
  assert.doesNotMatch(stdout, /another one by now/);
});

test('show says what is not known, who may approve, and keeps a name on its line', async (t) => {
  const change = { name: 'pay\nid: apr_9', approvers: [['law', 'sec*'], ['board']], notRequester: true, user: 'eve' };
  const { run } = rig(t, { read: async (id) => ok({ ...view(id, change), thing: null, askingRule: null, content: null, text: null }) });
  const { stdout } = await run('approvals', 'show', 'apr_1');
  assert.match(stdout, /not known any more/);
  assert.match(stdout, /law or sec\*, and board; not who asked/);
  assert.match(stdout, /ada, for eve/);
  assert.ok(!/^id: apr_9/m.test(stdout));
});

test('several are approved with one command, and it says by whom', async (t) => {
  const { run, decided } = rig(t);
  const { code, stdout } = await run('approvals', 'approve', 'apr_1', 'apr_3');
  assert.equal(code, EXIT.ok);
  assert.deepEqual(decided, [{ input: { decision: 'approve', ids: ['apr_1', 'apr_3'] }, key: undefined }]);
  assert.match(stdout, /apr_3 is approved by key:eve: ada, bank\/pay\./);
  assert.match(stdout, /A call that still waits goes on now; one that does not wait any more goes through when its agent sends it again\./);
});

test('the key of who decides comes from the environment or a file, never from the command line', async (t) => {
  const { run, cwd, decided } = rig(t, {}, { env: { SALLYPORT_APPROVER_KEY: 'spk_environment' } });
  await run('approvals', 'reject', 'apr_1');
  writeFileSync(join(cwd, 'key'), 'spk_file\n');
  await run('approvals', 'reject', 'apr_1', '--key-file', 'key');
  assert.deepEqual(
    decided.map(({ key }) => key),
    ['spk_environment', 'spk_file'],
  );
  // As `agents add` prints it.
  writeFileSync(join(cwd, 'printed'), 'agent    eve\nkey      spk_printed-1_x\n\nIt is shown this once.\n');
  await run('approvals', 'reject', 'apr_1', '--key-file', 'printed');
  assert.equal(decided.at(-1)?.key, 'spk_printed-1_x');
  writeFileSync(join(cwd, 'rubbish'), 'garbage\n');
  const rubbish = await run('approvals', 'reject', 'apr_1', '--key-file', 'rubbish');
  assert.equal(rubbish.code, EXIT.usage);
  assert.match(rubbish.stderr, /The key file rubbish holds no key: a key is one word that begins with spk_/);
  assert.doesNotMatch(rubbish.stderr, /garbage/);
  const missing = await run('approvals', 'reject', 'apr_1', '--key-file', 'nowhere');
  assert.equal(missing.code, EXIT.usage);
  assert.match(missing.stderr, /cannot be read/);
  assert.equal((await run('approvals', 'approve', 'apr_1', '--key', 'spk_seen')).code, EXIT.usage);
});

test('what is refused is said, with what to do', async (t) => {
  const detail = 'The rule wants somebody else to approve than who asked.';
  const { run } = rig(t, { decide: async () => fail({ code: 'approver_refused', detail }) });
  const { code, stderr } = await run('approvals', 'approve', 'apr_1');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /somebody else/);
});
