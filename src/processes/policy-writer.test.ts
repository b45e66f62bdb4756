// Who changes the policy: the operator who is signed in, or whose name the agent has whose key is shown, and nobody else.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createKey } from '../agents/index.ts';
import type { SignedIn } from '../admin/index.ts';
import { Secret } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import { createPeople } from './people.ts';
import type { People } from './people.ts';
import { findWriter, mayAccept, mayPropose, whyUnknown } from './policy-writer.ts';

const NOW = Date.UTC(2026, 10, 23);
/** When the keys were made. */
const MADE = NOW - 1_000;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-writer-'));
const ACTOR = { by: 'key:p_0123456789', via: 'cli' } as const;
let store: Store;
let people: People;
const keys = new Map<string, Secret>();

before(async () => {
  store = openStore(folder);
  people = createPeople({ store: () => store, tenant: 'default', nowMs: () => NOW });
  for (const [at, name] of ['ada', 'robot', 'late'].entries()) {
    const { id, sha256, text } = createKey(new Uint8Array(32).fill(at + 1));
    keys.set(name, text);
    const stored = { id, sha256, createdAt: new Date(MADE).toISOString(), expiresAt: null, label: '' };
    await store.addAgent({ tenant: 'default', name, groups: [], attributes: {}, priority: 'interactive', keys: [stored] });
  }
  const ada = { name: 'ada', role: 'admin', groups: [], agents: ['robot'], createdMs: MADE - 1 } as const;
  await store.operators.add(ada, { tenant: 'default' });
  await store.operators.add({ ...ada, name: 'late', agents: [], createdMs: NOW }, { tenant: 'default' });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test('the key of the agent that is called like an operator is theirs, and they stand there by the name that they sign in with', async () => {
  const found = await findWriter({ key: keys.get('ada'), actor: ACTOR }, people);
  assert.deepEqual(found, {
    ok: true,
    value: { actor: { by: 'operator:ada', via: 'cli' }, role: 'admin', keySinceMs: MADE },
  });
});

test('an operator who is newer than the key of their name is known since they are one', async () => {
  const found = await findWriter({ key: keys.get('late'), actor: ACTOR }, people);
  assert.equal(found.ok && found.value.keySinceMs, NOW);
});

test('the key of an agent that only acts for somebody makes nobody known', async () => {
  const found = await findWriter({ key: keys.get('robot'), actor: ACTOR }, people);
  assert.deepEqual(found, { ok: true, value: { actor: ACTOR, role: undefined, keySinceMs: Infinity, agent: 'robot' } });
  assert.match(found.ok ? whyUnknown(found.value) : '', /^this key is agent robot's, and no operator is called so: sign in/);
});

test('whoever shows nothing is not known, and whoever shows a key of nobody is refused', async () => {
  const socket = await findWriter({ actor: ACTOR }, people);
  assert.deepEqual(socket, { ok: true, value: { actor: ACTOR, role: undefined, keySinceMs: Infinity } });
  assert.match(socket.ok ? whyUnknown(socket.value) : '', /^sign in to the console, or show the key/);
  const refused = await findWriter({ key: new Secret('spk_of_nobody'), actor: ACTOR }, people);
  assert.equal(refused.ok ? 'found' : refused.error.code, 'approver_unknown');
});

test('who is signed in is that person, whatever key comes beside it', async () => {
  const operator = { name: 'bob', role: 'viewer', groups: [], agents: [] } as const;
  const signedIn: SignedIn = { operator, session: '', sinceMs: NOW, csrf: '', expiresAt: '', onEnd: () => () => {} };
  const actor = { by: 'operator:bob', via: 'console' } as const;
  assert.deepEqual(await findWriter({ key: keys.get('ada'), signedIn, actor }, people), {
    ok: true,
    value: { actor, role: 'viewer', keySinceMs: NOW },
  });
});

for (const [role, proposes, accepts] of [
  [undefined, false, false],
  ['viewer', false, false],
  ['operator', true, false],
  ['approver', false, true],
  ['auditor', false, false],
  ['admin', true, true],
] as const)
  test(`${role ?? 'nobody'} ${proposes ? 'proposes' : 'proposes nothing'} and ${accepts ? 'accepts' : 'accepts nothing'}`, () => {
    assert.deepEqual([mayPropose({ role }), mayAccept({ role })], [proposes, accepts]);
  });
