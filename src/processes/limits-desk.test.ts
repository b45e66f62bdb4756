// Control's end of limits and a worker's, joined by channels that a test can hold up: what happens when control, a worker or the store does not answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import type { LevelStore } from '../cluster/index.ts';
import { policySchema } from '../policies/index.ts';
import type { Charge, Taking, WrittenAccount } from '../policies/index.ts';
import { createLog, createMetrics } from '../telemetry/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import type { Links } from './child.ts';
import { createLimitsDesk } from './limits-desk.ts';
import type { LimitsDesk } from './limits-desk.ts';
import { createLimitsDoor } from './limits-door.ts';
import type { LimitsDoor } from './limits-door.ts';

const POLICY = policySchema.parse({
  rules: [{ name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] }],
  limits: { calls: { rate: { calls: 16, periodMs: 86_400_000 } }, places: { concurrent: 2 } },
});
const CALL: readonly Charge[] = [{ limit: 'calls', kind: 'rate', key: 'default\u0001ann', cost: 1 }];
const PLACE: readonly Charge[] = [{ limit: 'places', kind: 'concurrent', key: 'default\u0001ann', cost: 1 }];

interface FakeStore extends LevelStore {
  readonly rows: Map<string, WrittenAccount>;
  isBroken: boolean;
}

function createStore(): FakeStore {
  const rows = new Map<string, WrittenAccount>();
  const store: FakeStore = {
    rows,
    isBroken: false,
    levels: async () => {
      if (store.isBroken) throw new Error('the disk is gone');
      return [...rows.values()];
    },
    write: async (levels) => {
      if (store.isBroken) throw new Error('the disk is full');
      for (const level of levels) rows.set(`${level.limit} ${level.key}`, level);
    },
  };
  return store;
}

/** A desk with workers at it. */
function createBed(expected: readonly string[]) {
  const said: string[] = [];
  const log = createLog({ process: 'control', level: 'warn', write: (line) => void said.push(line), clock: () => 0, format: 'json' });
  const desk: LimitsDesk = createLimitsDesk({ log, metrics: createMetrics(), expected });
  const frame = (type: string, fields: Fields, reply: Frame['reply'] = () => {}): Frame => ({
    type,
    fields,
    payload: new Uint8Array(0),
    reply,
  });

  const addWorker = (name: string) => {
    let isHanging = false;
    let door: LimitsDoor | undefined;
    const toWorker: Channel = {
      open: true,
      queuedBytes: 0,
      send: (type, fields) => door?.hears?.[type]?.(frame(type, fields)),
      request: (type, fields) =>
        new Promise((resolve, reject) => {
          if (isHanging) return reject(new Error('no answer in time'));
          door?.hears?.[type]?.(frame(type, fields, (answer) => resolve(frame('answer', answer))));
        }),
      close: () => {},
    };
    const toControl: Channel = {
      ...toWorker,
      send: (type, fields) => desk.hears?.[type]?.(frame(type, fields), { channel: toWorker, name }),
    };
    const links: Links = {
      get: () => toControl,
      all: () => [toControl],
      request: () => Promise.reject(new Error('not in this test')),
    };
    door = createLimitsDoor(links);
    const made = door;
    return {
      begin: () => made.onControl?.(),
      hang: () => {
        isHanging = true;
      },
      die: () => desk.onWorkerGone?.({ channel: toWorker, name }),
      take: (charges: readonly Charge[]): Promise<Taking> =>
        new Promise((resolve) => {
          const taking = made.port.take(charges, resolve);
          if (taking.kind !== 'asked') resolve(taking);
        }),
      end: (taking: Taking) => (taking.kind === 'receipt' ? made.port.end(taking, 0) : undefined),
      close: () => made.close(),
    };
  };
  return { desk, said, addWorker };
}

const kinds = (takings: readonly Taking[]): string => takings.map(({ kind }) => kind).join(' ');

async function open(store: FakeStore, expected: readonly string[] = []): Promise<ReturnType<typeof createBed>> {
  const bed = createBed(expected);
  await bed.desk.open(store);
  bed.desk.configure(POLICY);
  return bed;
}

test('what a worker has unspent is asked back for another; from one that hangs it is not had', async () => {
  const bed = await open(createStore());
  const [a, b] = [bed.addWorker('worker-0.1'), bed.addWorker('worker-1.2')];
  a.begin();
  b.begin();
  const first = [];
  for (let i = 0; i < 4; i++) first.push(await a.take(CALL));
  assert.equal(kinds(first), 'receipt receipt receipt receipt');
  const rest = [];
  for (let i = 0; i < 13; i++) rest.push(await b.take(CALL));
  assert.equal(rest.filter(({ kind }) => kind === 'receipt').length, 12, 'to the last');

  const other = await open(createStore());
  const [c, d] = [other.addWorker('worker-0.1'), other.addWorker('worker-1.2')];
  c.begin();
  d.begin();
  for (let i = 0; i < 3; i++) await c.take(CALL);
  c.hang();
  const had = [];
  for (let i = 0; i < 14; i++) had.push(await d.take(CALL));
  // Three were made there, and a fourth could be.
  assert.equal(had.filter(({ kind }) => kind === 'receipt').length, 12);
});

test('nothing is given before every worker that was there has said what it holds, or has died', async () => {
  const store = createStore();
  const before = await open(store);
  const [a, b] = [before.addWorker('worker-0.1'), before.addWorker('worker-1.2')];
  a.begin();
  b.begin();
  assert.equal(kinds([await a.take(PLACE), await b.take(PLACE)]), 'receipt receipt');

  const next = await open(store, ['worker-0.1', 'worker-1.2']);
  const late = next.addWorker('worker-2.9');
  late.begin();
  const answered: Taking[] = [];
  void late.take(PLACE).then((taking) => answered.push(taking));
  const survivor = next.addWorker('worker-0.1');
  survivor.begin();
  await soon();
  assert.equal(kinds(answered), '');
  next.addWorker('worker-1.2').die();
  await soon();
  await soon();
  assert.equal(kinds(answered), 'receipt');
});

test('a store that cannot be written is said, and calls go on, counted', async () => {
  const store = createStore();
  const bed = await open(store);
  const worker = bed.addWorker('worker-0.1');
  worker.begin();
  store.isBroken = true;
  const taken = [];
  for (let i = 0; i < 20; i++) taken.push(await worker.take(CALL));
  assert.equal(taken.filter(({ kind }) => kind === 'receipt').length, 16);
  assert.equal(bed.said.filter((line) => line.includes('cannot be written down')).length, 1, 'once');
});

test('what cannot be read is taken to be spent', async () => {
  const store = createStore();
  store.isBroken = true;
  const bed = await open(store);
  const worker = bed.addWorker('worker-0.1');
  worker.begin();
  assert.equal(kinds([await worker.take(CALL), await worker.take(PLACE)]), 'over receipt', 'places come from the workers');
  assert.ok(bed.said.some((line) => line.includes('begin empty')));
});

test('in order nothing is lost; what was not orderly is never more', async () => {
  const store = createStore();
  const bed = await open(store);
  const worker = bed.addWorker('worker-0.1');
  worker.begin();
  for (let i = 0; i < 6; i++) await worker.take(CALL);
  const crashed = [...store.rows.values()][0];
  assert.ok(crashed !== undefined && crashed.level / crashed.periodMs <= 10);
  worker.close();
  worker.die();
  await bed.desk.close?.();
  const [row] = store.rows.values();
  assert.equal(Math.floor((row?.level ?? 0) / (row?.periodMs ?? 1)), 10);
});

test('a changed limit takes back what was leased under the old numbers', async () => {
  const bed = await open(createStore());
  const worker = bed.addWorker('worker-0.1');
  worker.begin();
  for (let i = 0; i < 6; i++) await worker.take(CALL);
  bed.desk.configure({
    ...POLICY,
    limits: {
      ...POLICY.limits,
      calls: {
        ...POLICY.limits?.['calls'],
        agents: [],
        groups: [],
        servers: ['*'],
        counts: 'uses',
        rate: { calls: 16, periodMs: 86_400_000, burst: 2 },
      },
    },
  });
  await soon();
  await soon();
  const after = [];
  for (let i = 0; i < 5; i++) after.push(await worker.take(CALL));
  const passed = after.filter(({ kind }) => kind === 'receipt').length;
  assert.ok(passed === 1 || passed === 2, `${passed} of at most 2`);
  const [view] = bed.desk.view({ privacy: { subjects: 'names', smallestGroup: 1 }, sizeOf: () => 0 }).limits;
  assert.deepEqual([view?.name, view?.capacity, view?.buckets[0]?.agent, view?.buckets[0]?.remaining], ['calls', 2, 'ann', 0]);
  assert.ok((view?.buckets[0]?.refused ?? 0) >= 1);
});
