// Runs test files with node:test, each in a process of its own, and reports them one line a file. Only tests are counted: a suite or
// a test made of subtests counts through what it holds, so that nothing counts twice; it fails by itself only when it broke by itself.

import { relative } from 'node:path';
import { run } from 'node:test';
import type { EventData } from 'node:test';
import { inspect } from 'node:util';
import { print, seconds } from './tally.ts';
import type { Tally } from './tally.ts';

export interface TestRunOptions {
  readonly root: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly concurrency: number;
  /** A file that runs for longer hangs. */
  readonly fileTimeoutMs: number;
  readonly tally: Tally;
}

/** What the tests of a file came to. */
interface FileCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A file of which a test failed. */
export interface FailedFile extends FileCounts {
  /** Absolute. */
  readonly path: string;
}

type Ended = EventData.TestPass | EventData.TestFail;

/** Runs the files, adds what happened to the tally, and says which files failed. */
export async function runTests(options: TestRunOptions): Promise<readonly FailedFile[]> {
  const { root, tally } = options;
  const failures: FailedFile[] = [];
  const names: string[] = [];
  /** The deepest level at which something ended since the last end on a higher one: tells a parent from a leaf. */
  let endedAtLevel = 0;

  const now = (): FileCounts => ({ passed: tally.passed, failed: tally.failed, skipped: tally.skips.length });
  let before = now();
  const closeFile = (file: string, durationMs: number): void => {
    const after = now();
    const passed = after.passed - before.passed;
    const failed = after.failed - before.failed;
    const skipped = after.skipped - before.skipped;
    if (failed > 0) failures.push({ path: file, passed, failed, skipped });
    const counts = [`${passed} passed`, failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} skipped` : ''];
    print(`${failed > 0 ? 'FAILED' : 'ok    '} ${relative(root, file)} (${counts.filter(Boolean).join(', ')}, ${seconds(durationMs)})`);
    before = after;
  };

  /** True when the ended test is a leaf, so that it counts. */
  const isLeaf = (test: Ended): boolean => {
    const leaf = test.nesting >= endedAtLevel && test.details.type !== 'suite';
    endedAtLevel = test.nesting;
    return leaf;
  };
  const nameOf = (test: Ended): string => [relative(root, test.file ?? ''), ...names.slice(0, test.nesting), test.name].join(' > ');

  const stream = run({ files: [...options.files], concurrency: options.concurrency, timeout: options.fileTimeoutMs });
  for await (const { type, data } of stream) {
    switch (type) {
      case 'test:start':
        names.length = data.nesting;
        names[data.nesting] = data.name;
        break;
      case 'test:pass': {
        const leaf = isLeaf(data);
        if (data.name === data.file) {
          tally.failed++;
          print(`\nFAILED ${relative(root, data.name)}: the file holds no test\n`);
          closeFile(data.name, data.details.duration_ms);
        } else if (data.skip !== undefined || data.todo !== undefined) {
          tally.skips.push({ name: nameOf(data), reason: reasonOf(data.skip ?? data.todo) });
        } else if (leaf) tally.passed++;
        break;
      }
      case 'test:fail': {
        isLeaf(data);
        const { error } = data.details;
        if ('failureType' in error && error.failureType === 'subtestsFailed') break;
        tally.failed++;
        print(`\nFAILED ${nameOf(data)}${data.line === undefined ? '' : ` (line ${data.line})`}\n${inspect(error.cause ?? error)}\n`);
        if (data.name === data.file) closeFile(data.name, data.details.duration_ms);
        break;
      }
      case 'test:summary':
        if (data.file !== undefined) closeFile(data.file, data.duration_ms);
        break;
      case 'test:stderr':
        process.stderr.write(data.message);
        break;
      default:
        break; // Enqueued, dequeued, diagnostics: nothing a reader of the log needs.
    }
  }
  return failures;
}

function reasonOf(value: string | boolean | undefined): string {
  return typeof value === 'string' ? value : 'no reason given';
}
