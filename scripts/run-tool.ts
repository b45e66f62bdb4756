// Runs a tool from node_modules as one check: it passes when it exits with 0, and its output is shown only when it does not.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { print, seconds } from './tally.ts';
import type { Tally } from './tally.ts';

export interface Tool {
  /** As printed. */
  readonly name: string;
  /** Its command in node_modules/.bin. */
  readonly command: string;
  readonly args: readonly string[];
  /** What to do about a failure. */
  readonly remedy?: string;
}

/** Runs the tool in the checkout's root and counts it. */
export async function runTool(tool: Tool, root: string, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  const child = spawn(join(root, 'node_modules', '.bin', tool.command), tool.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await once(child, 'close').then(
    ([status]: unknown[]) => status,
    (error: unknown) => error,
  );
  const passed = code === 0;
  if (passed) tally.passed++;
  else {
    tally.failed++;
    print(`\n${Buffer.concat(output).toString()}${code instanceof Error ? code.message : ''}`);
  }
  const remedy = passed || tool.remedy === undefined ? '' : `: ${tool.remedy}`;
  print(`${passed ? 'ok    ' : 'FAILED'} ${tool.name} (${seconds(performance.now() - startedAt)})${remedy}`);
}
