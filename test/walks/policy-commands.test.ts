// The policy of a running gateway changed by commands: tried and saved from a file, looked back on, rolled back; and where it takes two people, proposed by one
// operator and accepted by another, each known by a key, and never by the same one.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { at, modernCall, readRecords, signIn, startEchoServer, startGateway, textAt } from '../harness/index.ts';
import type { CommandResult, ConsoleAnswer, EchoServer, Gateway, Visitor } from '../harness/index.ts';

const FILE = (url: string, separation: 'one' | 'two'): string => `version: 1
listen: 127.0.0.1:0
admin: { listen: '127.0.0.1:0', separation: { policy: ${separation} } }
policy:
${READERS.replaceAll(/^(?=.)/gm, '  ')}servers:
  echo: { url: '${url}', trust: first-use }
`;
const RULE = (name: string, tool: string): string =>
  `  - name: ${name}\n    effect: allow\n    agents: ['*']\n    servers: [echo]\n    tools: [${tool}]\n`;
const READERS = `# Everybody reads.\nrules:\n${RULE('readers', 'plain')}`;
const BOTH = `# Two tools.\nrules:\n${RULE('readers', 'plain')}${RULE('others', 'other')}`;

let echo: EchoServer;
let gateway: Gateway;
/** The same with two people for a change. */
let guarded: Gateway;
let caller: string;
const keyFiles = new Map<string, string>();

before(async () => {
  echo = await startEchoServer({ tools: ['plain', 'other'] });
  [gateway, guarded] = await Promise.all([
    startGateway({ config: FILE(echo.url, 'one') }),
    startGateway({ config: FILE(echo.url, 'two') }),
  ]);
  caller = await gateway.addAgent('caller');
  for (const [name, role, agents] of [
    ['ada', 'admin', ['robot']],
    ['bob', 'approver', []],
    ['vic', 'viewer', []],
  ] as const) {
    const options = agents.flatMap((agent) => ['--agent', agent]);
    assert.equal((await guarded.cli('operators', 'add', name, '--role', role, ...options)).code, 0);
  }
  for (const name of ['ada', 'bob', 'vic', 'robot', 'idler']) {
    const file = join(guarded.folder, `${name}.key`);
    writeFileSync(file, await guarded.addAgent(name), { mode: 0o600 });
    keyFiles.set(name, file);
  }
});
after(async () => {
  await Promise.all([gateway?.stop(), guarded?.stop()]);
  await echo?.close();
});

const write = (to: Gateway, name: string, text: string): string => {
  mkdirSync(to.folder, { recursive: true });
  writeFileSync(join(to.folder, name), text);
  return name;
};
const configText = (of: Gateway): string => readFileSync(of.configFile, 'utf8');
const as = (name: string): readonly string[] => ['--key-file', keyFiles.get(name) ?? assert.fail(name)];
const expectOk = (result: CommandResult): string => {
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
};
async function isAllowed(tool: string): Promise<boolean> {
  const { result, error } = await modernCall(gateway.url('echo'), 'tools/call', { name: tool, arguments: {} }, { key: caller });
  return error === undefined && at(result, 'isError') !== true;
}

test('a policy is shown as it stands, and its text can be put back as it was printed', async () => {
  assert.equal(expectOk(await gateway.cli('policy', 'show', '--text')), READERS);
  assert.match(
    expectOk(await gateway.cli('policy', 'show')),
    /^file: +\S+sallyport\.yaml, from line 5\ntag: +[0-9a-f]{64}\nin force: +yes, as revision 1\n/,
  );
  const again = await gateway.cli('policy', 'save', write(gateway, 'same.yaml', READERS), '--reason', 'the same');
  assert.match(expectOk(again), /in force already; nothing was changed/);
});

test('what is wrong with a file is said with its line there, and nothing is changed', async () => {
  const before = configText(gateway);
  const file = write(gateway, 'slip.yaml', READERS.replace('allow', 'alow'));
  for (const dry of [[], ['--dry-run']]) {
    const { code, stderr } = await gateway.cli('policy', 'save', file, '--reason', 'a slip', ...dry);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^slip\.yaml:4:\d+: policy\.rules\[0\]\.effect /m);
  }
  const tried = await gateway.cli('policy', 'save', write(gateway, 'both.yaml', BOTH), '--dry-run');
  assert.match(expectOk(tried), /^added: others\nIt could be put in force\. Nothing was changed\.$/m);
  assert.equal(configText(gateway), before);
  assert.equal(await isAllowed('other'), false);
});

test('a file is saved over what somebody has seen, is in force, and is in the history with who and why', async () => {
  const stale = await gateway.cli('policy', 'save', 'both.yaml', '--reason', 'late', '--if-match', '0'.repeat(64));
  assert.equal(stale.code, 1);
  assert.match(stale.stderr, /not what it was when you read it/);
  const seen: unknown = JSON.parse(expectOk(await gateway.cli('policy', 'show', '--output', 'json')));
  const saved = await gateway.cli('policy', 'save', 'both.yaml', '--reason', 'others too', '--if-match', textAt(seen, 'tag'));
  assert.match(expectOk(saved), /^added: others\nIn force as revision 2\.$/m);
  assert.equal(await isAllowed('other'), true);
  const [head, second, first] = expectOk(await gateway.cli('policy', 'history')).split('\n');
  assert.match(head ?? '', /^REVISION +SAVED +BY +RULES +STATE +WHY$/);
  assert.match(second ?? '', /^2 +\S+ +os:\S+ +\+1 +in force +others too$/);
  assert.match(first ?? '', /^1 +\S+ +the file +\+1 +- +-$/);
  const shown = expectOk(await gateway.cli('policy', 'show', '2'));
  assert.match(shown, /Against revision 1:\n- # Everybody reads\.\n\+ # Two tools\.\n {2}rules:/);
  const acts = readRecords(gateway.dataFolder).filter(
    ({ value }) => at(value, 'action') === 'policy.write' && at(value, 'outcome') === 'done',
  );
  assert.deepEqual(
    acts.map(({ value }) => [at(value, 'via'), at(value, 'reason')]),
    [
      ['cli', 'the same'],
      ['cli', 'others too'],
    ],
  );
});

test('an older policy is put back by its number', async () => {
  const tried = await gateway.cli('policy', 'roll-back', '1', '--dry-run');
  assert.match(expectOk(tried), /^removed: others\nIt could be put in force/m);
  assert.match(expectOk(await gateway.cli('policy', 'roll-back', '1', '--reason', 'not yet')), /In force as revision 3\./);
  assert.equal(await isAllowed('other'), false);
  assert.match(expectOk(await gateway.cli('policy', 'show', '3')), /^brings back: revision 1\nwhy: +not yet$/m);
  const none = await gateway.cli('policy', 'roll-back', '99');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /There is no revision 99/);
});

test('where it takes two people, one proposes, and only another who is known accepts', async () => {
  const before = configText(guarded);
  const file = write(guarded, 'both.yaml', BOTH);
  const save = (...who: readonly string[]): Promise<CommandResult> => guarded.cli('policy', 'save', file, '--reason', 'others too', ...who);
  // Whoever has the socket may call themselves anything; an agent that only acts for an admin is not them; and a viewer only looks.
  for (const who of [[], as('robot'), as('vic')]) {
    const refused = await save(...who);
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /show the key of an agent that is called like your sign-in|role operator or admin/);
  }
  const proposed = JSON.parse(expectOk(await save(...as('ada'), '--output', 'json')));
  assert.equal(textAt(proposed, 'outcome'), 'proposed');
  const id = textAt(proposed, 'proposal');
  assert.equal(configText(guarded), before);
  assert.match(expectOk(await guarded.cli('policy', 'proposals')), new RegExp(`\\n${id} +open +\\S+ +operator:ada +- +others too\\n`));
  assert.match(expectOk(await guarded.cli('policy', 'show', id)), /^\+ {3}- name: others$[^]*^added: others$/m);
  const accept = (...who: readonly string[]): Promise<CommandResult> => guarded.cli('policy', 'accept', id, '--reason', 'read it', ...who);
  for (const [who, why] of [
    [[], /It must be known who decides/],
    [as('robot'), /It must be known who decides: this key is agent robot's, and no operator is called so/],
    [as('vic'), /role approver or admin/],
    [as('ada'), /You proposed this/],
  ] as const) {
    const refused = await accept(...who);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, why);
  }
  // Nor by the other way to be known: who proposed it is one person at the console too.
  const ada = await signIn(guarded, 'ada');
  const atConsole = await ada.ask('POST', `/api/v1/policy/proposals/${id}/decisions`, { decision: 'accept', reason: null });
  assert.equal(textAt(atConsole.json, 'code'), 'proposal_refused', atConsole.text);
  assert.equal(configText(guarded), before);
  assert.match(expectOk(await accept(...as('bob'))), /is accepted by operator:bob: in force as revision 2\./);
  assert.match(configText(guarded), /name: others/);
  assert.match(
    expectOk(await guarded.cli('policy', 'history')),
    /\n2 +\S+ +operator:ada, accepted by operator:bob +\+1 +in force +others too\n/,
  );
  const late = await guarded.cli('policy', 'reject', id, ...as('bob'));
  assert.match(late.stderr, /was accepted already/);
});

test('a proposal is rejected by another person, or taken back by who made it', async () => {
  const propose = async (): Promise<string> =>
    textAt(JSON.parse(expectOk(await guarded.cli('policy', 'roll-back', '1', ...as('ada'), '--output', 'json'))), 'proposal');
  const [first, second] = [await propose(), await propose()];
  assert.match(
    expectOk(await guarded.cli('policy', 'reject', first, '--reason', 'it is needed', ...as('bob'))),
    /is rejected by operator:bob/,
  );
  assert.equal((await guarded.cli('policy', 'withdraw', second, ...as('bob'))).code, 1);
  assert.match(expectOk(await guarded.cli('policy', 'withdraw', second, ...as('ada'))), /is withdrawn by operator:ada/);
  assert.equal(expectOk(await guarded.cli('policy', 'proposals')), 'Nothing waits for another person.\n');
  const all: unknown = JSON.parse(expectOk(await guarded.cli('policy', 'proposals', '--all', '--output', 'json')));
  assert.deepEqual(
    [0, 1, 2].map((index) => textAt(all, 'proposals', index, 'state')),
    ['withdrawn', 'rejected', 'accepted'],
  );
  const unknown = await guarded.cli('policy', 'accept', 'prp_0', ...as('bob'));
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /There is no such proposal/);
});

test('one admin is not two: whoever was made or signed in after the proposal does not accept it, and rejects it at most', async () => {
  const carol = await guarded.cli('operators', 'add', 'carol', '--role', 'approver');
  assert.equal(carol.code, 0, carol.stderr);
  const early = await signIn(guarded, 'carol');
  const before = configText(guarded);
  const admin = await signIn(guarded, 'ada');
  const propose = async (): Promise<string> => {
    const { json, text } = await admin.ask('PUT', '/api/v1/policy', { text: READERS, reason: 'alone', restores: null });
    assert.equal(textAt(json, 'outcome'), 'proposed', text);
    return textAt(json, 'proposal');
  };
  const [id, other] = [await propose(), await propose()];
  const decide = (visitor: Visitor, decision: string, proposal = id): Promise<ConsoleAnswer> =>
    visitor.ask('POST', `/api/v1/policy/proposals/${proposal}/decisions`, { decision, reason: null });
  const expectLate = ({ status, json, text }: ConsoleAnswer): void => {
    assert.deepEqual([status, textAt(json, 'code')], [403, 'proposal_refused'], text);
    assert.match(textAt(json, 'detail'), /made after this was proposed/);
  };
  const added = await admin.ask('POST', '/api/v1/operators', { name: 'mallory', role: 'approver', link: false });
  assert.equal(added.status, 201, added.text);
  expectLate(await decide(await signIn(guarded, 'mallory'), 'accept'));
  expectLate(await decide(await signIn(guarded, 'carol'), 'accept'));
  assert.equal((await guarded.cli('operators', 'add', 'dave', '--role', 'approver')).code, 0);
  const file = join(guarded.folder, 'dave.key');
  writeFileSync(file, await guarded.addAgent('dave'), { mode: 0o600 });
  const byKey = await guarded.cli('policy', 'accept', id, '--key-file', file);
  assert.equal(byKey.code, 1, byKey.stdout);
  assert.match(byKey.stderr, /made after this was proposed/);
  // Nor an agent that has had its key for long, and is made an operator for it.
  assert.equal((await guarded.cli('operators', 'add', 'idler', '--role', 'approver')).code, 0);
  assert.match((await guarded.cli('policy', 'accept', id, ...as('idler'))).stderr, /made after this was proposed/);
  assert.equal(configText(guarded), before);
  assert.equal((await guarded.cli('policy', 'reject', other, '--key-file', file)).code, 0);
  const accepted = await decide(early, 'accept');
  assert.equal(accepted.status, 200, accepted.text);
  assert.notEqual(configText(guarded), before);
});
