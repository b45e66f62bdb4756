// `npm test`: type check, lint, and every test there is. `npm test -- PART…` runs only the test files whose path contains a part.
// The last line is always `N passed, N failed, N skipped`; with --no-skips a skip counts as a failure, for machines that must prove
// everything.

import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildConsole } from './build-console.ts';
import { runAgain, secondTries } from './run-again.ts';
import { runTests } from './run-tests.ts';
import type { FailedFile } from './run-tests.ts';
import { runTool } from './run-tool.ts';
import type { Tool } from './run-tool.ts';
import { conclude, createTally, print, seconds } from './tally.ts';
import type { Tally } from './tally.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const TOOLS: readonly Tool[] = [
  { name: 'types (tsc)', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the console (tsc)', command: 'tsc', args: ['-p', 'console/tsconfig.json'] },
  { name: 'lint (oxlint)', command: 'oxlint', args: ['--type-aware'] },
];
const TEST_FILES = [
  'src/**/*.test.ts',
  'console/src/**/*.test.ts',
  'test/**/*.test.ts',
  'bench/*.test.ts',
  'scripts/*.test.ts',
  'examples/**/*.test.ts',
];
/** The longest file drives the official conformance suite twice over. */
const FILE_TIMEOUT_MS = 15 * 60_000;

/** Runs the tools and the tests whose path contains one of the parts (all without parts). */
export async function testAll(tally: Tally, parts: readonly string[]): Promise<void> {
  const files = globSync(TEST_FILES, { cwd: root, exclude: ['**/node_modules/**'] }).sort();
  const chosen = parts.length === 0 ? files : files.filter((file) => parts.some((part) => file.includes(part)));
  if (parts.length === 0) for (const tool of TOOLS) await runTool(tool, root, tally);
  if (chosen.length === 0) return print(`no test file's path contains ${parts.map((part) => `'${part}'`).join(' or ')}`);
  buildForTests(tally);
  const run = (paths: readonly string[], concurrency: number): Promise<readonly FailedFile[]> =>
    runTests({ root, files: paths, concurrency, fileTimeoutMs: FILE_TIMEOUT_MS, tally });
  const failed = await run(
    chosen.map((file) => join(root, file)),
    availableParallelism(),
  );
  await runAgain(root, secondTries(root, failed), tally, (paths) => run(paths, 1));
}

/** Tests drive the console as it is now, never as it was built some day. */
function buildForTests(tally: Tally): void {
  const startedAt = performance.now();
  try {
    buildConsole(() => {});
    tally.passed++;
    print(`ok     build of the console (${seconds(performance.now() - startedAt)})`);
  } catch (error) {
    tally.failed++;
    print(`FAILED build of the console\n${error instanceof Error ? error.message : String(error)}`);
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { 'no-skips': { type: 'boolean', default: false } }, allowPositionals: true });
  const tally = createTally();
  await testAll(tally, positionals);
  process.exitCode = conclude(tally, values['no-skips']);
}
