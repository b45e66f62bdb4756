// Counts what was checked and prints it as it happens: one line for each file or tool, failures in full at once, the reasons of
// skips at the end, and a last line that machines read. Nothing may be printed after that line.

/** One thing that was not run, and why. */
export interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** The counts of a run. */
export interface Tally {
  passed: number;
  failed: number;
  readonly skips: Skip[];
}

/** A tally with nothing in it. */
export function createTally(): Tally {
  return { passed: 0, failed: 0, skips: [] };
}

/** Prints the end of a run and returns its exit code. With `skipsFail` a skip counts as a failure as well. */
export function conclude(tally: Tally, skipsFail: boolean): number {
  if (tally.skips.length > 0) print(`\nskipped${skipsFail ? ', and skips count as failures here' : ''}:`);
  for (const { name, reason } of tally.skips) print(`  - ${name}: ${reason}`);
  const failed = tally.failed + (skipsFail ? tally.skips.length : 0);
  const skipped = skipsFail ? 0 : tally.skips.length;
  // A run that checked nothing proves nothing.
  const empty = tally.passed + failed === 0;
  if (empty) print('\nno test was run');
  print(`\n${tally.passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || empty ? 1 : 0;
}

/** Prints one line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A duration as people read it. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
