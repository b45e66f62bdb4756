// The tools around a policy, at a gateway with two workers: its cases keep a config that breaks them from being put in force, at the start and
// at every reload; explain knows what is in force, approved and locked; and the record says what other rules would change, and what nobody uses.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  modernAnswers,
  modernCall,
  repositoryRoot,
  sallyport,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { CommandResult, Gateway, ScriptedServer } from '../harness/index.ts';

const CASES = `# What must always hold.
ada [staff] | desk | tool read {"path": "/srv/a"} | allow staff
ada [staff] | desk | tool wipe                    | deny no-wiping
bob         | desk | server                       | deny -
`;
const STAFF = { name: 'staff', effect: 'allow', groups: ['staff'], servers: ['desk'] };
const NO_WIPING = { name: 'no-wiping', effect: 'deny', agents: ['*'], servers: ['desk'], tools: ['wipe'] };
const SMALL = { name: 'small', effect: 'deny', agents: ['*'], servers: ['desk'], tools: ['pay'], when: 'args.amount > 100' };

let server: ScriptedServer;
let gateway: Gateway;
let folder: string;
let key: string;

const configWith = (...rules: readonly object[]): object =>
  testConfig({ servers: { desk: { url: server.url } }, extra: { policy: { cases: ['cases/*.case'], rules } } });

before(async () => {
  const tool = (name: string, properties: object): object => ({ name, inputSchema: { type: 'object', properties } });
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
        tools: [
          tool('read', { path: { type: 'string' } }),
          tool('wipe', {}),
          tool('pay', { amount: { type: 'number' } }),
          tool('idle', {}),
          { name: 'send', inputSchema: { type: 'object', properties: { to: { type: 'string' } }, required: ['to'] } },
        ],
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  mkdirSync(join(folder, 'cases'));
  writeFileSync(join(folder, 'cases', 'desk.case'), CASES);
  gateway = await startGateway({ config: configWith(STAFF, NO_WIPING, SMALL), folder });
  key = await gateway.addAgent('ada', ['staff']);
  await modernCall(gateway.url('desk'), 'tools/list', {}, { key });
});
after(async () => {
  await gateway?.stop();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = async (name: string, args: object = {}): Promise<string> =>
  textAt((await modernCall(gateway.url('desk'), 'tools/call', { name, arguments: args }, { key })).result, 'content', 0, 'text');
const json = ({ stdout }: CommandResult): unknown => JSON.parse(stdout);

test('a config that breaks a case is refused with the case, and what was in force stays, on every worker', async () => {
  const revision = at(json(await gateway.cli('status', '--output', 'json')), 'config', 'revision');
  writeFileSync(gateway.configFile, JSON.stringify(configWith(STAFF, SMALL), null, 2));
  const reloaded = await gateway.cli('reload');
  assert.equal(reloaded.code, 3);
  assert.match(reloaded.stderr, /desk\.case:3:1: ada \[staff\] \| desk \| tool wipe expects the rule 'no-wiping', which is not there/);

  writeFileSync(gateway.configFile, JSON.stringify(configWith(STAFF, { ...NO_WIPING, tools: ['wipe_*'] }, SMALL), null, 2));
  const again = await gateway.cli('reload');
  assert.match(
    again.stderr,
    /desk\.case:3:1: .* tool wipe should be 'deny no-wiping', and is 'allow staff': staff \(allow\) matches; no-wiping \(deny\) does not cover it/,
  );
  for (let i = 0; i < 6; i++) assert.match(await call('wipe'), /no-wiping/);
  const status = json(await gateway.cli('status', '--output', 'json'));
  assert.equal(at(status, 'config', 'revision'), revision);
  assert.match(textAt(status, 'config', 'refusal', 'problems', 0, 'file'), /desk\.case$/);
});

test('a case that was changed, or cannot be read, is looked at anew', async () => {
  writeFileSync(gateway.configFile, JSON.stringify(configWith(STAFF, NO_WIPING, SMALL), null, 2));
  writeFileSync(join(folder, 'cases', 'more.case'), 'bob | desk | tool read | allow\n');
  assert.match((await gateway.cli('reload')).stderr, /more\.case:1:1: bob \| desk \| tool read should be 'allow', and is 'deny -'/);
  rmSync(join(folder, 'cases', 'more.case'));
  const good = await gateway.cli('reload');
  assert.equal(good.code, 0, good.stderr);
});

test('a gateway does not start with a policy that breaks its cases', async () => {
  const broken = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  mkdirSync(join(broken, 'cases'));
  writeFileSync(join(broken, 'cases', 'desk.case'), CASES);
  writeFileSync(join(broken, 'sallyport.yaml'), JSON.stringify(configWith(STAFF)));
  const { code, stderr } = await sallyport(['serve'], { cwd: broken });
  assert.equal(code, 3);
  assert.match(stderr, /desk\.case:3:1: .*no-wiping/);
  rmSync(broken, { recursive: true, force: true });
});

test('a misspelt tool or label is said by check and by a reload, with its place, and is no reason to refuse', async () => {
  const misspelt = { ...NO_WIPING, name: 'no-wyping', tools: ['wype'] };
  const unlabelled = { ...NO_WIPING, name: 'no-destroying', tools: ['*'], labels: ['destructiv'] };
  writeFileSync(gateway.configFile, JSON.stringify(configWith(STAFF, NO_WIPING, SMALL, misspelt, unlabelled), null, 2));
  for (const verb of ['check', 'reload']) {
    const { code, stdout } = await gateway.cli(verb);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /sallyport\.yaml:\d+:\d+: warning: policy\.rules\[3\]\.tools\[0\] names "wype", .*Did you mean wipe\?/);
    assert.match(stdout, /warning: policy\.rules\[4\]\.labels\[0\] "destructiv" is a label that no tool has/);
  }
  writeFileSync(gateway.configFile, JSON.stringify(configWith(STAFF, NO_WIPING, SMALL), null, 2));
  assert.doesNotMatch((await gateway.cli('reload')).stdout, /warning: policy\.rules/);
});

test('explain knows the agent, the rules in force, what is approved, and what is locked', async () => {
  const allowed = await gateway.cli('explain', 'ada', 'desk', 'tool', 'read', 'path=/srv/a', '--output', 'json');
  assert.equal(allowed.code, 0, allowed.stdout + allowed.stderr);
  assert.deepEqual(at(json(allowed), 'agent', 'groups'), ['staff']);
  assert.equal(at(json(allowed), 'verdict', 'rule'), 'staff');
  const gates = at(json(allowed), 'gates');
  assert.ok(Array.isArray(gates));
  assert.deepEqual(
    gates.map((gate: unknown) => [at(gate, 'gate'), at(gate, 'passes')]),
    [
      ['lockdown', true],
      ['definition', true],
      ['arguments', true],
    ],
  );
  const typed = await gateway.cli('explain', 'ada', 'desk', 'tool', 'read', 'path=1');
  assert.match(typed.stdout, /passes {2}arguments: They fit/, 'a number where the schema wants a text is one, as in a call');
  const bare = await gateway.cli('explain', 'ada', 'desk', 'tool', 'send');
  assert.match(bare.stdout, /passes {2}arguments: None were given/);
  assert.doesNotMatch(bare.stdout, /STOPS/);
  assert.match((await gateway.cli('explain', 'ada', 'desk', 'tool', 'send', '--args', '{}')).stdout, /STOPS {3}arguments: .*\bto\b/);
  const asked = server.seen.filter(({ method }) => method === 'tools/call').length;
  assert.match(
    (await gateway.cli('explain', 'ada', 'desk', 'tool', 'pay', 'amount=500')).stdout,
    /DENY {2}Denied by policy: rule "small" forbids the tool "pay"/,
  );
  assert.match((await gateway.cli('explain', 'ada', 'desk', 'tool', 'read', 'pfad=/srv/a')).stdout, /STOPS {3}arguments: .*pfad/);
  assert.match(
    (await gateway.cli('explain', 'ada', 'desk', 'tool', 'unheard_of')).stdout,
    /STOPS {3}definition: Nothing of this name is approved/,
  );
  assert.match((await gateway.cli('explain', 'eve', 'desk', 'tool', 'read')).stdout, /No agent is called eve/);
  assert.equal((await gateway.cli('lockdown', 'tool', 'desk/read')).code, 0);
  const locked = await gateway.cli('explain', 'ada', 'desk', 'tool', 'read', 'path=/srv/a');
  assert.equal(locked.code, 1);
  assert.match(locked.stdout, /STOPS {3}lockdown: It is locked/);
  assert.equal((await gateway.cli('lockdown', 'lift', 'tool', 'desk/read')).code, 0);
  assert.equal(server.seen.filter(({ method }) => method === 'tools/call').length, asked, 'nothing was called');
});

test('what explain says is what happens', async () => {
  for (const [name, args, words] of [
    ['read', { path: '/srv/a' }, ['path=/srv/a']],
    ['pay', { amount: 5 }, ['amount=5']],
    ['pay', { amount: 500 }, ['amount=500']],
    ['pay', { amount: 'much' }, ['amount:="much"']],
    ['wipe', {}, []],
  ] as const) {
    const explained = await gateway.cli('explain', 'ada', 'desk', 'tool', name, ...words);
    assert.equal(explained.code === 0, (await call(name, args)) === 'done', `${name} ${JSON.stringify(args)}: ${explained.stdout}`);
  }
});

test('the record says what other rules would change, and what it cannot tell', async () => {
  await until(async () => (await gateway.cli('audit', 'tail', '--limit', 'all')).stdout.includes('pay'), 'the calls to be on record');
  writeFileSync(
    join(folder, 'next.yaml'),
    JSON.stringify(testConfig({ servers: { desk: { url: server.url } }, rules: [{ ...STAFF, tools: ['pay'] }, SMALL] })),
  );
  const replayed = await sallyport(['policy', 'replay', '--config', 'next.yaml', '--data', gateway.dataFolder], { cwd: folder });
  assert.equal(replayed.code, 0, replayed.stderr);
  assert.match(replayed.stdout, /ada +desk +tool read +allow staff +deny -/);
  assert.match(replayed.stdout, /ada +desk +tool pay +allow staff +cannot be said: small/);
  assert.match(replayed.stdout, /What cannot be said depends on arguments/);
});

test('what is allowed and was never used is named', async () => {
  await gateway.addAgent('idler', ['staff']);
  const { code, stdout } = await gateway.cli('policy', 'unused', '--output', 'json', '--config', gateway.configFile);
  assert.equal(code, 1);
  const grants = at(JSON.parse(stdout), 'grants');
  assert.ok(Array.isArray(grants));
  const unusedOf = (agent: string): unknown =>
    at(
      grants.find((grant: unknown) => at(grant, 'agent') === agent),
      'unused',
    );
  assert.deepEqual(unusedOf('ada'), ['idle', 'send']);
  assert.deepEqual(unusedOf('idler'), ['idle', 'pay', 'read', 'send']);
  const linted = await gateway.cli('policy', 'lint', '--records', '--config', gateway.configFile);
  assert.equal(linted.code, 0, linted.stdout);
});
