// The verifier as a program: that it says what it found by its exit code, and that it needs nothing of the gateway.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { it } from 'node:test';
import { printProof } from './check-proof.ts';
import { listLogs } from './log-directory.ts';
import { segmentFiles } from './log.fixture.ts';
import { proveInclusion } from './prove.ts';
import { createSigner, readAllLines, recompute, signedLog, writeAllLines, writeNotes } from './signed-log.fixture.ts';

const SOURCES = join(import.meta.dirname, '..');
const ENTRY = join(import.meta.dirname, 'verify-main.ts');
const COMMAND = join(SOURCES, '..', 'bin', 'sallyport-verify.mjs');

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('needs nothing but the record and the groundwork', () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\s(?!type\b)[^'"=]*?\sfrom\s['"]([^'"]+)['"];$/gm,
    )) {
      if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier));
      else
        assert.match(
          specifier,
          /^node:(crypto|fs|fs\/promises|os|path|readline|util|worker_threads|zlib)$/,
          `${relative(SOURCES, file)} imports ${specifier}`,
        );
    }
  };
  visit(ENTRY);
  visit(join(import.meta.dirname, 'segment-thread.ts'));
  assert.ok(seen.size > 15);
  for (const file of seen) assert.match(relative(SOURCES, file), /^(audit|base)\//);
});

it('ends with 0 when the record holds and with 1 when it does not, and says where', async (t) => {
  const log = await signedLog(t);
  t.after(() => rmSync(`${log.root}-elsewhere`, { recursive: true, force: true }));
  const anchor = writeNotes(`${log.root}-elsewhere`, log.notes);
  const good = run(log.root, '--key', log.signer.printed, '--anchor', anchor);
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, /^Good: \d+ records in 1 log, none changed; \d+ of them signed\.$/m);
  assert.match(good.stdout, /signed up to record \d+, .*; \d+ checkpoints hold/);
  assert.match(good.stdout, /noted down outside the log up to record \d+/);

  const keyFile = join(log.root, 'key');
  writeFileSync(keyFile, log.signer.printed);
  const report: unknown = JSON.parse(run(log.folder, '--key', keyFile, '--json').stdout);
  assert.ok(typeof report === 'object' && report !== null && 'ok' in report && report.ok === true);

  const lines = readAllLines(log.folder);
  lines[1]?.splice(4, 1, lines[1][4]?.replace('echo', 'Echo').replace('"ok"', '"failed"') ?? '');
  writeAllLines(log.folder, recompute(lines));
  const bad = run(log.root, '--key', log.signer.printed);
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /Among records \d+ to \d+ are some that are not those that were signed/);
  assert.match(bad.stderr, /The record does not hold: worker-0/);

  for (const file of segmentFiles(log.folder)) rmSync(join(log.folder, file));
  assert.equal(run(log.root).status, 1);
});

it('checks a proof with the key alone', async (t) => {
  const log = await signedLog(t, { calls: 20 });
  const [directory] = await listLogs(log.folder);
  assert.ok(directory !== undefined);
  const proof = await proveInclusion(directory, 7, { keys: [log.signer.key] });
  assert.ok(proof.ok);
  const file = join(log.root, 'proof.json');
  writeFileSync(file, printProof(proof.value));
  for (const name of segmentFiles(log.folder)) rmSync(join(log.folder, name));
  const good = run('--proof', file, '--key', log.signer.printed);
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, new RegExp(`^Record 7 \\(.*\\) is in the log ${log.origin}, as it was signed with \\d+ records`));
  assert.equal(run('--proof', file, '--key', createSigner().printed).status, 1);
  writeFileSync(file, printProof(proof.value).replace('laptop', 'Laptop').replace('call-', 'Call-'));
  assert.equal(run('--proof', file, '--key', log.signer.printed).status, 1);
});

it('what was named and cannot be read is a mistake of who asks, and no record that was changed', async (t) => {
  const { root, signer } = await signedLog(t, { calls: 2 });
  const nowhere = join(SOURCES, 'nowhere');
  for (const args of [[nowhere], [root, '--anchor', nowhere], [root, '--keeper', nowhere], ['--proof', nowhere, '--key', signer.printed]]) {
    const { status, stderr } = run(...args);
    assert.deepEqual([status, stderr], [2, `${nowhere} is not there.\n`], args.join(' '));
  }
  assert.match(run(root, '--anchor', SOURCES).stderr, /is a folder, and no file\.$/m);
  assert.match(run(ENTRY).stderr, /is no folder\.$/m);
});

it('says how it is used when it was not', () => {
  for (const args of [[], ['a', 'b'], ['--nonsense', 'a'], ['a', '--proof', 'b']]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 2);
    assert.match(stderr, /usage: sallyport-verify/);
  }
  assert.equal(run('.', '--key', 'no key').status, 2);
  assert.equal(run('--proof', 'x').status, 2);
  assert.equal(run('--help').status, 0);
  assert.equal(existsSync(COMMAND), true);
});
