import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaintStore } from '../cluster/index.ts';
import type { TaintRow, Task } from '../policies/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import type { Caller } from './conversation.ts';
import { createFlowDesk } from './flow-desk.ts';
import type { FlowDesk } from './flow-desk.ts';

const HOUR = 3_600_000;
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => silent, enabled: () => false };
const task = (agent = 'ann'): Task => ({ tenant: 'default', agent, session: undefined, traces: [] });

interface FakeStore extends TaintStore {
  readonly kept: Map<string, TaintRow>;
  works: boolean;
  writes: number;
}
function fakeStore(): FakeStore {
  const name = (row: Omit<TaintRow, 'untilMs'>): string => [row.tenant, row.agent, row.kind, row.key, row.label].join(' ');
  const whenItWorks = (): void => {
    if (!store.works) throw new Error('disk I/O error');
  };
  const store: FakeStore = {
    kept: new Map(),
    works: true,
    writes: 0,
    rows: async () => {
      whenItWorks();
      return [...store.kept.values()];
    },
    write: async ({ put, drop }) => {
      await Promise.resolve();
      whenItWorks();
      store.writes++;
      for (const row of drop) store.kept.delete(name(row));
      for (const row of put) store.kept.set(name(row), row);
    },
    clear: async (tenant, agent) => {
      whenItWorks();
      for (const [key, row] of store.kept) if (row.tenant === tenant && (agent ?? row.agent) === row.agent) store.kept.delete(key);
    },
    prune: async () => {},
  };
  return store;
}

interface Bed {
  readonly desk: FlowDesk;
  readonly told: Fields[];
  readonly say: (type: 'flow-note' | 'flow-read', fields: object) => Promise<Fields>;
}
async function bed(store: TaintStore, isShown = true): Promise<Bed> {
  const told: Fields[] = [];
  const worker: Channel = {
    open: true,
    queuedBytes: 0,
    send: () => {},
    close: () => {},
    request: async (type, fields) => {
      told.push({ type, ...fields });
      return { type: 'answer', fields: {}, payload: new Uint8Array(0), reply: () => {} };
    },
  };
  const desk = createFlowDesk({
    links: { all: () => [worker] },
    log: silent,
    tenant: 'default',
    nowMs: () => 0,
    windowMs: () => HOUR,
    isShown: () => isShown,
  });
  await desk.open(store);
  const from: Caller = { channel: worker, name: 'worker-0.1' };
  return {
    desk,
    told,
    say: (type, fields) =>
      new Promise((resolve) => {
        const frame: Frame = { type, fields: { ...fields }, payload: new Uint8Array(0), reply: resolve };
        desk.hears?.[type]?.(frame, from);
      }),
  };
}
const note = ({ say }: Bed, agent = 'ann', labels = ['private-source']): Promise<Fields> => say('flow-note', { task: task(agent), labels });
const read = ({ say }: Bed, agent = 'ann'): Promise<Fields> => say('flow-read', { task: task(agent), isNarrow: false });

test('what was noted is on the disk before the worker hears so, and the next control knows it', async () => {
  const store = fakeStore();
  const first = await bed(store);
  assert.deepEqual(await note(first), {});
  assert.equal(store.kept.size, 1);
  const next = await bed(store);
  assert.deepEqual(await read(next), { labels: ['private-source'] });
});

test('notes that come together are one write, and the same once more is none', async () => {
  const store = fakeStore();
  const one = await bed(store);
  await Promise.all(['ann', 'bob', 'cy'].map((agent) => note(one, agent)));
  assert.equal(store.writes, 1);
  await note(one);
  assert.equal(store.writes, 1);
});

test('what cannot be written is not taken, however often it is tried, and is written when it can be', async () => {
  const store = fakeStore();
  const one = await bed(store);
  store.works = false;
  assert.notEqual((await note(one))['error'], undefined);
  // The ledger knows it by now: that alone is not enough.
  assert.notEqual((await note(one))['error'], undefined);
  const [first, second] = await Promise.all([note(one), note(one, 'bob')]);
  assert.notEqual(first['error'], undefined);
  assert.notEqual(second['error'], undefined);
  // What is known is told: those who were noted before are told apart as ever.
  assert.deepEqual(await read(one), { labels: ['private-source'] });
  store.works = true;
  assert.deepEqual(await note(one), {});
  assert.deepEqual(
    [...store.kept.values()].map(({ agent }) => agent),
    ['ann', 'bob'],
  );
});

test('where what was written cannot be read, nobody is told that nothing was used', async () => {
  const store = fakeStore();
  await note(await bed(store));
  store.works = false;
  const one = await bed(store);
  assert.notEqual((await read(one))['error'], undefined);
  assert.notEqual((await note(one))['error'], undefined);
  const shown = await one.desk.port.read();
  assert.ok(shown.ok);
  assert.match(shown.value.fault ?? '', /flow clear --all/);
  store.works = true;
  assert.deepEqual(await one.desk.port.clear({ agent: null, by: 'op' }), { ok: true, value: { cleared: true } });
  assert.deepEqual(await read(one), { labels: [] });
  assert.equal(store.kept.size, 0);
});

test('what a person has forgotten is gone everywhere, of that agent only', async () => {
  const store = fakeStore();
  const one = await bed(store);
  await note(one);
  await note(one, 'bob');
  assert.deepEqual(await one.desk.port.clear({ agent: 'ann', by: 'op' }), { ok: true, value: { cleared: true } });
  assert.deepEqual(one.told, [{ type: 'flow-forget', tenant: 'default', agent: 'ann', by: 'op' }]);
  assert.deepEqual(await read(one), { labels: [] });
  assert.deepEqual(await read(one, 'bob'), { labels: ['private-source'] });
  assert.deepEqual(await read(await bed(store)), { labels: [] });
  store.works = false;
  assert.equal((await one.desk.port.clear({ agent: 'bob', by: 'op' })).ok, false);
});

test('what is no task is answered with an error', async () => {
  const one = await bed(fakeStore());
  for (const wrong of [undefined, null, 7, {}, { tenant: 'default' }]) {
    assert.notEqual((await one.say('flow-read', { task: wrong }))['error'], undefined);
    assert.notEqual((await one.say('flow-note', { task: wrong, labels: ['x'] }))['error'], undefined);
  }
});
