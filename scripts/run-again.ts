// Files that start whole gateways, kill their processes and wait for others share the machine with a file beside them, and one can be late
// for something although nothing is broken. Such a file that failed is run once more, alone. Nothing is hidden by that: its first failure
// stays printed in full, the end of the run names it, and more than a few of them are no accident. Every other file has one try.

import { relative } from 'node:path';
import type { FailedFile } from './run-tests.ts';
import { print } from './tally.ts';
import type { Tally } from './tally.ts';

const GATEWAYS = ['test/walks/', 'test/attacks/', 'test/console/', 'test/conformance/', 'scripts/', 'bench/'];
const MOST = 4;

/** The files that get a second try: none where too many failed. */
export function secondTries(root: string, failed: readonly FailedFile[]): readonly FailedFile[] {
  const tries = failed.filter(({ path }) => GATEWAYS.some((folder) => relative(root, path).startsWith(folder)));
  return tries.length > MOST ? [] : tries;
}

/** Runs them with `run`, which adds to the tally; what a file came to the first time no longer counts. */
export async function runAgain(
  root: string,
  tries: readonly FailedFile[],
  tally: Tally,
  run: (paths: readonly string[]) => Promise<readonly FailedFile[]>,
): Promise<void> {
  if (tries.length === 0) return;
  print(`\nonce more, alone: ${tries.map(({ path }) => relative(root, path)).join(', ')}`);
  for (const { path, passed, failed } of tries) {
    tally.passed -= passed;
    tally.failed -= failed;
    const others = tally.skips.filter(({ name }) => !name.startsWith(`${relative(root, path)} > `));
    tally.skips.splice(0, tally.skips.length, ...others);
  }
  const again = await run(tries.map(({ path }) => path));
  for (const { path } of tries) {
    const stays = again.some((file) => file.path === path);
    print(`${stays ? 'FAILED twice' : 'UNSTEADY: failed beside another file, passed alone'}: ${relative(root, path)}`);
  }
}
