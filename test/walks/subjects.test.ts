// Whom the record is about, with real processes: names stay out of it, whoever knows a value can have it tested, whose a pseudonym is can be asked with a
// reason, and whoever is erased is gone from everywhere at once, while the record still verifies. Every call has a connection of its own.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  modernCall,
  readRecords,
  anyTool,
  modernAnswers,
  startScriptedServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpAnswer, ScriptedServer } from '../harness/index.ts';

const AGENT = 'ottilie-the-agent';
const OTHER = 'waldemar-the-agent';
const SAID = 'CANARY-what-was-said-4711';
const WHY = ['--reason', 'a test'] as const;

let echo: ScriptedServer;
let gateway: Gateway;
let key: string;
let otherKey: string;

before(async () => {
  echo = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [anyTool('plain')], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': (params: unknown) => ({
        resultType: 'complete',
        content: [{ type: 'text', text: textAt(params, 'arguments', 'text') }],
      }),
    }),
  );
  gateway = await startGateway({ config: config('pseudonyms', 'one') });
  key = await gateway.addAgent(AGENT);
  otherKey = await gateway.addAgent(OTHER);
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

test('both workers call one agent by one pseudonym, and the record names nobody', async () => {
  await until(async () => {
    await say(key, SAID);
    return new Set(decisionsOf(AGENT_CALLS).map(({ slot }) => slot)).size === 2;
  }, 'both workers to have carried a call');
  const subjects = new Set(decisionsOf(AGENT_CALLS).map(({ value }) => textAt(value, 'subject')));
  assert.equal(subjects.size, 1);
  assert.match([...subjects][0] ?? '', /^sub_[0-9a-f]{24}$/);
  for (const { value } of decisionsOf(AGENT_CALLS)) {
    assert.equal(at(value, 'agent'), undefined);
    assert.match(textAt(value, 'keyId'), /^alias_[0-9a-f]{16}$/);
    assert.match(textAt(value, 'args', 'mac'), /^[A-Za-z0-9_-]{43}$/);
    assert.equal(textAt(value, 'args', 'key').split('.')[0], textAt(value, 'subject'));
  }
  for (const act of ['lockdown agent', 'lockdown lift agent']) await gateway.cli(...act.split(' '), OTHER);
  await gateway.cli('flow', 'clear', OTHER);
  await until(() => kinds('flow').length === 2 && kinds('lockdown').length === 4, 'the workers to have said so');
  const written = everythingIn('audit') + gateway.logs();
  for (const name of [AGENT, OTHER, SAID]) assert.ok(!written.includes(name), `${name} is written down`);
  assert.ok(!everythingIn('keys').includes('ottilie'), 'a name stands beside its pseudonym');
});

test('a value is found by whoever knows it, in any order of its members, and another is not', async () => {
  const id = await say(otherKey, `${SAID}-once`, { b: 1 });
  const found = await match('--value', JSON.stringify({ b: 1, text: `${SAID}-once` }));
  assert.deepEqual([found.code, found.calls, found.what], [0, [id], ['arguments']]);
  const none = await match('--value', JSON.stringify({ b: 2, text: `${SAID}-once` }));
  assert.deepEqual([none.code, none.calls], [1, []]);
});

test('a result is found by its bytes, or by the whole answer', async () => {
  const answer = await call(otherKey, `${SAID}-result`);
  const file = join(gateway.folder, 'answer.json');
  writeFileSync(file, answer.body);
  await until(async () => (await match('--file', file)).what.includes('result'), 'the outcome to be there');
  const result = JSON.stringify(at(JSON.parse(answer.body), 'result'));
  writeFileSync(file, result);
  assert.deepEqual((await match('--file', file)).what, ['result']);
});

test('that somebody asked is on record, and nothing of what they asked about', async () => {
  const [asked] = acts('audit.match');
  assert.deepEqual([textAt(asked, 'outcome'), textAt(asked, 'via')], ['done', 'cli']);
  const digest = createHash('sha256')
    .update(JSON.stringify({ b: 1, text: `${SAID}-once` }))
    .digest('hex');
  assert.ok(!everythingIn('audit').includes(digest));
});

test('whose a pseudonym is, one person learns who says why', async () => {
  const pseudonym = subjectOf(AGENT_CALLS);
  assert.equal((await gateway.cli('audit', 'whois', pseudonym)).code, 2, 'a reason is needed');
  const told = await gateway.cli('audit', 'whois', pseudonym, ...WHY);
  assert.equal(told.stdout, `${pseudonym} is the agent ${AGENT}.\n`);
  const back = await gateway.cli('audit', 'whois', AGENT, ...WHY, '--output', 'json');
  assert.equal(textAt(JSON.parse(back.stdout), 'pseudonym'), pseudonym);
  const [asked] = acts('audit.whois');
  assert.deepEqual([textAt(asked, 'target'), textAt(asked, 'reason')], [pseudonym, 'a test']);
});

test('where it takes two, one person learns nothing, neither way', async () => {
  gateway.reload(config('pseudonyms', 'two'));
  const pseudonym = subjectOf(AGENT_CALLS);
  await until(async () => /two people/.test((await gateway.cli('audit', 'whois', pseudonym, ...WHY)).stderr), 'the config to be in force');
  const back = await gateway.cli('audit', 'whois', AGENT, ...WHY);
  assert.equal(back.code, 1);
  assert.doesNotMatch(back.stdout + back.stderr, /sub_[0-9a-f]{24}/);
});

test('a legal hold keeps somebody from being erased', async () => {
  const pseudonym = subjectOf(AGENT_CALLS);
  const counsel = join(gateway.folder, 'counsel.key');
  writeFileSync(counsel, await gateway.addAgent('counsel'), { mode: 0o600 });
  const held = await gateway.cli('audit', 'hold', 'add', '--subject', pseudonym, '--reason', 'case 7', '--key-file', counsel);
  assert.equal(held.code, 0, held.stderr);
  const erased = await gateway.cli('audit', 'erase', pseudonym, ...WHY);
  assert.equal(erased.code, 1);
  assert.match(erased.stderr, /legal hold/);
  assert.doesNotMatch(erased.stdout + erased.stderr, /hold_[0-9a-f]/, 'which one it is would tell whom it is about');
  const refused = acts('audit.erase').slice(-2);
  assert.deepEqual(
    refused.map((act) => [textAt(act, 'outcome'), textAt(act, 'target')]),
    [
      ['begun', pseudonym],
      ['refused', pseudonym],
    ],
  );
  const named = await gateway.cli('audit', 'erase', AGENT, ...WHY);
  assert.match(named.stderr, /two people/);
  assert.doesNotMatch(named.stdout + named.stderr + JSON.stringify(acts('audit.erase').slice(-2)), /sub_[0-9a-f]{24}/);
  assert.equal((await match('--value', JSON.stringify({ text: SAID }))).code, 0, 'nothing was destroyed');
});

test('who is erased is gone: no name, no key, no test, in no process; the record stays and verifies', async () => {
  const id = textAt(decisionsOf(OTHER_CALLS).at(-1)?.value, 'id');
  const pseudonym = subjectOf(OTHER_CALLS);
  const value = JSON.stringify({ b: 1, text: `${SAID}-once` });
  const raw = Buffer.from(pseudonym.slice('sub_'.length), 'hex');
  assert.ok(rawKeys().includes(raw));
  const erased = await gateway.cli('audit', 'erase', pseudonym, ...WHY, '--output', 'json');
  assert.equal(erased.code, 0, erased.stderr);
  assert.deepEqual([at(JSON.parse(erased.stdout), 'confirmed'), at(JSON.parse(erased.stdout), 'months')], [2, 1]);
  assert.ok(!rawKeys().includes(raw), 'something of the subject is left on the disk');
  const gone = await match('--value', value);
  assert.deepEqual([gone.code, gone.untestable > 0], [1, true]);
  assert.equal((await gateway.cli('audit', 'erase', pseudonym, ...WHY)).code, 1, 'there is nobody to be erased any more');

  // Whoever comes again is somebody new, on both workers.
  const before = new Set(decisions().map(({ value: record }) => textAt(record, 'id')));
  const later = (): ReturnType<typeof decisions> => decisions().filter(({ value: record }) => !before.has(textAt(record, 'id')));
  await until(async () => {
    await say(otherKey, 'again');
    return new Set(later().map(({ slot }) => slot)).size === 2;
  }, 'both workers to have carried a call');
  const anew = new Set(later().map(({ value: record }) => textAt(record, 'subject')));
  assert.equal(anew.size, 1);
  assert.ok(!anew.has(pseudonym));

  const acted = acts('audit.erase').at(-1);
  assert.equal(
    textAt(
      acts('audit.erase').findLast((act) => textAt(act, 'outcome') === 'done'),
      'target',
    ),
    pseudonym,
  );
  assert.doesNotMatch(JSON.stringify(acted), /waldemar/);
  assert.ok(
    decisions().some(({ value: record }) => textAt(record, 'id') === id),
    'the record stays',
  );
  const verified = await gateway.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('a keeper that cannot keep a subject has nobody new carried, and says so; those who are known go on', async () => {
  gateway.reload(config('names', 'one'));
  await until(() => actsAbout('config.apply') > 2, 'the config to be in force');
  const stranger = await gateway.addAgent('somebody-new');
  const path = join(gateway.dataFolder, 'keys', 'subjects.slots');
  const whole = readFileSync(path);
  for (const pid of gateway.processes('keeper')) process.kill(pid, 'SIGKILL');
  writeFileSync(path, 'of another kind'.padEnd(512));
  await until(async () => (await call(stranger, 'x')).status === 503, 'the new keeper to have read the file');
  const refused = await call(stranger, 'x');
  assert.match(refused.body, /cannot be put on record now/);
  assert.ok(kinds('decision').some((value) => textAt(value, 'reason') === 'audit_unavailable'));
  assert.equal((await call(key, 'still here')).status, 200);
  writeFileSync(path, whole);
  await until(async () => (await call(stranger, 'x')).status === 200, 'it to be better');
});

/** Calls are told apart by what nobody sees: the aliases of keys. */
const AGENT_CALLS = 0;
const OTHER_CALLS = 1;

function config(subjects: string, reidentify: string): object {
  return testConfig({ servers: { echo: { url: echo.url } }, extra: { audit: { subjects, reidentify } } });
}

async function call(of: string, text: string, more: object = {}): Promise<HttpAnswer> {
  const { http } = await modernCall(gateway.url('echo'), 'tools/call', { name: 'plain', arguments: { text, ...more } }, { key: of });
  return http;
}

/** Calls, and gives the id of the decision. */
async function say(of: string, text: string, more: object = {}): Promise<string> {
  const before = new Set(decisions().map(({ value }) => textAt(value, 'id')));
  const answer = await call(of, text, more);
  assert.equal(answer.status, 200, answer.body);
  return textAt(decisions().find(({ value }) => !before.has(textAt(value, 'id')))?.value, 'id');
}

function decisions(): readonly { readonly slot: string; readonly value: unknown }[] {
  return readRecords(gateway.dataFolder).filter(
    ({ value }) => textAt(value, 'kind') === 'decision' && textAt(value, 'method') === 'tools/call',
  );
}

/** Decisions about the first, or the second, who ever called. */
function decisionsOf(which: number): readonly { readonly slot: string; readonly value: unknown }[] {
  const order = [...new Set(byTime().map(({ value }) => textAt(value, 'subject')))];
  return byTime().filter(({ value }) => textAt(value, 'subject') === order[which]);
}

function byTime(): readonly { readonly slot: string; readonly value: unknown }[] {
  return decisions().toSorted((a, b) => Number(at(a.value, 'time')) - Number(at(b.value, 'time')));
}

function subjectOf(which: number): string {
  return textAt(decisionsOf(which)[0]?.value, 'subject');
}

function kinds(kind: string): readonly unknown[] {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => textAt(value, 'kind') === kind);
}

function acts(action: string): readonly unknown[] {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((value) => textAt(value, 'kind') === 'act' && textAt(value, 'action') === action);
}

function actsAbout(action: string): number {
  return acts(action).filter((act) => textAt(act, 'outcome') === 'done').length;
}

interface Matched {
  readonly code: number;
  readonly calls: readonly string[];
  readonly what: readonly string[];
  readonly untestable: number;
}

async function match(...args: readonly string[]): Promise<Matched> {
  const { code, stdout } = await gateway.cli('audit', 'match', ...args, '--output', 'json');
  const told: unknown = JSON.parse(stdout);
  const matches = at(told, 'matches');
  const listed: readonly unknown[] = Array.isArray(matches) ? matches : [];
  return {
    code,
    calls: listed.map((one) => textAt(one, 'id')),
    what: listed.map((one) => textAt(one, 'what')),
    untestable: Number(at(told, 'untestable')),
  };
}

function everythingIn(folder: string): string {
  const root = join(gateway.dataFolder, folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readIfThere(join(entry.parentPath, entry.name)))
    .join('');
}

/** Some files are written aside and renamed while a test looks. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function rawKeys(): Buffer {
  return Buffer.from(everythingIn('keys'), 'latin1');
}
