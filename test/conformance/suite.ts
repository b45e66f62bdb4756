// Runs one leg of the official suite by its CLI, and reads the results it leaves behind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { endWithUs, repositoryRoot } from '../harness/index.ts';

/** The package of the suite, with its program and its requirement sets. */
export const SUITE_FOLDER = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'conformance');

/** How one check of the suite ended. INFO is dropped on reading: it asserts nothing. */
export type Status = 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED';

/** One check. */
export interface Check {
  readonly scenario: string;
  /** Unique within the scenario: the check's id and name, numbered where the suite repeats them. */
  readonly key: string;
  readonly status: Status;
  readonly reason: string | undefined;
}

/** All checks of one leg, in the order of the suite. */
export interface LegResult {
  readonly checks: readonly Check[];
  readonly exitCode: number;
  /** What the suite printed, for when it broke down before it left results. */
  readonly output: string;
}

const CHECKS_FILE = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().optional(),
  }),
);

/** Runs the suite; `folder` gets its own files and must be new. */
export async function runSuite(args: readonly string[], folder: string): Promise<LegResult> {
  mkdirSync(folder, { recursive: true });
  // The suite needs the same Node as we do, newer than what a system may have.
  const command = [join(SUITE_FOLDER, 'dist', 'index.js'), ...args, '-o', folder];
  const child = spawn(process.execPath, command, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  endWithUs(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return { checks: readChecks(folder), exitCode: child.exitCode ?? 1, output };
}

function readChecks(folder: string): readonly Check[] {
  const checks: Check[] = [];
  for (const name of readdirSync(folder).sort()) {
    const scenario = /^(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
    const file = join(folder, name, 'checks.json');
    if (scenario === undefined || !existsSync(file)) continue;
    const seen = new Map<string, number>();
    for (const { id, name: title, status, errorMessage } of CHECKS_FILE.parse(JSON.parse(readFileSync(file, 'utf8')))) {
      if (status === 'INFO') continue;
      const label = `${id} (${title})`;
      const count = (seen.get(label) ?? 0) + 1;
      seen.set(label, count);
      checks.push({ scenario, key: count === 1 ? label : `${label} #${count}`, status, reason: errorMessage });
    }
  }
  return checks;
}
