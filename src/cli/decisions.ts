// The decisions on record, one by one, as the commands about policies take them. However long the log, only one piece of it is in memory.

import { join } from 'node:path';
import { tailLogs } from '../audit/index.ts';
import { readDecision } from '../policies/index.ts';
import type { RecordedDecision } from '../policies/index.ts';
import { recordAct } from './acts.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, OptionSpec } from './command.ts';
import { parseDuration } from './duration.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain } from './print.ts';
import { complainAbout } from './problems.ts';
import { isFolder } from './record-folder.ts';

export const SINCE: OptionSpec = {
  name: 'since',
  value: 'TIME',
  text: 'only of the last 90m, 12h, 30d or 4w (default: all that is on record)',
};

/** Decisions to be read. */
export interface Decisions {
  readonly folder: string;
  /** Undefined: from the first on record. */
  readonly sinceMs: number | undefined;
  /** In order of time. */
  read(): AsyncGenerator<RecordedDecision, void, undefined>;
}

/** The decisions that a command line means; an exit code, if there are none to be read, which has been said then. That they are read is on record. */
export async function openDecisions(
  args: ParsedArguments,
  deps: CliDeps,
  action: 'policy.lint' | 'policy.replay' | 'policy.unused',
): Promise<Decisions | ExitCode> {
  const since = args.text('since');
  const durationMs = since === undefined ? undefined : parseDuration(since);
  if (since !== undefined && durationMs === undefined)
    return complain(deps, EXIT.usage, `--since is a time like 90m, 12h, 30d or 4w, not '${since}'.`);
  const data = dataFolder(args, deps);
  if (data === undefined) return EXIT.config;
  const folder = join(data, 'audit');
  if (!isFolder(folder)) return complain(deps, EXIT.failed, `There is no record in ${folder}. Name the data folder with --data.`);
  const recorded = await recordAct(data, deps, { action, details: since === undefined ? {} : { since } });
  if (!recorded.ok) return complainAbout(deps, recorded.error);
  const sinceMs = durationMs === undefined ? undefined : deps.now().getTime() - durationMs;
  return { folder, sinceMs, read: () => readDecisions(folder, sinceMs, deps.interrupted) };
}

async function* readDecisions(
  folder: string,
  sinceMs: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordedDecision, void, undefined> {
  for await (const record of tailLogs(folder, { follow: false, limit: undefined, signal })) {
    if (signal.aborted) return;
    if (record.kind === 'decision' && (sinceMs === undefined || record.time >= sinceMs)) yield readDecision(record.time, record.members);
  }
}
