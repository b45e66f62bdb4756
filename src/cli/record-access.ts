// How a command comes to read the record of a data folder: first it says so on record, then the index is brought up to date, with a word to the person
// when that takes a while.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandActInput } from '../admin/contract.ts';
import type { AuditSettings, CatchUpOptions, EntryFilter, IndexProgress, RecordIndex } from '../audit/index.ts';
import { DEFAULT_AUDIT, PROFILES } from '../audit/index.ts';
import { buildRecordIndex, openRecordIndex } from '../cluster/index.ts';
import { parseSnapshotDocument } from '../config/index.ts';
import { recordAct } from './acts.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain } from './print.ts';
import { complainAbout } from './problems.ts';
import { isFolder } from './record-folder.ts';
import { sayUnplaced } from './unplaced.ts';
import { toShownRecord } from './shown-record.ts';

/** Acts of these are not among what they show: what was asked for would be found in every record that there is, if only in the question. */
const LOOKS: ReadonlySet<string> = new Set(['audit.query', 'audit.subject']);

/** The data folder whose record a command is to read; an exit code, if there is none, which has been said then. */
export function recordFolder(args: ParsedArguments, deps: CliDeps): string | ExitCode {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  if (isFolder(join(folder, 'audit'))) return folder;
  return complain(deps, EXIT.failed, `There is no record in ${join(folder, 'audit')}. Name the data folder with --data.`);
}

/** Puts the act on record, then lets `use` ask the record. Nothing is shown when the act cannot be recorded. */
export async function withRecord(
  folder: string,
  deps: CliDeps,
  act: CommandActInput,
  use: (index: RecordIndex) => Promise<ExitCode>,
): Promise<ExitCode> {
  const recorded = await recordAct(folder, deps, act);
  if (!recorded.ok) return complainAbout(deps, recorded.error);
  const options = catchUpOptions(deps);
  const index = await openRecordIndex(folder, options);
  const { hidesNames } = recordSettings(folder);
  try {
    await index.catchUp(options);
    sayUnplaced(index, deps);
    return await use(toShownRecord(index, { ownAct: LOOKS.has(act.action) ? recorded.value : undefined, hidesNames }));
  } finally {
    index.close();
  }
}

/** Makes the index anew; the number of records in it, undefined when it was interrupted. */
export async function rebuildIndex(folder: string, deps: CliDeps): Promise<number | undefined> {
  const options = catchUpOptions(deps);
  const report = await buildRecordIndex(folder, options);
  if (report === undefined) return undefined;
  const index = await openRecordIndex(folder, options);
  sayUnplaced(index, deps);
  index.close();
  return report.records;
}

/** What of the config in force matters to who reads the record. */
export interface RecordSettings extends Pick<AuditSettings, 'smallestGroup' | 'subjects'> {
  /** Undefined: nobody can say. */
  readonly kept: Pick<AuditSettings, 'profile' | 'retentionDays'> | undefined;
  /** It takes two people to learn whose a pseudonym is, so no name is shown that stands beside one in an older record. */
  readonly hidesNames: boolean;
}

/** As the gateway wrote it last. Where nobody can say, people are as guarded as in the strictest profile: a record may have been copied from anywhere. */
export function recordSettings(folder: string): RecordSettings {
  try {
    const parsed = parseSnapshotDocument(readFileSync(join(folder, 'snapshot.json'), 'utf8'));
    if (parsed.ok) {
      const { smallestGroup, subjects, reidentify, ...kept } = parsed.value.shards.config.audit ?? DEFAULT_AUDIT;
      return { smallestGroup, subjects, kept, hidesNames: subjects === 'pseudonyms' && reidentify === 'two' };
    }
  } catch {
    // No gateway has run on this folder.
  }
  const { smallestGroup, subjects } = PROFILES['works-council'];
  // The names of a record that came from elsewhere are those that its own gateway has let stand there: nobody here could say them otherwise.
  return { smallestGroup, subjects, kept: undefined, hidesNames: false };
}

/** What a question was about, for the record of the act: a name of somebody only where names stand on record anyway. */
export function actAbout(
  folder: string,
  args: ParsedArguments,
  { agent, subject, server, id }: EntryFilter,
): Pick<CommandActInput, 'target' | 'details'> {
  const details: Record<string, string> = {};
  for (const name of ['from', 'to', 'server', 'tool', 'rule', 'finding', 'verdict', 'status'] as const) {
    const value = args.text(name);
    if (value !== undefined) details[name] = value;
  }
  return { target: subject ?? (recordSettings(folder).subjects === 'names' ? agent : undefined) ?? server ?? id ?? null, details };
}

const QUIET_MS = 1_000;
const EVERY_MS = 1_000;

function catchUpOptions(deps: CliDeps): CatchUpOptions {
  let toldAt = performance.now() + QUIET_MS - EVERY_MS;
  const onProgress = ({ records, bytes, totalBytes }: IndexProgress): void => {
    if (deps.errorsAs === 'json' || performance.now() - toldAt < EVERY_MS) return;
    toldAt = performance.now();
    deps.stderr.write(`sallyport: reading the record into its index: ${records} records, ${Math.floor((100 * bytes) / totalBytes)} %\n`);
  };
  return { signal: deps.interrupted, onProgress };
}
