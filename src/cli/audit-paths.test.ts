// What somebody named and that cannot be read or written is theirs to correct: exit code 2 and a sentence, never a fault of the program, and never a record
// that was changed. And the anchors that nobody has to name, since the config does.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { signedLog, writeNotes } from '../audit/signed-log.fixture.ts';
import { openStore } from '../cluster/index.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { writeLog } from './audit.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

/** A data folder with a signed log, of a gateway whose config said this of the record. */
async function signedFixture(t: TestContext, audit: string) {
  const log = await signedLog(t, { calls: 12, every: 3 });
  const cli = cliFixture(t);
  const data = join(cli.cwd, '.sallyport');
  mkdirSync(join(data, 'audit'), { recursive: true, mode: 0o700 });
  cpSync(log.folder, join(data, 'audit', 'worker-0'), { recursive: true });
  writeFileSync(join(data, 'audit', 'checkpoint.key'), `${log.signer.printed}\n`);
  const source = `version: 1\npolicy: { rules: [] }\naudit: ${audit}\n`;
  const loaded = loadConfig(source, { file: join(cli.cwd, 'sallyport.yaml'), env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const document = nextRevision(undefined, { config: loaded.value.shard, agents: { agents: [] } });
  writeFileSync(join(data, 'snapshot.json'), JSON.stringify(document));
  return { ...cli, log, data };
}

for (const [says, ...argv] of [
  [/nowhere\/x cannot be written: .*nowhere is not a folder/, 'export', '--out', 'nowhere/x'],
  [/nowhere\/x cannot be written: .*nowhere is not a folder/, 'evidence', '--out', 'nowhere/x'],
  [/nowhere is not there/, 'verify', '--anchor', 'nowhere'],
  [/nowhere is not there/, 'verify', 'nowhere'],
] as const) {
  test(`'audit ${argv.join(' ')}' is a mistake of who asks`, async (t) => {
    const { run, cwd } = cliFixture(t);
    await writeLog(join(cwd, '.sallyport', 'audit', 'worker-0'));
    await openStore(join(cwd, '.sallyport'))[Symbol.asyncDispose]();
    const { code, stderr } = await run('audit', ...argv);
    assert.deepEqual([code, says.test(stderr)], [EXIT.usage, true], stderr);
    assert.doesNotMatch(stderr, /fault of sallyport/);
    assert.ok(!existsSync(join(cwd, 'nowhere')));
  });
}

test("verify holds the record against the config's anchors that are files, and says which it could not ask", async (t) => {
  const anchors = '{ far: { file: far.notes }, away: { file: away/notes }, other: { command: [note] } }';
  const { run, log, data, cwd } = await signedFixture(t, `{ anchors: ${anchors} }`);
  writeFileSync(join(cwd, 'far.notes'), log.notes.join('\n'));
  const good = await run('audit', 'verify');
  assert.equal(good.code, EXIT.ok, good.stderr);
  assert.match(good.stdout, /^Held against the anchor far, .*far\.notes\.$/m);
  assert.match(good.stdout, /noted down outside the log up to record \d+/);
  assert.match(good.stdout, /The anchor away was not used: .*away\/notes is not there\.$/m);
  assert.match(good.stdout, /The anchor other is no file and was not asked: name its notes with --anchor FILE\.$/m);
  rmSync(join(data, 'audit', 'worker-0'), { recursive: true });
  await writeLog(join(data, 'audit', 'worker-0'));
  const bad = await run('audit', 'verify');
  assert.equal(bad.code, EXIT.failed);
  assert.match(bad.stdout, /MISSING\n {2}missing: .*far\.notes, line \d+: /);
  assert.match(bad.stdout, /\nThe record does not hold: [^\n]*\n$/);
});

test('with an anchor that is named, it is that one alone', async (t) => {
  const { run, log, cwd } = await signedFixture(t, '{ anchors: { far: { file: far.notes } } }');
  writeFileSync(join(cwd, 'far.notes'), 'no notes');
  const { code, stdout } = await run('audit', 'verify', '--anchor', writeNotes(join(cwd, 'mine'), log.notes));
  assert.equal(code, EXIT.ok);
  assert.doesNotMatch(stdout, /far/);
});
