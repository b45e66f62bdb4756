// What a person reads of a verification: true of a log that was changed, and of what it was held against.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { describeReport } from './describe-report.ts';
import { readNote } from './note.ts';
import { readAllLines, signedLog, writeAllLines, writeNotes } from './signed-log.fixture.ts';
import type { SignedLogFixture } from './signed-log.fixture.ts';
import { verifyLogs } from './verify.ts';
import type { VerifyOptions } from './verify.ts';

async function said({ root, signer }: SignedLogFixture, options: VerifyOptions = {}): Promise<string> {
  return describeReport(await verifyLogs(root, { keys: [signer.key], ...options })).join('\n');
}

/** A place that does not lie among the logs. */
function elsewhereOf(t: TestContext, { root }: SignedLogFixture): string {
  const folder = `${root}-elsewhere`;
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  return folder;
}

function alter(log: SignedLogFixture, seq: number): void {
  const lines = readAllLines(log.folder);
  const line = lines[0]?.[seq - 1] ?? '';
  lines[0]?.splice(seq - 1, 1, line.replace(/"id":"call-/, '"id":"cell-'));
  writeAllLines(log.folder, lines);
}

it('of one altered record, neither that others are gone nor that they were not signed, nor that there was no anchor', async (t) => {
  const log = await signedLog(t, { calls: 12, every: 3 });
  const anchor = writeNotes(elsewhereOf(t, log), log.notes);
  alter(log, 4);
  const text = await said(log, { anchors: [anchor] });
  assert.match(text, /^ {2}altered: 00000001\.log, line 4: /m);
  assert.match(text, /^ {2}worker-0: \d+ checkpoints cannot be held against it, since the log is not what it was from record 4 on\.$/m);
  assert.match(text, /worker-0: no checkpoint that holds is over records 1 to \d+\./);
  assert.match(text, /were cut off its end cannot be told: no note that was kept elsewhere can be held against it\.$/m);
  assert.doesNotMatch(text, /not there any more|not signed yet|without an anchor/);
});

it('ends with the verdict, whichever it is', async (t) => {
  const log = await signedLog(t);
  assert.match(await said(log), /\nGood: [^\n]*$/);
  alter(log, 4);
  assert.match(await said(log), /\nThe record does not hold: worker-0\.[^\n]*$/);
});

it('a log that is known from a note alone is missing, not changed', async (t) => {
  const log = await signedLog(t);
  const other = await signedLog(t, { signer: log.signer });
  const anchor = writeNotes(elsewhereOf(t, log), [...log.notes, ...other.notes]);
  const text = await said(log, { anchors: [anchor] });
  assert.match(text, new RegExp(`^${other.origin}  MISSING\n  missing: .*, line \\d+: The log ${other.origin} had \\d+ records`, 'm'));
  assert.doesNotMatch(text, /CHANGED/);
});

it('what the keeper remembers is not called an anchor', async (t) => {
  const log = await signedLog(t);
  const keeper = elsewhereOf(t, log);
  mkdirSync(join(keeper, 'checkpoints'));
  const last = log.notes.at(-1) ?? '';
  writeFileSync(join(keeper, 'checkpoints', `${log.name}.json`), JSON.stringify({ format: 1, note: last }));
  const text = await said(log, { keeper });
  assert.match(text, new RegExp(`^  the keeper of this gateway remembers it up to record ${readNote(last)?.size}, `, 'm'));
  assert.doesNotMatch(text, /noted down outside/);
  const both = await said(log, { keeper, anchors: [writeNotes(join(keeper, 'anchor'), log.notes.slice(0, 2))] });
  assert.match(both, new RegExp(`^  noted down outside the log up to record ${readNote(log.notes[1] ?? '')?.size}, `, 'm'));
  assert.match(both, /the keeper of this gateway remembers it/);
});
