import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { envelopeKey } from '../audit/index.ts';
import type { Fields, Frame } from './channel.ts';
import { answerReleases } from './release-answers.ts';
import { createReleases, MAX_RELEASED, releaseState } from './releases.ts';
import type { Person, ReleaseRequest, Releases } from './releases.ts';
import { createSubjectKeeper } from './subject-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'releases-'));
after(() => rmSync(folder, { recursive: true }));

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const ALICE: Person = { by: 'key:alice', keySinceMs: NOW - HOUR, names: ['alice'] };
const BOB: Person = { by: 'key:bob', keySinceMs: NOW - HOUR, names: ['bob'] };
const ASKED: ReleaseRequest = { scope: { kind: 'identity', pseudonyms: ['sub_1'] }, about: 'one', reason: 'ticket 4711', forMs: HOUR };

let count = 0;
function fresh(): { readonly releases: Releases; readonly at: string } {
  const at = mkdtempSync(join(folder, `${count++}-`));
  return { releases: createReleases(at), at };
}
function requested(releases: Releases): string {
  const asked = releases.request(ASKED, ALICE, NOW);
  return asked.ok ? asked.value.id : assert.fail(asked.error);
}

test('two people make a release, and it lasts as long as was said', () => {
  const { releases } = fresh();
  const id = requested(releases);
  assert.deepEqual(releases.use(id, ALICE.by, NOW), { ok: false, error: 'not_approved' });
  assert.equal(releases.decide(id, 'approve', BOB, NOW + 1_000).ok, true);
  const used = releases.use(id, ALICE.by, NOW + HOUR);
  assert.equal(used.ok && used.value.uses, 1);
  assert.equal(releases.use(id, ALICE.by, NOW + 1_000 + HOUR).ok, true);
  assert.deepEqual(releases.use(id, ALICE.by, NOW + 1_001 + HOUR), { ok: false, error: 'over' });
});

test('whoever has a key and is signed in is one person, also when the two are untied afterwards', () => {
  const { releases } = fresh();
  const since = { keySinceMs: NOW - HOUR };
  const asked = releases.request(ASKED, { by: 'operator:al', names: ['al', 'alice'], ...since }, NOW);
  const id = asked.ok ? asked.value.id : assert.fail(asked.error);
  const approve = (person: Person): unknown => releases.decide(id, 'approve', person, NOW);
  const refused = { ok: false, error: 'same_person' };
  assert.deepEqual(approve(ALICE), refused, 'by the key that was theirs');
  assert.deepEqual(approve({ by: 'key:al', names: [], ...since }), refused, 'an agent of the same name');
  assert.deepEqual(
    approve({ by: 'operator:carol', names: ['carol', 'alice'], ...since }),
    refused,
    'an operator for whom the same agent acts',
  );
  assert.deepEqual(releases.use(id, 'key:alice', NOW), { ok: false, error: 'not_approved' });
  assert.deepEqual(
    approve({ by: 'operator:bob', names: ['bob'], keySinceMs: NOW }),
    { ok: false, error: 'key_too_new' },
    'signed in since',
  );
  assert.equal(releases.decide(id, 'approve', { by: 'operator:bob', names: ['bob'], ...since }, NOW).ok, true);
});

test('one person is not two', () => {
  const { releases } = fresh();
  const id = requested(releases);
  assert.deepEqual(releases.decide(id, 'approve', ALICE, NOW), { ok: false, error: 'same_person' });
  // Who has only the socket, as an administrator has, is no person here.
  assert.deepEqual(releases.decide(id, 'approve', { by: 'os:root', keySinceMs: 0, names: [] }, NOW), { ok: false, error: 'nobody' });
  assert.deepEqual(releases.request(ASKED, { by: 'os:root', keySinceMs: 0, names: [] }, NOW), { ok: false, error: 'nobody' });
  // A second key, made for the occasion, makes nobody a second person.
  assert.deepEqual(releases.decide(id, 'approve', { by: 'key:mallory', keySinceMs: NOW, names: [] }, NOW + 1), {
    ok: false,
    error: 'key_too_new',
  });
  assert.deepEqual(releases.decide(id, 'approve', { by: 'key:mallory', keySinceMs: Number.NaN, names: [] }, NOW + 1), {
    ok: false,
    error: 'key_too_new',
  });
  assert.equal(releases.decide(id, 'approve', BOB, NOW + 1).ok, true);
});

test('only who asked uses it, and nobody decides twice', () => {
  const { releases } = fresh();
  const id = requested(releases);
  assert.equal(releases.decide(id, 'approve', BOB, NOW).ok, true);
  assert.deepEqual(releases.use(id, BOB.by, NOW), { ok: false, error: 'not_yours' });
  assert.deepEqual(releases.decide(id, 'reject', BOB, NOW), { ok: false, error: 'over' });
  assert.deepEqual(releases.decide('rel_0', 'approve', BOB, NOW), { ok: false, error: 'unknown' });
});

test('the same word said again changes nothing', () => {
  const { releases } = fresh();
  const id = requested(releases);
  const first = releases.decide(id, 'approve', BOB, NOW);
  assert.deepEqual(releases.decide(id, 'approve', BOB, NOW + 1_000), first);
});

test('a no stays a no, also by who asked', () => {
  const { releases } = fresh();
  const id = requested(releases);
  assert.equal(releases.decide(id, 'reject', ALICE, NOW).ok, true);
  assert.deepEqual(releases.decide(id, 'approve', BOB, NOW), { ok: false, error: 'over' });
  assert.deepEqual(releases.use(id, ALICE.by, NOW), { ok: false, error: 'over' });
});

test('what nobody answers lapses', () => {
  const { releases } = fresh();
  const id = requested(releases);
  const late = NOW + 8 * 24 * HOUR;
  const [release] = releases.list();
  assert.equal(release === undefined ? '' : releaseState(release, late), 'expired');
  assert.deepEqual(releases.decide(id, 'approve', BOB, late), { ok: false, error: 'over' });
});

test('a release without reason, end or bounds is none', () => {
  const { releases } = fresh();
  const wrong: readonly Partial<ReleaseRequest>[] = [
    { reason: ' ' },
    { reason: 'x'.repeat(501) },
    { forMs: 0 },
    { about: 'x'.repeat(1_001) },
    { forMs: Number.NaN },
    { forMs: 8 * 24 * HOUR },
    { scope: { kind: 'identity', pseudonyms: [] } },
    { scope: { kind: 'identity', pseudonyms: [''] } },
    { scope: { kind: 'identity', pseudonyms: Array.from({ length: MAX_RELEASED + 1 }, (_, i) => `sub_${i}`) } },
  ];
  for (const one of wrong)
    assert.deepEqual(
      releases.request({ ...ASKED, ...one }, ALICE, NOW),
      { ok: false, error: 'malformed' },
      JSON.stringify(one).slice(0, 60),
    );
  for (let i = 0; i < 100; i++) assert.equal(releases.request(ASKED, ALICE, NOW).ok, true);
  assert.deepEqual(releases.request(ASKED, ALICE, NOW), { ok: false, error: 'full' });
});

test('a new keeper knows what was approved and used', () => {
  const { releases, at } = fresh();
  const id = requested(releases);
  releases.decide(id, 'approve', BOB, NOW);
  releases.use(id, ALICE.by, NOW);
  const used = createReleases(at).use(id, ALICE.by, NOW);
  assert.equal(used.ok && used.value.uses, 2);
});

test('a file that cannot be understood is not begun anew', () => {
  const { releases, at } = fresh();
  requested(releases);
  writeFileSync(join(at, 'releases.json'), '{"format":2}');
  assert.throws(() => createReleases(at).list(), /no known form/);
  assert.equal(readFileSync(join(at, 'releases.json'), 'utf8'), '{"format":2}');
});

test('the keeper gives keys of single envelopes, of a release and no more, and none once the subject is erased', () => {
  const { releases, at } = fresh();
  const subjects = createSubjectKeeper(at, () => Buffer.alloc(32, 1));
  const keys = subjects.keysOf({ tenant: 'default', kind: 'agent', name: 'desk' }, NOW);
  const ask = (type: string, fields: Fields, role: 'control' | 'worker' = 'control'): Fields | undefined =>
    answerReleases(releases, subjects, role, { type, fields, payload: new Uint8Array(0), reply: () => {} } satisfies Frame, NOW);
  const envelopes = [
    { id: 'call-1.args', key: keys.keyName, head: 'f'.repeat(64) },
    { id: 'call-2.args', key: keys.keyName },
  ];
  const asked = ask('release-request', { kind: 'envelopes', envelopes, about: 'one', reason: 'incident 7', forMs: HOUR, ...ALICE });
  const { id } = releases.list()[0] ?? assert.fail(JSON.stringify(asked));
  assert.deepEqual(ask('release-open', { id, by: ALICE.by }), { fault: 'not_approved' });
  assert.equal(ask('release-decide', { id, decision: 'approve', ...ALICE })?.['fault'], 'same_person');
  assert.equal(ask('release-decide', { id, decision: 'approve', by: BOB.by })?.['fault'], 'key_too_new');
  assert.equal(ask('release-decide', { id, decision: 'approve', ...BOB })?.['fault'], undefined);
  assert.deepEqual(ask('release-open', { id, by: ALICE.by })?.['keys'], {
    'call-1.args': Buffer.from(envelopeKey(keys.vaultKey, 'call-1.args', 'f'.repeat(64))).toString('base64'),
    'call-2.args': Buffer.from(envelopeKey(keys.vaultKey, 'call-2.args', undefined)).toString('base64'),
  });
  assert.equal(ask('release-open', { id, by: ALICE.by }, 'worker'), undefined);
  subjects.erase(keys.pseudonym);
  assert.deepEqual(ask('release-open', { id, by: ALICE.by })?.['keys'], {});
  const again = { kind: 'envelopes', about: 'one', reason: 'incident 7', forMs: HOUR, ...ALICE };
  const [known] = releases.list();
  assert.deepEqual(ask('release-request', { ...again, envelopes }), { fault: 'erased' });
  assert.deepEqual(releases.list(), [known]);
  // Of several people, those who are left can be asked about.
  const other = subjects.keysOf({ tenant: 'default', kind: 'agent', name: 'desk-2' }, NOW);
  const mixed = [...envelopes, { id: 'call-3.args', key: other.keyName }];
  assert.equal(ask('release-request', { ...again, envelopes: mixed })?.['fault'], undefined);
});

test('a name is told of pseudonyms of the release only', () => {
  const { releases, at } = fresh();
  const subjects = createSubjectKeeper(at, () => Buffer.alloc(32, 1));
  const pseudonym = subjects.pseudonymOf({ tenant: 'default', kind: 'user', name: 'carol' }, NOW);
  const ask = (type: string, fields: Fields): Fields | undefined =>
    answerReleases(releases, subjects, 'control', { type, fields, payload: new Uint8Array(0), reply: () => {} }, NOW);
  ask('release-request', { kind: 'identity', pseudonyms: [pseudonym], about: 'one', reason: 'incident 7', forMs: HOUR, ...ALICE });
  const { id } = releases.list()[0] ?? assert.fail();
  assert.deepEqual(ask('release-open', { id, by: ALICE.by }), { fault: 'not_approved' });
  ask('release-decide', { id, decision: 'approve', ...BOB });
  assert.deepEqual(ask('release-open', { id, by: BOB.by }), { fault: 'not_yours' });
  const opened = ask('release-open', { id, by: ALICE.by });
  assert.deepEqual(opened?.['identities'], [{ pseudonym, tenant: 'default', kind: 'user', name: 'carol' }]);
  assert.equal(opened?.['keys'], undefined);
  subjects.erase(pseudonym);
  assert.deepEqual(ask('release-open', { id, by: ALICE.by })?.['identities'], [{ pseudonym }]);
});
