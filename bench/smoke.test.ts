// `npm run bench -- --quick` as it stands: that it runs, that every figure that it asks for comes, and that nothing in it fails. What the figures are is
// no matter here: a machine that runs tests measures nothing.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findProgram } from './machine.ts';

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));
const missing = ['haproxy', 'openssl'].filter((program) => findProgram(program) === undefined);

test(
  'a quick run measures everything that it asks for',
  { skip: missing.length > 0 && `${missing.join(' and ')} not installed` },
  async () => {
    const stdout = await quickRun();
    const file = /^Everything as JSON: (.+)$/m.exec(stdout)?.[1];
    assert.ok(file !== undefined, stdout);
    const result = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    assert.deepEqual(result.failures, []);
    const failed = [...result.samples, ...result.parts].filter(({ failure }) => failure !== undefined);
    assert.deepEqual(failed, []);
    const kinds = result.verdicts.map(({ kind }: { kind: string }) => kind);
    assert.ok(kinds.includes('kept') || kinds.includes('missed'));
    assert.ok(!kinds.includes('unmeasured'), stdout);
    assert.match(stdout, /^Targets, widened for a quick run$/m);
  },
);

/** Its report. What it has measured before it failed says why it did. */
async function quickRun(): Promise<string> {
  const run = promisify(execFile)(process.execPath, [RUN, '--quick'], { maxBuffer: 1 << 24 });
  const { stdout } = await run.catch((error: unknown) => {
    const { stdout: report, stderr } = Object.assign({ stdout: '', stderr: '' }, error);
    throw new Error(`the run failed:\n${String(stderr).slice(-2_000)}\n${report}`);
  });
  return stdout;
}
