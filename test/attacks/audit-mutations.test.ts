// Somebody has the whole record of a real gateway and may write all of it: its logs, the checkpoints beside them, everything but the key that signed them and
// the notes that were brought elsewhere. Every record is altered, removed, duplicated, moved, and others are put in; once leaving the hashes as they are,
// once computing all of them anew. The record that was touched is named: exactly where the hashes were left, and between the checkpoints around it where
// everything was made to fit.

import assert from 'node:assert/strict';
import { closeSync, cpSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findKeys, readNote, readNotes, verifyLogs } from '../../src/audit/index.ts';
import type { Finding, LogReport, VerifierKey, VerifyReport } from '../../src/audit/index.ts';
import { recompute } from '../../src/audit/signed-log.fixture.ts';
import { callOnce, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';
import { makeOwnFolder } from './gateway-target.fixture.ts';

/** A log as it was found, and what is known of it. */
interface Target {
  readonly slot: string;
  readonly lines: readonly string[];
  readonly origin: string;
  /** Records that its checkpoints are over, rising. */
  readonly sizes: readonly number[];
}

const SEGMENT = '00000001.log';
const WORKER_RECORDS = 40;
const CHECKPOINTS = 3;

let own: ReturnType<typeof makeOwnFolder>;
/** The record as the gateway left it, and where it is tampered with. */
let whole: string;
let work: string;
let anchor: string;
let keys: readonly VerifierKey[];
let targets: readonly Target[];

before(async () => {
  own = makeOwnFolder();
  const folder = own.path;
  const echo = await startEchoServer({ tools: ['one', 'two', 'three'] });
  const gateway = await startGateway({
    folder,
    config: testConfig({
      servers: { echo: { url: echo.url } },
      extra: { audit: { anchorSeconds: 1, anchors: { elsewhere: { file: 'elsewhere/notes' } } } },
    }),
  });
  anchor = join(folder, 'elsewhere', 'notes');
  mkdirSync(join(folder, 'elsewhere'), { recursive: true });
  try {
    const call = callOnce(gateway.url('echo'), await gateway.addAgent('walker'));
    await until(async () => {
      await call('one');
      const workers = readTargets(join(gateway.dataFolder, 'audit')).filter(({ slot }) => slot.startsWith('worker'));
      return workers.length === 2 && workers.every(({ lines, sizes }) => lines.length >= WORKER_RECORDS && sizes.length >= CHECKPOINTS);
    }, 'both workers to have some checkpoints');
  } finally {
    await gateway.stop();
    await echo.close();
  }
  whole = join(gateway.dataFolder, 'audit');
  work = join(folder, 'work');
  targets = readTargets(whole);
  const found = await findKeys([join(whole, 'checkpoint.key')]);
  assert.ok(found.ok && found.value !== undefined);
  keys = found.value;
});

after(() => own.remove());

function readTargets(audit: string): readonly Target[] {
  return readdirSync(audit, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name: slot }) => {
      const lines = readFileSync(join(audit, slot, SEGMENT), 'latin1')
        .split('\0', 1)
        .join('')
        .split('\n')
        .slice(0, -1);
      return { slot, lines, origin: checkpointsOf(lines)[0]?.origin ?? '', sizes: checkpointsOf(lines).map(({ size }) => size) };
    });
}

function checkpointsOf(lines: readonly string[]) {
  return lines
    .filter((line) => line.includes('"kind":"checkpoint"'))
    .map((line) => readNote(noteOf(line)))
    .filter((checkpoint) => checkpoint !== undefined);
}

function noteOf(line: string): string {
  const record: unknown = JSON.parse(line);
  assert.ok(typeof record === 'object' && record !== null && 'note' in record && Array.isArray(record.note));
  return record.note.join('\n');
}

/** Puts lines in the place of a log's; the file keeps its size, and behind the lines there are zeros. */
function put(slot: string, lines: readonly string[], bytes = readFileSync(join(whole, slot, SEGMENT)).length): void {
  const fd = openSync(join(work, slot, SEGMENT), 'w');
  ftruncateSync(fd, bytes);
  writeSync(fd, lines.map((line) => `${line}\n`).join(''), 0, 'latin1');
  closeSync(fd);
}

function verified(...anchors: readonly string[]): Promise<VerifyReport> {
  return verifyLogs(work, { keys, anchors });
}

/** A record with another time: whatever it is about, it is not what happened. */
const alter = (line: string): string =>
  line.replace(/"time":(\d+)(\d)/, (_, front: string, last: string) => `"time":${front}${(Number(last) + 1) % 10}`);

interface Mutation {
  readonly name: string;
  readonly what: Finding['what'];
  /** Changes the lines at a place, counted from 0. */
  readonly change: (lines: string[], at: number) => void;
  /** The first record that is then not what it was, and the last place where this can be done. */
  readonly first?: (seq: number) => number;
  readonly fromEnd?: number;
}

const after1 = (seq: number): number => seq + 1;
const MUTATIONS: readonly Mutation[] = [
  { name: 'altered', what: 'altered', change: (lines, at) => void lines.splice(at, 1, alter(lines[at] ?? '')) },
  { name: 'removed', what: 'missing', change: (lines, at) => void lines.splice(at, 1), fromEnd: 1 },
  { name: 'duplicated', what: 'duplicated', change: (lines, at) => void lines.splice(at, 0, lines[at] ?? ''), first: after1 },
  {
    name: 'swapped with the next',
    what: 'reordered',
    change: (lines, at) => void lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? ''),
    fromEnd: 1,
  },
  { name: 'moved to the end', what: 'reordered', change: (lines, at) => void lines.push(...lines.splice(at, 1)), fromEnd: 1 },
  { name: 'put in before it', what: 'inserted', change: (lines, at) => void lines.splice(at, 0, alter(lines[at] ?? '')) },
];

/** Every line of control's log, and so many of a worker's that all kinds of records are among them. */
function* places(target: Target, fromEnd = 0): Generator<number, void, undefined> {
  const step = target.slot === 'control' ? 1 : 5;
  for (let at = 0; at < target.lines.length - fromEnd; at += step) yield at;
}

async function eachPlace(fromEnd: number, check: (target: Target, at: number) => Promise<void>): Promise<void> {
  for (const target of targets) {
    rmSync(work, { recursive: true, force: true });
    cpSync(whole, work, { recursive: true });
    for (const other of targets) if (other !== target) rmSync(join(work, other.slot), { recursive: true });
    rmSync(join(work, target.slot, 'checkpoint'), { force: true });
    for (const at of places(target, fromEnd)) await check(target, at);
  }
}

function findingsOf(report: VerifyReport, slot: string): LogReport['findings'] {
  return report.logs.find((log) => log.slot === slot)?.findings ?? [];
}

it('the record of a gateway holds as it was left, up to its very end', async () => {
  const report = await verifyLogs(whole, { keys, anchors: [anchor] });
  assert.deepEqual(
    report.logs.map(({ findings }) => findings),
    targets.map(() => []),
  );
  for (const log of report.logs) {
    assert.ok(log.checkpoints >= 2, `${log.slot} has ${log.checkpoints} checkpoints`);
    assert.ok((log.signed?.size ?? 0) >= log.seq - 2 && log.anchored !== undefined, JSON.stringify(log));
  }
});

describe('a record, with the hashes left as they are', () => {
  for (const { name, what, change, fromEnd = 0 } of MUTATIONS) {
    it(`${name}: it is named exactly`, async () => {
      await eachPlace(fromEnd, async ({ slot, lines }, at) => {
        const changed = [...lines];
        change(changed, at);
        put(slot, changed);
        const findings = findingsOf(await verified(), slot);
        assert.deepEqual(
          findings.map((finding) => [finding.what, finding.seq]),
          [[what, at + 1]],
          `${slot}, record ${at + 1}`,
        );
      });
    });
  }
});

describe('a record, with all hashes computed anew', () => {
  for (const { name, change, first = (seq: number) => seq, fromEnd = 0 } of MUTATIONS) {
    it(`${name}: it is named by the checkpoints before and after it`, async () => {
      await eachPlace(fromEnd, async ({ slot, lines }, at) => {
        const place = first(at + 1);
        const changed = [...lines];
        change(changed, at);
        const sizes = checkpointsOf(changed).map(({ size }) => size);
        const last = sizes.find((size) => size >= place);
        // Behind the last checkpoint on record only what was brought elsewhere can tell.
        if (last === undefined) return;
        put(slot, recompute([changed])[0] ?? []);
        const findings = findingsOf(await verified(), slot);
        const from = (sizes.findLast((size) => size < place) ?? 0) + 1;
        assert.deepEqual(
          findings.map((finding) => [finding.what, finding.seq, finding.until]),
          [['rewritten', from, last]],
          `${slot}, record ${at + 1}`,
        );
      });
    });
  }

  it('altered, and every checkpoint behind it taken out: the notes that were brought elsewhere name it', async () => {
    await eachPlace(0, async ({ slot, lines, origin }, at) => {
      const anchored = await notedSizes(origin);
      if (at + 1 > (anchored.at(-1) ?? 0)) return;
      const changed = lines.filter((line, place) => place <= at || !line.includes('"kind":"checkpoint"'));
      changed.splice(at, 1, alter(lines[at] ?? ''));
      put(slot, recompute([changed])[0] ?? []);
      const [finding] = findingsOf(await verified(anchor), slot);
      assert.ok(finding !== undefined, `${slot}, record ${at + 1}`);
      // Where the next note is of more records than there are now, those before its end are said to be doubtful.
      const from =
        finding.what === 'rolled-back'
          ? Number(/records? (\d+)(?: to \d+)? may not be/.exec(finding.says)?.[1] ?? finding.seq)
          : finding.seq;
      assert.ok(finding.what === 'rewritten' || finding.what === 'rolled-back');
      assert.ok(from <= at + 1 && (finding.until ?? 0) >= at + 1, `${slot}, record ${at + 1}: ${finding.says}`);
    });
  });
});

/** Of which sizes of a log there are notes elsewhere. */
async function notedSizes(origin: string): Promise<readonly number[]> {
  const sizes: number[] = [];
  for await (const { text } of readNotes(anchor)) {
    const checkpoint = readNote(text);
    if (checkpoint?.origin === origin) sizes.push(checkpoint.size);
  }
  return sizes.toSorted((a, b) => a - b);
}

describe('the end of a log', () => {
  it('cut off anywhere: named where a note of it was brought elsewhere; without one, verify says from when on it cannot tell', async () => {
    await eachPlace(1, async ({ slot, lines, origin }, at) => {
      const kept = at + 1;
      put(slot, lines.slice(0, kept));
      const without = await verified();
      assert.deepEqual(findingsOf(without, slot), [], `${slot}, after record ${kept}`);
      const last = Number(/"time":(\d+)/.exec(lines[at] ?? '')?.[1]);
      assert.ok(
        without.limits.includes(
          `${slot}: whether records after ${new Date(last).toISOString()} were cut off its end cannot be told without an anchor.`,
        ),
        without.limits.join('\n'),
      );
      const [finding, ...more] = findingsOf(await verified(anchor), slot);
      const noted = (await notedSizes(origin)).at(-1) ?? 0;
      if (kept >= noted) return assert.equal(finding, undefined);
      assert.deepEqual([finding?.what, finding?.seq, finding?.until], ['rolled-back', kept + 1, noted], `${slot}, after record ${kept}`);
      assert.deepEqual(more, []);
    });
  });

  it('cut off everywhere, with everything that lies beside the logs: the keeper remembers', async () => {
    rmSync(work, { recursive: true, force: true });
    cpSync(whole, work, { recursive: true });
    for (const { slot, lines } of targets) {
      rmSync(join(work, slot, 'checkpoint'), { force: true });
      put(slot, lines.slice(0, 4));
    }
    const report = await verifyLogs(work, { keys, keeper: join(whole, '..', 'keys') });
    assert.deepEqual(
      report.logs.map(({ findings }) => findings.map(({ what, seq }) => [what, seq])),
      targets.map(() => [['rolled-back', 5]]),
    );
  });
});

describe('a whole log', () => {
  it('removed: named where a note of it was brought elsewhere', async () => {
    for (const { slot, origin } of targets) {
      rmSync(work, { recursive: true, force: true });
      cpSync(whole, work, { recursive: true });
      rmSync(join(work, slot), { recursive: true });
      const report = await verified(anchor);
      assert.deepEqual(
        report.logs.filter((log) => !log.ok).map((log) => [log.slot, log.findings[0]?.what]),
        [[origin, 'missing']],
      );
    }
  });

  it('in the place of another, or twice: named', async () => {
    const [one, two] = targets.filter(({ slot }) => slot.startsWith('worker'));
    assert.ok(one !== undefined && two !== undefined);
    rmSync(work, { recursive: true, force: true });
    cpSync(whole, work, { recursive: true });
    rmSync(join(work, two.slot), { recursive: true });
    cpSync(join(whole, one.slot), join(work, two.slot), { recursive: true });
    const report = await verified(anchor);
    assert.deepEqual(
      report.logs.filter((log) => !log.ok).map((log) => [log.slot, log.findings[0]?.what]),
      [
        [two.slot, 'foreign'],
        [two.origin, 'missing'],
      ],
    );
  });

  it('written anew from its first record on, under its own name: named', async () => {
    const [{ slot, lines, sizes } = assert.fail('there is no log')] = targets;
    rmSync(work, { recursive: true, force: true });
    cpSync(whole, work, { recursive: true });
    put(slot, recompute([lines.filter((line) => !line.includes('"kind":"checkpoint"')).map(alter)])[0] ?? []);
    const [finding] = findingsOf(await verified(anchor), slot);
    assert.equal(finding?.what, 'rewritten');
    assert.equal(finding?.seq, 1);
    assert.ok((finding?.until ?? 0) <= (sizes.at(-1) ?? 0));
  });
});
