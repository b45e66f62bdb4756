// `audit tail` and `audit verify` on logs that the product itself wrote: what a person reads, and that no tampering passes.

import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { actAsNobody, cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';
import { APPROVAL, FOUND, writeLog } from './audit.fixture.ts';

test('tail shows who called what, why it was allowed or denied, and how it ended', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', '0'));
  const { code, stdout } = await run('audit', 'tail');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /allow +billing → files +tools\/call read_file +\(rule readers\) +call-1$/m);
  assert.match(stdout, /ok +120 bytes +1\.5 ms at the server +call-1$/m);
  assert.match(stdout, /deny +billing → files +tools\/call write_file +\(rule files-are-read-only\) +call-2$/m);
});

test('tail shows who approved what, for whom', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', 'control'), APPROVAL);
  const { stdout } = await run('audit', 'tail');
  assert.match(stdout, / {2}approved {2}billing → bank pay {2}\(rule large-sums\) {2}by key:controller {2}apr_0123$/m);
});

test('tail shows what was found and what was done about it', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', '0'), FOUND);
  const { stdout } = await run('audit', 'tail');
  assert.match(stdout, /tool_error +99 bytes +found vendor-token ×2 \(redact\), email \(tag\), 30 in all +call-1$/m);
});

test('tail gives the records as they stand, newest last, and no more than asked for', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', '0'));
  const all = (await run('audit', 'tail', '--limit', 'all', '--output', 'json')).stdout.trimEnd().split('\n');
  const last = (await run('audit', 'tail', '--limit', '2', '--output', 'json')).stdout.trimEnd().split('\n');
  assert.deepEqual(last, all.slice(-2));
  assert.ok(all.every((line) => JSON.parse(line).v === 1));
});

test('verify finds an untouched record good, and says what it cannot tell', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, '.sallyport', 'audit', '0'));
  const { code, stdout } = await run('audit', 'verify');
  assert.equal(code, EXIT.ok);
  assert.match(stdout, /^Good: \d+ records in 1 log, none changed; 0 of them signed\.$/m);
  assert.match(stdout, /What this check cannot tell/);
  assert.equal(JSON.parse((await run('audit', 'verify', '--output', 'json')).stdout).ok, true);
});

test('verify ends with 1 and names the place when a record was changed', async (t) => {
  const { run, cwd } = cliFixture(t);
  const folder = join(cwd, '.sallyport', 'audit', '0');
  await writeLog(folder);
  const file = join(folder, readdirSync(folder).find((name) => readFileSync(join(folder, name)).includes('billing')) ?? '');
  const bytes = readFileSync(file);
  bytes.write('Billing', bytes.indexOf('billing'));
  writeFileSync(file, bytes);
  const { code, stdout, stderr } = await run('audit', 'verify');
  assert.equal(code, EXIT.failed);
  assert.match(stdout, /CHANGED/);
  assert.match(stdout, /, line \d+: /);
  assert.match(stderr, /The record does not hold/);
});

test('a folder of logs from elsewhere can be verified', async (t) => {
  const { run, cwd } = cliFixture(t);
  await writeLog(join(cwd, 'exported', '0'));
  assert.equal((await run('audit', 'verify', 'exported')).code, EXIT.ok);
});

for (const command of ['tail', 'verify']) {
  test(`${command} says when there is no record at all`, async (t) => {
    const { code, stderr } = await cliFixture(t).run('audit', command);
    assert.equal(code, EXIT.failed);
    assert.match(stderr, /There is no record in .*audit/);
  });
}

for (const limit of ['few', '0', '-1', '1.5', '']) {
  test(`the limit '${limit}' is refused`, async (t) => {
    const { code, stderr } = await cliFixture(t).run('audit', 'tail', '--limit', limit);
    assert.equal(code, EXIT.usage);
    assert.match(stderr, /whole number from 1, or 'all'/);
  });
}

for (const command of ['tail', 'verify']) {
  for (const closed of ['.sallyport', '.sallyport/audit', '.sallyport/audit/0']) {
    test(`${command} does not take ${closed}, which this user may not read, for a record that is not there`, async (t) => {
      const { run, cwd } = cliFixture(t);
      await writeLog(join(cwd, '.sallyport', 'audit', '0'));
      chmodSync(cwd, 0o755);
      for (const folder of ['.sallyport', '.sallyport/audit']) chmodSync(join(cwd, folder), 0o755);
      chmodSync(join(cwd, closed), 0o000);
      actAsNobody(t);
      const { code, stderr } = await run('audit', command);
      assert.equal(code, EXIT.failed);
      assert.match(stderr, /may not be read by this user/);
      assert.doesNotMatch(stderr, /There is no record|a fault of sallyport/);
    });
  }
}
