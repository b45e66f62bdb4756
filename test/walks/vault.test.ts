// What rules have sealed, with real processes: nothing of it can be seen on the disk, one person gets nothing, whoever they are, two with a reason get exactly
// what was asked for and for as long, and whoever was erased cannot be opened by anybody. Every call has a connection of its own.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  anyTool,
  at,
  LegacySession,
  modernAnswers,
  modernCall,
  readRecords,
  sallyport,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { CommandResult, Gateway, ScriptedServer } from '../harness/index.ts';

const ASKED = 'CANARY-what-was-asked-8251';
const ANSWERED = 'CANARY-what-was-answered-3307';
const WHY = ['--reason', 'case 7'] as const;

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let otherKey: string;
let recipient: string;
/** Files with the keys of people. */
const people = new Map<string, string>();

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [anyTool('plain'), anyTool('other')], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': (params: unknown) => ({
        resultType: 'complete',
        content: [{ type: 'text', text: `${ANSWERED} ${textAt(params, 'arguments', 'text').slice(-4)}` }],
      }),
    }),
  );
  gateway = await startGateway({ config: config({}) });
  const made = await sallyport(['vault', 'keygen', privateKey()], { cwd: gateway.folder });
  assert.equal(made.code, 0, made.stderr);
  recipient = made.stdout.trim();
  key = await gateway.addAgent('desk');
  otherKey = await gateway.addAgent('till');
  for (const name of ['ada', 'bob']) await addPerson(name);
  gateway.reload(captureConfig());
  await until(() => acts('config.apply').filter((act) => textAt(act, 'outcome') === 'done').length >= 2, 'the config to be in force');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

test('calls on both workers are sealed, and on record, and nothing of them is anywhere on the disk', async () => {
  await until(async () => {
    await call(key, 'plain', `${ASKED}-0001`);
    return new Set(captured('decision').map(({ slot }) => slot)).size === 2;
  }, 'both workers to have sealed something');
  const [decision] = captured('decision').map(({ value }) => value);
  await until(() => captured('outcome').length > 0, 'an outcome to be on record');
  const [outcome] = captured('outcome').map(({ value }) => value);
  assert.match(textAt(decision, 'capture', 'id'), /^[0-9a-f]{16}-[0-9a-z]+\.args$/);
  assert.equal(textAt(outcome, 'capture', 'purpose'), 'incident');
  // Outcomes are on record a moment later than their answers.
  const all = (): number => captured('decision').length + captured('outcome').length;
  await until(async () => all() % 2 === 0 && (await listed()).length === all(), 'all envelopes to be written');
  assert.ok((await listed()).every((one) => at(one, 'isWhole') === true));
  for (const canary of [ASKED, ANSWERED]) assert.deepEqual(filesWith(canary), [], canary);
});

test('a tool that no rule wants sealed is not, nor what an agent of another name says', async () => {
  const sealed = captured('decision').length;
  await call(key, 'other', `${ASKED}-0002`);
  await call(otherKey, 'other', `${ASKED}-0003`);
  assert.equal(captured('decision').length, sealed);
});

test('what an older agent says is sealed like what others say', async () => {
  const session = await LegacySession.open(gateway.url('files'), { key: otherKey });
  await session.request('tools/call', { name: 'plain', arguments: { text: `${ASKED}-0004` } });
  await until(async () => (await envelopesOf(subjectOf('till'))).length === 2, 'both envelopes');
});

test('one person gets nothing: not with one key, not with the socket alone, not with a key made for it', async () => {
  const { call: id } = await lastEnvelope('desk');
  const nobody = await gateway.cli('vault', 'request', '--call', id, ...WHY);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /takes two people.*administrators too/s);
  const release = await request('ada', '--call', id);
  const early = await open('ada', release);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /Nobody has approved this yet/);
  const self = await decide('ada', 'approve', release);
  assert.equal(self.code, 1);
  assert.match(self.stderr, /Somebody else has to approve/);
  assert.equal((await gateway.cli('vault', 'approve', release)).code, 1, 'whoever has the socket');
  await addPerson('mallory');
  const second = await decide('mallory', 'approve', release);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /made after this was asked for/);
  assert.equal((await open('ada', release)).code, 1);
});

test('two people get what was asked for, and only who asked', async () => {
  const { call: id } = await lastEnvelope('desk');
  const release = await request('ada', '--call', id, '--for', '10m');
  const approved = await decide('bob', 'approve', release);
  assert.equal(approved.code, 0, approved.stderr);
  assert.match((await open('bob', release)).stderr, /Only who asked for this/);
  const opened = await open('ada', release);
  assert.equal(opened.code, 0, opened.stderr);
  const [said, args, result, ...more] = lines(opened);
  assert.deepEqual([textAt(said, 'release', 'requestedBy'), textAt(said, 'release', 'decidedBy')], ['key:ada', 'key:bob']);
  assert.equal(more.length, 0, 'two envelopes: of this call, and of no other');
  assert.match(textAt(args, 'value'), new RegExp(`"arguments":\\{"text":"${ASKED}-0001"\\}`));
  assert.match(textAt(result, 'value'), new RegExp(ANSWERED));
  assert.equal(textAt(result, 'state'), 'opened');
  // The answer is the very text that was released.
  assert.deepEqual(at(JSON.parse(textAt(result, 'value')), 'resultType'), 'complete');
});

test('the private key may be where the gateway is not; without it nothing opens, and the wrong one opens nothing', async () => {
  const { call: id } = await lastEnvelope('desk');
  const release = await request('ada', '--call', id);
  await decide('bob', 'approve', release);
  const file = join(gateway.folder, 'case-7.release');
  const saved = await gateway.cli('vault', 'open', release, '--save', file, ...as('ada'));
  assert.equal(saved.code, 0, saved.stderr);
  assert.ok(!readFileSync(file, 'utf8').includes('CANARY'));
  const opened = await sallyport(['vault', 'open', file, '--private-key', privateKey(), '--output', 'json']);
  assert.equal(opened.code, 0, opened.stderr);
  assert.match(opened.stdout, new RegExp(ASKED));
  const other = join(gateway.folder, 'other.key');
  await sallyport(['vault', 'keygen', other]);
  const wrong = await sallyport(['vault', 'open', file, '--private-key', other, '--output', 'json']);
  assert.equal(wrong.code, 1);
  assert.doesNotMatch(wrong.stdout, /CANARY/);
  assert.match(wrong.stdout, /"state":"other-key"/);
  const uses = (): number => acts('vault.open').length;
  const before = uses();
  assert.equal((await gateway.cli('vault', 'open', release, ...as('ada'))).code, 2, 'there is no private key');
  assert.equal(uses(), before, 'nothing was asked of the gateway');
});

test('an envelope that was changed is told apart from one that opens', async () => {
  const { call: id } = await lastEnvelope('desk');
  const [one] = (await listed()).filter((entry) => textAt(entry, 'call') === id && textAt(entry, 'part') === 'result');
  const path = textAt(one, 'file');
  const bytes = readFileSync(path);
  const release = await request('ada', '--call', id);
  await decide('bob', 'approve', release);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]));
  const opened = await open('ada', release);
  const checked = await gateway.cli('vault', 'check', '--output', 'json');
  writeFileSync(path, bytes);
  assert.equal(checked.code, 1);
  assert.deepEqual(at(JSON.parse(checked.stdout), 'changed'), [`${id}.result`]);
  assert.equal(opened.code, 1);
  assert.deepEqual(
    lines(opened)
      .slice(1)
      .map((line) => textAt(line, 'state')),
    ['opened', 'changed'],
  );
});

test('every step is on record, with who and why, also those that were refused', async () => {
  const told = (action: string): readonly string[] =>
    acts(action)
      .filter((act) => textAt(act, 'outcome') !== 'begun')
      .map((act) => `${textAt(act, 'by').replace(/^os:.*/, 'os')} ${textAt(act, 'outcome')}`);
  assert.deepEqual(told('vault.request').slice(0, 2), ['os refused', 'key:ada done']);
  assert.deepEqual(told('vault.decide').slice(0, 3), ['key:ada refused', 'os refused', 'key:mallory refused']);
  assert.ok(told('vault.open').includes('key:bob refused'));
  assert.ok(told('vault.open').includes('key:ada done'));
  const asked = acts('vault.request').find((act) => textAt(act, 'outcome') === 'done');
  assert.equal(textAt(asked, 'reason'), 'case 7');
  assert.match(textAt(asked, 'details', 'about'), /^2 envelopes of 1 subject, of call /);
  assert.deepEqual(filesWith('CANARY'), []);
});

test('names are released like what was sealed', async () => {
  const pseudonym = subjectOf('desk');
  const release = await request('ada', '--identity', pseudonym);
  assert.equal((await gateway.cli('vault', 'open', release, ...as('ada'))).code, 1);
  await decide('bob', 'approve', release);
  const told = await gateway.cli('vault', 'open', release, ...as('ada'));
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, new RegExp(`${pseudonym} is the agent desk\\.`));
});

test('a keeper that is replaced goes on where the other was', async () => {
  const { call: id } = await lastEnvelope('desk');
  const release = await request('ada', '--call', id);
  const [pid] = gateway.processes('keeper');
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await until(() => gateway.processes('keeper').some((one) => one !== pid), 'another keeper');
  await until(async () => (await decide('bob', 'approve', release)).code === 0, 'the new keeper to take an approval');
  assert.equal((await open('ada', release)).code, 0);
});

test('whoever was erased cannot be opened by anybody, and the record still verifies', async () => {
  const release = await request('ada', '--subject', subjectOf('till'));
  await decide('bob', 'approve', release);
  assert.equal((await open('ada', release)).code, 0);
  const erased = await gateway.cli('audit', 'erase', 'till', ...WHY);
  assert.equal(erased.code, 0, erased.stderr);
  const gone = await open('ada', release);
  assert.equal(gone.code, 1);
  assert.deepEqual(
    new Set(
      lines(gone)
        .slice(1)
        .map((line) => textAt(line, 'state')),
    ),
    new Set(['erased']),
  );
  assert.doesNotMatch(gone.stdout, /CANARY/);
  const verified = await gateway.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('a worker whose vault cannot be written carries nothing that has to be sealed, and goes on once it can', async () => {
  const folder = join(gateway.dataFolder, 'vault');
  for (const slot of readdirSync(folder))
    for (const day of readdirSync(join(folder, slot))) {
      // A file in the place of the folder of the day: whatever is written there fails.
      renameSync(join(folder, slot, day), join(folder, slot, `kept-${day}`));
      writeFileSync(join(folder, slot, day), '');
    }
  await until(async () => (await call(key, 'plain', 'x')).status === 503, 'a worker to have noticed');
  const denied = (): string =>
    textAt(readRecords(gateway.dataFolder).find(({ value }) => textAt(value, 'reason') === 'vault-unavailable')?.value, 'verdict');
  await until(() => denied() !== '', 'the denial to be on record');
  assert.equal(denied(), 'deny');
  assert.equal((await call(key, 'other', 'x')).status, 200, 'what need not be sealed is carried');
  const isSaid = async (): Promise<boolean> => /Worker \d cannot write its vault/.test((await gateway.cli('status')).stdout);
  await until(isSaid, 'the status to say so');
  for (const slot of readdirSync(folder))
    for (const name of readdirSync(join(folder, slot)))
      if (name.startsWith('kept-')) {
        rmSync(join(folder, slot, name.slice('kept-'.length)));
        renameSync(join(folder, slot, name), join(folder, slot, name.slice('kept-'.length)));
      }
  await until(async () => (await call(key, 'plain', 'x')).status === 200, 'it to be better');
  await until(async () => !(await isSaid()), 'the status to say no more of it');
});

function config(extra: object): object {
  return testConfig({ servers: { files: { url: server.url } }, ...extra });
}

function captureConfig(): object {
  return config({
    rules: [
      { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
      { name: 'sealed', effect: 'allow', agents: ['*'], servers: ['files'], tools: ['plain'], capture: 'incident' },
    ],
    extra: { audit: { purposes: { incident: { recipient, expires: '2999-12-31' } } } },
  });
}

function privateKey(): string {
  return join(gateway.folder, 'incident.key');
}

async function addPerson(name: string): Promise<void> {
  const file = join(gateway.folder, `${name}.key`);
  writeFileSync(file, await gateway.addAgent(name));
  people.set(name, file);
}

function as(name: string): readonly string[] {
  return ['--key-file', people.get(name) ?? assert.fail(name)];
}

async function request(who: string, ...what: readonly string[]): Promise<string> {
  const asked = await gateway.cli('vault', 'request', ...what, ...WHY, ...as(who), '--output', 'json');
  assert.equal(asked.code, 0, asked.stderr);
  return textAt(JSON.parse(asked.stdout), 'id');
}

function decide(who: string, decision: 'approve' | 'reject', release: string): Promise<CommandResult> {
  return gateway.cli('vault', decision, release, ...as(who));
}

function open(who: string, release: string): Promise<CommandResult> {
  return gateway.cli('vault', 'open', release, '--private-key', privateKey(), ...as(who), '--output', 'json');
}

function lines({ stdout }: CommandResult): readonly unknown[] {
  return stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

async function call(of: string, name: string, text: string): Promise<{ readonly status: number }> {
  return (await modernCall(gateway.url('files'), 'tools/call', { name, arguments: { text } }, { key: of })).http;
}

async function listed(): Promise<readonly unknown[]> {
  const { stdout } = await gateway.cli('vault', 'list', '--output', 'json');
  const envelopes = at(JSON.parse(stdout), 'envelopes');
  return Array.isArray(envelopes) ? envelopes : [];
}

async function envelopesOf(subject: string): Promise<readonly unknown[]> {
  return (await listed()).filter((one) => textAt(one, 'subject') === subject);
}

async function lastEnvelope(agent: string): Promise<{ readonly call: string }> {
  const subject = subjectOf(agent);
  const results = (await envelopesOf(subject)).filter((one) => textAt(one, 'part') === 'result');
  return { call: textAt(results.at(-1), 'call') };
}

function subjectOf(agent: string): string {
  const decision = readRecords(gateway.dataFolder).find(
    ({ value }) => textAt(value, 'kind') === 'decision' && textAt(value, 'agent') === agent,
  );
  return textAt(decision?.value, 'subject');
}

function captured(kind: string): ReturnType<typeof readRecords> {
  return readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'kind') === kind && at(value, 'capture') !== undefined);
}

function acts(action: string): readonly unknown[] {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => textAt(value, 'kind') === 'act' && textAt(value, 'action') === action);
}

/** Files of the data folder in which this can be read. */
function filesWith(text: string): readonly string[] {
  return readdirSync(gateway.dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => existsSync(path) && readFileSync(path).includes(text));
}
