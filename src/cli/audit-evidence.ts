// `sallyport audit evidence`: what an auditor asks for, in one folder.

import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describeBad, nodeName } from '../audit/index.ts';
import type { RecordIndex, VerifyReport } from '../audit/index.ts';
import { lookForStore, openStore } from '../cluster/index.ts';
import { loadUntestedConfigFile } from '../config/index.ts';
import type { NamedCases } from '../config/index.ts';
import { recordAct } from './acts.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { readTimes, TIME_OPTIONS } from './entry-filter.ts';
import { createEvidencePack, MANIFEST_FILE } from './evidence-pack.ts';
import type { EvidencePack } from './evidence-pack.ts';
import {
  addActs,
  addCases,
  addCheckpoints,
  addConfig,
  addGuide,
  addRetention,
  addVerification,
  addVersions,
  readSnapshot,
} from './evidence-parts.ts';
import type { EvidenceScope } from './evidence-parts.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { findConfigFile } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { recordFolder, recordSettings, withRecord } from './record-access.ts';

const MAX_TARGET_CHARS = 128;

export const auditEvidenceCommand: Command = {
  name: 'audit evidence',
  summary: 'Put together what an auditor asks for',
  description: [
    'A new folder with the configs that were in force and their digests, the policy and what its cases say, everything that was done to the gateway, the signed checkpoints and their key, the check of the record, and what was removed or had to be kept. Of calls there is nothing in it.',
    'Every file is listed with its SHA-256 in manifest.json, whose own digest goes on record. Ends with exit code 1 where the record or a case of the policy does not hold; the folder is made all the same.',
  ],
  options: [
    { name: 'out', value: 'FOLDER', text: 'a new folder, for this user alone' },
    ...TIME_OPTIONS,
    { name: 'reason', value: 'TEXT', text: 'why, for the record' },
  ],
  examples: [['sallyport audit evidence --out audit-2026 --from 2026-01-01 --to 2027-01-01 --reason "yearly audit"', 'one year']],
  run: async (args, deps) => {
    const named = args.text('out');
    if (named === undefined) return complain(deps, EXIT.usage, 'Say where to: --out FOLDER.');
    const out = resolve(deps.cwd, named);
    if (existsSync(out)) return complain(deps, EXIT.usage, `${named} is there already: --out names a new folder.`);
    const times = readTimes(args, deps);
    if (!times.ok) return complain(deps, EXIT.usage, times.error);
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    if (lookForStore(folder) !== 'there')
      return complain(deps, EXIT.failed, `There is no store in ${folder}, and so no configs that were in force.`);
    const scope: EvidenceScope = { folder, fromMs: times.value.fromMs, toMs: times.value.toMs };
    const target = basename(out).slice(0, MAX_TARGET_CHARS);
    const reason = args.text('reason') ?? null;
    const act = { action: 'audit.evidence', target, reason, details: spanOf(scope) } as const;
    return withRecord(folder, deps, act, async (index) => {
      const pack = createEvidencePack(out);
      const made = await fill(pack, index, scope, args, deps);
      const manifest = await pack.finish({ ...aboutOf(scope, deps), reason });
      const details = { ...spanOf(scope), files: pack.files.length, manifest };
      const recorded = await recordAct(folder, deps, { ...act, details });
      if (!recorded.ok) return complainAbout(deps, recorded.error);
      return say(args, deps, { out, manifest, act: recorded.value, files: pack.files.length }, made);
    });
  },
};

interface Made {
  readonly report: VerifyReport;
  readonly casesHold: boolean;
}

async function fill(pack: EvidencePack, index: RecordIndex, scope: EvidenceScope, args: ParsedArguments, deps: CliDeps): Promise<Made> {
  const { folder } = scope;
  const snapshot = readSnapshot(folder);
  await using store = openStore(folder);
  await addGuide(pack);
  await addVersions(pack, deps, nodeName(folder));
  await addConfig(pack, store, snapshot, scope);
  const casesHold = await addCases(pack, snapshot, await casesOf(args, deps));
  await addActs(pack, index, deps, scope);
  await addRetention(pack, store, recordSettings(folder), scope);
  const report = await addVerification(pack, deps, scope);
  // Read last, they cover what was checked.
  await addCheckpoints(pack, scope);
  return { report, casesHold };
}

/** The cases that the config file names; undefined where it cannot be read. */
async function casesOf(args: ParsedArguments, deps: CliDeps): Promise<readonly NamedCases[] | undefined> {
  const file = await findConfigFile(args, deps);
  if (!existsSync(file)) return undefined;
  const loaded = loadUntestedConfigFile(file, deps.env);
  return loaded.ok ? loaded.value.cases : undefined;
}

function say(
  args: ParsedArguments,
  deps: CliDeps,
  pack: { readonly out: string; readonly manifest: string; readonly act: string; readonly files: number },
  { report, casesHold }: Made,
): ExitCode {
  if (args.output === 'json') printJson(deps, { ...pack, recordHolds: report.ok, casesHold });
  else {
    printText(deps, `${pack.files} files in ${pack.out}`);
    printLine(deps, `SHA-256 of ${MANIFEST_FILE}: ${pack.manifest}, on record as ${pack.act}`);
  }
  const faults = [
    ...(report.ok ? [] : [describeBad(report)]),
    ...(casesHold ? [] : ['Not all cases of the policy hold: config/policy-cases.json says which.']),
  ];
  return faults.length === 0 ? EXIT.ok : complain(deps, EXIT.failed, ...faults);
}

function aboutOf(scope: EvidenceScope, deps: CliDeps): Readonly<Record<string, unknown>> {
  return { madeAt: deps.now().toISOString(), node: nodeName(scope.folder), version: deps.version, ...spanOf(scope) };
}

function spanOf({ fromMs, toMs }: EvidenceScope): Record<string, string> {
  return {
    ...(fromMs === undefined ? {} : { from: new Date(fromMs).toISOString() }),
    ...(toMs === undefined ? {} : { to: new Date(toMs).toISOString() }),
  };
}
