// `audit prove`, `audit check-proof`, and `audit verify` with a key and notes kept elsewhere, on a log that was signed as the gateway's are.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { signedLog, writeNotes } from '../audit/signed-log.fixture.ts';
import { diskFiles, loadConfig, nextRevision } from '../config/index.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

async function signedFixture(t: TestContext) {
  const log = await signedLog(t, { calls: 30 });
  const cli = cliFixture(t);
  const audit = join(cli.cwd, '.sallyport', 'audit');
  mkdirSync(audit, { recursive: true });
  cpSync(log.folder, join(audit, 'worker-0'), { recursive: true });
  writeFileSync(join(audit, 'checkpoint.key'), `${log.signer.printed}\n`);
  return { ...cli, log, audit, anchor: writeNotes(join(cli.cwd, 'elsewhere'), log.notes) };
}

test('a record is proved to whoever has the key and nothing else', async (t) => {
  const { run, cwd, log, audit } = await signedFixture(t);
  const made = await run('audit', 'prove', 'worker-0', '--record', '5', '--out', 'proof.json');
  assert.equal(made.code, EXIT.ok, made.stderr);
  assert.match(made.stdout, /The proof is in .*proof\.json\./);
  const again = await run('audit', 'prove', 'worker-0', '--record', '6', '--out', 'proof.json');
  assert.equal(again.code, EXIT.usage);
  assert.match(again.stderr, /proof\.json is there already: --out names a new file/);
  const nowhere = await run('audit', 'prove', 'worker-0', '--record', '6', '--out', 'nowhere/proof.json');
  assert.equal(nowhere.code, EXIT.usage);
  assert.match(nowhere.stderr, /cannot be written: .*nowhere is not a folder/);
  rmSync(audit, { recursive: true });
  const good = await run('audit', 'check-proof', 'proof.json', '--key', log.signer.printed);
  assert.equal(good.code, EXIT.ok, good.stderr);
  assert.match(good.stdout, /^Record 5 \(.*\) is in the log sallyport\/node-1\/[0-9a-f]+, as it was signed with \d+ records at /);
  writeFileSync(join(cwd, 'proof.json'), readFileSync(join(cwd, 'proof.json'), 'utf8').replace('"seq": 5', '"seq": 6'));
  const bad = await run('audit', 'check-proof', 'proof.json', '--key', log.signer.printed);
  assert.equal(bad.code, EXIT.failed);
  assert.match(bad.stderr, /is not record 6/);
});

test('that the log only grew is proved from a note that was kept', async (t) => {
  const { run, log, cwd } = await signedFixture(t);
  writeFileSync(join(cwd, 'noted'), log.notes[0] ?? '');
  const made = await run('audit', 'prove', 'worker-0', '--from', 'noted');
  assert.equal(made.code, EXIT.ok, made.stderr);
  writeFileSync(join(cwd, 'proof.json'), made.stdout);
  const { code, stdout } = await run('audit', 'check-proof', 'proof.json', '--key', log.signer.printed, '--output', 'json');
  assert.equal(code, EXIT.ok);
  assert.equal(JSON.parse(stdout).kind, 'consistency');
});

test('verify holds the record against the key and the notes that it is given', async (t) => {
  const { run, log, anchor, audit } = await signedFixture(t);
  const good = await run('audit', 'verify', '--key', log.signer.printed, '--anchor', anchor);
  assert.equal(good.code, EXIT.ok, good.stderr);
  assert.match(good.stdout, /noted down outside the log up to record \d+/);
  assert.doesNotMatch(good.stdout, /read beside the logs/);
  rmSync(join(audit, 'worker-0'), { recursive: true });
  cpSync((await signedLog(t, { calls: 2, signer: log.signer })).folder, join(audit, 'worker-0'), { recursive: true });
  const bad = await run('audit', 'verify', '--key', log.signer.printed, '--anchor', anchor);
  assert.equal(bad.code, EXIT.failed);
  assert.match(bad.stdout, /had \d+ records at .*, and is not here/);
});

for (const [says, ...argv] of [
  [/LOG is missing/, 'prove'],
  [/There is no log 'worker-9'/, 'prove', 'worker-9', '--record', '1'],
  [/Name either --record/, 'prove', 'worker-0'],
  [/Name either --record/, 'prove', 'worker-0', '--record', '0'],
  [/Name either --record/, 'prove', 'worker-0', '--record', '1', '--from', 'x'],
  [/neither a verifier key nor a file/, 'prove', 'worker-0', '--record', '1', '--key', 'nonsense'],
  [/name it with --key/, 'check-proof', 'proof.json'],
] as const) {
  test(`'audit ${argv.join(' ')}' is refused`, async (t) => {
    const { code, stderr } = await (await signedFixture(t)).run('audit', ...argv);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, says);
  });
}

test('what cannot be proved is said', async (t) => {
  const { run, log } = await signedFixture(t);
  const beyond = await run('audit', 'prove', 'worker-0', '--record', '99999');
  assert.equal(beyond.code, EXIT.failed);
  const nowhere = await run('audit', 'prove', 'worker-0', '--from', 'nowhere');
  assert.match(nowhere.stderr, /nowhere cannot be read/);
  assert.equal(nowhere.code, EXIT.usage);
  const unread = await run('audit', 'check-proof', 'nowhere', '--key', log.signer.printed);
  assert.equal(unread.code, EXIT.usage);
  assert.match(unread.stderr, /nowhere cannot be read/);
});

test('where it takes two people to learn whose a pseudonym is, no proof shows a name', async (t) => {
  const { run, cwd } = await signedFixture(t);
  const file = join(cwd, 'sallyport.yaml');
  const source = 'version: 1\npolicy: { rules: [] }\naudit: { profile: works-council }\n';
  const loaded = loadConfig(source, { file, env: {}, files: diskFiles, cores: 2 });
  assert.ok(loaded.ok);
  const shards = { config: loaded.value.shard, agents: { agents: [] } };
  writeFileSync(join(cwd, '.sallyport', 'snapshot.json'), JSON.stringify(nextRevision(undefined, shards)));
  const refused = await run('audit', 'prove', 'worker-0', '--record', '5');
  assert.deepEqual([refused.code, refused.stdout], [EXIT.failed, '']);
  assert.match(refused.stderr, /takes two people/);
  const checkpoint = await run('audit', 'prove', 'worker-0', '--record', '1');
  assert.equal(checkpoint.code, EXIT.ok, checkpoint.stderr);
});
