import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { AddHoldInput, Asking } from '../admin/index.ts';
import { PROFILES } from '../audit/index.ts';
import type { PrivacySwitches } from '../audit/index.ts';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import type { Fields, Frame } from './channel.ts';
import { createHoldBook } from './hold-book.ts';
import type { HoldBook } from './hold-book.ts';
import { createPeople } from './people.ts';

const NOW_MS = Date.UTC(2026, 10, 20);
const SUBJECT = `sub_${'0'.repeat(24)}`;
const ABOUT: AddHoldInput = {
  server: null,
  agent: null,
  user: null,
  subject: null,
  from: null,
  to: null,
  everything: false,
  reason: 'case 7',
};

function as(by: string): Asking {
  return { actor: { by, via: 'cli' } };
}

/** Somebody at the console, for whom these agents act. */
function signedInAs(name: string, agents: readonly string[] = []): Asking {
  const operator = { name, role: 'auditor', groups: [], agents } as const;
  const signedIn = { operator, session: '', sinceMs: 0, csrf: '', expiresAt: '', onEnd: () => () => {} };
  return { actor: { by: `operator:${name}`, via: 'console' }, signedIn };
}

describe('holds', () => {
  let folder: string;
  let store: Store | undefined;
  let privacy: PrivacySwitches;
  let keeper: (fields: Fields) => Promise<Fields>;
  let book: HoldBook;
  const frame = (type: string, fields: Fields): Frame => ({ type, fields, payload: new Uint8Array(), reply: () => {} });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    store = openStore(folder);
    privacy = PROFILES.minimal;
    keeper = async ({ kind, name }) => ({ pseudonym: `sub_${String(kind)}_${String(name)}` });
    book = createHoldBook({
      dataFolder: folder,
      links: { request: async (_role, type, fields) => frame(type, await keeper(fields)) },
      tenant: 'default',
      people: createPeople({ store: () => store, tenant: 'default', nowMs: () => NOW_MS }),
      nowMs: () => NOW_MS,
      store: () => store,
      privacy: () => privacy,
    });
  });
  afterEach(async () => {
    await store?.close();
    rmSync(folder, { recursive: true });
  });

  it('are set and lifted by two people, each with a key', async () => {
    const added = await book.port.add({ ...ABOUT, server: 'files', from: '2026-05-01T00:00:00.000Z' }, as('key:counsel'));
    assert.ok(added.ok);
    assert.deepEqual([added.value.by, added.value.from, added.value.lifted], ['key:counsel', '2026-05-01T00:00:00.000Z', null]);
    assert.deepEqual(
      (await book.standing()).map(({ id }) => id),
      [added.value.id],
    );
    const { id } = added.value;
    for (const [by, code] of [
      ['key:counsel', 'approver_refused'],
      ['os:root', 'approver_refused'],
    ] as const) {
      const refused = await book.port.lift({ id, reason: 'x' }, as(by));
      assert.equal(refused.ok ? 'lifted' : refused.error.code, code);
    }
    assert.ok((await book.port.lift({ id, reason: 'closed' }, as('key:officer'))).ok);
    assert.deepEqual(await book.standing(), []);
    const listed = await book.port.list();
    assert.deepEqual(listed.ok && listed.value.map(({ lifted }) => lifted?.by), ['key:officer']);
    const again = await book.port.lift({ id, reason: 'closed' }, as('key:third'));
    assert.equal(again.ok ? 'lifted' : again.error.code, 'hold_lifted');
    const other = await book.port.lift({ id: 'hold_x', reason: 'closed' }, as('key:third'));
    assert.equal(other.ok ? 'lifted' : other.error.code, 'hold_unknown');
  });

  it('are lifted by nobody who set them by other means', async () => {
    const auditor = { role: 'auditor', groups: [], createdMs: 0 } as const;
    await store?.operators.add({ ...auditor, name: 'cleo', agents: ['counsel'] }, { tenant: 'default' });
    const added = await book.port.add({ ...ABOUT, server: 'files' }, as('key:counsel'));
    const id = added.ok ? added.value.id : assert.fail(added.error.detail);
    const refused = await book.port.lift({ id, reason: 'x' }, signedInAs('cleo'));
    assert.equal(refused.ok ? 'lifted' : refused.error.code, 'approver_refused');
    const lifted = await book.port.lift({ id, reason: 'x' }, signedInAs('olga'));
    assert.equal(lifted.ok && lifted.value.lifted?.by, 'operator:olga');
  });

  it('on a user by name would tell one person the pseudonym, in every profile where that takes two', async () => {
    privacy = { ...PROFILES.minimal, subjects: 'names', reidentify: 'two' };
    const refused = await book.port.add({ ...ABOUT, user: 'ann' }, as('key:counsel'));
    assert.equal(refused.ok ? 'added' : refused.error.code, 'two_needed');
    assert.ok((await book.port.add({ ...ABOUT, agent: 'desk' }, as('key:counsel'))).ok, 'agents are on record by name');
  });

  it('are set by nobody who shows no key', async () => {
    for (const who of [as('os:root'), {}]) {
      const refused = await book.port.add({ ...ABOUT, everything: true }, who);
      assert.equal(refused.ok ? 'added' : refused.error.code, 'approver_refused');
    }
    assert.deepEqual(await book.standing(), []);
  });

  const names: readonly (readonly [what: string, profile: keyof typeof PROFILES, input: Partial<AddHoldInput>, kept: unknown])[] = [
    ['an agent by name, where records name agents', 'minimal', { agent: 'desk-7' }, ['desk-7', null]],
    ['a user by pseudonym, which is all that records have', 'minimal', { user: 'ada' }, [null, 'sub_user_ada']],
    ['an agent and a user', 'minimal', { agent: 'desk-7', user: 'ada' }, ['desk-7', 'sub_user_ada']],
    ['a pseudonym', 'works-council', { subject: SUBJECT }, [null, SUBJECT]],
    ['nobody by name, where two people have to agree on that', 'works-council', { agent: 'desk-7' }, 'two_needed'],
    ['no user by name either', 'works-council', { user: 'ada' }, 'two_needed'],
  ];
  for (const [what, profile, input, kept] of names) {
    it(`are about ${what}`, async () => {
      privacy = PROFILES[profile];
      const added = await book.port.add({ ...ABOUT, ...input }, as('key:counsel'));
      assert.deepEqual(added.ok ? [added.value.agent, added.value.subject] : added.error.code, kept);
    });
  }

  it('are about the pseudonym of an agent where one person may learn it', async () => {
    privacy = { ...PROFILES['works-council'], reidentify: 'one' };
    const added = await book.port.add({ ...ABOUT, agent: 'desk-7' }, as('key:sub_x'));
    assert.deepEqual(added.ok && [added.value.agent, added.value.subject], [null, 'sub_agent_desk-7']);
    const both = await book.port.add({ ...ABOUT, agent: 'desk-7', user: 'ada' }, as('key:sub_x'));
    assert.equal(both.ok ? 'added' : both.error.code, 'malformed');
  });

  it('are not set where nobody can say whom they are about', async () => {
    for (const answer of [async () => ({ error: 'broken' }), async () => Promise.reject(new Error('away'))]) {
      keeper = answer;
      const refused = await book.port.add({ ...ABOUT, user: 'ada' }, as('key:counsel'));
      assert.equal(refused.ok ? 'added' : refused.error.code, 'unavailable');
    }
  });

  it('let nothing be removed where they cannot be read', async () => {
    await store?.close();
    store = undefined;
    await assert.rejects(book.standing());
    await assert.rejects(book.concerning(SUBJECT));
    for (const asked of [
      book.port.list(),
      book.port.add({ ...ABOUT, everything: true }, as('key:a')),
      book.port.lift({ id: 'x', reason: 'y' }, as('key:a')),
    ]) {
      const refused = await asked;
      assert.equal(refused.ok ? 'done' : refused.error.code, 'unavailable');
    }
  });
});
