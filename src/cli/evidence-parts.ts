// What goes into an evidence pack, part by part: what the gateway was told to do, what was done to it, and whether its record holds. Of calls there is
// nothing in it but how many the record has; secrets, where they come from, and the names of people are left out where the privacy profile has them out.

import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_TENANT } from '../agents/index.ts';
import {
  CHECKPOINT_KEY_FILE,
  createProgressReport,
  DEFAULT_AUDIT,
  describeReport,
  exportEntries,
  LAST_CHECKPOINT_FILE,
  listLogs,
  parseTombstoneName,
  verifyLogs,
} from '../audit/index.ts';
import type { AuditSettings, EntryKind, RecordIndex, VerifyReport } from '../audit/index.ts';
import { sha256Hex } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import { diskFiles, parseSnapshotDocument, testCases } from '../config/index.ts';
import type { NamedCases, SnapshotDocument } from '../config/index.ts';
import type { CliDeps } from './command.ts';
import type { EvidencePack } from './evidence-pack.ts';
import { withProgress } from './progress.ts';

/** What a pack is about. */
export interface EvidenceScope {
  readonly folder: string;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** All that was done, and none of the calls. */
const ACTS: readonly EntryKind[] = ['act', 'approval', 'lockdown', 'flow', 'tombstone', 'log'];
const MAX_REVISIONS = 100_000;

/** The snapshot that the gateway went by last; undefined where none can be read. */
export function readSnapshot(folder: string): SnapshotDocument | undefined {
  try {
    const parsed = parseSnapshotDocument(readFileSync(join(folder, 'snapshot.json'), 'utf8'));
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

/** Which program, on what. */
export function addVersions(pack: EvidencePack, deps: CliDeps, node: string): Promise<void> {
  const versions = {
    sallyport: deps.version,
    node: process.version,
    openssl: process.versions['openssl'],
    platform: `${process.platform} ${process.arch}`,
    auditFormat: 1,
    nodeName: node,
  };
  return pack.write('versions.json', 'the program that made this pack, and what it runs on', toText(versions));
}

/** Which configs were put in force or refused, and what the last one says of policy, inspection and record. */
export async function addConfig(
  pack: EvidencePack,
  store: Pick<Store, 'revisions'>,
  snapshot: SnapshotDocument | undefined,
  scope: EvidenceScope,
): Promise<void> {
  const revisions = await store.revisions(MAX_REVISIONS, DEFAULT_TENANT);
  const isIn = ({ createdAt }: { readonly createdAt: string }): boolean =>
    Date.parse(createdAt) >= (scope.fromMs ?? 0) && Date.parse(createdAt) < (scope.toMs ?? Infinity);
  // What was in force when the time began was put in force before it.
  const before = revisions.find((one) => one.outcome === 'accepted' && Date.parse(one.createdAt) < (scope.fromMs ?? 0));
  const listed = [...revisions.filter(isIn), ...(before === undefined ? [] : [before])].toReversed();
  const shown = listed.map(({ number, digest, createdAt, outcome }) => ({ number, digest, createdAt, outcome }));
  await pack.write('config/revisions.json', 'configs that were put in force or refused, with their digests', toText(shown));
  if (snapshot === undefined) return;
  const { policy, inspection, audit = DEFAULT_AUDIT, limits, servers } = snapshot.shards.config;
  const { revision, digests } = snapshot;
  await pack.write('config/policy.json', 'the policy in force', toText({ revision, configDigest: digests.config, policy }));
  const settings = {
    revision,
    configDigest: digests.config,
    servers: servers.map(({ name, kind }) => ({ name, kind })),
    // A canary is a secret of whoever set it out.
    inspection: inspection === undefined ? null : { ...inspection, canaries: Object.keys(inspection.canaries) },
    limits,
    audit: { ...audit, anchors: audit.anchors.map(({ name, target, residency }) => ({ name, kind: target.kind, residency })) },
  };
  await pack.write('config/settings.json', 'what is inspected, limited and kept on record', toText(settings));
}

/** The cases of the policy, held against the policy in force. */
export async function addCases(
  pack: EvidencePack,
  snapshot: SnapshotDocument | undefined,
  cases: readonly NamedCases[] | undefined,
): Promise<boolean> {
  const what = 'the cases of the policy, held against the policy in force';
  if (snapshot === undefined || cases === undefined) {
    const why = snapshot === undefined ? 'no policy is known to have been in force' : 'the config file that names them cannot be read here';
    await pack.write('config/policy-cases.json', what, toText({ run: false, why }));
    return true;
  }
  const { files, failures, mistakes, cases: count } = testCases(snapshot.shards.config, cases, diskFiles);
  const read = files.map((file) => ({ file, sha256: digestOfFile(file) }));
  const holds = failures.length === 0 && mistakes.length === 0;
  await pack.write('config/policy-cases.json', what, toText({ run: true, holds, cases: count, files: read, failures, mistakes }));
  return holds;
}

/** What people and the gateway did, line by line as it stands on record. */
export function addActs(pack: EvidencePack, index: RecordIndex, deps: CliDeps, { fromMs, toMs }: EvidenceScope): Promise<void> {
  const entries = index.find({ fromMs, toMs, kinds: ACTS, order: 'oldest' });
  return pack.writePieces(
    'record/acts.jsonl',
    'what was done to the gateway, and by it',
    exportEntries(withProgress(deps, 'acts packed', entries), 'jsonl', deps.version),
  );
}

/** Who signs, and what was signed last of each log. */
export async function addCheckpoints(pack: EvidencePack, { folder }: EvidenceScope): Promise<void> {
  const audit = join(folder, 'audit');
  await copyIfThere(pack, 'record/checkpoint.key', 'whose signatures count', join(audit, CHECKPOINT_KEY_FILE));
  for (const { slot, directory } of await listLogs(audit))
    await copyIfThere(pack, `record/checkpoints/${slot}`, 'the last signed checkpoint of a log', join(directory, LAST_CHECKPOINT_FILE));
}

/** Whether the record holds. */
export async function addVerification(pack: EvidencePack, deps: CliDeps, { folder }: EvidenceScope): Promise<VerifyReport> {
  const report = await verifyLogs(join(folder, 'audit'), {
    keeper: join(folder, 'keys'),
    onProgress: createProgressReport(
      (line) => void deps.stderr.write(`${line}\n`),
      () => performance.now(),
    ),
  });
  await pack.write('record/verify.json', 'the check of the whole record', toText(report));
  await pack.write('record/verify.txt', 'the same for people', `${describeReport(report).join('\n')}\n`);
  return report;
}

/** What is no regular file is no part of a log, and may have no end. */
async function tombstonesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && parseTombstoneName(entry.name) !== undefined)
    .map(({ name }) => name)
    .sort();
}

/** What was removed because its time was over, and what has to be kept. */
export async function addRetention(
  pack: EvidencePack,
  store: Pick<Store, 'holds'>,
  { subjects }: Pick<AuditSettings, 'subjects'>,
  { folder }: EvidenceScope,
): Promise<void> {
  for (const { slot, directory } of await listLogs(join(folder, 'audit')))
    for (const file of await tombstonesIn(directory))
      await pack.copy(`retention/tombstones/${slot}/${file}`, 'a signed note that stands for removed records', join(directory, file));
  const holds = await store.holds.list(DEFAULT_TENANT);
  const shown = holds.map(({ by, lifted, sinceMs, fromMs, toMs, tenant: _tenant, ...hold }) => ({
    ...hold,
    from: toTime(fromMs),
    to: toTime(toMs),
    since: toTime(sinceMs),
    // Who is a name of a key of somebody: on record it stands as the profile has it, in the acts.
    ...(subjects === 'names' ? { by } : {}),
    lifted: lifted === null ? null : { at: toTime(lifted.atMs), reason: lifted.reason, ...(subjects === 'names' ? { by: lifted.by } : {}) },
  }));
  await pack.write('retention/holds.json', 'legal holds that stand or stood', toText(shown));
}

/** What an auditor does with it. */
export function addGuide(pack: EvidencePack): Promise<void> {
  return pack.write('README.txt', 'how to read this folder', GUIDE);
}

const GUIDE = `Evidence of a Sallyport gateway

manifest.json lists every file of this folder with its SHA-256; SHA256SUMS is the same list for
'sha256sum --check SHA256SUMS'. The digest of manifest.json is on the gateway's own record, in
the act 'audit.evidence' that was made last: nobody can change this folder and keep that.

config/     Configs that were put in force or refused, the policy in force, and its cases.
record/     What was done to the gateway and by it, line by line as it stands in its log; who
            signs the log, what was signed last, and the check of the whole record.
retention/  Signed notes that stand for records whose time was over, and legal holds.

To check it against the record itself, which this folder does not hold:
  sallyport-verify --key record/checkpoint.key FOLDER-WITH-THE-LOGS
To check that a line of record/acts.jsonl stands in the record:
  sallyport audit prove --help
`;

async function copyIfThere(pack: EvidencePack, path: string, what: string, from: string): Promise<void> {
  try {
    await pack.copy(path, what, from);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function digestOfFile(file: string): string | null {
  const content = diskFiles.read(file);
  return content.ok ? sha256Hex(content.value) : null;
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
