// What every store must do, run for each engine there is, and what only the embedded one must: file modes, versions, broken files.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentKey, AgentRecord } from '../agents/index.ts';
import { sha256Hex } from '../base/index.ts';
import { openStore } from './index.ts';
import type { Store } from './index.ts';

const ENGINES: readonly { readonly name: string; open: (folder: string) => Store }[] = [{ name: 'sqlite', open: openStore }];

const TENANT = 'default';
const SCOPE = { tenant: TENANT };
const NOW = new Date('2026-11-22T10:00:00.000Z');

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function key(id: string, change: Partial<AgentKey> = {}): AgentKey {
  return { id, sha256: sha256Hex(id), createdAt: NOW.toISOString(), expiresAt: null, label: '', ...change };
}

function agent(name: string, change: Partial<AgentRecord> = {}): AgentRecord {
  return { tenant: TENANT, name, groups: [], attributes: {}, priority: 'interactive', keys: [], ...change };
}

for (const engine of ENGINES) {
  describe(`store on ${engine.name}`, () => {
    const open = (t: TestContext): Store => {
      const store = engine.open(folderFor(t));
      t.after(() => store.close());
      return store;
    };

    test('an agent comes back as it was added', async (t) => {
      const store = open(t);
      const added = agent('billing', {
        groups: ['finance', 'eu'],
        attributes: { team: 'a', __proto__x: 'b' },
        priority: 'interactive',
        keys: [key('k1', { label: 'laptop', expiresAt: '2027-01-01T00:00:00.000Z' })],
      });
      assert.deepEqual(await store.addAgent(added), { ok: true, value: added });
      assert.deepEqual((await store.agents(TENANT)).agents, [added]);
      assert.deepEqual(await store.agentsShard(), { agents: [added] });
    });

    test('every write that changes something lifts the version by one, a refused one does not', async (t) => {
      const store = open(t);
      const versions: number[] = [];
      const note = async (): Promise<void> => void versions.push(await store.agentsVersion(TENANT));
      await note();
      await store.addAgent(agent('a'));
      await note();
      await store.addAgent(agent('a'));
      await note();
      await store.addKey('a', key('k1'), SCOPE);
      await note();
      await store.changeAgent('a', { groups: ['g'] }, SCOPE);
      await note();
      await store.revokeKeys('a', 'k1', NOW, SCOPE);
      await note();
      await store.removeAgent('a', SCOPE);
      await note();
      assert.deepEqual(versions, [0, 1, 1, 2, 3, 4, 5]);
    });

    const refusals: readonly { name: string; act: (store: Store) => Promise<unknown>; error: object }[] = [
      { name: 'the same name twice', act: (store) => store.addAgent(agent('a')), error: { kind: 'agent_exists', agent: 'a' } },
      { name: 'an unknown agent changed', act: (store) => store.changeAgent('b', {}, SCOPE), error: { kind: 'agent_unknown', agent: 'b' } },
      { name: 'an unknown agent removed', act: (store) => store.removeAgent('b', SCOPE), error: { kind: 'agent_unknown', agent: 'b' } },
      {
        name: 'a key for an unknown agent',
        act: (store) => store.addKey('b', key('k9'), SCOPE),
        error: { kind: 'agent_unknown', agent: 'b' },
      },
      {
        name: 'a key id twice',
        act: (store) => store.addKey('a', key('k1', { sha256: sha256Hex('other') }), SCOPE),
        error: { kind: 'key_exists', key: 'k1' },
      },
      {
        name: 'a key digest twice',
        act: (store) => store.addKey('a', key('k2', { sha256: sha256Hex('k1') }), SCOPE),
        error: { kind: 'key_exists', key: 'k2' },
      },
      {
        name: 'an unknown key revoked',
        act: (store) => store.revokeKeys('a', 'k9', NOW, SCOPE),
        error: { kind: 'key_unknown', agent: 'a', key: 'k9' },
      },
      {
        name: 'a stale version',
        act: (store) => store.removeAgent('a', { ...SCOPE, expectedVersion: 7 }),
        error: { kind: 'version_changed', version: 1 },
      },
    ];
    for (const { name, act, error } of refusals) {
      test(`refuses ${name} and leaves everything as it was`, async (t) => {
        const store = open(t);
        await store.addAgent(agent('a', { keys: [key('k1')] }));
        const before = await store.agents(TENANT);
        assert.deepEqual(await act(store), { ok: false, error });
        assert.deepEqual(await store.agents(TENANT), before);
      });
    }

    test('a change touches only what it names', async (t) => {
      const store = open(t);
      await store.addAgent(agent('a', { groups: ['g'], attributes: { x: '1' }, priority: 'interactive', keys: [key('k1')] }));
      await store.changeAgent('a', { attributes: { y: '2' } }, { ...SCOPE, expectedVersion: 1 });
      assert.deepEqual((await store.agents(TENANT)).agents, [
        agent('a', { groups: ['g'], attributes: { y: '2' }, priority: 'interactive', keys: [key('k1')] }),
      ]);
    });

    test('revoked keys leave the list and the shard, and their ids are never used again', async (t) => {
      const store = open(t);
      await store.addAgent(agent('a', { keys: [key('k1'), key('k2'), key('k3')] }));
      assert.deepEqual(await store.revokeKeys('a', 'k2', NOW, SCOPE), { ok: true, value: ['k2'] });
      assert.deepEqual(
        (await store.agentsShard()).agents[0]?.keys.map(({ id }) => id),
        ['k1', 'k3'],
      );
      assert.deepEqual(await store.addKey('a', key('k2'), SCOPE), { ok: false, error: { kind: 'key_exists', key: 'k2' } });
      assert.deepEqual(await store.revokeKeys('a', 'k2', NOW, SCOPE), { ok: false, error: { kind: 'key_unknown', agent: 'a', key: 'k2' } });
      assert.deepEqual(await store.revokeKeys('a', undefined, NOW, SCOPE), { ok: true, value: ['k1', 'k3'] });
      assert.deepEqual((await store.agents(TENANT)).agents[0]?.keys, []);
    });

    test('a removed agent takes its keys along; one of the same name begins anew', async (t) => {
      const store = open(t);
      await store.addAgent(agent('a', { keys: [key('k1')] }));
      await store.removeAgent('a', SCOPE);
      await store.addAgent(agent('a'));
      assert.deepEqual((await store.agents(TENANT)).agents, [agent('a')]);
    });

    test('tenants do not see each other', async (t) => {
      const store = open(t);
      await store.addAgent(agent('a', { keys: [key('k1')] }));
      await store.addAgent(agent('a', { tenant: 'other', keys: [key('k1', { sha256: sha256Hex('elsewhere') })] }));
      assert.deepEqual(await store.removeAgent('a', { tenant: 'third' }), { ok: false, error: { kind: 'agent_unknown', agent: 'a' } });
      await store.revokeKeys('a', 'k1', NOW, { tenant: 'other' });
      assert.equal((await store.agents(TENANT)).agents[0]?.keys.length, 1);
      assert.equal((await store.agents('other')).agents[0]?.keys.length, 0);
      assert.equal(await store.agentsVersion(TENANT), 1);
      assert.deepEqual(
        (await store.agentsShard()).agents.map(({ tenant }) => tenant),
        ['default', 'other'],
      );
    });

    test('config revisions are numbered from one and come newest first', async (t) => {
      const store = open(t);
      const accepted = { digest: 'd1', createdAt: NOW.toISOString(), outcome: 'accepted', reason: '' } as const;
      const refused = { digest: 'd2', createdAt: NOW.toISOString(), outcome: 'refused', reason: 'sallyport.yaml:3:1: no' } as const;
      assert.equal((await store.recordRevision(accepted, TENANT)).number, 1);
      assert.equal((await store.recordRevision(refused, TENANT)).number, 2);
      assert.deepEqual(await store.revisions(10, TENANT), [
        { number: 2, ...refused },
        { number: 1, ...accepted },
      ]);
      assert.deepEqual(
        (await store.revisions(1, TENANT)).map(({ number }) => number),
        [2],
      );
    });
  });
}

test('what one process writes, another that has the file open reads, and neither loses a write', async (t) => {
  const folder = folderFor(t);
  const store = openStore(folder);
  t.after(() => store.close());
  const script = `
    import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const store = openStore(${JSON.stringify(folder)});
    for (let i = 0; i < 40; i++) await store.addAgent({ tenant: 'default', name: 'theirs-' + i, groups: [], attributes: {}, priority: 'interactive', keys: [] });
    await store.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] });
  for (let i = 0; i < 40; i++) {
    await store.addAgent(agent(`ours-${i}`));
    await new Promise(setImmediate);
  }
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  const { version, agents } = await store.agents(TENANT);
  assert.equal(agents.length, 80);
  assert.equal(version, 80);
});

test('processes that open a new store in the same instant all get it', async (t) => {
  const folder = folderFor(t);
  const startMs = Date.now() + 300;
  const script = `
    import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    while (Date.now() < ${startMs});
    const store = openStore(${JSON.stringify(folder)});
    await store.addAgent({ tenant: 'default', name: 'agent-' + process.pid, groups: [], attributes: {}, priority: 'interactive', keys: [] });
    await store.close();`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  for (const exit of await Promise.all(children.map((child) => once(child, 'exit')))) assert.deepEqual(exit, [0, null]);
  const store = openStore(folder);
  t.after(() => store.close());
  assert.equal((await store.agents(TENANT)).agents.length, 4);
});

test('a reopened store has everything that was acknowledged', async (t) => {
  const folder = folderFor(t);
  const first = openStore(folder);
  await first.addAgent(agent('a', { keys: [key('k1')] }));
  await first.revokeKeys('a', 'k1', NOW, SCOPE);
  await first.close();
  const second = openStore(folder);
  t.after(() => second.close());
  assert.deepEqual((await second.agents(TENANT)).agents, [agent('a')]);
});

test('only the owner may read the folder and its files, whatever the umask', async (t) => {
  const parent = folderFor(t);
  const folder = join(parent, 'a', 'data');
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const store = openStore(folder);
  t.after(() => store.close());
  await store.addAgent(agent('a'));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(join(folder, `state.sqlite${suffix}`)).mode & 0o777, 0o600, suffix);
});

test('the file is in write-ahead mode, so that a reader never waits for the writer', async (t) => {
  const folder = folderFor(t);
  const store = openStore(folder);
  t.after(() => store.close());
  const reader = new DatabaseSync(join(folder, 'state.sqlite'));
  t.after(() => reader.close());
  assert.equal(reader.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
});

test('how full limits were is kept, over what it was before, until it is dropped', async (t) => {
  const folder = folderFor(t);
  const row = {
    tenant: 'default',
    limit: 'calls',
    key: 'default\u0001ann',
    meaning: 'rate agent',
    capacity: 10,
    amount: 5,
    periodMs: 60_000,
    level: 1.5e17,
    room: 9,
    atMs: 1_795_000_000_123,
  };
  await using store = openStore(folder);
  await store.limits.write([row], []);
  await store.limits.write(
    [
      { ...row, level: -3 },
      { ...row, tenant: 'other' },
    ],
    [],
  );
  assert.deepEqual(await store.limits.levels(), [
    { ...row, level: -3 },
    { ...row, tenant: 'other' },
  ]);
  await store.limits.write([], [row]);
  assert.deepEqual(await store.limits.levels(), [{ ...row, tenant: 'other' }]);
});

const broken: readonly { name: string; prepare: (folder: string) => string; says: RegExp }[] = [
  {
    name: 'a file from a newer Sallyport',
    prepare: (folder) => {
      const database = new DatabaseSync(join(folder, 'state.sqlite'));
      database.exec('PRAGMA user_version = 99');
      database.close();
      return folder;
    },
    says: /newer Sallyport \(format 99.*Use that version/,
  },
  {
    name: 'a file that is no database',
    prepare: (folder) => {
      writeFileSync(join(folder, 'state.sqlite'), 'not a database, '.repeat(100));
      return folder;
    },
    says: /cannot be read: .*Restore it from a backup/,
  },
  {
    name: 'a data folder that is a file',
    prepare: (folder) => {
      writeFileSync(join(folder, 'data'), '');
      return join(folder, 'data');
    },
    says: /cannot be opened: .*name another one with --data/,
  },
];
for (const { name, prepare, says } of broken) {
  test(`${name} is refused with what to do`, (t) => {
    const folder = prepare(folderFor(t));
    assert.throws(() => openStore(folder), { name: 'GatewayError', message: says });
  });
}
