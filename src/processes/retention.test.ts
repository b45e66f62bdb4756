import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { planRetention, printVerifierKey, toSignerName, toVerifierKey } from '../audit/index.ts';
import type { CallRecord, Hold } from '../audit/index.ts';
import type { Result } from '../base/index.ts';
import { createLog } from '../telemetry/index.ts';
import type { Frame } from './channel.ts';
import { answerRetention } from './retention-answers.ts';
import type { RetentionAnswers } from './retention-answers.ts';
import type { ClockState } from './retention-clock.ts';
import { createRetentionDesk } from './retention-desk.ts';
import type { RetentionDesk, RetentionDeskOptions } from './retention-desk.ts';
import { DAY_MS, makeOldRecord, NODE } from './retention.fixture.ts';
import type { OldRecord } from './retention.fixture.ts';
import { createTombstoneSigner } from './tombstone-signer.ts';
import type { SignTombstone } from './tombstone-signer.ts';

const NOW_MS = Date.UTC(2026, 10, 20);
const KEPT_DAYS = 20;
const DAYS = 36;
const LOG = createLog({ process: 'test', level: 'error', format: 'json', clock: () => 0, write: () => {} });
const NOW = { dryRun: false, clockIsRight: false, reason: null };
const HOLD: Hold = {
  id: 'hold_1',
  tenant: 'default',
  server: null,
  agent: null,
  subject: null,
  fromMs: null,
  toMs: null,
  reason: 'case 7',
  by: 'key:counsel',
  sinceMs: NOW_MS,
};

interface Rig {
  readonly old: OldRecord;
  readonly desk: RetentionDesk;
  readonly records: CallRecord[];
  /** What the keeper was asked, by type. */
  readonly asked: string[];
  /** The keeper's clock, as it is to be. */
  clock: ClockState;
}

async function rig(t: TestContext, over: Partial<RetentionDeskOptions> = {}): Promise<Rig> {
  const old = await makeOldRecord(t, DAYS, NOW_MS);
  const records: CallRecord[] = [];
  const asked: string[] = [];
  const state: { clock: ClockState } = { clock: { kind: 'steady' } };
  const clock = { look: () => state.clock, confirm: () => void (state.clock = { kind: 'steady' }) };
  const sign = createTombstoneSigner({
    signingKey: () => ({ name: toSignerName(NODE), key: old.key }),
    clock,
    nowMs: () => NOW_MS,
    retentionDays: () => KEPT_DAYS,
  });
  const desk = createRetentionDesk({
    dataFolder: old.dataFolder,
    node: NODE,
    log: LOG,
    links: { request: async (_role, type, fields) => frame(type, fields, answerKeeper({ clock, sign }, old, type, fields, asked)) },
    journal: { record: async (said) => void records.push(...said) },
    tenant: 'default',
    nowMs: () => NOW_MS,
    holds: { standing: async () => [] },
    onRemoved: async () => {},
    keepDays: () => new Map([['incident', 30]]),
    days: () => KEPT_DAYS,
    ...over,
  });
  return Object.assign(state, { old, desk, records, asked });
}

function answerKeeper(
  answers: RetentionAnswers,
  old: OldRecord,
  type: string,
  fields: Record<string, unknown>,
  asked: string[],
): Record<string, unknown> {
  asked.push(type === 'subject-expire' ? `${type} ${String(fields['before'])}` : type);
  if (type === 'checkpoints-signed')
    return { key: printVerifierKey(toVerifierKey(toSignerName(NODE), createPublicKey(old.key))), logs: [] };
  if (type === 'subject-expire') return { destroyed: 2 };
  return answerRetention(answers, 'control', frame(type, fields, {})) ?? { error: 'what?' };
}

function frame(type: string, sent: Record<string, unknown>, fields: Record<string, unknown>): Frame {
  return { type, fields: Object.keys(fields).length === 0 ? sent : fields, payload: new Uint8Array(), reply: () => {} };
}

describe('what is old enough', () => {
  it('goes, on record before the first file does, and keys of months without records with it', async (t) => {
    const seen: number[] = [];
    let old: OldRecord | undefined;
    const records: CallRecord[] = [];
    const journal = {
      record: async (said: readonly CallRecord[]) => {
        seen.push(old?.segments().length ?? 0);
        records.push(...said);
      },
    };
    const { desk, asked, ...made } = await rig(t, { journal });
    ({ old } = made);
    const before = old.segments().length;
    const done = await desk.removeOld(NOW);
    assert.ok(done.ok);
    const [log] = done.value.logs;
    assert.equal(log?.fault, null);
    assert.equal(log?.removed.length, 1);
    const removed = (log?.removed[0]?.last ?? 0) - (log?.removed[0]?.first ?? 0) + 1;
    assert.ok(removed > 10);
    assert.deepEqual(seen, [before, before - removed]);
    assert.deepEqual(
      records.map((one) => (one.kind === 'act' ? `${one.action} ${one.outcome} ${one.by}` : one.kind)),
      ['audit.remove begun gateway', 'audit.remove done gateway'],
    );
    assert.equal(old.tombstones().length, 1);
    assert.deepEqual(
      asked.filter((question) => question.startsWith('subject')),
      ['subject-expire 2026-10'],
    );
    assert.equal(done.value.keys, 2);
    assert.deepEqual(desk.faults(), []);
  });

  it('goes with the keys, whatever times somebody has written into the vault', async (t) => {
    const { desk, old, asked } = await rig(t);
    const day = join(old.dataFolder, 'vault', 'worker-0', '2026-11-20');
    mkdirSync(day, { recursive: true });
    for (const [id, time] of [
      ['before', -1e17],
      ['first', 0],
    ] as const) {
      const head = {
        v: 1,
        id,
        call: 'c1',
        part: 'arguments',
        purpose: 'incident',
        time,
        until: 8.64e15,
        server: 'files',
        subject: 's',
        bytes: 0,
      };
      writeFileSync(join(day, `${id}.sealed`), `${JSON.stringify(head)}\n${'x'.repeat(16)}`);
    }
    const done = await desk.removeOld(NOW);
    assert.ok(done.ok && done.value.logs[0]?.removed.length === 1);
    assert.equal(done.value.envelopes, 1);
    assert.deepEqual(readdirSync(day), ['before.sealed'], 'what has no time goes by its file');
    assert.ok(asked.includes('subject-expire 2026-10'));
  });

  it('is told to whoever has copies, also where what comes after it fails', async (t) => {
    let told = 0;
    const made = await rig(t, {
      onRemoved: async () => void (told += 1),
      keepDays: () => assert.fail('the vault'),
    });
    const done = await made.desk.removeOld(NOW);
    assert.equal(done.ok, false);
    assert.deepEqual([told, made.old.tombstones().length], [1, 1]);
    const other = await rig(t, { onRemoved: async () => Promise.reject(new Error('the index')) });
    assert.ok((await other.desk.removeOld(NOW)).ok);
    assert.ok(other.asked.includes('subject-expire 2026-10'));
  });

  it('is only counted where it is only asked for', async (t) => {
    const { desk, old, records, asked } = await rig(t);
    const before = old.segments();
    const done = await desk.removeOld({ ...NOW, dryRun: true });
    assert.ok(done.ok && done.value.logs[0]?.removed.length === 1);
    assert.deepEqual(old.segments(), before);
    assert.deepEqual([records, old.tombstones(), asked], [[], [], ['retention-clock']]);
  });

  const stays: Readonly<Record<string, () => Partial<RetentionDeskOptions>>> = {
    'nobody can say what is held': () => ({ holds: { standing: async () => Promise.reject(new Error('the store cannot be read')) } }),
    'a hold is set in between': () => {
      let asked = 0;
      return { holds: { standing: async () => (asked++ === 0 ? [] : [HOLD]) } };
    },
    'it cannot be put on record': () => ({ journal: { record: async () => Promise.reject(new Error('the audit log takes nothing')) } }),
    'the keeper does not answer': () => ({ links: { request: async () => Promise.reject(new Error('the keeper cannot be reached')) } }),
    'a hold is about all of it': () => ({ holds: { standing: async () => [HOLD] } }),
  };
  for (const [why, over] of Object.entries(stays)) {
    it(`stays where ${why}`, async (t) => {
      const { desk, old } = await rig(t, over());
      const before = old.segments();
      await desk.removeOld(NOW);
      assert.deepEqual(old.segments(), before);
      assert.deepEqual(old.tombstones(), []);
      // A hold is no fault; everything else is said.
      assert.equal(desk.faults().length, why === 'a hold is about all of it' ? 0 : 1);
    });
  }

  for (const clock of [
    { kind: 'settling', untilMs: NOW_MS + 1, since: 'ahead' },
    { kind: 'leapt', fromMs: 0, toMs: NOW_MS },
  ] as const) {
    it(`stays while the clock is ${clock.kind}`, async (t) => {
      const made = await rig(t);
      made.clock = clock;
      const before = made.old.segments();
      const done = await made.desk.removeOld(NOW);
      assert.ok(done.ok && done.value.fault !== null);
      assert.deepEqual(made.old.segments(), before);
      assert.deepEqual(made.desk.faults(), [done.value.fault]);
      assert.ok(made.asked.every((question) => !question.startsWith('subject')));
      const confirmed = await made.desk.removeOld({ ...NOW, clockIsRight: true, reason: 'seen' });
      assert.ok(confirmed.ok && confirmed.value.fault === null);
      assert.ok(made.old.segments().length < before.length);
    });
  }

  for (const [since, said] of [
    ['new', /^The gateway is new here/],
    ['ahead', /^The clock went ahead by more than three days/],
    ['back', /^The clock was put back/],
    [undefined, /^The clock was put ahead or back, or/],
  ] as const)
    it(`is nothing, and a clock that is ${since ?? 'not steady'} is no fault then`, async (t) => {
      const made = await rig(t, { days: () => DAYS + 10 });
      made.clock = { kind: 'settling', untilMs: NOW_MS + 1, since };
      for (const dryRun of [true, false]) {
        const done = await made.desk.removeOld({ ...NOW, dryRun });
        assert.ok(done.ok && done.value.fault === null);
        assert.match(done.value.note ?? '', said);
      }
      assert.deepEqual(made.desk.faults(), []);
      made.clock = { kind: 'leapt', fromMs: 0, toMs: NOW_MS };
      const leapt = await made.desk.removeOld(NOW);
      assert.ok(leapt.ok && leapt.value.fault !== null, 'a person has to look at it');
    });

  it('goes once, whoever asks at the same time', async (t) => {
    const { desk, old } = await rig(t);
    const [first, second] = await Promise.all([desk.removeOld(NOW), desk.removeOld(NOW)]);
    assert.ok(first.ok && second.ok);
    assert.deepEqual([first.value.logs[0]?.removed.length, second.value.logs[0]?.removed.length], [1, 0]);
    assert.equal(old.tombstones().length, 1);
  });
});

describe('the keeper', () => {
  const signed = async (
    t: TestContext,
    days: number | undefined,
    state: ClockState = { kind: 'steady' },
  ): Promise<Result<string, string>> => {
    const old = await makeOldRecord(t, 12, NOW_MS);
    const [plan] = await planRetention(join(old.dataFolder, 'audit'), { cutoffMs: NOW_MS - 10 * DAY_MS, holds: [] });
    const clock = { look: () => state, confirm: () => {} };
    const by = (key: KeyObject): SignTombstone =>
      createTombstoneSigner({
        signingKey: () => ({ name: toSignerName(NODE), key }),
        clock,
        nowMs: () => NOW_MS,
        retentionDays: () => days,
      });
    const removal = plan?.removals[0];
    assert.ok(removal !== undefined);
    assert.equal(by(generateKeyPairSync('ed25519').privateKey)(removal).ok, false, 'a checkpoint of another key proves nothing');
    assert.equal(by(old.key)({}).ok, false);
    return by(old.key)(removal);
  };
  const refusal = async (...args: Parameters<typeof signed>): Promise<string> => {
    const result = await signed(...args);
    return result.ok ? 'signed' : result.error;
  };

  it('signs for what is as old as it was told', async (t) => assert.equal((await signed(t, 10)).ok, true));
  it('signs for nothing that is younger, whatever control says', async (t) =>
    assert.match(await refusal(t, 11), /^records are kept for 11 days/));
  it('signs for nothing before it was told', async (t) => {
    for (const days of [undefined, 0, Number.NaN]) assert.match(await refusal(t, days), /not told/);
  });
  it('signs for nothing by a clock that is not steady', async (t) =>
    assert.match(await refusal(t, 10, { kind: 'settling', untilMs: NOW_MS, since: 'new' }), /clock/));
  it('is asked by control alone', () => {
    const never = (): never => assert.fail();
    for (const role of ['worker', 'runner', 'inspector'] as const)
      for (const type of ['sign-tombstone', 'retention-clock'])
        assert.equal(answerRetention({ clock: { look: never, confirm: never }, sign: never }, role, frame(type, {}, {})), undefined);
  });
});
