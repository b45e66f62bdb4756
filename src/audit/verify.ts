// Checks audit logs from their files alone, also while they are being written, and holds them against what was signed and what was noted down elsewhere.
// It claims no more than it can know: what cannot be told from what it was given is said in the report, in words.

import { join } from 'node:path';
import type { KeptNote } from './checkpoint-check.ts';
import { CHECKPOINT_KEY_FILE, parseKeys } from './checkpoint-files.ts';
import { findAnchors, findKept } from './kept-notes.ts';
import type { FoundNotes } from './kept-notes.ts';
import { listLogs } from './log-directory.ts';
import { isAbout, readIdentity } from './log-identity.ts';
import type { LogIdentity } from './log-identity.ts';
import { printVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';
import { readSmallFile } from './small-file.ts';
import { toLimits } from './verify-limits.ts';
import { createReadMeter } from './read-meter.ts';
import type { VerifyProgress } from './read-meter.ts';
import { verifyLog } from './verify-log.ts';
import type { LogReport } from './verify-log.ts';

/** What the logs are held against. */
export interface VerifyOptions {
  /** Keys whose signatures count; undefined: those that lie beside the logs. */
  readonly keys?: readonly VerifierKey[] | undefined;
  /** Files with notes that were kept where whoever can change the logs cannot change them. */
  readonly anchors?: readonly string[];
  /** The folder in which the keeper keeps what it signed last, `keys` in the data folder: an anchor, where only the keeper can write it. */
  readonly keeper?: string | undefined;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** Where the keys came from that signatures were checked with. */
export type KeySource = 'given' | 'beside' | 'none';

/** The state of all logs below a directory. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly logs: readonly LogReport[];
  readonly records: number;
  /** Verifier keys that signatures were checked with. */
  readonly keys: readonly string[];
  readonly keySource: KeySource;
  /** What this check cannot exclude. */
  readonly limits: readonly string[];
}

/** Verifies the log in a directory, or all logs one level below it. No log at all is not a good log. */
export async function verifyLogs(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const beside = options.keys === undefined ? await readKeysBeside(directory) : undefined;
  const keys = options.keys ?? beside;
  // Notes first, and then which files there are: a log that is being written only grows, so it has to have what was signed by now.
  const anchors = await findAnchors(options.anchors ?? [], undefined, keys);
  const keepers = await findAnchors([], options.keeper, keys);
  const outside = [...anchors.notes, ...keepers.notes.map((note) => ({ ...note, isKeepers: true }))];
  const kept = await findKept(await listLogs(directory), keys);
  const found = await listLogs(directory);
  const identities = new Map<string, LogIdentity>();
  const logs: LogReport[] = [];
  const meter = await createReadMeter(found, options.onProgress);
  for (const log of found) {
    const identity = (await readIdentity(log)) ?? { node: undefined, log: '' };
    const notes = [...outside, ...kept.notes].filter(({ checkpoint }) => isAbout(identity, checkpoint.origin));
    const report = await verifyLog(log, identity, { keys, kept: notes, meter }).catch((error: unknown) => toUnread(log.slot, error));
    logs.push(withTwin(report, identity, identities));
    meter.passedLog(log);
    identities.set(log.slot, identity);
  }
  // Where only one log is looked at, the others are not missing.
  const isOneLog = found.some((log) => log.directory === directory);
  if (!isOneLog) logs.push(...toMissing(outside, [...identities.values()]));
  const keySource: KeySource = options.keys !== undefined ? 'given' : beside !== undefined ? 'beside' : 'none';
  return {
    ok: found.length > 0 && logs.every((log) => log.ok),
    logs,
    records: logs.reduce((sum, { records }) => sum + records, 0),
    keys: (keys ?? []).map(printVerifierKey),
    keySource,
    limits: toLimits(logs, { keySource, anchored: outside.length > 0, unread: unreadOf(anchors, keepers, kept) }),
  };
}

async function readKeysBeside(directory: string): Promise<readonly VerifierKey[] | undefined> {
  for (const folder of [directory, join(directory, '..')]) {
    const text = await readSmallFile(join(folder, CHECKPOINT_KEY_FILE));
    if (text !== undefined) return parseKeys(text);
  }
  return undefined;
}

/** A log of which there is a second copy under another name: one of the two is not what it seems. */
function withTwin(report: LogReport, identity: LogIdentity, known: ReadonlyMap<string, LogIdentity>): LogReport {
  const twin = [...known].find(([, one]) => one.log !== '' && one.log === identity.log)?.[0];
  if (twin === undefined) return report;
  const says = `This is the same log as ${twin}: one of the two was put in the place of another.`;
  return { ...report, ok: false, findings: [{ what: 'foreign', file: '', line: 0, position: 0, seq: 0, says }, ...report.findings] };
}

/** A log that could not be gone through is not a good one; the others are told of all the same. */
function toUnread(slot: string, error: unknown): LogReport {
  const says = `The log cannot be read: ${error instanceof Error ? error.message : 'nobody knows why'}.`;
  return { ...NOTHING, slot, origin: undefined, findings: [{ what: 'foreign', file: '', line: 0, position: 0, seq: 0, says }] };
}

/** Logs that were noted down elsewhere and of which nothing is there. */
function toMissing(notes: readonly KeptNote[], identities: readonly LogIdentity[]): readonly LogReport[] {
  const newest = new Map<string, KeptNote>();
  for (const note of notes) {
    const { origin, size } = note.checkpoint;
    if (size > (newest.get(origin)?.checkpoint.size ?? -1)) newest.set(origin, note);
  }
  return [...newest].flatMap(([origin, { checkpoint, place }]) => {
    if (identities.some((identity) => isAbout(identity, origin))) return [];
    const says = `The log ${origin} had ${checkpoint.size} records at ${new Date(checkpoint.time).toISOString()}, and is not here.`;
    return [{ ...NOTHING, slot: origin, origin, findings: [{ what: 'missing', ...place, seq: 1, until: checkpoint.size, says }] }];
  });
}

const NOTHING: Omit<LogReport, 'slot' | 'origin' | 'findings'> = {
  ok: false,
  segments: 0,
  records: 0,
  kinds: {},
  firstTime: undefined,
  lastTime: undefined,
  seq: 0,
  chain: '',
  lastNews: 0,
  removed: 0,
  checkpoints: 0,
  unsettled: 0,
  signed: undefined,
  anchored: undefined,
  remembered: undefined,
  end: 'open',
  remarks: [],
};

function unreadOf(...found: readonly FoundNotes[]): readonly string[] {
  return found.flatMap(({ unread }) =>
    [...unread].map(([file, count]) => `${count} notes in ${file} are not signed by a key that is trusted, and were not used.`),
  );
}
