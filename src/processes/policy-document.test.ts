// A policy that is changed as a text: written as a whole or not at all, with one person or two, and never over what somebody else has written.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AdminProblem } from '../admin/index.ts';
import type { Result } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { ConfigProblem } from '../config/index.ts';
import { readConfigFile } from './config-file.ts';
import type { ReadConfig } from './config-file.ts';
import { createPolicyDocument } from './policy-document.ts';
import type { PolicyDocument } from './policy-document.ts';
import { createPolicyFile, tagOf } from './policy-file.ts';
import { createPolicyHistory } from './policy-history.ts';
import type { PolicyHistory } from './policy-history.ts';
import { createPolicyProposals } from './policy-proposals.ts';
import type { PolicyProposals } from './policy-proposals.ts';
import type { PolicyWriter } from './policy-writer.ts';

const rule = (name: string): string => `  - { name: ${name}, effect: allow, agents: ['*'], servers: [files] }\n`;
const rules = (...names: readonly string[]): string => `rules:\n${names.map(rule).join('')}`;
const config = (separation: 'one' | 'two', policy: string): string =>
  `version: 1\nadmin: { listen: off, separation: { policy: ${separation} } }\nservers: { files: { url: 'https://files.example/mcp' } }\n${policy}`;
const inFile = (...names: readonly string[]): string => `policy:\n${rules(...names).replaceAll(/^(?=.)/gm, '  ')}`;

interface Bed {
  readonly folder: string;
  readonly configFile: string;
  readonly document: PolicyDocument;
  readonly history: PolicyHistory;
  readonly proposals: PolicyProposals;
  /** What is wrong with the next config that is put in force, though its text is right. */
  fault: ConfigProblem | undefined;
  load(): Promise<readonly ConfigProblem[]>;
  text(): string;
}

/** A control that has put a config in force. */
async function begin(t: TestContext, text: string, more: Readonly<Record<string, string>> = {}): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  const configFile = join(folder, 'sallyport.yaml');
  writeFileSync(configFile, text);
  for (const [name, content] of Object.entries(more)) writeFileSync(join(folder, name), content);
  const store = openStore(join(folder, 'data'));
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const place = { configFile, listenOverride: undefined, consoleOverride: undefined, dataFolder: join(folder, 'data') };
  let inForce: ReadConfig | undefined;
  const policies = () => store.policies;
  const file = createPolicyFile({ place, doubts: async () => [] });
  const history = createPolicyHistory({ tenant: 'default', nowMs: () => 1_000, policies });
  let at = 0;
  const proposals = createPolicyProposals({ tenant: 'default', nowMs: () => (at += 1), policies, document: () => document, isSamePerson });
  const load = async (): Promise<readonly ConfigProblem[]> => {
    const read = readConfigFile(place);
    const { fault } = bed;
    bed.fault = undefined;
    const errors = [...read.problems, ...(fault === undefined ? [] : [fault])].filter(({ severity }) => severity === 'error');
    if (errors.length > 0) return errors;
    inForce = read;
    if (read.written !== undefined) await document.onApplied(read.written);
    return [];
  };
  const document: PolicyDocument = createPolicyDocument({
    file,
    history,
    shard: () => inForce?.shard,
    written: () => inForce?.written,
    warnings: () => [],
    load,
    propose: proposals.propose,
    uses: async () => undefined,
  });
  const bed: Bed = {
    folder,
    configFile,
    document,
    history,
    proposals,
    load,
    fault: undefined,
    text: () => readFileSync(configFile, 'utf8'),
  };
  assert.deepEqual(await load(), []);
  return bed;
}

const person = (name: string, mayAccept = false): PolicyWriter => ({
  actor: { by: `operator:${name}`, via: 'console' },
  role: mayAccept ? 'admin' : 'operator',
  keySinceMs: 0,
});
const SOCKET: PolicyWriter = { actor: { by: 'os:root', via: 'cli' }, role: undefined, keySinceMs: Infinity };
const write = (bed: Bed, text: string, who: PolicyWriter = SOCKET, expectedTag?: string) =>
  bed.document.write({ text, reason: 'Because.', restores: null }, { who, isDryRun: false, expectedTag });
const codeOf = (result: Result<unknown, AdminProblem>): string => (result.ok ? 'done' : result.error.code);

test('a policy in a file of its own is written there, and the config stays', async (t) => {
  const bed = await begin(t, config('one', 'policy: { file: policy.yaml }\n'), { 'policy.yaml': `# Ours.\n${rules('one')}` });
  const before = bed.text();
  const read = await bed.document.read();
  assert.ok(read.ok);
  assert.deepEqual([read.value.source.kind, read.value.text, read.value.inForce], ['file', `# Ours.\n${rules('one')}`, true]);
  const saved = await write(bed, rules('one', 'two'));
  assert.deepEqual(saved.ok && [saved.value.outcome, saved.value.revision], ['saved', 2]);
  assert.equal(readFileSync(join(bed.folder, 'policy.yaml'), 'utf8'), rules('one', 'two'));
  assert.equal(bed.text(), before);
});

test('where none is written yet it is added', async (t) => {
  const bed = await begin(t, config('one', ''));
  const read = await bed.document.read();
  assert.deepEqual(read.ok && [read.value.source.kind, read.value.text], ['none', '']);
  assert.equal(codeOf(await write(bed, rules('one'))), 'done');
  assert.equal(bed.text(), config('one', inFile('one')));
});

test('what was written by hand is in the history, by nobody', async (t) => {
  const bed = await begin(t, config('one', inFile('one')));
  writeFileSync(bed.configFile, config('one', inFile('one', 'two')));
  const meanwhile = await bed.document.read();
  assert.deepEqual(meanwhile.ok && [meanwhile.value.inForce, meanwhile.value.revision], [false, null]);
  await bed.load();
  const { value } = expectOk(await bed.history.history({ limit: 10 }));
  assert.deepEqual(
    value.revisions.map(({ revision, by, via, rules: { added }, inForce }) => [revision, by, via, added, inForce]),
    [
      [2, null, 'file', 1, true],
      [1, null, 'file', 1, false],
    ],
  );
});

test('what turns out to be wrong when it is put in force leaves the file as it was', async (t) => {
  const bed = await begin(t, config('one', inFile('one')));
  const before = bed.text();
  bed.fault = { severity: 'error', file: bed.configFile, line: 1, column: 1, path: 'listeners', message: 'is gone', fix: undefined };
  assert.equal(codeOf(await write(bed, rules('two'))), 'config_refused');
  assert.equal(bed.text(), before);
  assert.equal(bed.history.inForce?.number, 1);
});

test('what somebody wrote meanwhile is not overwritten, and of two at once one is told so', async (t) => {
  const bed = await begin(t, config('one', inFile('one')));
  const tag = tagOf(rules('one'));
  const both = await Promise.all([write(bed, rules('two'), SOCKET, tag), write(bed, rules('three'), SOCKET, tag)]);
  assert.deepEqual(both.map(codeOf), ['done', 'version_changed']);
});

test('a text that gets out of its place is refused', async (t) => {
  const bed = await begin(t, config('one', inFile('one')));
  const before = bed.text();
  for (const text of ['rules: []\nworkers: 9\n', 'rules: []\n---\nversion: 1\n', 'rules: "', ''])
    assert.equal(codeOf(await write(bed, text)), 'config_refused', text);
  assert.equal(bed.text(), before);
});

test('a file that cannot be read is shown with why, and not written', async (t) => {
  const bed = await begin(t, config('one', inFile('one')));
  writeFileSync(bed.configFile, 'version: [');
  const read = await bed.document.read();
  assert.deepEqual(read.ok && [read.value.writable, read.value.text], [false, rules('one')]);
  assert.match((read.ok && read.value.why) || '', /sallyport\.yaml/);
  assert.equal(codeOf(await write(bed, rules('two'))), 'policy_fixed');
});

/** Ada has another sign-in, adam. */
const isSamePerson = async (one: string, other: string): Promise<boolean> =>
  one.slice(0, 'operator:ada'.length) === other.slice(0, 'operator:ada'.length);

test('where it takes two, a change waits for another person', async (t) => {
  const bed = await begin(t, config('two', inFile('one')));
  const before = bed.text();
  assert.equal(codeOf(await write(bed, rules('two'))), 'forbidden');
  const proposed = await write(bed, rules('two'), person('ada', true));
  assert.ok(proposed.ok);
  assert.equal(proposed.value.outcome, 'proposed');
  assert.equal(bed.text(), before);
  assert.equal(codeOf(await write(bed, rules('two'), { ...person('di'), role: 'approver' })), 'forbidden');
  const id = proposed.value.proposal ?? '';
  const decide = (who: PolicyWriter, decision: 'accept' | 'reject' | 'withdraw') =>
    bed.proposals.decide(id, { decision, reason: 'Read it.' }, who);
  assert.equal(codeOf(await decide(person('ada', true), 'accept')), 'proposal_refused');
  assert.equal(codeOf(await decide(person('ada', true), 'reject')), 'proposal_refused');
  assert.equal(codeOf(await decide(person('adam', true), 'accept')), 'proposal_refused', 'another sign-in of hers');
  assert.equal(codeOf(await decide(SOCKET, 'accept')), 'proposal_refused');
  assert.equal(codeOf(await decide(person('bo', false), 'accept')), 'forbidden');
  assert.equal(codeOf(await decide(person('bo', true), 'withdraw')), 'proposal_refused');
  const whole = expectOk(await bed.proposals.readProposal(id)).value;
  assert.deepEqual([whole.checked?.outcome, whole.diff.filter(({ kind }) => kind !== 'same').length], ['checked', 2]);
  const both = await Promise.all([decide(person('bo', true), 'accept'), decide(person('cy', true), 'accept')]);
  assert.deepEqual(both.map(codeOf), ['done', 'proposal_over']);
  assert.equal(bed.text(), config('two', inFile('two')));
  const [latest] = expectOk(await bed.history.history({ limit: 1 })).value.revisions;
  assert.deepEqual([latest?.by, latest?.acceptedBy, latest?.reason], ['operator:ada', 'operator:bo', 'Because.']);
});

test('nobody is made a second person for the occasion: who accepts was known before it was proposed, and whoever comes later can only reject', async (t) => {
  const bed = await begin(t, config('two', inFile('one')));
  const before = bed.text();
  const propose = async (name: string): Promise<string> => expectOk(await write(bed, rules(name), person('ada'))).value.proposal ?? '';
  const [id, other] = [await propose('two'), await propose('three')];
  const proposedMs = Date.parse(expectOk(await bed.proposals.readProposal(id)).value.at);
  const since = (keySinceMs: number): PolicyWriter => ({ ...person('bo', true), keySinceMs });
  for (const keySinceMs of [proposedMs, proposedMs + 1, Number.NaN]) {
    const refused = await bed.proposals.decide(id, { decision: 'accept', reason: null }, since(keySinceMs));
    assert.equal(codeOf(refused), 'proposal_refused');
    assert.match(refused.ok ? '' : refused.error.detail, /made after this was proposed.*withdraws it and proposes it anew/);
  }
  assert.equal(bed.text(), before);
  assert.equal(codeOf(await bed.proposals.decide(other, { decision: 'reject', reason: null }, since(proposedMs + 9))), 'done');
  assert.equal(codeOf(await bed.proposals.decide(id, { decision: 'accept', reason: null }, since(proposedMs - 1))), 'done');
});

test('what was proposed against another policy is not accepted', async (t) => {
  const bed = await begin(t, config('two', inFile('one')));
  const [first, second] = [await write(bed, rules('two'), person('ada')), await write(bed, rules('three'), person('ada'))];
  assert.ok(first.ok && second.ok);
  const accept = (id: string | null) => bed.proposals.decide(id ?? '', { decision: 'accept', reason: null }, person('bo', true));
  assert.equal(codeOf(await accept(first.value.proposal)), 'done');
  assert.equal(codeOf(await accept(second.value.proposal)), 'version_changed');
  const states = async (state: 'open' | 'all') =>
    expectOk(await bed.proposals.proposals({ state, limit: 10 })).value.proposals.map((one) => one.state);
  assert.deepEqual(await states('open'), ['outdated']);
  const taken = await bed.proposals.decide(second.value.proposal ?? '', { decision: 'withdraw', reason: null }, person('ada'));
  assert.equal(taken.ok && taken.value.state, 'withdrawn');
  assert.deepEqual(await states('all'), ['withdrawn', 'accepted']);
});

function expectOk<T>(result: Result<T, AdminProblem>): { readonly value: T } {
  assert.ok(result.ok, result.ok ? '' : result.error.detail);
  return result;
}
