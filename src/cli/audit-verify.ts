// `sallyport audit verify`: whether anybody changed the record. Reads files and needs no gateway; `sallyport-verify` does the same without this program.

import { join } from 'node:path';
import { createProgressReport, describeBad, describeReport, findKeys, verifyLogs } from '../audit/index.ts';
import type { Command } from './command.ts';
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
    { name: 'anchor', value: 'FILE', repeated: true, text: 'notes that were kept elsewhere, as anchors do' },
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
    if (!isFolder(folder)) return noLogs(deps, folder);
    const keys = await findKeys(args.list('key'));
    if (!keys.ok) return complain(deps, EXIT.usage, keys.error);
    // What the keeper remembers is a note kept elsewhere, as far as only the keeper could write it.
    const data = args.word(FOLDER.name) === '' ? dataFolder(args, deps) : undefined;
    const report = await verifyLogs(folder, {
      keys: keys.value,
      anchors: args.list('anchor'),
      keeper: data === undefined ? undefined : join(data, 'keys'),
      onProgress: createProgressReport(
        (line) => void deps.stderr.write(`${line}\n`),
        () => performance.now(),
      ),
    });
    if (report.logs.length === 0) return noLogs(deps, folder);
    if (args.output === 'json') printJson(deps, report);
    else printText(deps, describeReport(report).join('\n'));
    return report.ok ? EXIT.ok : complain(deps, EXIT.failed, describeBad(report));
  },
};
