// A log that is written, and the keeper that signs it: what either of them may lose, and what it must never take for a good log.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createCheckpointer, openNote, parseVerifierKey } from '../audit/index.ts';
import type { AskForCheckpoint, AuditLog, Checkpoint, Checkpointer, CheckpointState } from '../audit/index.ts';
import { diskFiles } from '../audit/files.ts';
import { parseFrame, SEGMENT_MIN_BYTES, toChain, toLine } from '../audit/format.ts';
import { createFaultyDisk, decision, durable, logFolder, openLog, readRecords, segmentFiles, writeCalls } from '../audit/log.fixture.ts';
import { emptyRange, leafHash, addLeaf, rootOf } from '../audit/merkle.ts';
import { readNewLeaves, readTree } from '../audit/read-tree.ts';
import { createCheckpointSigner } from './checkpoint-signer.ts';
import type { CheckpointSigner } from './checkpoint-signer.ts';

const NODE = 'node-1';
const SLOT = 'worker-0';
const NOW = 1_700_000_000_000;

interface Bench {
  readonly folder: string;
  readonly keys: string;
  signer: CheckpointSigner;
  /** What is asked of the signer, and what comes of it. */
  ask: AskForCheckpoint;
  readonly states: CheckpointState[];
  begin(log: AuditLog): Checkpointer;
  restartSigner(): void;
}

function bench(t: TestContext): Bench {
  const folder = logFolder(t, SLOT);
  const keys = logFolder(t, 'keys');
  const states: CheckpointState[] = [];
  const one: Bench = {
    folder,
    keys,
    signer: createCheckpointSigner(keys, NODE, () => NOW),
    ask: (ask) => Promise.resolve(one.signer.sign(SLOT, ask)),
    states,
    begin: (log) => createCheckpointer({ log, ask: (ask) => one.ask(ask), clock: () => NOW, onState: (state) => states.push(state) }),
    restartSigner: () => {
      one.signer = createCheckpointSigner(keys, NODE, () => NOW);
    },
  };
  return one;
}

/** Writes calls and has them signed. */
async function round(log: AuditLog, checkpointer: Checkpointer, ...ids: readonly string[]): Promise<void> {
  await writeCalls(log, ids);
  await checkpointer.close();
}

/** The lines on disk, without their LF. */
function linesOf(folder: string): readonly string[] {
  return segmentFiles(folder).flatMap((name) =>
    (readFileSync(join(folder, name), 'latin1').split('\0', 1)[0] ?? '').split('\n').slice(0, -1),
  );
}

/** The checkpoints on record, each of them signed and true of the lines before it. */
function goodCheckpoints(folder: string, signer: CheckpointSigner): readonly Checkpoint[] {
  const key = parseVerifierKey(signer.verifierKey());
  assert.ok(key);
  const lines = linesOf(folder);
  return readRecords(folder)
    .filter(({ kind }) => kind === 'checkpoint')
    .map(({ note }) => {
      assert.ok(Array.isArray(note));
      const checkpoint = openNote(note.join('\n').replaceAll('\\u2014', '\u2014'), [key]);
      assert.ok(checkpoint, 'the note is signed');
      const range = emptyRange();
      for (const line of lines.slice(0, checkpoint.size)) addLeaf(range, leafHash(line));
      assert.deepEqual(Buffer.from(checkpoint.root), Buffer.from(rootOf(range)), `the root over ${checkpoint.size} records`);
      assert.equal(parseFrame(lines[checkpoint.size - 1] ?? '')?.chain, checkpoint.chain);
      return checkpoint;
    });
}

describe('a log and its signer', () => {
  it('add up to the same tree, over segments and restarts of either', async (t) => {
    const one = bench(t);
    for (let life = 0; life < 3; life++) {
      const log = await openLog(one.folder);
      const checkpointer = one.begin(log);
      for (let i = 0; i < 6; i++) await round(log, checkpointer, ...Array.from({ length: 7 }, (_, n) => `${life}-${i}-${n}`));
      await log.close();
      one.restartSigner();
    }
    assert.ok(segmentFiles(one.folder).length > 3);
    assert.equal(goodCheckpoints(one.folder, one.signer).length, 18);
    assert.deepEqual(one.states, []);
    // The head of every segment repeats the tree over all lines before it.
    const lines = linesOf(one.folder);
    for (const record of readRecords(one.folder).filter(({ kind }) => kind === 'segment')) {
      const before = Number(record['seq']) - 1;
      const range = emptyRange();
      for (const line of lines.slice(0, before)) addLeaf(range, leafHash(line));
      assert.deepEqual(
        record['tree'],
        range.nodes.map(({ hash }) => Buffer.from(hash).toString('hex')),
      );
    }
  });

  it('ask for nothing where nothing was written but checkpoints', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a');
    let asked = 0;
    one.ask = () => Promise.reject(new Error(`asked ${++asked} times`));
    await checkpointer.close();
    checkpointer.tick();
    await log.close();
    assert.equal(asked, 0);
  });

  it('do not wait for the second to be over where there is much to be signed', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    let [news, asked] = [9_999, 0];
    let elapsed = 0;
    const checkpointer = createCheckpointer({
      log: {
        name: '0123456789abcdef',
        times: 1,
        state: 'open',
        get news() {
          return news;
        },
        cutTree: () => log.cutTree(),
        readLeaves: (range) => log.readLeaves(range),
        note: () => {},
      },
      ask: () => Promise.resolve({ kind: 'signed', note: String(++asked) }),
      clock: () => NOW,
      steadyMs: () => elapsed,
      onState: (state) => one.states.push(state),
    });
    const askedAfter = async (ms: number): Promise<number> => {
      elapsed += ms;
      checkpointer.tick();
      await new Promise((resolve) => setImmediate(resolve));
      return asked;
    };
    assert.equal(await askedAfter(0), 1, 'the first, when there is anything');
    assert.equal(await askedAfter(999), 1);
    assert.equal(await askedAfter(1), 2);
    news = 10_000;
    assert.equal(await askedAfter(100), 3);
    news = 0;
    assert.equal(await askedAfter(5_000), 3);
    await log.close();
  });

  it('sign only what is on disk', async (t) => {
    const one = bench(t);
    const disk = createFaultyDisk();
    const log = await openLog(one.folder, { files: disk.files });
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a');
    const [{ size } = { size: 0 }] = one.signer.logs();
    disk.stalled = true;
    log.append(decision('b'));
    const closing = checkpointer.close();
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(one.signer.logs()[0]?.size, size);
    disk.release();
    await closing;
    assert.ok((one.signer.logs()[0]?.size ?? 0) > size);
    await log.close();
  });

  it('go on after a write that failed', async (t) => {
    const one = bench(t);
    const disk = createFaultyDisk();
    const log = await openLog(one.folder, { files: disk.files, onFault: () => {} });
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a');
    await writeCalls(log, ['and the checkpoint with it']);
    disk.writeFault = { code: 'ENOSPC', writtenBytes: 100 };
    await assert.rejects(durable(log, log.append(decision('lost'))));
    disk.writeFault = undefined;
    while (log.state !== 'open') await new Promise((resolve) => setTimeout(resolve, 5));
    await round(log, checkpointer, 'b');
    await log.close();
    assert.equal(goodCheckpoints(one.folder, one.signer).length, 2);
    assert.deepEqual(one.states, []);
  });

  it('make up for a signer that was away, and for answers that were lost', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    const checkpointer = one.begin(log);
    const { ask } = one;
    await round(log, checkpointer, 'a');
    one.ask = () => Promise.reject(new Error('away'));
    await round(log, checkpointer, 'b');
    await round(log, checkpointer, 'c');
    assert.deepEqual(
      one.states.map(({ kind }) => kind),
      ['late'],
    );
    one.ask = async (question) => {
      await ask(question);
      throw new Error('the answer was lost');
    };
    await round(log, checkpointer, 'd');
    one.ask = ask;
    await round(log, checkpointer, 'e');
    await log.close();
    assert.deepEqual(
      one.states.map(({ kind }) => kind),
      ['late', 'current'],
    );
    assert.equal(goodCheckpoints(one.folder, one.signer).length, 2);
  });

  it('begin again where the signer has lost what it knew, some of it or all', async (t) => {
    const one = bench(t);
    const trees = join(one.keys, 'checkpoints');
    const log = await openLog(one.folder);
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a', 'b');
    cpSync(trees, join(one.keys, 'before'), { recursive: true });
    await round(log, checkpointer, 'c', 'd');
    rmSync(trees, { recursive: true });
    cpSync(join(one.keys, 'before'), trees, { recursive: true });
    one.restartSigner();
    await round(log, checkpointer, 'e');
    rmSync(trees, { recursive: true });
    one.restartSigner();
    await round(log, checkpointer, 'f');
    await log.close();
    assert.equal(goodCheckpoints(one.folder, one.signer).length, 4);
    assert.deepEqual(one.states, []);
  });

  it('sign a log from before there were trees', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    await writeCalls(
      log,
      Array.from({ length: 40 }, (_, n) => `call ${n}`),
    );
    await log.close();
    rewrite(one.folder, (line) => line.replace(/,"tree":\[[^\]]*\]/, ''));
    const again = await openLog(one.folder);
    await round(again, one.begin(again), 'later');
    await again.close();
    assert.equal(goodCheckpoints(one.folder, one.signer).length, 1);
  });
});

describe('a log that is not the one that was signed', () => {
  it('is not signed when an old copy was put in its place, says so itself, and once', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a');
    cpSync(one.folder, `${one.folder}-old`, { recursive: true });
    await round(log, checkpointer, 'b', 'c', 'd');
    await log.close();
    const [signed] = one.signer.logs();
    rmSync(one.folder, { recursive: true });
    cpSync(`${one.folder}-old`, one.folder, { recursive: true });

    const rolledBack = await openLog(one.folder);
    const again = one.begin(rolledBack);
    await again.close();
    await writeCalls(rolledBack, ['e']);
    await again.close();
    await rolledBack.close();
    assert.deepEqual(one.signer.logs(), [signed]);
    assert.equal(again.state.kind, 'disputed');
    const said = readRecords(one.folder).filter(({ event }) => event === 'disputed');
    assert.deepEqual(
      said.map(({ why, signed: size, since }) => ({ why, size, since })),
      [{ why: 'shorter', size: signed?.size, since: NOW }],
    );
  });

  it('is not signed when a record was changed and all hashes after it made anew', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder, { segmentBytes: 8 * SEGMENT_MIN_BYTES });
    await round(log, one.begin(log), 'a', 'b', 'c');
    await log.close();
    rewrite(one.folder, (line) => line.replace('"id":"b","verdict":"allow"', '"id":"b","verdict":"deny"'));
    const again = await openLog(one.folder, { segmentBytes: 8 * SEGMENT_MIN_BYTES });
    const checkpointer = one.begin(again);
    await round(again, checkpointer, 'd', 'e', 'f', 'g');
    await again.close();
    assert.equal(checkpointer.state.kind, 'disputed');
    assert.deepEqual(
      readRecords(one.folder)
        .filter(({ event }) => event === 'disputed')
        .map(({ why }) => why),
      ['different'],
    );
  });

  it('is not signed when a record was taken out of it, and says so as long as it is open', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder, { segmentBytes: 8 * SEGMENT_MIN_BYTES });
    await round(log, one.begin(log), 'a', 'b', 'c');
    await log.close();
    rewrite(one.folder, (line) => (line.includes('"id":"b"') ? '' : line));
    const again = await openLog(one.folder, { segmentBytes: 8 * SEGMENT_MIN_BYTES });
    const checkpointer = one.begin(again);
    for (const id of ['d', 'e']) await round(again, checkpointer, id);
    await again.close();
    assert.deepEqual(
      one.states.map((state) => state.kind === 'late' && /do not add up/.test(state.why)),
      [true],
    );
  });

  it('is signed again once a person has let go of what was signed', async (t) => {
    const one = bench(t);
    const log = await openLog(one.folder);
    const checkpointer = one.begin(log);
    await round(log, checkpointer, 'a');
    const [before] = one.signer.logs();
    assert.ok(before);
    one.ask = (ask) => Promise.resolve(one.signer.sign('worker-1', ask));
    await round(log, checkpointer, 'b');
    assert.equal(checkpointer.state.kind, 'disputed');
    assert.deepEqual(one.signer.forget(before.log), before);
    assert.equal(one.signer.forget(before.log), undefined);
    await round(log, checkpointer, 'c');
    assert.equal(checkpointer.state.kind, 'current');
    await log.close();
  });

  it("is not signed as another slot's, nor under a name that could be a path, nor without end", (t) => {
    const { signer } = bench(t);
    const ask = { log: '0123456789abcdef', from: 0, to: 1, nodes: ['a'.repeat(64)], root: 'a'.repeat(64), chain: 'b'.repeat(64) };
    assert.equal(signer.sign(SLOT, ask).kind, 'signed');
    assert.equal(signer.sign('worker-1', ask).kind, 'disputed');
    assert.equal(signer.sign(SLOT, { ...ask, log: '../../../etc/pwned' }).kind, 'disputed');
    for (let i = 0; i < 40; i++) signer.sign('worker-2', { ...ask, log: String(i).padStart(16, '0') });
    assert.equal(signer.logs().filter(({ slot }) => slot === 'worker-2').length, 16);
  });

  it('is signed after a worker has made up names until its slot was full; what was found in its folder gives way to none of them', (t) => {
    const one = bench(t);
    const asked = { from: 0, to: 1, nodes: ['a'.repeat(64)], root: 'a'.repeat(64), chain: 'b'.repeat(64) };
    const sign = (name: number): string => one.signer.sign(SLOT, { ...asked, log: String(name).padStart(16, '0') }).kind;
    const logs = (): readonly string[] => one.signer.logs().map(({ log }) => log.replace(/^0+/, ''));
    const saw = (name: string, slot: string): void => one.signer.saw([{ log: name.padStart(16, '0'), slot }]);
    for (const name of [100, 101]) assert.equal(sign(name), 'signed');
    saw('100', SLOT);
    saw('101', 'worker-1'); // What another slot has there says nothing of this one.
    saw('999', SLOT); // Nor does what nobody has asked a signature for.
    for (let name = 1; name < 40; name++) assert.equal(sign(name), 'signed');
    assert.equal(sign(200), 'signed', 'the next true one');
    one.restartSigner();
    for (let name = 40; name < 80; name++) sign(name);
    assert.deepEqual([logs().includes('100'), logs().includes('101')], [true, false], 'also for the next keeper');
    assert.equal(logs().length, 16);

    // Whoever has the worker can lay what it made up into its folder, too: not all of the places are taken by that.
    for (const name of logs()) saw(name, SLOT);
    assert.equal(sign(300), 'signed');
    assert.ok(logs().includes('100'));
  });

  it('is not signed by a key of another node, or one that cannot be read', (t) => {
    const { keys, signer } = bench(t);
    signer.verifierKey();
    assert.throws(() => createCheckpointSigner(keys, 'node-2', () => NOW).verifierKey(), /is the key of the node node-1/);
    writeFileSync(join(keys, 'checkpoint-key.json'), '{}');
    assert.throws(() => createCheckpointSigner(keys, NODE, () => NOW).verifierKey(), /of no known form/);
  });
});

it('leaves are read from the segments that hold them', async (t) => {
  const folder = logFolder(t);
  const log = await openLog(folder);
  await writeCalls(
    log,
    Array.from({ length: 60 }, (_, n) => `call ${n}`),
  );
  await log.close();
  const lines = linesOf(folder);
  const numbers = segmentFiles(folder).map((_, i) => i + 1);
  assert.ok(numbers.length > 2);
  assert.equal((await readTree(diskFiles, folder, numbers))?.to, lines.length);
  for (const [from, to] of [
    [0, 1],
    [17, 18],
    [3, lines.length],
    [lines.length - 2, lines.length],
  ] as const) {
    const expected = emptyRange(from);
    for (const line of lines.slice(from, to)) addLeaf(expected, leafHash(line));
    const read = await readNewLeaves(diskFiles, folder, { from, to });
    assert.deepEqual(
      read?.nodes.map(({ hash }) => Buffer.from(hash)),
      expected.nodes.map(({ hash }) => Buffer.from(hash)),
    );
  }
  assert.equal(await readNewLeaves(diskFiles, folder, { from: 3, to: lines.length + 1 }), undefined);
});

/** Changes lines as somebody would who knows the format: with all hashes made anew. */
function rewrite(folder: string, change: (line: string) => string): void {
  let chain = '0'.repeat(64);
  for (const name of segmentFiles(folder)) {
    const file = join(folder, name);
    const bytes = readFileSync(file);
    const [text = ''] = bytes.toString('latin1').split('\0', 1);
    const lines = text
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        const head = change(parseFrame(line)?.head ?? '').replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${chain}"`);
        if (head === '') return [];
        chain = toChain(chain, head);
        return [toLine(head, chain)];
      });
    const rewritten = Buffer.alloc(bytes.length);
    rewritten.write(lines.join(''), 'latin1');
    writeFileSync(file, rewritten);
  }
}
