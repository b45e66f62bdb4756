import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AdminProblem, ReleaseInput, ReleaseView, VaultPort } from '../admin/index.ts';
import {
  createVault,
  createVaultKey,
  listVault,
  openEnvelope,
  parseRecipient,
  printRecipient,
  readEnvelope,
  readHead,
  vaultFolder,
  workerVaultFolder,
} from '../audit/index.ts';
import type { EnvelopeParts } from '../audit/index.ts';
import { Secret } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Fields, Frame } from './channel.ts';
import type { KnownPerson, People } from './people.ts';
import { answerReleases } from './release-answers.ts';
import { createReleases, MAX_RELEASED } from './releases.ts';
import { createSubjectKeeper } from './subject-keys.ts';
import { createVaultPort } from './vault-port.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'vault-port-'));
after(() => rmSync(folder, { recursive: true }));

const PEOPLE: Readonly<Record<string, KnownPerson>> = {
  ada: { by: 'key:ada', names: ['ada'], groups: [], keySinceMs: NOW - HOUR },
  bob: { by: 'key:bob', names: ['bob'], groups: [], keySinceMs: NOW - HOUR },
};
const people: People = {
  whoShows: async () => undefined,
  personOf: async ({ key }) => (key === undefined ? undefined : PEOPLE[key.reveal()]),
  operator: async () => undefined,
  namesOf: async () => [],
};
const as = (name: string): { readonly key: Secret } => ({ key: new Secret(name) });

const subjects = createSubjectKeeper(folder, () => Buffer.alloc(32, 1));
const [ann, ben] = ['ann', 'ben'].map((name) => subjects.keysOf({ tenant: 'default', kind: 'agent', name }, NOW));
const releases = createReleases(folder);
const portWith = (away: boolean): VaultPort =>
  createVaultPort({
    dataFolder: folder,
    links: {
      request: async (_, type, fields) => {
        if (away) throw new Error('away');
        const frame: Frame = { type, fields, payload: new Uint8Array(0), reply: () => {} };
        const answered: Fields = answerReleases(releases, subjects, 'control', frame, NOW) ?? { error: 'no' };
        // What two processes say to each other is JSON.
        const said: unknown = JSON.parse(JSON.stringify(answered));
        return { ...frame, fields: said as Fields };
      },
    },
    people,
    nowMs: () => NOW,
  });
const port = portWith(false);

const privateKey = createVaultKey();

before(async () => {
  const recipient = parseRecipient(printRecipient(privateKey)) ?? assert.fail();
  const vault = createVault({ folder: workerVaultFolder(folder, 0), metrics: createMetrics(), onFault: (error) => assert.fail(error) });
  const put = (call: string, over: Partial<EnvelopeParts>): void => {
    const keys = over.subject === ben?.pseudonym ? ben : ann;
    if (keys === undefined) return;
    const parts: EnvelopeParts = {
      id: `${call}.args`,
      call,
      part: 'arguments',
      purpose: 'incident',
      time: NOW,
      until: NOW + HOUR,
      tenant: 'default',
      server: 'files',
      name: 'read',
      subject: keys.pseudonym,
      key: keys.keyName,
      recipient: '00',
      isCut: false,
      ...over,
    };
    vault.seal(parts, Buffer.from('{}'), { recipient, vaultKey: keys.vaultKey })?.keep();
  };
  put('c1', {});
  put('c2', { server: 'payroll' });
  put('c3', { subject: ben?.pseudonym ?? '', time: NOW - 48 * HOUR });
  put('c4', { purpose: 'billing' });
  await vault.close();
});

const ALL: ReleaseInput = {
  kind: 'envelopes',
  pseudonyms: [],
  calls: [],
  purpose: null,
  server: null,
  from: null,
  to: null,
  reason: 'case 7',
  forMs: HOUR,
};

function must<T>(result: Result<T, AdminProblem>): T {
  return result.ok ? result.value : assert.fail(result.error.detail);
}
const codeOf = (result: Result<unknown, AdminProblem>): string => (result.ok ? 'ok' : result.error.code);
const idsOf = ({ envelopes }: ReleaseView): readonly string[] => envelopes.toSorted((a, b) => (a < b ? -1 : 1));

const CHOICES: readonly (readonly [what: string, asked: Partial<ReleaseInput>, found: readonly string[]])[] = [
  ['everything', {}, ['c1.args', 'c2.args', 'c3.args', 'c4.args']],
  ['calls', { calls: ['c1', 'c3'] }, ['c1.args', 'c3.args']],
  ['a server', { server: 'pay*' }, ['c2.args']],
  ['a purpose', { purpose: 'billing' }, ['c4.args']],
  ['a subject', { pseudonyms: [ben?.pseudonym ?? ''] }, ['c3.args']],
  ['a time', { from: '2026-11-22T00:00:00.000Z' }, ['c1.args', 'c2.args', 'c4.args']],
  ['a time before', { to: '2026-11-22T00:00:00.000Z' }, ['c3.args']],
  ['several of these', { server: 'files', purpose: 'incident', from: '2026-11-22T00:00:00.000Z' }, ['c1.args']],
];
for (const [what, asked, found] of CHOICES)
  test(`envelopes are asked for by ${what}`, async () => {
    assert.deepEqual(idsOf(must(await port.request({ ...ALL, ...asked }, as('ada')))), found);
  });

test('what it is about stands in words, for who approves', async () => {
  const release = must(await port.request({ ...ALL, calls: ['c1', 'c3'], to: '2026-12-01T00:00:00.000Z' }, as('ada')));
  assert.equal(release.about, '2 envelopes of 2 subjects, of 2 calls, before 2026-12-01T00:00:00.000Z');
  assert.deepEqual([release.state, release.requestedBy, release.decidedBy, release.uses], ['pending', 'key:ada', null, 0]);
});

test('what is not there, or is too much, is not asked for', async () => {
  assert.equal(codeOf(await port.request({ ...ALL, calls: ['c9'] }, as('ada'))), 'envelope_unknown');
  assert.ok(MAX_RELEASED > 4);
});

test('nobody does anything without a key of this gateway', async () => {
  const release = must(await port.request({ ...ALL, calls: ['c1'] }, as('ada'))).id;
  for (const who of [{}, as('mallory')]) {
    const expected = 'key' in who ? 'approver_unknown' : 'approver_refused';
    assert.equal(codeOf(await port.request(ALL, who)), expected);
    assert.equal(codeOf(await port.decide({ release, decision: 'approve' }, who)), expected);
    assert.equal(codeOf(await port.open({ release }, who)), expected);
  }
});

test('two people have a release opened, envelope by envelope', async () => {
  const release = must(await port.request({ ...ALL, calls: ['c1', 'c2'] }, as('ada'))).id;
  assert.equal(codeOf(await port.open({ release }, as('ada'))), 'release_over');
  assert.equal(codeOf(await port.decide({ release, decision: 'approve' }, as('ada'))), 'approver_refused');
  assert.equal(must(await port.decide({ release, decision: 'approve' }, as('bob'))).state, 'approved');
  assert.equal(codeOf(await port.open({ release }, as('bob'))), 'approver_refused');
  const opened = must(await port.open({ release }, as('ada')));
  assert.deepEqual(opened.keys.map(({ envelope }) => envelope).toSorted(), ['c1.args', 'c2.args']);
  assert.ok(opened.keys.every(({ half }) => Buffer.from(half ?? '', 'base64').length === 32));
  assert.equal(opened.release.uses, 1);
  assert.equal(codeOf(await port.open({ release: 'rel_0' }, as('ada'))), 'release_unknown');
});

test('whoever can write into the vault gets nothing released for another envelope than people were told of', async () => {
  const other = workerVaultFolder(folder, 1);
  const recipient = parseRecipient(printRecipient(createVaultKey())) ?? assert.fail();
  const [real] = (await Array.fromAsync(listVault(vaultFolder(folder)))).filter(({ id }) => id === 'c1.args');
  const { enc: _enc, dek: _dek, ...parts } = real?.head ?? assert.fail();
  // A head that says the same envelope and another call and server, beside the real one, and then alone.
  const vault = createVault({ folder: other, metrics: createMetrics(), onFault: (error) => assert.fail(error) });
  vault.seal({ ...parts, call: 'c9', server: 'payroll' }, Buffer.from('{}'), { recipient, vaultKey: Buffer.alloc(32) })?.keep();
  await vault.close();
  for (const calls of [['c9'], ['c1']]) {
    const refused = await port.request({ ...ALL, calls }, as('ada'));
    assert.match(refused.ok ? 'released' : refused.error.detail, /c1\.args lies twice in the vault/);
  }
  renameSync(real?.path ?? '', `${real?.path}.aside`);
  const asked = must(await port.request({ ...ALL, calls: ['c9'] }, as('ada')));
  renameSync(`${real?.path}.aside`, real?.path ?? '');
  rmSync(other, { recursive: true });
  must(await port.decide({ release: asked.id, decision: 'approve' }, as('bob')));
  const half = must(await port.open({ release: asked.id }, as('ada'))).keys[0]?.half;
  const honest = must(await port.request({ ...ALL, calls: ['c1'] }, as('ada')));
  must(await port.decide({ release: honest.id, decision: 'approve' }, as('bob')));
  assert.notEqual(half, must(await port.open({ release: honest.id }, as('ada'))).keys[0]?.half);
  const bytes = (await readEnvelope(real?.path ?? '')) ?? assert.fail();
  const open = (key: string | null | undefined): unknown =>
    openEnvelope(readHead(bytes) ?? assert.fail(), bytes, { privateKey, envelopeKey: Buffer.from(key ?? '', 'base64') });
  assert.equal(open(half), 'changed');
  assert.deepEqual(open(must(await port.open({ release: honest.id }, as('ada'))).keys[0]?.half), Buffer.from('{}'));
});

test('of somebody who was erased there is no half of a key, and no name', async () => {
  const carl = subjects.pseudonymOf({ tenant: 'default', kind: 'user', name: 'carl' }, NOW);
  const named = must(await port.request({ ...ALL, kind: 'identity', pseudonyms: [carl, carl] }, as('ada')));
  assert.deepEqual([named.about, named.pseudonyms], [`whose the pseudonym ${carl} is`, [carl]]);
  const sealed = must(await port.request({ ...ALL, calls: ['c3'] }, as('ada')));
  for (const { id } of [named, sealed]) must(await port.decide({ release: id, decision: 'approve' }, as('bob')));
  const identities = async (): Promise<unknown> => must(await port.open({ release: named.id }, as('ada'))).identities;
  assert.deepEqual(await identities(), [{ pseudonym: carl, kind: 'user', name: 'carl' }]);
  for (const pseudonym of [carl, ben?.pseudonym ?? '']) subjects.erase(pseudonym);
  assert.deepEqual(await identities(), [{ pseudonym: carl, kind: null, name: null }]);
  assert.deepEqual(must(await port.open({ release: sealed.id }, as('ada'))).keys, [{ envelope: 'c3.args', half: null }]);
});

test('the newest stands first, and a keeper that is away is said to be', async () => {
  const last = must(await port.request({ ...ALL, calls: ['c4'] }, as('ada')));
  assert.equal(must(await port.list())[0]?.id, last.id);
  const away = portWith(true);
  assert.equal(codeOf(await away.list()), 'unavailable');
  assert.equal(codeOf(await away.request(ALL, as('ada'))), 'unavailable');
  assert.ok(vaultFolder(folder).endsWith('vault'));
});
