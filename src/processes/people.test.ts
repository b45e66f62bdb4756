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

const NOW = Date.UTC(2026, 10, 23);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-people-'));
let store: Store;
let people: People;
let key: Secret;

before(async () => {
  store = openStore(folder);
  people = createPeople({ store: () => store, tenant: 'default', nowMs: () => NOW });
  const drawn = createKey(new Uint8Array(32).fill(7));
  key = drawn.text;
  const createdAt = new Date(NOW - 1_000).toISOString();
  const stored = { id: drawn.id, sha256: drawn.sha256, createdAt, expiresAt: null, label: '' };
  await store.addAgent({ tenant: 'default', name: 'robot', groups: ['staff'], attributes: {}, priority: 'interactive', keys: [stored] });
  for (const [name, agents] of [
    ['ada', ['robot', 'laptop']],
    ['ada-at-home', ['laptop']],
    ['bob', ['crawler']],
    ['robot-2', []],
  ] as const)
    await store.operators.add({ name, role: 'approver', groups: [], agents, createdMs: NOW }, { tenant: 'default' });
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

for (const [by, names] of [
  ['key:robot', ['ada', 'ada-at-home', 'laptop', 'robot']],
  ['operator:ada-at-home', ['ada', 'ada-at-home', 'laptop', 'robot']],
  ['operator:bob', ['bob', 'crawler']],
  ['key:bob', ['bob', 'crawler']],
  ['operator:robot-2', ['robot-2']],
  ['os:nobody', ['nobody']],
] as const)
  test(`${by} is one person with ${names.join(', ')}`, async () => assert.deepEqual((await people.namesOf(by)).toSorted(), names));

test('a key is of its agent, since when it was made, with every name of the person', async () => {
  const person = await people.personOf({ key });
  assert.deepEqual([person?.by, person?.groups, person?.keySinceMs, person?.names.length], ['key:robot', ['staff'], NOW - 1_000, 4]);
  assert.equal(await people.personOf({ key: new Secret('spk_of_nobody') }), undefined);
});

test('who is signed in is that person, since when their link was made, whatever key comes beside it', async () => {
  const operator = { name: 'bob', role: 'approver', groups: ['law'], agents: ['crawler'] } as const;
  const signedIn: SignedIn = { operator, session: '', sinceMs: NOW - 5, csrf: '', expiresAt: '', onEnd: () => () => {} };
  const person = await people.personOf({ key, signedIn });
  assert.deepEqual(person, { by: 'operator:bob', names: ['bob', 'crawler'], groups: ['law'], keySinceMs: NOW - 5 });
});
