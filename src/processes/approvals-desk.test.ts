// Asking people, from the door of a worker to the desk of control and back, over a store on disk. No process and no socket: frames are handed over.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { Secret, sha256Hex } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { ApprovalRecord } from '../cluster/index.ts';
import type { AskedAnswer, AskedQuestion } from '../proxy/index.ts';
import { createLog, createMetrics } from '../telemetry/index.ts';
import { createApprovalsDesk } from './approvals-desk.ts';
import { createApprovalsDoor } from './approvals-door.ts';
import type { ApprovalsDoor } from './approvals-door.ts';
import { createApprovalsPort } from './approvals-port.ts';
import { createPeople } from './people.ts';
import type { Channel, Fields, Frame } from './channel.ts';

const SECRET = 'a-value-that-nobody-may-write-down';
const LAW = `spk_${'L'.repeat(43)}`;
const ADA = `spk_${'A'.repeat(43)}`;

function question(change: Partial<AskedQuestion> = {}): AskedQuestion {
  return {
    tenant: 'default',
    agent: 'ada',
    user: undefined,
    server: 'bank',
    kind: 'tool',
    name: 'pay',
    fingerprint: 'f',
    rule: 'large',
    terms: { expiresAfterMs: 60_000, approvers: [], notRequester: false },
    risk: 'medium',
    content: `{"arguments":{"to":"${SECRET}"}}`,
    ...change,
  };
}

interface Bed {
  readonly doors: readonly ApprovalsDoor[];
  readonly port: ReturnType<typeof createApprovalsPort>;
  readonly recorded: ApprovalRecord[];
  readonly folder: string;
  canRecord: boolean;
  keyFails: boolean;
  nowMs: number;
}

async function bed(t: TestContext): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-desk-'));
  const store = openStore(folder);
  for (const [name, key] of [
    ['law', LAW],
    ['ada', ADA],
  ] as const) {
    const keys = [{ id: `key_${name}`, sha256: sha256Hex(key), createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, label: '' }];
    await store.addAgent({ tenant: 'default', name, groups: ['lawyers'], attributes: {}, priority: 'interactive', keys });
  }
  const log = createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' });
  const made: { desk: ReturnType<typeof createApprovalsDesk> | undefined } = { desk: undefined };
  const doors: ApprovalsDoor[] = [];
  const frame = (type: string, fields: Fields): Frame => ({
    type,
    fields: JSON.parse(JSON.stringify(fields)),
    payload: new Uint8Array(),
    reply: () => {},
  });
  const channel = (send: (type: string, fields: Fields) => void): Channel => ({
    open: true,
    queuedBytes: 0,
    send,
    request: () => Promise.reject(new Error('not asked for in this test')),
    close: () => {},
  });
  const toWorkers: Channel[] = [];
  for (let i = 0; i < 2; i++) {
    const toWorker = channel((type, fields) => doors[i]?.hears?.[type]?.(frame(type, fields)));
    const toControl = channel((type, fields) =>
      made.desk?.hears?.[type]?.(frame(type, fields), { channel: toWorker, name: `worker-${i}.1` }),
    );
    toWorkers.push(toWorker);
    doors.push(createApprovalsDoor({ links: { get: () => toControl }, keys: () => [], metrics: createMetrics() }));
  }
  let ids = 0;
  const recorded: ApprovalRecord[] = [];
  const desk = createApprovalsDesk({
    links: {
      all: () => toWorkers,
      request: async () => frame('answer', rig.keyFails ? { error: 'it cannot be read' } : { key: Buffer.alloc(32, 3).toString('base64') }),
    },
    log,
    metrics: createMetrics(),
    tenant: 'default',
    nowMs: () => rig.nowMs,
    newId: (prefix) => `${prefix}_${++ids}`,
    canRecord: () => rig.canRecord,
    record: async (said) => void recorded.push(...said),
  });
  made.desk = desk;
  desk.open(store);
  const people = createPeople({ store: () => store, tenant: 'default', nowMs: () => rig.nowMs });
  const port = createApprovalsPort({ desk, people, background: async () => ({ thing: null, askingRule: null }) });
  const rig: Bed = { doors, port, recorded, folder, canRecord: true, keyFails: false, nowMs: 1_700_000_000_000 };
  t.after(async () => {
    await desk.close?.();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return rig;
}

/** Asks at a worker; what it hears is added as it comes. */
async function ask(rig: Bed, worker: number, call: string, change: Partial<AskedQuestion> = {}): Promise<AskedAnswer[]> {
  const heard: AskedAnswer[] = [];
  rig.doors[worker]?.approvals.ask(question(change), call, (answer) => heard.push(answer));
  await settled();
  return heard;
}
const take = async (rig: Bed, worker: number, id: string, call: string): Promise<boolean | undefined> => {
  let said: boolean | undefined;
  rig.doors[worker]?.approvals.take({ tenant: 'default', id, call }, (isTaken) => (said = isTaken));
  await settled();
  return said;
};
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await soon();
}
const kinds = (heard: readonly AskedAnswer[]): readonly string[] => heard.map(({ kind }) => kind);
const approve = (rig: Bed, ids: readonly string[], key?: string): ReturnType<Bed['port']['decide']> =>
  rig.port.decide({ decision: 'approve', ids: [...ids] }, key === undefined ? {} : { key: new Secret(key) });

test('every worker that waits hears the answer, one call has it, and who said so is on record', async (t) => {
  const rig = await bed(t);
  const [one, two] = [await ask(rig, 0, 'c1'), await ask(rig, 1, 'c2')];
  assert.deepEqual([kinds(one), kinds(two)], [['pending'], ['pending']]);
  const decided = await approve(rig, ['apr_1']);
  assert.ok(decided.ok, JSON.stringify(decided));
  assert.deepEqual(
    [kinds(one), kinds(two)],
    [
      ['pending', 'approved'],
      ['pending', 'approved'],
    ],
  );
  assert.deepEqual(
    [await take(rig, 1, 'apr_1', 'c2'), await take(rig, 0, 'apr_1', 'c1'), await take(rig, 1, 'apr_1', 'c2')],
    [true, false, true],
  );
  assert.deepEqual(
    rig.recorded.map(({ id, decidedBy, state }) => [id, decidedBy?.replace(/:.*/, ''), state]),
    [['apr_1', 'os', 'approved']],
  );
});

test('what is not on record is not approved', async (t) => {
  const rig = await bed(t);
  const heard = await ask(rig, 0, 'c1');
  rig.canRecord = false;
  const decided = await approve(rig, ['apr_1']);
  assert.equal(!decided.ok && decided.error.code, 'unavailable');
  assert.deepEqual(kinds(heard), ['pending']);
  assert.equal(await take(rig, 0, 'apr_1', 'c1'), false);
});

test('without the key nobody can be asked, and the store learns nothing', async (t) => {
  const rig = await bed(t);
  rig.keyFails = true;
  assert.deepEqual(await ask(rig, 0, 'c1'), [{ kind: 'refused', why: 'unavailable' }]);
  const listed = await rig.port.list(true);
  assert.deepEqual(listed.ok && listed.value, []);
});

test('nothing that was asked is on the disk, nor its plain digest', async (t) => {
  const rig = await bed(t);
  await ask(rig, 0, 'c1');
  const shown = await rig.port.read('apr_1');
  assert.match((shown.ok && shown.value.content) || '', new RegExp(SECRET));
  for (const name of readdirSync(rig.folder)) {
    const bytes = readFileSync(join(rig.folder, name)).toString('latin1');
    assert.ok(!bytes.includes(SECRET), name);
    assert.ok(!bytes.includes(sha256Hex(question().content)), name);
  }
});

test('another tenant is not asked for here', async (t) => {
  const rig = await bed(t);
  assert.deepEqual(await ask(rig, 0, 'c1', { tenant: 'other' }), [{ kind: 'refused', why: 'unavailable' }]);
});

for (const [what, terms, key, expected] of [
  ['somebody in the group', { approvers: [['law*']] }, LAW, undefined],
  ['somebody in no such group', { approvers: [['sec']] }, LAW, 'approver_refused'],
  ['nobody known, where a group is named', { approvers: [['law*']] }, undefined, 'approver_refused'],
  ['who asked', { notRequester: true }, ADA, 'approver_refused'],
  ['nobody known, where it must be somebody else', { notRequester: true }, undefined, 'approver_refused'],
  ['somebody else', { notRequester: true }, LAW, undefined],
  ['a key of nobody', {}, `spk_${'X'.repeat(43)}`, 'approver_unknown'],
] as const) {
  test(`${what}: ${expected ?? 'may'}`, async (t) => {
    const rig = await bed(t);
    await ask(rig, 0, 'c1', { terms: { expiresAfterMs: 60_000, approvers: [], notRequester: false, ...terms } });
    const decided = await approve(rig, ['apr_1'], key);
    assert.equal(decided.ok ? undefined : decided.error.code, expected);
    if (decided.ok) assert.equal(decided.value.by, 'key:law');
    assert.ok(!JSON.stringify(decided).includes('spk_'), 'a key is in no answer');
  });
}

test('the list: what cannot be undone first, then the oldest; what is over only where all is wanted', async (t) => {
  const rig = await bed(t);
  for (const risk of ['low', 'high', 'medium', 'high'] as const) {
    rig.nowMs++;
    await ask(rig, 0, `c-${rig.nowMs}`, { risk, content: `{"arguments":{"n":${rig.nowMs}}}` });
  }
  const ids = async (all: boolean): Promise<unknown> => {
    const listed = await rig.port.list(all);
    return listed.ok && listed.value.map(({ id, state }) => `${id} ${state}`);
  };
  assert.deepEqual(await ids(false), ['apr_2 pending', 'apr_4 pending', 'apr_3 pending', 'apr_1 pending']);
  rig.nowMs += 60_000;
  assert.deepEqual(await ids(false), []);
  assert.deepEqual(await ids(true), ['apr_2 expired', 'apr_4 expired', 'apr_3 expired', 'apr_1 expired']);
});

test('a control that was replaced is asked again by those who wait, and knows then what it is about', async (t) => {
  const rig = await bed(t);
  const heard = await ask(rig, 0, 'c1');
  rig.doors[0]?.onControl?.();
  await settled();
  assert.deepEqual(kinds(heard), ['pending'], 'nobody is told twice');
});

test('a worker that goes tells those who wait', async (t) => {
  const rig = await bed(t);
  const heard = await ask(rig, 0, 'c1');
  rig.doors[0]?.endWaits();
  assert.deepEqual(kinds(heard), ['pending', 'refused']);
});

test('frames of another shape are refused, not believed', async (t) => {
  const rig = await bed(t);
  const { doors } = rig;
  for (const fields of [{ number: 1 }, { number: 1, isTaken: 'yes' }]) {
    const frame: Frame = { type: 'approval-taken', fields, payload: new Uint8Array(), reply: () => {} };
    doors[0]?.hears?.['approval-taken']?.(frame);
  }
  const heard: AskedAnswer[] = [];
  // The number of the first question of this door.
  doors[0]?.approvals.ask(question(), 'c1', (answer) => heard.push(answer));
  doors[0]?.hears?.['approval-answer']?.({
    type: 'approval-answer',
    fields: { number: 1, kind: 'granted' },
    payload: new Uint8Array(),
    reply: () => {},
  });
  assert.deepEqual(heard, [{ kind: 'refused', why: 'unavailable' }], 'an approval without an id is none');
});
