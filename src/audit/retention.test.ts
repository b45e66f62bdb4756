import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { GENESIS_CHAIN, parseFrame, parseSegmentName, SEGMENT_MIN_BYTES, toSegmentName } from './format.ts';
import type { Hold } from './holds.ts';
import { decision, logFolder, openLog, outcome } from './log.fixture.ts';
import { rootOf } from './merkle.ts';
import { signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
import { proveRemoval } from './removal.ts';
import type { Removal } from './removal.ts';
import { planRetention } from './retention.ts';
import type { LogPlan } from './retention.ts';
import { finishRemovals, placeTombstone, removeSegments } from './shorten.ts';
import { openTombstone, signTombstone, toTombstoneName } from './tombstone.ts';

const DAY_MS = 86_400_000;
const START_MS = 1_700_000_000_000;
const name = toSignerName('n1');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const trusted = [toVerifierKey(name, publicKey)];

/** A log of one segment a day or more, with a checkpoint behind every few calls; on day n the server is `server-n`. */
async function writeDays(t: TestContext, days: number, into = logFolder(t)): Promise<string> {
  let now = START_MS;
  const log = await openLog(into, { clock: () => now, segmentBytes: SEGMENT_MIN_BYTES, node: 'n1' });
  for (let day = 0; day < days; day++) {
    for (let call = 0; call < 30; call++) {
      now = START_MS + day * DAY_MS + call;
      const id = `c-${day}-${call}`;
      log.append(decision(id, { time: now, server: `server-${day}`, agent: `agent-${call % 3}` }));
      log.append(outcome(id, { time: now }));
      if (call % 5 !== 4) continue;
      const cut = await log.cutTree();
      assert.ok(cut !== undefined);
      const { whole, chain } = cut;
      const origin = toOrigin('n1', log.name ?? '');
      log.note({
        kind: 'checkpoint',
        time: now,
        note: signCheckpoint({ origin, size: whole.to, root: rootOf(whole), time: now, chain }, name, privateKey),
      });
    }
  }
  await log.close();
  return into;
}

async function plan(directory: string, keptFromDay: number, holds: readonly Hold[] = []): Promise<LogPlan> {
  const [only] = await planRetention(dirname(directory), { cutoffMs: START_MS + keptFromDay * DAY_MS - 1, holds });
  assert.ok(only !== undefined);
  return only;
}

async function carryOut(directory: string, removal: Removal): Promise<void> {
  const proved = proveRemoval(removal, trusted);
  assert.ok(proved.ok, proved.ok ? '' : proved.error);
  await placeTombstone(directory, removal.first, signTombstone({ ...proved.value, time: START_MS, reason: 'test' }, name, privateKey));
  await removeSegments(directory, removal);
}

function segmentsOf(directory: string): readonly number[] {
  return readdirSync(directory)
    .map(parseSegmentName)
    .filter((number) => number !== undefined)
    .toSorted((a, b) => a - b);
}

/** The records that are there, by seq, as far as files say. */
function recordsOf(directory: string): ReadonlyMap<number, string> {
  const records = new Map<number, string>();
  for (const number of segmentsOf(directory))
    for (const text of readFileSync(join(directory, toSegmentName(number)), 'latin1').split('\n')) {
      const frame = parseFrame(text);
      if (frame !== undefined) records.set(frame.seq, text);
    }
  return records;
}

function holdOn(scope: Partial<Hold>): Hold {
  return {
    id: 'hold_1',
    tenant: 'default',
    server: null,
    agent: null,
    subject: null,
    fromMs: null,
    toMs: null,
    reason: 'case 7',
    by: 'key:counsel',
    sinceMs: START_MS,
    ...scope,
  };
}

describe('retention', () => {
  it('finds every segment whose records are all old enough, and no other', async (t) => {
    const directory = await writeDays(t, 8);
    const before = recordsOf(directory);
    const { removals, fault, held } = await plan(directory, 4);
    assert.equal(fault, undefined);
    assert.deepEqual(held, []);
    assert.equal(removals.length, 1);
    const [removal] = removals;
    assert.ok(removal !== undefined);
    assert.equal(removal.from, 1);
    for (let seq = 1; seq <= removal.to; seq++) {
      const time = parseFrame(before.get(seq) ?? '')?.time ?? Infinity;
      assert.ok(time < START_MS + 4 * DAY_MS, `record ${seq} is too young`);
    }
    // The segment behind it holds some record that is too young, or the checkpoint over it is.
    const next = [...before].filter(([seq]) => seq > removal.to).map(([, text]) => parseFrame(text)?.time ?? 0);
    assert.ok(next.some((time) => time >= START_MS + 4 * DAY_MS));
  });

  it('proves what is in them to whoever signed the checkpoints', async (t) => {
    const directory = await writeDays(t, 6);
    const before = recordsOf(directory);
    const { removals } = await plan(directory, 4);
    const proved = proveRemoval(removals[0] ?? assert.fail(), trusted);
    assert.ok(proved.ok);
    assert.equal(proved.value.chain, parseFrame(before.get(proved.value.to) ?? '')?.chain);
    assert.ok(proved.value.before < START_MS + 4 * DAY_MS);
    assert.equal(proved.value.origin.startsWith('sallyport/n1/'), true);
  });

  it('never takes the newest segment', async (t) => {
    const directory = await writeDays(t, 4);
    const used = (await plan(directory, 100)).segments;
    const { removals } = await plan(directory, 100);
    assert.deepEqual(
      removals.map(({ first, last }) => [first, last]),
      [[1, used - 1]],
    );
  });

  it('goes on from where it was shortened before', async (t) => {
    const directory = await writeDays(t, 8);
    const [first] = (await plan(directory, 3)).removals;
    assert.ok(first !== undefined);
    await carryOut(directory, first);
    const again = await plan(directory, 3);
    assert.deepEqual(again.removals, []);
    assert.equal(again.oldestMs, parseFrame(recordsOf(directory).get(first.to + 1) ?? '')?.time);
    const [second] = (await plan(directory, 6)).removals;
    assert.ok(second !== undefined);
    assert.equal(second.from, first.to + 1);
    assert.ok(proveRemoval(second, trusted).ok);
  });

  it('leaves what is held, and takes it once the hold was lifted', async (t) => {
    const directory = await writeDays(t, 8);
    const whole = (await plan(directory, 6)).removals[0] ?? assert.fail();
    const hold = holdOn({ server: 'server-2', agent: 'agent-1' });
    const held = await plan(directory, 6, [hold]);
    assert.ok(held.held.length > 0 && held.held.every(({ holds }) => holds.join() === 'hold_1'));
    for (const removal of held.removals) await carryOut(directory, removal);
    const kept = [...recordsOf(directory).values()].filter(
      (text) => text.includes('"server":"server-2"') && text.includes('"agent":"agent-1"'),
    );
    assert.equal(kept.length, 10, 'every record that is held is there');
    for (const text of kept)
      assert.ok([...recordsOf(directory).values()].some((one) => one.includes(`"id":"${String(JSON.parse(text).id)}","status"`)));

    const after = await plan(directory, 6);
    assert.equal(after.fault, undefined);
    for (const removal of after.removals) await carryOut(directory, removal);
    assert.deepEqual(segmentsOf(directory)[0], whole.last + 1);
    const stones = readdirSync(directory).filter((file) => file.endsWith('.tombstone'));
    const spans = stones.map((file) => openTombstone(readFileSync(join(directory, file), 'utf8'), trusted) ?? assert.fail());
    assert.equal(
      spans.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      whole.to,
      'each record has one tombstone',
    );
    const inOrder = spans.toSorted((a, b) => a.from - b.from);
    assert.deepEqual(
      inOrder.map(({ prev }) => prev),
      [GENESIS_CHAIN, ...inOrder.slice(0, -1).map(({ chain }) => chain)],
      'each has the chain hash that stands before it',
    );
  });

  it('has nothing that holds in all of time taken', async (t) => {
    const directory = await writeDays(t, 4);
    const { removals, held, segments } = await plan(directory, 100, [holdOn({})]);
    assert.deepEqual(removals, []);
    assert.equal(held.length, segments - 1);
  });

  it('takes nothing that no checkpoint covers', async (t) => {
    const directory = logFolder(t);
    const log = await openLog(directory, { segmentBytes: SEGMENT_MIN_BYTES });
    for (let call = 0; call < 200; call++) log.append(decision(`c${call}`, { verdict: 'deny' }));
    await log.close();
    assert.deepEqual((await plan(directory, 100)).removals, []);
  });

  it('takes nothing of a segment that was altered', async (t) => {
    const directory = await writeDays(t, 6);
    const path = join(directory, toSegmentName(1));
    writeFileSync(path, readFileSync(path, 'latin1').replace('"agent":"agent-1"', '"agent":"agent-2"'), 'latin1');
    const { removals } = await plan(directory, 4);
    for (const removal of removals) {
      const proved = proveRemoval(removal, trusted);
      assert.deepEqual(proved, { ok: false, error: 'the records are not those that were signed: the log was altered' });
    }
  });

  it('says which segments cannot be removed, because a record is missing', async (t) => {
    const directory = await writeDays(t, 6);
    const path = join(directory, toSegmentName(1));
    const lines = readFileSync(path, 'latin1').split('\n');
    writeFileSync(path, [...lines.slice(0, 5), ...lines.slice(6)].join('\n'), 'latin1');
    const { fault, removals } = await plan(directory, 4);
    assert.deepEqual(removals, []);
    assert.match(fault ?? '', /^segments 1 to \d+ are not as they were written$/);
  });
});

describe('what is shown to the keeper', () => {
  const table: Readonly<Record<string, (removal: Removal) => Partial<Removal>>> = {
    'records that were not signed': ({ between }) => ({ between: ['00'.repeat(32), ...between.slice(1)] }),
    'one record less': ({ to }) => ({ to: to - 1 }),
    'one record more': ({ to }) => ({ to: to + 1 }),
    'another first line': ({ firstLine }) => ({ firstLine: firstLine.replace('"number":1,', '"number":2,') }),
    'another last line': ({ lastLine }) => ({ lastLine: lastLine.replace('"v":1', '"v":2') }),
    'another first segment': () => ({ first: 2, last: 9 }),
    'segments in the wrong order': () => ({ last: 0 }),
    'a checkpoint of somebody else': ({ note }) => ({ note: note.replace(/.{10}\n$/, 'AAAAAAAAAA\n') }),
    'no number': () => ({ from: Number.NaN }),
  };
  for (const [what, change] of Object.entries(table)) {
    it(`is refused with ${what}`, async (t) => {
      const directory = await writeDays(t, 4);
      const removal = (await plan(directory, 3)).removals[0] ?? assert.fail();
      assert.ok(proveRemoval(removal, trusted).ok);
      assert.equal(proveRemoval({ ...removal, ...change(removal) }, trusted).ok, false);
    });
  }
});

describe('a removal that was cut short', () => {
  it('is finished where it had begun', async (t) => {
    const directory = await writeDays(t, 8);
    const removal = (await plan(directory, 6)).removals[0] ?? assert.fail();
    const proved = proveRemoval(removal, trusted);
    assert.ok(proved.ok);
    await placeTombstone(directory, removal.first, signTombstone({ ...proved.value, time: START_MS, reason: 'test' }, name, privateKey));
    rmSync(join(directory, toSegmentName(1)));
    assert.ok(removal.last > 2);
    assert.deepEqual(await finishRemovals(dirname(directory), async () => trusted), [{ slot: 'worker-0', first: 1, last: removal.last }]);
    assert.equal(segmentsOf(directory)[0], removal.last + 1);
    assert.deepEqual(await finishRemovals(dirname(directory), async () => trusted), []);
  });

  it('is taken back where it had not', async (t) => {
    const directory = await writeDays(t, 5);
    const removal = (await plan(directory, 4)).removals[0] ?? assert.fail();
    const proved = proveRemoval(removal, trusted);
    assert.ok(proved.ok);
    await placeTombstone(directory, removal.first, signTombstone({ ...proved.value, time: START_MS, reason: 'test' }, name, privateKey));
    const segments = segmentsOf(directory);
    assert.deepEqual(await finishRemovals(dirname(directory), async () => trusted), []);
    assert.deepEqual(segmentsOf(directory), segments);
    assert.equal(existsSync(join(directory, toTombstoneName(1))), false);
  });

  it('is nothing that somebody else can make up', async (t) => {
    const directory = await writeDays(t, 6);
    const removal = (await plan(directory, 4)).removals[0] ?? assert.fail();
    const proved = proveRemoval(removal, trusted);
    assert.ok(proved.ok);
    const other = generateKeyPairSync('ed25519').privateKey;
    await placeTombstone(directory, 1, signTombstone({ ...proved.value, time: START_MS, reason: 'test' }, name, other));
    rmSync(join(directory, toSegmentName(1)));
    const segments = segmentsOf(directory);
    assert.deepEqual(await finishRemovals(dirname(directory), async () => trusted), []);
    assert.deepEqual(segmentsOf(directory), segments);
  });
});
