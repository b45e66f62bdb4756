import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { LAST_CHECKPOINT_FILE } from './checkpoint-files.ts';
import { diskFiles } from './files.ts';
import { decision, durable, logFolder, openLog, readRecords, segmentFiles } from './log.fixture.ts';
import { listLogs } from './log-directory.ts';
import { rootOf } from './merkle.ts';
import { signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
import { recoverLog } from './recover.ts';
import { proveRemoval } from './removal.ts';
import { renewIdleLog } from './renew-idle.ts';
import { planRetention } from './retention.ts';
import { SEGMENT_MAX_AGE_MS } from './segment-age.ts';

const START_MS = Date.now() - 2 * SEGMENT_MAX_AGE_MS;
const name = toSignerName('n1');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** A log of one call, closed, with the checkpoint that was signed of it beside it. */
async function writeIdle(t: TestContext): Promise<string> {
  const directory = logFolder(t);
  const log = await openLog(directory, { clock: () => START_MS, node: 'n1' });
  await durable(log, log.append(decision('c1', { time: START_MS, verdict: 'deny' })));
  await log.close();
  const { tree, chain, log: random } = await recoverLog(diskFiles, directory);
  assert.ok(tree !== undefined && random !== undefined);
  const checkpoint = { origin: toOrigin('n1', random), size: tree.to, root: rootOf(tree), time: START_MS, chain };
  writeFileSync(join(directory, LAST_CHECKPOINT_FILE), signCheckpoint(checkpoint, name, privateKey));
  return directory;
}

describe('a log that nobody writes', () => {
  const renewal = { node: 'n1', writer: 'test', nowMs: () => Date.now() };

  it('gets a segment more when its last one is over, with the checkpoint that it had', async (t) => {
    const directory = await writeIdle(t);
    const [log] = await listLogs(directory);
    assert.ok(log !== undefined);
    assert.equal(await renewIdleLog(log, renewal), true);
    assert.equal(segmentFiles(directory).length, 2);
    const kinds = readRecords(directory).map(({ kind, event }) => event ?? kind);
    assert.deepEqual(kinds.slice(-4), ['segment', 'opened', 'checkpoint', 'closed']);
    // So its records can go once their own time is over, not that of who looked after them.
    const [plan] = await planRetention(dirname(directory), { cutoffMs: START_MS, holds: [] });
    assert.deepEqual(
      plan?.removals.map(({ first, last }) => [first, last]),
      [[1, 1]],
    );
    const [removal] = plan?.removals ?? [];
    assert.ok(removal !== undefined);
    assert.equal(proveRemoval(removal, [toVerifierKey(name, publicKey)]).ok, true);
  });

  it('stays as it is before, and afterwards', async (t) => {
    const directory = await writeIdle(t);
    const [log] = await listLogs(directory);
    assert.ok(log !== undefined);
    assert.equal(await renewIdleLog(log, { ...renewal, nowMs: () => START_MS + 1 }), false);
    assert.equal(await renewIdleLog(log, renewal), true);
    assert.equal(await renewIdleLog(log, { ...renewal, nowMs: () => Date.now() + 2 * SEGMENT_MAX_AGE_MS }), false);
    assert.equal(segmentFiles(directory).length, 2);
  });

  it('is let alone by everybody else while somebody writes it', async (t) => {
    const directory = await writeIdle(t);
    const writer = await openLog(directory);
    t.after(() => writer.close());
    const [log] = await listLogs(directory);
    assert.ok(log !== undefined);
    assert.equal(await renewIdleLog(log, renewal), false);
  });
});
