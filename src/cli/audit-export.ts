// `sallyport audit export`: the record, or a part of it, for other tools.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXPORT_FORMATS, exportEntries } from '../audit/index.ts';
import type { ExportFormat } from '../audit/index.ts';
import type { Command } from './command.ts';
import { FILTER_OPTIONS, REASON_OPTION, readFilter } from './entry-filter.ts';
import { EXIT } from './exit-codes.ts';
import { complain } from './print.ts';
import { withProgress } from './progress.ts';
import { refusalOfNames } from './pseudonym.ts';
import { actAbout, recordFolder, recordSettings, withRecord } from './record-access.ts';
import { fileSink, outputSink } from './sink.ts';

/** Text that is written at once. */
const PIECE_CHARS = 65_536;

export const auditExportCommand: Command = {
  name: 'audit export',
  summary: 'Give the record to other tools',
  description: [
    'jsonl: the records as they stand in the log. csv: one row for each call or other entry; no cell begins a formula. ocsf: events of the Open Cybersecurity Schema Framework 1.6.0. otlp: OpenTelemetry logs in JSON, as a collector takes them.',
    'Oldest first. A call and how it ended are one. Nothing of what was said is in it, since none of it is on record; who called is. That it was exported is on record.',
  ],
  options: [
    { name: 'format', value: 'FORMAT', text: `${EXPORT_FORMATS.join(', ')} (default: jsonl)` },
    { name: 'out', value: 'FILE', text: 'a new file, readable by this user alone (default: standard output)' },
    ...FILTER_OPTIONS,
    REASON_OPTION,
  ],
  examples: [
    ['sallyport audit export --format ocsf --from 24h', 'the last day for a SIEM'],
    ['sallyport audit export --format csv --server payroll --out payroll.csv', 'one server for a spreadsheet'],
  ],
  run: async (args, deps) => {
    const format = readFormat(args.text('format'));
    if (format === undefined) return complain(deps, EXIT.usage, `--format is one of ${EXPORT_FORMATS.join(', ')}.`);
    const filter = readFilter(args, deps);
    if (!filter.ok) return complain(deps, EXIT.usage, filter.error);
    const folder = recordFolder(args, deps);
    if (typeof folder === 'number') return folder;
    const refusal = recordSettings(folder).hidesNames ? refusalOfNames(filter.value) : undefined;
    if (refusal !== undefined) return complain(deps, EXIT.failed, refusal);
    const out = args.text('out');
    if (out !== undefined && existsSync(resolve(deps.cwd, out)))
      return complain(deps, EXIT.usage, `${out} is there already: --out names a new file.`);
    const { target, details } = actAbout(folder, args, filter.value);
    const act = { action: 'audit.export', target, reason: args.text('reason'), details: { format, ...details } } as const;
    return withRecord(folder, deps, act, async (index) => {
      const entries = withProgress(deps, 'entries exported', index.find({ ...filter.value, order: 'oldest' }));
      const sink = out === undefined ? outputSink(deps) : await fileSink(resolve(deps.cwd, out));
      try {
        for await (const text of inPieces(exportEntries(entries, format, deps.version))) {
          if (deps.interrupted.aborted) return EXIT.failed;
          await sink.write(text);
        }
      } finally {
        await sink.close();
      }
      return EXIT.ok;
    });
  },
};

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function readFormat(text = 'jsonl'): ExportFormat | undefined {
  return EXPORT_FORMATS.find((format) => format === text);
}
