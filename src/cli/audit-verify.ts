// `sallyport audit verify`: whether anybody changed the record. Reads files and needs no gateway; `sallyport-verify` does the same without this program.

import { join, resolve } from 'node:path';
import { createProgressReport, describeBad, describeReport, findKeys, findUnreadable, verifyLogs } from '../audit/index.ts';
import type { Command } from './command.ts';
import { configuredAnchors } from './configured-anchors.ts';
import { EXIT } from './exit-codes.ts';
import { FOLDER, logFolder, noLogs } from './log-folder.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printText } from './print.ts';
import { isFolder } from './record-folder.ts';

export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'Check that nobody changed the record',
  description: [
    'Ends with exit code 1 if anything was changed, removed, added or moved, and says where. What it cannot tell it says too: without a note that was kept elsewhere, nobody can know whether the end of a log was cut off.',
    'The logs of a data folder are held against the anchors of its config that are files, and against what the keeper remembers. Anchors that are named with --anchor take the place of those.',
    'The same check is a program of its own, sallyport-verify, for whoever does not want to rely on this one.',
  ],
  positionals: [FOLDER],
  options: [
    {
      name: 'key',
      value: 'KEY',
      repeated: true,
      text: 'whose signatures count: a verifier key, or a file with some (default: what lies beside the logs)',
    },
    {
      name: 'anchor',
      value: 'FILE',
      repeated: true,
      text: 'notes that were kept elsewhere, as anchors do (default: for the data folder, those of its config)',
    },
  ],
  examples: [
    [
      'sallyport audit verify --key audit.key --anchor /mnt/other-host/sallyport.notes',
      'Hold the record against what another host noted down',
    ],
  ],
  run: async (args, deps) => {
    const folder = logFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const data = args.word(FOLDER.name) === '' ? dataFolder(args, deps) : undefined;
    const named = args.list('anchor').map((file) => resolve(deps.cwd, file));
    const unreadable = await findUnreadable({ files: named, folders: data === undefined ? [folder] : [] });
    if (unreadable !== undefined) return complain(deps, EXIT.usage, unreadable);
    if (!isFolder(folder)) return noLogs(deps, folder);
    const keys = await findKeys(args.list('key'));
    if (!keys.ok) return complain(deps, EXIT.usage, keys.error);
    // What the keeper remembers is a note kept elsewhere, as far as only the keeper could write it.
    const configured = data === undefined || named.length > 0 ? undefined : await configuredAnchors(data);
    const checked = await verifyLogs(folder, {
      keys: keys.value,
      anchors: configured?.files ?? named,
      keeper: data === undefined ? undefined : join(data, 'keys'),
      onProgress: createProgressReport(
        (line) => void deps.stderr.write(`${line}\n`),
        () => performance.now(),
      ),
    });
    if (checked.logs.length === 0) return noLogs(deps, folder);
    const report = { ...checked, limits: [...(configured?.unused ?? []), ...checked.limits] };
    if (args.output === 'json') printJson(deps, report);
    else printText(deps, [...(configured?.used ?? []), ...describeReport(report)].join('\n'));
    return report.ok ? EXIT.ok : complain(deps, EXIT.failed, describeBad(report));
  },
};
