import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkProof, printProof } from './check-proof.ts';
import type { Proof } from './check-proof.ts';
import { listLogs } from './log-directory.ts';
import type { LogDirectory } from './log-directory.ts';
import { openNote } from './note.ts';
import { newestOf, proveConsistency, proveInclusion } from './prove.ts';
import type { SignedNote } from './prove.ts';
import { createSigner, readAllLines, recompute, signedLog, writeAllLines } from './signed-log.fixture.ts';
import type { SignedLogFixture } from './signed-log.fixture.ts';

async function logOf({ folder }: SignedLogFixture): Promise<LogDirectory> {
  const [log] = await listLogs(folder);
  assert.ok(log !== undefined);
  return log;
}

function noteOf({ signer, notes }: SignedLogFixture, at: number): SignedNote {
  const note = notes.at(at) ?? '';
  const checkpoint = openNote(note, [signer.key]);
  assert.ok(checkpoint !== undefined);
  return { note, checkpoint };
}

function proved(result: Awaited<ReturnType<typeof proveInclusion>>): Proof {
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

describe('that a record is in a log', () => {
  it('can be proved of every record that was signed, under the first checkpoint over it or a later one', async (t) => {
    const fixture = await signedLog(t, { calls: 40 });
    const log = await logOf(fixture);
    const keys = [fixture.signer.key];
    const lines = readAllLines(fixture.folder).flat();
    const last = noteOf(fixture, -1);
    for (let seq = 1; seq <= last.checkpoint.size; seq++) {
      for (const to of [undefined, last]) {
        const proof = proved(await proveInclusion(log, seq, { keys, to }));
        assert.ok(proof.kind === 'inclusion' && proof.record === lines[seq - 1]);
        const checked = checkProof(printProof(proof), keys);
        assert.ok(checked.ok && checked.value.says.startsWith(`Record ${seq} (`), JSON.stringify(checked));
        assert.equal(checked.value.origin, fixture.origin);
      }
    }
    const beyond = await proveInclusion(log, last.checkpoint.size + 1, { keys });
    assert.ok(!beyond.ok && beyond.error.includes('No checkpoint'));
    const nowhere = await proveInclusion(log, 100_000, { keys });
    assert.ok(!nowhere.ok);
  });

  it('cannot be proved of another record, another number, or under another key', async (t) => {
    const fixture = await signedLog(t, { calls: 20 });
    const keys = [fixture.signer.key];
    const proof = proved(await proveInclusion(await logOf(fixture), 5, { keys }));
    assert.ok(proof.kind === 'inclusion');
    const refused = (changed: Proof, with_ = keys): void => assert.equal(checkProof(printProof(changed), with_).ok, false);
    refused({ ...proof, record: proof.record.replace('laptop', 'Laptop') });
    refused({ ...proof, seq: 6 });
    refused({ ...proof, seq: 6, record: proof.record.replace('"seq":5', '"seq":6') });
    refused({ ...proof, path: proof.path.slice(1) });
    refused({ ...proof, path: proof.path.toReversed() });
    refused({ ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, '\n5\n') });
    refused(proof, [createSigner().key]);
    refused(proof, []);
    for (const text of ['', '{}', '[]', 'null', printProof(proof).replace('/1', '/2'), printProof(proof).replace('"path"', '"paths"')])
      assert.equal(checkProof(text, keys).ok, false);
  });

  it('is not proved from files that were changed', async (t) => {
    const fixture = await signedLog(t, { calls: 20 });
    const lines = readAllLines(fixture.folder);
    lines[0]?.splice(2, 1, lines[0][2]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(fixture.folder, recompute(lines));
    const result = await proveInclusion(await logOf(fixture), 3, { keys: [fixture.signer.key] });
    assert.ok(!result.ok && result.error.includes('audit verify'));
  });
});

describe('that a log only grew', () => {
  it('can be proved between any two of its checkpoints', async (t) => {
    const fixture = await signedLog(t, { calls: 40, every: 3 });
    const log = await logOf(fixture);
    const keys = [fixture.signer.key];
    for (let from = 0; from < fixture.notes.length; from++) {
      for (let to = from; to < fixture.notes.length; to++) {
        const proof = proved(await proveConsistency(log, noteOf(fixture, from), { keys, to: noteOf(fixture, to) }));
        const checked = checkProof(printProof(proof), keys);
        assert.ok(checked.ok && checked.value.kind === 'consistency', JSON.stringify(checked));
      }
    }
    const newest = proved(await proveConsistency(log, noteOf(fixture, 0), { keys }));
    assert.ok(newest.kind === 'consistency' && newest.to === fixture.notes.at(-1));
    assert.equal((await proveConsistency(log, noteOf(fixture, 3), { keys, to: noteOf(fixture, 1) })).ok, false);
  });

  it('is not proved of a log that was rewritten, nor from the checkpoint of another', async (t) => {
    const fixture = await signedLog(t, { calls: 30 });
    const other = await signedLog(t, { calls: 30, signer: fixture.signer });
    const keys = [fixture.signer.key];
    const log = await logOf(fixture);
    const foreign = await proveConsistency(log, noteOf(other, 0), { keys });
    assert.equal(foreign.ok, false);
    assert.equal(await newestOf(log, other.notes, keys), undefined);
    assert.equal((await newestOf(log, [...other.notes, ...fixture.notes], keys))?.note, fixture.notes.at(-1));
    const lines = readAllLines(fixture.folder);
    lines[0]?.splice(2, 1, lines[0][2]?.replace('laptop', 'Laptop') ?? '');
    writeAllLines(fixture.folder, recompute(lines));
    assert.equal((await proveConsistency(log, noteOf(fixture, 0), { keys, to: noteOf(fixture, -1) })).ok, false);
  });
});
